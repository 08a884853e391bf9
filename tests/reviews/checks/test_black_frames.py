import numpy as np
import pytest

from reviews.checks.black_frames import BlackFrames
from tests.reviews.checks.drawing import look, texture

LIT, BLACK = texture(1), np.full((32, 64), 16)


def film(black: set[int], count: int = 20) -> list[np.ndarray]:
    return [BLACK if index in black else LIT for index in range(count)]


@pytest.mark.parametrize(
    ("black", "label", "frames"),
    [
        ({8, 9}, "black", (8, 10)),
        ({8}, "single_black_frame", (8, 9)),
        ({1}, "black", (1, 2)),  # starts at 0.1 s
        ({18}, "black", (18, 19)),  # ends 0.1 s before the end
        ({8, 10}, "black", (8, 11)),  # 0.1 s apart: one finding
        (set(range(20)), "black", (0, 20)),
    ],
)
def test_it_names_and_places_black_frames(black, label, frames):
    (seen,) = look(BlackFrames(), film(black))
    assert (seen.label, (seen.start_frame, seen.end_frame)) == (label, frames)
    assert (seen.start_seconds, seen.end_seconds) == pytest.approx((frames[0] / 10, frames[1] / 10))


def test_it_shows_the_first_and_the_middle_frame():
    (seen,) = look(BlackFrames(), film(set(range(4, 14))))
    assert seen.evidence.frames == (4, 9)


def test_it_keeps_runs_apart_that_are_three_tenths_away():
    assert [(seen.start_frame, seen.end_frame) for seen in look(BlackFrames(), film({5, 6, 10, 11}))] == [
        (5, 7),
        (10, 12),
    ]


def test_it_accepts_fades_where_the_brief_does():
    (seen,) = look(BlackFrames(), film({8, 9}), spec={"fades": True})
    assert seen.label == "black_in_fade"


@pytest.mark.parametrize("night", [np.full((32, 64), 20), np.full((32, 64), 30)])
def test_it_lets_a_night_scene_pass(night):
    assert look(BlackFrames(), [night] * 10) == []


def test_it_lets_a_lit_corner_pass():
    corner = BLACK.copy()
    corner[:8, :8] = 200  # 64 of 2048 px: 96.9 % are dark
    assert look(BlackFrames(), [corner] * 10) == []
