"""Bars: which are some, to the line; and what only looks like some."""

from fractions import Fraction

import numpy as np
import pytest

from reviews.checks.active_picture import active_window
from reviews.checks.letterbox import Letterbox
from studio.media.clip import Window
from tests.reviews.checks.drawing import make_chunk, make_clip, texture

FRAMES = 16


def scene(height: int = 36, width: int = 64, *, step: int = 3) -> np.ndarray:
    """(16, height, width): squares of random levels that wander to the right."""
    squares = np.random.default_rng(1).integers(40, 200, (height // 4, width // 4))
    picture = np.kron(squares, np.ones((4, 4)))
    return np.stack([np.roll(picture, index * step, axis=1) for index in range(FRAMES)]).astype(np.uint8)


def barred(top: int, bottom: int, fill: object = 16, **kw: int) -> np.ndarray:
    film = scene(**kw)
    film[:, :top], film[:, film.shape[1] - bottom :] = fill, fill
    return film


def look(film: np.ndarray, **clip):
    check = Letterbox()
    check.look(make_chunk(list(film)))
    facts = {"frames": len(film), "width": 640, "height": 360} | clip
    return check, list(check.conclude(make_clip(facts.pop("spec", None), **facts)))


@pytest.mark.parametrize("fill", [16, 26, 90, 230])
def test_it_measures_bars_of_any_still_colour_to_the_line(fill):
    check, (seen,) = look(barred(4, 4, fill))
    assert (seen.label, seen.boxes) == ("letterbox", ((0.0, 4 / 36, 1.0, 28 / 36),))
    assert seen.score == check.measured == pytest.approx(8 / 36)
    said = "Bars above and below take 22% of the height: the picture within is 640x280, 2.29:1."
    assert (seen.message, seen.threshold) == (said, 0.03)
    assert (seen.start_frame, seen.end_frame) == (0, FRAMES)


def test_bars_at_the_sides_have_their_own_name():
    film = np.ascontiguousarray(barred(4, 4, 16, height=64, width=36).transpose(0, 2, 1))
    _, (seen,) = look(film)
    assert (seen.label, seen.boxes) == ("pillarbox", ((4 / 64, 0.0, 56 / 64, 1.0),))


def test_and_bars_all_around():
    film = barred(4, 4)
    film[:, :, :6], film[:, :, -6:] = 16, 16
    _, (seen,) = look(film)
    assert (seen.label, seen.boxes) == ("windowbox", ((6 / 64, 4 / 36, 52 / 64, 28 / 36),))


def test_bars_with_a_still_pattern_are_bars_beside_a_moving_picture():
    pattern = np.tile(np.array([60, 110], np.uint8), (4, 32))
    _, (seen,) = look(barred(4, 4, pattern))
    assert seen.boxes[0][1] == pytest.approx(4 / 36)


def test_a_pattern_around_a_picture_that_stands_still_is_a_bar_by_its_straight_edges():
    smooth = np.linspace(60, 110, 64).astype(np.uint8)
    within = np.random.default_rng(3).integers(40, 200, (1, 36, 64)).astype(np.uint8).repeat(FRAMES, 0)
    within[FRAMES // 2 :, 15:20, 30:35] = 220  # something moves
    film = within.copy()
    film[:, :6] = film[:, -6:] = smooth
    _, (seen,) = look(film)
    assert (seen.label, seen.boxes[0][1]) == ("letterbox", pytest.approx(6 / 36))
    film[:, :6] = within[:, :6]  # one straight edge is a thing in the scene
    assert look(film)[1] == []
    film[:, :9] = smooth  # and so are two at different distances
    assert look(film)[1] == []


def test_a_soft_dim_border_is_one_too():
    rng = np.random.default_rng(2)
    film = barred(4, 4, 30)
    film[:, :4] += rng.integers(0, 8, (4, 64), np.uint8)
    _, (seen,) = look(film)
    assert seen.boxes[0][1] == pytest.approx(4 / 36)


def test_three_per_cent_is_the_limit():
    tall = {"height": 100, "width": 64}
    assert look(barred(2, 2, **tall))[1] != []
    assert look(barred(2, 0, **tall))[1] == []
    assert look(barred(1, 1, **tall))[1] == []


@pytest.mark.parametrize(("top", "bottom"), [(8, 0), (8, 3)])
def test_one_bar_or_two_of_different_size_are_no_letterbox(top, bottom):
    assert look(barred(top, bottom))[1] == []


def test_a_dark_stage_has_no_bars():
    film = np.full((FRAMES, 36, 64), 16, np.uint8)
    for index in range(FRAMES):
        film[index, 10:26, 28 + index % 4 : 36 + index % 4] = 180
    assert look(film)[1] == []


def test_a_ball_on_black_touches_its_frame_in_one_place():
    y, x = np.mgrid[0:180, 0:320]
    ball = ((y - 90) ** 2 + (x - 160) ** 2) < 80**2
    assert look(np.where(ball, scene(180, 320), 16).astype(np.uint8))[1] == []


def test_a_plain_backdrop_is_no_bar():
    film = np.full((FRAMES, 36, 64), 120, np.uint8)
    for index in range(FRAMES):
        film[index, 10:26, 20 + index : 30 + index] = texture(1)[:16, :10]
    assert look(film)[1] == []


def test_a_locked_off_shot_has_none():
    film = scene(step=0)
    for index in range(FRAMES):
        film[index, 12:24, 10 + 2 * index : 20 + 2 * index] = 220
    assert look(film)[1] == []


def test_bars_are_expected_where_they_make_the_shape_that_was_asked():
    asked = {"ratio": f"{640 * 36}:{360 * 28}"}
    assert look(barred(4, 4), spec=asked)[1][0].label == "expected_bars"
    assert look(barred(4, 4), spec={"ratio": "16:9"})[1][0].label == "letterbox"
    turned = {"ratio": f"{360 * 28}:{640 * 36}"}
    assert look(barred(4, 4), spec=turned, rotation=90)[1][0].label == "expected_bars"


def test_black_between_scenes_does_not_hide_grey_bars():
    film = barred(4, 4, 90)
    film[8:10] = 16
    assert look(film)[1] != []


def test_an_empty_clip_has_none():
    check, seen = look(np.full((FRAMES, 36, 64), 16, np.uint8), fps=Fraction(10))
    assert (check.measured, seen) == (0.0, [])


def test_the_other_instruments_look_within_grey_bars_too():
    assert active_window(barred(4, 4, 90)) == Window(0, 4, 64, 32)
