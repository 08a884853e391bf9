from itertools import pairwise

import numpy as np
import pytest

from reviews.checks.leaps import Leaps, without_light
from tests.reviews.checks.test_temporal_drift import SIZE, panning, scene


def leaps(
    film: list[np.ndarray],
    *,
    chunk: int = 64,
    blank: frozenset[int] = frozenset(),
    times: list[float] | None = None,
    least: float = 0.4,
) -> list[int]:
    """The first frames after leaps, the film shown in chunks."""
    luma = np.stack(film).clip(0, 255).astype(np.uint8)
    changes = np.array([np.abs(one.astype(float) - other).mean() for one, other in pairwise(luma)])
    empty = np.array([frame in blank for frame in range(len(luma))])
    seconds = np.array(times or range(len(luma))) / 24
    instrument = Leaps(least, 2.5, 1.7)
    for start in range(0, len(luma), chunk):
        shown = slice(start, start + chunk)
        instrument.see(luma[shown], seconds[shown], empty[shown], changes[max(0, start - 1) : start + chunk - 1])
    return [leap.frame for leap in instrument.found()]


def steps(*widths: int) -> list[np.ndarray]:
    """A picture that wanders so many px from frame to frame."""
    return [scene()[:, at : at + SIZE[1]].copy() for at in np.cumsum([0, *widths])]


@pytest.mark.parametrize("chunk", [64, 12, 7])
def test_a_slow_pan_that_leaves_a_piece_out_leaps(chunk):
    assert leaps(steps(*[1] * 11, 8, *[1] * 12), chunk=chunk) == [12]


@pytest.mark.parametrize(
    "widths",
    [
        [1] * 24,
        [1] * 11 + [2] + [1] * 12,  # a frame was dropped
        [1] * 10 + [0, 2] + [1] * 12,  # a frame was shown twice
        [0] * 10 + [9, 9, 9] + [0] * 10,  # a whip pan
        [0] * 12 + [6] * 12,  # the camera starts
        [1, 7, 2, 8, 1, 6, 1, 8, 2, 7, 1, 8, 1, 7, 1, 6],  # it shakes
        [0] * 12 + [2] + [0] * 12,  # something hits it
    ],
)
def test_motion_is_no_leap(widths):
    assert leaps(steps(*widths)) == []


@pytest.mark.parametrize(
    ("gain", "lift"), [(0.7, 0), (1.3, 0), (np.linspace(0.7, 1.2, SIZE[1]), 0), (1, 45), (2, 60), (0.2, 0)]
)
def test_light_that_changes_at_once_is_no_leap(gain, lift):
    film = panning(24)
    assert leaps([*film[:12], *(16 + (each - 16) * gain + lift for each in film[12:])]) == []


def test_the_step_after_a_repeat_is_no_leap():
    film = steps(*[1] * 24)
    far = scene()[:, 20 : 20 + SIZE[1]]
    assert leaps([*film[:12], film[11], far, *film[13:]]) == []


def test_a_frame_that_comes_later_has_moved_further():
    film = steps(*[2] * 11, 8, *[2] * 11)
    # what enters the picture at the side, 8 of 128 px, cannot be known: it leaves about 1 %
    assert leaps(film, least=2, times=[*range(12), *range(15, 27)]) == []
    assert leaps(film, least=2) == [12]


def titled(frame: np.ndarray) -> np.ndarray:
    """With letters along the lower part, 6 px high, three quarters of the width."""
    frame = frame.copy()
    rows, columns = frame.shape
    frame[rows * 3 // 4 : rows * 3 // 4 + 6, columns // 8 : columns * 7 // 8 : 3] = 255
    return frame


def test_a_title_that_appears_in_a_scene_that_runs_on_is_no_leap():
    film = steps(*[1] * 24)
    assert leaps([*film[:12], *map(titled, film[12:])]) == []
    assert leaps([*map(titled, film[:12]), *film[12:]]) == []


def test_nothing_is_known_of_the_first_and_last_two_pairs():
    assert leaps(steps(8, *[1] * 22, 8)) == []


def test_a_frame_without_a_picture_is_no_leap():
    film = panning(24)
    film[12] = np.full(SIZE, 16.0)
    assert leaps(film, blank=frozenset({12})) == []


def test_light_is_what_the_surroundings_share():
    flat = np.full(SIZE, 90, np.uint8)
    assert (without_light(flat) == 128).all()
