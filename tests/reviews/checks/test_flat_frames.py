import numpy as np
import pytest

from reviews.checks.flat_frames import FlatFrames
from tests.reviews.checks.drawing import look, make_chunk, make_clip, texture

LIT, GREY, BLACK = texture(1), np.full((32, 64), 120), np.full((32, 64), 16)


def film(flat: set[int], picture=GREY, count: int = 20) -> list[np.ndarray]:
    return [picture if index in flat else LIT for index in range(count)]


def striped(amplitude: int) -> np.ndarray:
    """Columns of 120 +- amplitude in turn: a standard deviation of just that."""
    return np.tile(np.array([120 - amplitude, 120 + amplitude]), (32, 32))


def mostly_white(dark_columns: int) -> np.ndarray:
    """White but for some of the 64 columns."""
    picture = np.full((32, 64), 235)
    picture[:, :dark_columns] = 60
    return picture


def test_it_names_and_places_flat_frames():
    (seen,) = look(FlatFrames(), film(set(range(5, 9))))
    assert (seen.label, seen.start_frame, seen.end_frame) == ("flat", 5, 9)
    assert seen.message == "4 frames are one plain colour, from 0.50 s to 0.90 s."
    assert (seen.score, seen.threshold, seen.evidence.frames) == (0.0, 2.0, (5, 7))


def test_one_alone_is_told_apart():
    (seen,) = look(FlatFrames(), film({8}))
    assert (seen.label, seen.message) == ("single_flat_frame", "One frame is one plain colour, at 0.80 s.")


@pytest.mark.parametrize(("amplitude", "found"), [(1, True), (2, False)])
def test_a_little_contrast_is_a_picture(amplitude, found):
    check = FlatFrames()
    assert bool(look(check, [striped(amplitude)] * 4)) is found
    assert check.measured == amplitude


@pytest.mark.parametrize(("columns", "found"), [(1, True), (2, False)])  # 98.4 % and 96.9 % white
def test_white_may_hold_a_little_of_something(columns, found):
    seen = look(FlatFrames(), film({8, 9}, mostly_white(columns)))
    assert bool(seen) is found
    if found:
        assert seen[0].message == "2 frames are white, from 0.80 s to 1.00 s."


def test_colours_side_by_side_of_one_brightness_are_a_picture():
    chunk = make_chunk([GREY] * 4)
    chunk.u[:, :, :16] = 90
    check = FlatFrames()
    check.look(chunk)
    assert list(check.conclude(make_clip(frames=4))) == []


def test_black_is_left_to_its_own_instrument():
    assert look(FlatFrames(), film({8, 9}, BLACK)) == []


def test_it_accepts_fades_where_the_brief_does():
    (seen,) = look(FlatFrames(), film({8, 9}), spec={"fades": True})
    assert seen.label == "flat_in_fade"
