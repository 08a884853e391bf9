"""Sound: silence, clipping, channels, loudness. Numbers can be worked out by hand."""

import numpy as np
import pytest

from reviews.checks.audio_clipping import AudioClipping
from reviews.checks.audio_loudness import AudioLoudness, true_peak
from reviews.checks.audio_silence import AudioSilence
from reviews.checks.base import Skipped, Sound
from reviews.checks.slices import Slicer
from tests.reviews.checks.drawing import make_clip

RATE = 48_000


def tone(seconds: float, level: float, hz: float = 440, rate: int = RATE) -> np.ndarray:
    """(1, n): a sine of this amplitude."""
    return level * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)[None]


def heard(check, *parts: np.ndarray, rate: int = RATE, block: float = 0.93, **clip):
    """The instrument after these parts one after the other, in blocks that fit no slice; the clip is as long."""
    whole = np.concatenate(parts, axis=1).astype(np.float32)
    size = round(block * rate)
    for start in range(0, whole.shape[1], size):
        check.hear(Sound(whole[:, start : start + size], rate, start / rate))
    return list(check.conclude(make_clip(frames=round(whole.shape[1] / rate * 24), **clip)))


def test_slices_are_cut_across_blocks_and_not_across_gaps():
    slicer = Slicer(0.5)
    block = np.ones((1, 700), np.float32)
    assert [each.start_seconds for each in slicer.cut(Sound(block, 1000, 0.0))] == [0.0]
    assert [each.start_seconds for each in slicer.cut(Sound(block, 1000, 0.7))] == [0.5]
    assert [each.start_seconds for each in slicer.cut(Sound(block, 1000, 9.0))] == [9.0]


def test_silence_is_placed_in_frames():
    (seen,) = heard(AudioSilence(), tone(1, 0.3), tone(1.5, 0), tone(1, 0.3))
    assert (seen.label, seen.start_frame, seen.end_frame) == ("silence", 24, 60)
    assert seen.message == "There is no sound from 1.0 s to 2.5 s."
    assert (seen.score, seen.threshold) == (-120.0, -60.0)


@pytest.mark.parametrize(("seconds", "found"), [(0.45, 0), (0.5, 1)])
def test_half_a_second_is_the_limit(seconds, found):
    assert len(heard(AudioSilence(), tone(1, 0.3), tone(seconds, 0), tone(1, 0.3))) == found


@pytest.mark.parametrize(("level", "found"), [(-59, 0), (-61, 1)])
def test_and_so_are_sixty_decibels(level, found):
    quiet = tone(1, 2**0.5 * 10 ** (level / 20))
    assert len(heard(AudioSilence(), tone(1, 0.3), quiet, tone(1, 0.3))) == found


@pytest.mark.parametrize(("seconds", "label"), [(1.0, "pause"), (2.0, "silence")])
def test_a_room_between_words_is_a_pause(seconds, label):
    (seen,) = heard(AudioSilence(), tone(1, 0.3), tone(seconds, 0.0005), tone(1, 0.3))
    assert seen.label == label


def test_a_silent_track_is_one_finding():
    (seen,) = heard(AudioSilence(), tone(3, 0))
    assert (seen.label, seen.message) == ("silent_track", "The whole sound track is silent.")
    assert (seen.start_frame, seen.end_frame) == (0, 72)


@pytest.mark.parametrize("kind", [AudioSilence, AudioClipping, AudioLoudness])
def test_without_sound_there_is_nothing_to_hear(kind):
    with pytest.raises(Skipped):
        list(kind().conclude(make_clip()))


def test_clipping_is_placed_and_measured():
    loud = np.clip(tone(1, 1.5), -1, 1)
    check = AudioClipping()
    (seen,) = heard(check, tone(1, 0.3), loud, tone(1, 0.3))
    assert (seen.label, seen.start_frame, seen.end_frame) == ("clipping", 24, 48)
    at_the_top = 1 - 2 / np.pi * np.arcsin(0.985 / 1.5)
    assert seen.score == pytest.approx(at_the_top, abs=0.02)
    assert seen.message == f"The sound is clipped from 1.0 s to 2.0 s: {seen.score:.0%} of it at the ceiling."
    assert check.measured == seen.score


def clipped(sound):
    return [seen for seen in heard(AudioClipping(), sound) if seen.label == "clipping"]


def test_single_peaks_at_the_top_are_not_clipped():
    peaks = tone(1, 0.3)
    peaks[:, ::40], peaks[:, 1::40] = 1.0, 1.0
    assert clipped(peaks) == []


@pytest.mark.parametrize(("every", "found"), [(360, 0), (280, 1)])  # 3 of them: 0.83 % and 1.07 %
def test_one_per_cent_is_the_limit(every, found):
    sound = tone(1, 0.3)
    for at in range(3):
        sound[:, at::every] = 1.0
    assert len(clipped(sound)) == found


def test_channels_that_are_wrong_in_themselves():
    left = tone(2, 0.3)
    dead, flipped = np.vstack([left, 0 * left]), np.vstack([left, -left])
    (seen,) = heard(AudioClipping(), dead)
    assert (seen.label, seen.message) == ("dead_channel", "The right channel is dead: the sound is on the other alone.")
    (seen,) = heard(AudioClipping(), flipped)
    assert (seen.label, seen.score) == ("out_of_phase", pytest.approx(-1))
    (seen,) = heard(AudioClipping(), left + 0.02)
    assert (seen.label, seen.message) == ("dc_offset", "The sound has a constant offset of 2.0% of full scale.")
    assert heard(AudioClipping(), np.vstack([left, left])) == []


@pytest.mark.parametrize("rate", [24_000, 44_100, 48_000])
def test_the_loudness_of_the_standard_s_own_tone(rate):
    check = AudioLoudness(peak_above=9)
    assert heard(check, tone(5, 1, 997, rate), rate=rate) == []
    assert check.measured == pytest.approx(-3.01, abs=0.05)


def test_two_channels_are_three_decibels_louder():
    check, sound = AudioLoudness(), tone(5, 10 ** (-23 / 20), 997)
    assert heard(check, np.vstack([sound, sound])) == []
    assert check.details == {"lufs": -23.0, "true_peak_dbtp": -23.0, "momentary": False}


def test_silence_is_gated_out():
    check = AudioLoudness()
    heard(check, tone(4, 0.1, 997), tone(8, 0))
    assert check.measured == pytest.approx(-23.01, abs=0.3)


def test_a_short_clip_is_measured_by_its_loudest_moment():
    check = AudioLoudness()
    heard(check, tone(1, 0.01, 997), tone(1, 0.1, 997))
    assert (check.measured, check.details["momentary"]) == (pytest.approx(-23.01, abs=0.05), True)


@pytest.mark.parametrize(("level", "label"), [(-20, "too_loud"), (-22.5, None), (-26, "too_quiet")])
def test_it_holds_the_clip_against_a_target(level, label):
    sound = tone(5, 10 ** (level / 20), 997)
    seen = heard(AudioLoudness(target_lufs=-23.0), np.vstack([sound, sound]))
    assert [each.label for each in seen] == ([label] if label else [])
    if label == "too_loud":
        assert seen[0].message == "The clip has -20.0 LUFS, 3.0 LU above the target of -23."


def test_peaks_lie_between_the_samples():
    """A quarter of the rate, sampled at its shoulders: the samples reach 0.71, the wave 1."""
    wave = np.sin(2 * np.pi * 12_000 * np.arange(RATE) / RATE + np.pi / 4)[None].astype(np.float32)
    assert np.abs(wave).max() == pytest.approx(0.707, abs=0.001)
    assert true_peak(wave) == pytest.approx(1.0, abs=0.01)
    (seen,) = heard(AudioLoudness(), wave)
    assert seen.label == "true_peak"
