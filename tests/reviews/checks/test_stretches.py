"""Sums of gradients by quarters, for clips of any length."""

import numpy as np
import pytest

from reviews.checks.stretches import MOST, Stretches


def shown(count: int) -> Stretches:
    """Frames with one edge each, that of frame n at row n // (count / 4): a row to each quarter."""
    stretches = Stretches()
    for at in range(count):
        luma = np.full((40, 16), 60, np.uint8)
        row = 5 + 8 * (at * 4 // count)
        luma[row : row + 2] = 160
        stretches.add(luma)
    return stretches


@pytest.mark.parametrize("count", [12, 16, 17, 20, 33, 64, 100, 1000])
def test_each_quarter_holds_its_own_frames(count):
    stretches = shown(count)
    assert stretches.seen == count
    for number, quarter in enumerate(stretches.quarters()):
        strongest = int(quarter.strength.mean(axis=1).argmax())
        assert 4 + 8 * number <= strongest <= 7 + 8 * number


def test_the_whole_is_that_of_all_frames():
    strength = shown(100).whole().strength.mean(axis=1)
    assert strength[[4, 12, 20, 28]] == pytest.approx(strength[4], rel=0.1)


def test_however_long_the_clip_few_sums_are_kept():
    assert len(shown(1000)._sums) <= MOST
