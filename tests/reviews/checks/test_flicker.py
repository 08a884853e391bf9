"""Brightness that pulses; and what changes brightness without pulsing."""

import numpy as np
import pytest

from reviews.checks.base import Skipped
from reviews.checks.flicker import Flicker
from tests.reviews.checks.drawing import look, moving, texture

PICTURE = texture(1, low=60, high=160).astype(float)
COUNT, FPS = 48, 24


def pulsing(swing: float, frames=range(12, 36), *, where=slice(None)) -> list[np.ndarray]:
    """Every second frame of `frames` is darker by `swing` of its light, the others lighter, half each."""
    film = [PICTURE.copy() for _ in range(COUNT)]
    for at in frames:
        film[at][:, where] *= 1 + swing / 2 * (1 if at % 2 else -1)
    return [each.round() for each in film]


def labels(film):
    return [seen.label for seen in look(Flicker(), film, fps=FPS)]


def test_it_says_how_much_and_how_often():
    check = Flicker()
    (seen,) = look(check, pulsing(0.08), fps=FPS)
    assert seen.label == "strong_flicker"
    assert seen.start_frame in range(11, 18)
    assert seen.end_frame in range(30, 38)
    assert seen.score == pytest.approx(0.08, abs=0.005)
    assert seen.message.startswith("Brightness pulses by about 8% about 1")
    assert check.measured == pytest.approx(0.08, abs=0.005)


@pytest.mark.parametrize(
    ("swing", "found"),
    [(0.012, []), (0.024, ["global_flicker"]), (0.036, ["global_flicker"]), (0.05, ["strong_flicker"])],
)
def test_how_much_is_too_much(swing, found):
    assert labels(pulsing(swing)) == found


def test_a_third_of_the_picture_flickers_in_places():
    (seen,) = look(Flicker(global_above=0.9, strong_above=0.9), pulsing(0.08, where=slice(0, 24)), fps=FPS)
    assert seen.label == "local_flicker"
    assert "in places by about 8%" in seen.message


@pytest.mark.parametrize(("columns", "found"), [(13, ["local_flicker"]), (6, [])])
def test_a_fifth_of_the_picture_is_enough_and_a_tenth_is_not(columns, found):
    only_places = Flicker(global_above=0.9, strong_above=0.9)
    assert [seen.label for seen in look(only_places, pulsing(0.08, where=slice(0, columns)), fps=FPS)] == found


def test_a_fade_a_lamp_and_a_cut_do_not_pulse():
    fade = [PICTURE * (0.3 + 0.7 * at / COUNT) for at in range(COUNT)]
    lamp = [PICTURE * (0.6 if at < 24 else 1.0) for at in range(COUNT)]
    cut = [texture(1) if at < 24 else texture(2) for at in range(COUNT)]
    lightning = [PICTURE * (1.5 if at == 20 else 1.0) for at in range(COUNT)]
    assert [labels(film) for film in (fade, lamp, cut, lightning)] == [[], [], [], []]


def test_a_dark_fade_goes_by_whole_levels_and_does_not_pulse():
    fade = [np.full(PICTURE.shape, 67 - 3 * at - at % 2) for at in range(16)]
    assert labels([PICTURE] * 12 + fade) == []


@pytest.mark.parametrize(("fps", "frames"), [(8, 1), (8, 3), (24, 1), (24, 9)])
def test_black_frames_are_no_pulse(fps, frames):
    film = [PICTURE * (1 + 0.001 * at) for at in range(24)]
    film[10 : 10 + frames] = [np.full(PICTURE.shape, 16.0)] * frames
    assert look(Flicker(), film, fps=fps) == []


def test_black_frames_at_the_start_leave_the_rest_to_be_judged():
    film = pulsing(0.08)
    film[:3] = [np.full(PICTURE.shape, 16.0)] * 3
    assert labels(film) == ["strong_flicker"]


def test_a_clip_all_black_does_not_pulse():
    assert labels([np.full(PICTURE.shape, 16.0)] * 12) == []


@pytest.mark.parametrize(("frames", "found"), [(range(10, 12), []), (range(10, 18), ["strong_flicker"])])
def test_where_frames_last_long_it_is_light_and_dark_twice(frames, found):
    assert [seen.label for seen in look(Flicker(), pulsing(0.2, frames), fps=8)] == found


def test_motion_is_not_light():
    assert labels(moving(3, COUNT, step=3)) == []


def test_slow_pulses_are_breathing():
    assert labels([PICTURE * (1 + 0.1 * np.sin(2 * np.pi * at / 24)) for at in range(COUNT)]) == []


def test_three_frames_are_too_few():
    with pytest.raises(Skipped):
        look(Flicker(), pulsing(0.08)[:3], fps=FPS)
