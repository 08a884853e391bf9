import json
import os
from pathlib import Path

import pytest

from studio.media.errors import UnreadableClip
from studio.media.prepare import prepare_clip

FOLDER = os.environ.get("DAILIES_REAL_CLIPS", "")
CLIPS = sorted(path for path in Path(FOLDER).iterdir() if path.suffix in {".mp4", ".gif"}) if FOLDER else []
REFUSED = {"animatediff_girl.gif": "GIF", "animatediff_man.gif": "GIF", "psd_fades.mp4": "mpeg4"}


@pytest.mark.real_clips
@pytest.mark.parametrize("path", CLIPS, ids=lambda path: path.name)
def test_each_real_clip_is_prepared_whole_or_refused_in_words(path, tmp_path):
    if word := REFUSED.get(path.name):
        with pytest.raises(UnreadableClip, match=word):
            prepare_clip(path, tmp_path)
        return
    prepared = prepare_clip(path, tmp_path)
    assert prepared.facts.frames == prepared.facts.announced_frames == json.loads(prepared.frames.read_text())["count"]
    assert prepared.facts.decode_errors == 0
