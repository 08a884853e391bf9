"""The command as a program would use it: one JSON document, and clear refusals."""

import json
import os
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from reviews.checks.registry import CHECKS
from tests.clips import draw_clip
from tests.reviews.checks.drawing import texture


def inspect(*arguments):
    out = StringIO()
    call_command("inspect_clip", *(os.fspath(each) for each in arguments), stdout=out)
    return out.getvalue()


def test_it_prints_one_json_document_in_the_agreed_shape(tmp_path):
    clip = draw_clip(tmp_path / "a.mp4", frames=12, fps="24000/1001", draw=[(90, 90, 90)])
    (document,) = json.loads(inspect(clip, "--format", "json", "--spec", '{"seconds": 5}'))["clips"]
    assert list(document) == ["file", "sha256", "facts", "checks", "findings"]
    assert document["file"] == str(clip)
    assert document["facts"] == {
        "width": 64,
        "height": 36,
        "fps": "24000/1001",
        "frames": 12,
        "duration_seconds": pytest.approx(0.5005),
        "video_codec": "h264",
        "audio_codec": None,
        "has_audio": False,
    }
    assert [each["check"] for each in document["checks"]] == [kind.key for kind in CHECKS]
    assert all(list(each) == ["check", "version", "status", "seconds", "reason"] for each in document["checks"])
    (short,) = [each for each in document["findings"] if each["check"] == "duration"]
    assert short == {
        "check": "duration",
        "label": "too_short",
        "severity": "major",
        "start_seconds": 0.0,
        "end_seconds": pytest.approx(0.5005),
        "start_frame": 0,
        "end_frame": 12,
        "score": pytest.approx(4.4995),
        "threshold": 0.25,
        "unit": "s",
        "box": None,
        "message": "The clip lasts 0.50 s; 5 s was asked.",
    }


def test_it_looks_at_several_files_and_survives_a_broken_one(tmp_path):
    clip = draw_clip(tmp_path / "a.mp4", frames=4)
    (tmp_path / "b.mp4").write_bytes(b"nothing")
    good, bad = json.loads(inspect(clip, tmp_path / "b.mp4", "--format", "json"))["clips"]
    assert good["facts"]["frames"] == 4
    assert bad["facts"] is None
    assert [(each["check"], each["severity"]) for each in bad["findings"]] == [("container", "blocking")]


def test_it_speaks_to_people_unless_asked_otherwise(tmp_path):
    clip = draw_clip(tmp_path / "a.mp4", frames=12, fps=24)
    lines = inspect(clip, "--spec", '{"seconds": 5}').splitlines()
    assert lines[:2] == [str(clip), "  64x36, 24 fps, 12 frames, 0.50 s, h264, no sound"]
    assert "  major           0.00-0.50 s  duration/too_short" in lines[2]


def test_it_takes_names_that_are_no_utf8(tmp_path):
    clip = draw_clip(tmp_path / "a.mp4", frames=2)
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.mp4")
    clip.rename(odd)
    assert json.loads(inspect(odd, "--format", "json"))["clips"][0]["file"] == odd
    assert "caf\\udce9.mp4" in inspect(odd)


@pytest.mark.parametrize("spec", ["{", "[]", '{"fps": "fast"}', '{"colour": "red"}'])
def test_it_refuses_a_bad_spec_in_one_line(tmp_path, spec):
    with pytest.raises(CommandError) as refused:
        inspect(draw_clip(tmp_path / "a.mp4", frames=1), "--spec", spec)
    assert refused.value.returncode == 2
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("name", "said"), [("none.mp4", "no such file"), (".", "is a folder")])
def test_it_refuses_what_is_no_file_before_it_looks_at_any(tmp_path, name, said):
    clip = draw_clip(tmp_path / "a.mp4", frames=1)
    with pytest.raises(CommandError, match=said) as refused:
        inspect(clip, tmp_path / name)
    assert refused.value.returncode == 2


def test_files_are_compared_with_each_other_and_the_prompt_with_the_lists(tmp_path):
    picture = np.repeat(texture(1)[:, :, None], 3, axis=2)
    clip = draw_clip(tmp_path / "a.mp4", frames=4, size=(64, 32), draw=lambda _: picture)
    (tmp_path / "b.mp4").write_bytes(clip.read_bytes())
    told = json.loads(inspect(clip, tmp_path / "b.mp4", "--prompt", "Tom Hanks waves", "--format", "json"))["clips"]
    for document, other in zip(told, ("b.mp4", "a.mp4"), strict=True):
        said = {each["check"]: each["message"] for each in document["findings"]}
        assert said["near_duplicate"] == f"The picture is that of “{other}”: 1 of 1 compared frames match."
        assert "“Tom Hanks”" in said["prompt_terms"]


def test_one_file_without_a_prompt_says_what_was_not_looked_at(tmp_path):
    (told,) = json.loads(inspect(draw_clip(tmp_path / "a.mp4", frames=4), "--format", "json"))["clips"]
    why = {each["check"]: (each["status"], each["reason"]) for each in told["checks"]}
    assert why["near_duplicate"] == ("skipped", "No other clip was named to compare it with.")
    assert why["prompt_terms"] == ("skipped", "No prompt was given.")
    assert why["blocklist"] == ("skipped", "No blocklist was given.")
