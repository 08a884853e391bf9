import numpy as np
import pytest

from reviews.checks.base import Skipped
from reviews.checks.duplicate_frames import DuplicateFrames
from tests.reviews.checks.drawing import look, moving, texture


def repeating(count: int, repeats: set[int]) -> list[np.ndarray]:
    """A moving film in which these frames show the one before again."""
    film = moving(1, count)
    for index in sorted(repeats):
        film[index] = film[index - 1]
    return film


@pytest.mark.parametrize(("period", "words"), [(2, "every 2nd"), (3, "every 3rd"), (4, "every 4th")])
def test_it_finds_every_nth_frame_repeated(period, words):
    repeats = set(range(period, 22, period))
    check = DuplicateFrames()
    (seen,) = look(check, repeating(24, repeats))
    assert (seen.label, seen.start_frame, seen.end_frame) == ("many", period, max(repeats) + 1)
    effective = (24 - len(repeats)) / 2.4
    assert seen.message == (
        f"{len(repeats)} of 24 frames repeat the one before ({words}): "
        f"the picture runs at {effective:.1f} frames a second."
    )
    assert check.details == {"duplicates": len(repeats), "effective_fps": round(effective, 3)}


@pytest.mark.parametrize(("repeats", "found"), [({10}, 0), ({5, 15}, 1), ({5, 16}, 0)])
def test_it_tells_of_two_within_a_second(repeats, found):
    assert [each.label for each in look(DuplicateFrames(), repeating(24, repeats))] == ["repeated"] * found


@pytest.mark.parametrize(("repeats", "shown"), [({5, 9}, (4, 5, 6)), ({21, 23}, (20, 21, 22))])
def test_it_shows_the_first_repeat_between_its_neighbours(repeats, shown):
    (seen,) = look(DuplicateFrames(), repeating(24, repeats))
    assert seen.evidence.frames == shown


def test_it_leaves_a_long_hold_to_frozen_frames():
    assert look(DuplicateFrames(), repeating(30, set(range(11, 16)))) == []


def test_it_only_remarks_on_animation():
    (seen,) = look(DuplicateFrames(), repeating(24, set(range(2, 22, 2))), spec={"style": "flat animation"})
    assert seen.label == "on_twos"


def test_it_lets_a_still_picture_pass():
    assert look(DuplicateFrames(), [texture(1)] * 20) == []


def test_it_does_not_run_on_a_single_frame():
    with pytest.raises(Skipped, match="One frame"):
        look(DuplicateFrames(), [texture(1)])


def redrawn(at: int, level: int) -> np.ndarray:
    """Frame `at` of the moving film with `level` more in every second column, as a coarse encoder may draw it."""
    picture = moving(1, at + 1)[at].astype(int)
    picture[:, ::2] += level
    return picture


@pytest.mark.parametrize(("level", "found"), [(1, ["many"]), (40, [])])
def test_a_repeat_that_was_drawn_anew_is_still_a_repeat(level, found):
    film = moving(1, 24)
    for at in range(3, 24, 3):
        film[at] = redrawn(at - 1, level)
    assert [each.label for each in look(DuplicateFrames(still_ratio=0, still_below=0), film)] == found
