from fractions import Fraction

import av
import numpy as np
import pytest

from studio.media.proxy import AudioTrack, Clock

MILLISECOND = Fraction(1, 1000)


def test_the_clock_keeps_times_exactly():
    clock = Clock(MILLISECOND)
    assert [clock.next(time, 40) for time in (500, 540, 700)] == [500, 540, 700]


def test_the_clock_never_stands_still_or_runs_back():
    clock = Clock(MILLISECOND)
    assert [clock.next(time, 40) for time in (0, 40, 40, 10, 120)] == [0, 40, 41, 42, 120]


def test_a_picture_without_a_time_follows_its_predecessor():
    clock = Clock(MILLISECOND)
    assert [clock.next(time, 40) for time in (None, None, 100, None)] == [0, 40, 100, 140]


@pytest.mark.parametrize("first", [-80, 36_000_000])
def test_a_clock_that_was_lost_begins_at_zero(first):
    clock = Clock(MILLISECOND)
    assert [clock.next(first, 40), clock.next(first + 40, 40)] == [0, 40]
    assert clock.shift_seconds == Fraction(-first, 1000)


def test_a_clock_finer_than_h264_can_carry_is_made_coarser():
    clock = Clock(Fraction(1, 1_000_000_000))
    assert clock.time_base == Fraction(1, 90_000)
    assert [clock.next(0, 1), clock.next(1_000_000_000, 1)] == [0, 90_000]


def sound(samples, at, rate=48_000, layout="mono"):
    channels = 1 if layout == "mono" else 2
    frame = av.AudioFrame.from_ndarray(np.full((channels, samples), 0.5, np.float32), format="fltp", layout=layout)
    frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), at
    return frame


@pytest.fixture
def track():
    context = av.CodecContext.create("aac", "w")
    context.sample_rate, context.layout = 48_000, "mono"
    return AudioTrack(context)


def blocks(track, *frames, shift=Fraction(0)):
    return [(at, samples.shape[1]) for frame in frames for samples, at in track.blocks(frame, shift)]


def test_sound_starts_where_it_starts(track):
    assert blocks(track, sound(100, 480), sound(100, 580)) == [(480, 100), (580, 100)]


def test_what_lies_before_zero_is_cut_off(track):
    assert blocks(track, sound(100, -30), sound(100, 70)) == [(0, 70), (70, 100)]


def test_a_pause_is_filled_with_silence_and_a_rounding_is_not(track):
    assert blocks(track, sound(100, 0), sound(100, 10_100)) == [(0, 100), (100, 10_000), (10_100, 100)]
    assert blocks(track, sound(100, 10_300)) == [(10_200, 100)]


def test_sound_that_changes_its_layout_goes_on_as_it_began(track):
    frames = [sound(100, 0), sound(100, 100, layout="stereo"), sound(100, 200)]
    shapes = [samples.shape for frame in frames for samples, _ in track.blocks(frame, Fraction(0))]
    assert shapes == [(1, 100)] * 3


def test_sound_follows_the_shift_of_the_picture(track):
    assert blocks(track, sound(100, 48_000), shift=Fraction(-1)) == [(0, 100)]
