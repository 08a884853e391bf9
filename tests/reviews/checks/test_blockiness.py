import numpy as np
import pytest

from reviews.checks.base import Skipped
from reviews.checks.blockiness import Blockiness, grid_ratio, steps_across, steps_down
from tests.reviews.checks.natives import blurred, look_closely, scene

SMOOTH = blurred(scene(), 1)


def blocked(strength: int) -> np.ndarray:
    """Every second block of 8 px lies `strength` levels higher."""
    high = np.indices(SMOOTH.shape)[0] // 8 + np.indices(SMOOTH.shape)[1] // 8
    return (SMOOTH.clip(20, 200) + strength * (high % 2)).astype(np.uint8)


def test_it_finds_blocks_and_says_how_strong():
    film = [SMOOTH] * 3 + [blocked(12)] * 3 + [SMOOTH] * 3
    (seen,) = look_closely(Blockiness(), film)
    assert (seen.label, seen.start_frame, seen.end_frame) == ("blocks", 9, 18)
    said = f"steps on a grid of 8 px are {seen.score:.1f} times the others."
    assert seen.message == f"The picture falls into blocks: {said}"
    assert seen.score > 2


def test_faint_ones_pass():
    assert look_closely(Blockiness(), [blocked(1)] * 4) == []


def test_the_ratio_is_that_of_the_steps():
    between = np.where(np.arange(200) % 8 == 3, 9.0, 1.0)
    on_it, beside = (9 + 1) / (1 + 1), (1 + 1) / ((9 + 6 * 1) / 7 + 1)
    assert grid_ratio(between) == pytest.approx(on_it / beside)
    assert grid_ratio(np.ones(200)) == 1


def test_steps_lie_where_the_edge_is():
    picture = np.full((40, 40), 100, np.uint8)
    picture[:, 24:] = 140
    assert np.flatnonzero(steps_across(picture)).tolist() == [23]
    assert np.flatnonzero(steps_down(picture.T)).tolist() == [23]


def test_one_edge_on_the_grid_is_no_grid():
    picture = SMOOTH.copy()
    picture[:, :64] = 16
    assert look_closely(Blockiness(), [picture] * 4) == []


def test_another_grid_is_not_that_of_an_encoder():
    picture = SMOOTH.astype(int)
    picture += 12 * ((np.indices(SMOOTH.shape)[1] // 7) % 2)
    assert look_closely(Blockiness(), [picture.clip(16, 235).astype(np.uint8)] * 4) == []


def test_one_bad_key_frame_is_not_a_state():
    assert look_closely(Blockiness(), [blocked(12), *[SMOOTH] * 5]) == []


def test_a_small_picture_is_skipped():
    with pytest.raises(Skipped):
        look_closely(Blockiness(), [SMOOTH[:64, :64]] * 3)
