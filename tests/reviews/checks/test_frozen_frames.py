import numpy as np
import pytest

from reviews.checks.base import Skipped
from reviews.checks.frozen_frames import FrozenFrames
from tests.reviews.checks.drawing import look, moving, texture


def held(count: int, start: int, end: int) -> list[np.ndarray]:
    """A moving film whose frames `start` to `end` (exclusive) all show frame `start`."""
    film = moving(1, count)
    return [film[start] if start <= index < end else film[index] for index in range(count)]


@pytest.mark.parametrize(
    ("start", "end", "label"), [(10, 16, "freeze"), (0, 6, "freeze_at_start"), (24, 30, "freeze_at_end")]
)
def test_it_finds_a_hold_and_says_where(start, end, label):
    (seen,) = look(FrozenFrames(), held(30, start, end))
    assert (seen.label, seen.start_frame, seen.end_frame) == (label, start, end)
    assert seen.score == pytest.approx(0.6)
    assert seen.message == f"The picture stands still from {start / 10:.2f} s to {end / 10:.2f} s."


@pytest.mark.parametrize(("frames", "found"), [(4, 0), (5, 1)])
def test_it_counts_from_nearly_half_a_second(frames, found):
    # at 10 frames a second: 0.4 s and 0.5 s
    assert len(look(FrozenFrames(), held(30, 10, 10 + frames))) == found


def test_it_finds_a_hold_that_fills_most_of_the_clip():
    (seen,) = look(FrozenFrames(), held(40, 8, 40))
    assert (seen.label, seen.start_frame, seen.end_frame) == ("freeze_at_end", 8, 40)


def test_it_shows_the_held_picture_and_how_little_it_changes():
    (seen,) = look(FrozenFrames(), held(30, 10, 16))
    curve = seen.evidence.curve
    assert seen.evidence.frames == (10,)
    assert curve.seconds == tuple(each / 10 for each in range(1, 30))
    assert [each for each, value in zip(curve.seconds, curve.values, strict=True) if value < curve.threshold] == [
        *(1.1, 1.2, 1.3, 1.4, 1.5)
    ]


def test_it_sees_through_the_key_frame_of_a_re_encoded_hold():
    film = held(40, 10, 26)
    for index in range(18, 26):
        film[index] = film[index] + 1  # a refresh: one level everywhere, once
    (seen,) = look(FrozenFrames(), film)
    assert (seen.start_frame, seen.end_frame) == (10, 26)


def test_it_calls_a_still_picture_a_static_shot():
    (seen,) = look(FrozenFrames(), [texture(1)] * 20)
    assert (seen.label, seen.start_frame, seen.end_frame) == ("static_shot", 0, 20)


def test_it_lets_a_small_moving_thing_in_a_still_room_pass():
    film = []
    for index in range(30):
        picture = texture(1)
        picture[8:16, 8:16] = 60 + 100 * (index % 2)  # one cell of 32: D is 3.1
        film.append(picture)
    assert look(FrozenFrames(), film) == []


def sprinkled(changes: list[int]) -> list[np.ndarray]:
    """Frames of which each changes 16 levels in so many of 2048 px: D is changes / 128."""
    film = [texture(1, high=100)]
    for index, pixels in enumerate(changes):
        picture = film[-1].copy()
        picture.reshape(-1)[(np.arange(pixels) * 97 + 5 * index) % picture.size] ^= 16
        film.append(picture)
    return film


def test_it_lets_a_scene_pass_that_comes_to_rest_gradually():
    lively, slowing, rest = [96] * 20, [64, 48, 32, 24, 20, 16, 12, 10, 8, 7], [0] * 8  # D 0.75, then 0.5 to 0.055
    assert look(FrozenFrames(), sprinkled([*lively, *slowing, *rest])) == []
    assert [seen.label for seen in look(FrozenFrames(), sprinkled([*lively, *rest]))] == ["freeze_at_end"]


def test_it_finds_one_frame_that_is_shown_for_too_long():
    times = [index / 10 for index in range(10)] + [1.6 + index / 10 for index in range(10)]
    (seen,) = look(FrozenFrames(), moving(1, 20), times=times)
    assert (seen.start_frame, seen.end_frame, seen.score) == (9, 10, pytest.approx(0.7))


def test_it_does_not_run_on_a_single_frame():
    with pytest.raises(Skipped, match="One frame"):
        look(FrozenFrames(), [texture(1)])
