"""The waveform of drawn tones: heights worked out by hand, each column above its own part of the picture."""

from dataclasses import replace

import av
import numpy as np
import pytest
from PIL import Image

from studio.media.facts import ClipFacts
from studio.media.prepare import prepare_clip
from studio.media.waveform import COLUMNS, LONGEST_SECONDS, NO_SOUND, Envelope, save_waveform
from tests.clips import draw_clip, plain

RATE = 48_000


def level(value, samples):
    return np.full((1, samples), value, np.float32)


def heights(path):
    """How many of the 64 rows each column fills."""
    with Image.open(path) as image:
        picture = np.asarray(image)
    assert picture.shape == (64, COLUMNS, 2)
    return (picture[..., 1] > 0).sum(axis=0)


def drawn(envelope, tmp_path, starts):
    save_waveform(envelope, tmp_path / "waveform.png", starts)
    return heights(tmp_path / "waveform.png")


def test_it_keeps_the_loudest_sample_of_each_thousandth_of_a_second_whatever_the_channel():
    heard = Envelope(RATE)
    block = np.zeros((2, 96), np.float32)  # two thousandths
    block[0, 3], block[1, 40], block[1, 50] = 0.2, -0.7, 0.4
    heard.add(block, at=48 * 10)
    assert heard.between(np.arange(9, 14) / 1000).tolist() == [NO_SOUND, *np.float32([0.7, 0.4]), NO_SOUND]
    assert heard.peak == pytest.approx(0.7)


def test_a_thousandth_that_two_blocks_share_keeps_the_louder():
    heard = Envelope(RATE)
    heard.add(level(0.5, 24), at=0)
    heard.add(level(0.25, 24), at=24)
    assert heard.between(np.array([0, 0.001])).tolist() == [0.5]


def test_sound_that_has_lost_its_clock_is_not_drawn_and_takes_no_memory():
    heard = Envelope(RATE)
    heard.add(level(0.5, 48), at=RATE * 10**6)
    heard.add(level(0.25, 48), at=-96)
    assert heard.between(np.array([0, float(LONGEST_SECONDS)])).tolist() == [NO_SOUND]


def test_full_scale_fills_the_lane_silence_is_a_hairline_and_no_sound_is_nothing(tmp_path):
    heard = Envelope(RATE)
    heard.add(level(1.0, RATE), at=0)
    heard.add(level(0.0, RATE), at=RATE)
    columns = drawn(heard, tmp_path, starts=[0, 1, 2, 3, 4])
    assert columns[:500].tolist() == [64] * 500
    assert columns[500:1000].tolist() == [2] * 500
    assert columns[1000:].tolist() == [0] * 1000


def test_each_frame_has_as_wide_a_part_of_it_as_the_timeline_gives_it(tmp_path):
    """Two frames: one lasts a second, one three. Loud from second one to two: the first third of the second half."""
    heard = Envelope(RATE)
    heard.add(level(1.0, RATE), at=RATE)
    columns = drawn(heard, tmp_path, starts=[0, 1, 4])
    loud = np.flatnonzero(columns == 64)
    assert (loud[0], loud[-1]) == (1000, 1333)


def prepare(path, tmp_path):
    folder = tmp_path / f"derived-{path.stem}"
    folder.mkdir()
    return prepare_clip(path, folder)


def uncompressed(path, samples):
    """One second of grey with this sound, sample for sample: float in -1 to 1, mono."""
    with av.open(str(path), "w", format="matroska") as container:
        picture, sound = container.add_stream("libx264", rate=24), container.add_stream("pcm_s16le", rate=RATE)
        picture.width, picture.height, picture.pix_fmt, sound.layout = 64, 36, "yuv420p", "mono"
        for _ in range(24):
            frame = av.VideoFrame.from_ndarray(plain((96, 96, 96), (64, 36)), format="bgr24")
            container.mux(picture.encode(frame.reformat(format="yuv420p")))
        container.mux(picture.encode(None))
        block = av.AudioFrame.from_ndarray(np.round(samples * 32767).astype(np.int16)[None, :], "s16", "mono")
        block.sample_rate, block.pts = RATE, 0
        container.mux(sound.encode(block))
    return path


def test_a_tone_of_a_clip_is_as_loud_as_it_was_drawn(tmp_path):
    tone = 0.3 * np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE)
    prepared = prepare(uncompressed(tmp_path / "tone.mkv", tone), tmp_path)
    assert prepared.facts.sound_peak == pytest.approx(0.3, abs=1e-4)
    columns = heights(prepared.waveform)
    assert set(columns.tolist()) == {20}  # 0.5 + 31 x 0.3 = 9.8: the ten rows on each side that lie within it
    assert prepared.waveform in prepared.files


def test_sound_that_is_shorter_than_the_picture_ends_where_it_ends(tmp_path):
    half = np.sin(2 * np.pi * 440 * np.arange(RATE // 2) / RATE).astype(np.float32)[None, :] / 2
    columns = heights(prepare(draw_clip(tmp_path / "half.mp4", frames=24, audio=half), tmp_path).waveform)
    assert columns[20:980].min() > 20
    assert columns[1100:].max() == 0  # AAC ends in blocks of 1024 samples, here 43 columns


def test_a_picture_that_starts_late_keeps_the_sound_under_its_own_frames(tmp_path):
    """25 frames from 0.5 s on; a click at 1.0 s lies in the middle of them."""
    click = np.zeros((1, 2 * RATE), np.float32)
    click[0, RATE : RATE + 480] = 0.8
    at = [500 + 40 * frame for frame in range(25)]
    path = draw_clip(tmp_path / "late.mp4", frames=25, fps=25, times_ms=at, audio=click)
    loud = np.flatnonzero(heights(prepare(path, tmp_path).waveform) > 20)
    assert loud[0] == pytest.approx(1000, abs=8)
    assert loud[-1] == pytest.approx(1020, abs=8)


def test_a_clip_without_sound_has_none(tmp_path):
    prepared = prepare(draw_clip(tmp_path / "mute.mp4", frames=8), tmp_path)
    assert (prepared.waveform, prepared.facts.sound_peak) == (None, None)
    assert not (tmp_path / "derived-mute" / "waveform.png").exists()
    assert [path.name for path in prepared.files] == ["proxy.mp4", "poster.jpg", "sprite.jpg", "frames.json"]


def test_facts_from_before_loudness_was_measured_can_still_be_read(tmp_path):
    facts = prepare(draw_clip(tmp_path / "old.mp4", frames=8, audio="tone"), tmp_path).facts
    document = facts.as_json()
    del document["sound_peak"]
    assert ClipFacts.from_json(document) == replace(facts, sound_peak=None)
    assert ClipFacts.from_json(facts.as_json()) == facts
