"""What stays while the picture moves, and what only seems to."""

import cv2
import numpy as np
import pytest

from reviews.checks.base import Skipped
from reviews.checks.watermark import Watermark, place_of
from tests.reviews.checks.drawing import look

HEIGHT, WIDTH = 180, 320


def scene(seed: int, count: int = 20, *, step: int = 9) -> list[np.ndarray]:
    """Squares of 8 px with random levels that wander to the right and down, ten frames a second."""
    random = np.random.default_rng(seed)
    squares = np.kron(random.integers(60, 180, (40, 60)), np.ones((8, 8))).astype(np.uint8)
    return [
        np.roll(squares, (-index * step, -index * (step + 4)), axis=(0, 1))[:HEIGHT, :WIDTH].copy()
        for index in range(count)
    ]


def stamped(frames: list[np.ndarray], at: tuple[int, int], words: str = "VEO", level: int = 250) -> list[np.ndarray]:
    """The frames with words laid over them, 12 px high, their lower left corner `at`."""
    frames = [frame.copy() for frame in frames]
    for frame in frames:
        cv2.putText(frame, words, at, cv2.FONT_HERSHEY_SIMPLEX, 0.55, level, 2, cv2.LINE_AA)
    return frames


def test_a_mark_in_the_corner_is_found_where_it_is():
    check = Watermark()
    (seen,) = look(check, stamped(scene(1), (260, 25)))
    assert (seen.label, seen.start_frame, seen.end_frame) == ("mark", 0, 20)
    assert seen.message == "Something is laid over the picture at the top right: it stays while the scene moves."
    ((left, top, width, height),) = seen.boxes
    assert (left * WIDTH, (left + width) * WIDTH) == (pytest.approx(259, abs=4), pytest.approx(296, abs=6))
    assert (top * HEIGHT, (top + height) * HEIGHT) == (pytest.approx(12, abs=4), pytest.approx(27, abs=4))
    assert 0.92 <= seen.score <= 1
    assert seen.evidence.frames == (0, 10)
    assert check.measured == seen.score


def test_a_title_that_comes_or_goes_is_no_mark():
    film = scene(1)
    with_title = stamped(film, (260, 25), level=250)
    assert look(Watermark(), [*film[:4], *with_title[4:16], *film[16:]]) == []
    assert look(Watermark(), [*with_title[:14], *film[14:]]) == []
    assert len(look(Watermark(), [*with_title[:18], *film[18:]])) == 1  # missing for a moment


@pytest.mark.parametrize(("pace", "found"), [(0, ["mark"]), (0.2, [])])
def test_a_moon_that_wanders_is_no_mark(pace, found):
    """Its soft rim covers its way: every quarter shows it near enough, the last one 3 px from the first."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    frames = []
    for index, frame in enumerate(scene(1)):
        away = np.hypot(rows - 32, columns - 250 - pace * index)
        moon = np.clip((12 - away) / 6, 0, 1)
        frames.append(np.round(frame * (1 - moon) + 240 * moon).astype(np.uint8))
    assert [seen.label for seen in look(Watermark(), frames)] == found


def test_a_scene_that_moves_without_a_mark_is_clean():
    check = Watermark()
    assert look(check, scene(2)) == []
    assert check.measured == 0
    assert check.details["frames"] == 20


def test_a_subject_held_in_the_middle_is_no_mark():
    assert look(Watermark(), stamped(scene(3), (140, 95))) == []


def test_a_scene_that_stands_still_cannot_tell():
    with pytest.raises(Skipped, match="hardly moves"):
        look(Watermark(), stamped(scene(4, step=0)[:1] * 20, (260, 25)))


def test_a_short_clip_cannot_tell():
    with pytest.raises(Skipped, match="too short"):
        look(Watermark(), stamped(scene(1, count=11), (260, 25)))
    assert look(Watermark(), scene(1, count=12)) == []


def test_the_borders_of_tiles_are_no_marks():
    frames = scene(6)
    for frame in frames:
        frame[:, 104:107] = 16
        frame[88:91] = 16
    assert look(Watermark(), frames) == []


def test_smears_along_the_motion_are_no_marks():
    rows = np.repeat(np.random.default_rng(7).integers(60, 180, (60, 1)), 3, axis=0).astype(np.uint8)
    stripes = np.repeat(rows, WIDTH, axis=1)  # what a pan makes of the picture
    frames = [stripes.copy() for _ in range(20)]
    with pytest.raises(Skipped, match="hardly moves"):
        look(Watermark(), frames)


def test_marks_all_over_are_a_pattern():
    frames = scene(8)
    for x in (20, 130, 240):
        for y in (30, 95, 160):
            frames = stamped(frames, (x, y))
    (seen,) = look(Watermark(), frames)
    assert seen.label == "pattern"
    assert len(seen.boxes) == 9
    assert "all over the picture" in seen.message


@pytest.mark.parametrize(("limit", "found"), [(0.9, True), (1.0, False)])
def test_the_dial_sets_how_still_a_mark_must_be(limit, found):
    frames = stamped(scene(9), (260, 25), level=215)
    assert bool(look(Watermark(persistent_above=limit), frames)) is found


@pytest.mark.parametrize(("count", "limit"), [(20, 0.96), (30, 0.94), (40, 0.92), (60, 0.92)])
def test_a_mark_may_miss_less_of_itself_the_shorter_the_clip(count, limit):
    (seen,) = look(Watermark(), stamped(scene(1, count=count), (260, 25)))
    assert seen.threshold == pytest.approx(limit)


def test_a_place_has_a_name():
    assert place_of((0.8, 0.05, 0.1, 0.05)) == "at the top right"
    assert place_of((0.45, 0.9, 0.1, 0.05)) == "at the bottom"
    assert place_of((0.02, 0.9, 0.1, 0.05)) == "at the bottom left"
