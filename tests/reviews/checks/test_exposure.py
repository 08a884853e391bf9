"""Light: too much, too little, and unlike the rest of its scene."""

import numpy as np
import pytest

from reviews.checks.exposure import Exposure, Step, likeness, stretches
from tests.reviews.checks.drawing import look, make_chunk, make_clip, texture

SCENE = texture(1, low=60, high=160)


def with_white(columns: int) -> np.ndarray:
    """The scene with so many of its 64 columns at nominal white."""
    picture = SCENE.copy()
    picture[:, :columns] = 235
    return picture


def with_black(columns: int) -> np.ndarray:
    picture = SCENE.copy()
    picture[:, :columns] = 20
    return picture


def film(inside: np.ndarray, frames=range(5, 10), outside=SCENE, count: int = 20) -> list[np.ndarray]:
    return [inside if index in frames else outside for index in range(count)]


@pytest.mark.parametrize(("columns", "labels"), [(22, []), (23, ["overexposed"])])  # 34.4 % and 35.9 %
def test_a_third_of_the_picture_may_be_white(columns, labels):
    check = Exposure(step_levels=99)
    assert [seen.label for seen in look(check, film(with_white(columns)))] == labels
    assert check.measured == pytest.approx(columns / 64)


def test_it_says_how_much_and_when():
    (seen,) = look(Exposure(), film(with_white(32)))
    assert (seen.start_frame, seen.end_frame, seen.score, seen.threshold) == (5, 10, 0.5, 0.35)
    assert seen.message == "50% of the picture is blown out to white, from 0.50 s to 1.00 s."
    assert seen.evidence.frames == (5,)


@pytest.mark.parametrize(("columns", "labels"), [(38, []), (39, ["crushed"])])  # 59.4 % and 60.9 %
def test_most_of_it_may_not_be_crushed(columns, labels):
    bright = np.where(with_black(columns) == 20, 20, 200)
    seen = look(Exposure(step_levels=999), film(bright))
    assert [each.label for each in seen] == labels


@pytest.mark.parametrize(("level", "labels"), [(34, []), (33, ["underexposed"])])
def test_a_very_dark_stretch(level, labels):
    dark = np.full((32, 64), level)
    dark[:, ::2] += 8
    dark[:, 1::2] -= 8  # all over 20, the mean is the level
    seen = look(Exposure(step_levels=999), film(dark))
    assert [each.label for each in seen] == labels


def test_black_is_not_dark():
    assert look(Exposure(step_levels=999), film(np.full((32, 64), 16))) == []


def test_two_tenths_of_a_second_do_not_count():
    assert look(Exposure(), film(with_white(40), range(5, 7))) == []


@pytest.mark.parametrize(("by", "labels"), [(13, []), (15, ["brighter_for_a_while"]), (-15, ["darker_for_a_while"])])
def test_a_stretch_lit_unlike_its_scene(by, labels):
    seen = look(Exposure(), film(SCENE.astype(int) + by))
    assert [each.label for each in seen] == labels
    if seen:
        how = "brighter" if by > 0 else "darker"
        assert seen[0].message == f"The scene is suddenly 15 levels {how} than beside it, from 0.50 s to 1.00 s."
        assert (seen[0].start_frame, seen[0].end_frame) == (5, 10)


def test_another_scene_may_be_lit_as_it_likes():
    other = texture(7, low=90, high=190)
    assert abs(likeness(SCENE, other)) < 0.75
    assert look(Exposure(), film(other)) == []


def test_steps_are_found_over_the_edge_of_a_chunk():
    check, frames = Exposure(), film(SCENE.astype(int) + 30, range(4, 8), count=12)
    first, second = make_chunk(frames[:4]), make_chunk(frames[3:])
    check.look(first)
    check.look(second.__class__(second.luma, second.u, second.v, np.arange(3, 12) / 10, 4, carried=1))
    (seen,) = check.conclude(make_clip(frames=12, times=[index / 10 for index in range(12)]))
    assert (seen.label, seen.start_frame, seen.end_frame) == ("brighter_for_a_while", 4, 8)


def test_of_a_step_that_stays_the_shorter_side_is_the_odd_one():
    assert stretches([Step(30, 20.0)], 100) == [(0, 30)]
    assert stretches([Step(70, 20.0)], 100) == [(70, 100)]
    assert stretches([Step(10, 20.0), Step(20, -18.0), Step(50, -30.0), Step(60, 30.0)], 100) == [(10, 20), (50, 60)]


def test_luma_beyond_the_broadcast_range_is_a_remark():
    hot = SCENE.copy()
    hot[:, 0] = 250
    (seen,) = look(Exposure(), [hot] * 4)
    assert (seen.label, seen.message) == (
        "out_of_range",
        "2% of the luma lies outside the broadcast range of 16 to 235.",
    )
