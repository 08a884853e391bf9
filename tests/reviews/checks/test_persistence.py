"""Each sign of a mark by itself, on gradients written down by hand."""

import numpy as np
import pytest

from reviews.checks.persistence import (
    Edges,
    has_shape,
    is_varied,
    shift_between,
    stands_alone,
    without_long_lines,
)

SIZE = (60, 80)
BOX = (30, 20, 10, 10)


def still(across: np.ndarray, down: np.ndarray) -> Edges:
    """Edges none of which moved."""
    return Edges(across, down, np.hypot(across, down).astype(np.float32))


def filled(value: float = 0) -> np.ndarray:
    return np.full(SIZE, value, np.float32)


@pytest.mark.parametrize(("angles", "varied"), [((0,), False), ((45,), False), ((0, 90), True)])
def test_edges_that_run_one_way_are_no_mark_whichever_way_it_is(angles, varied):
    across, down = filled(), filled()
    for row in range(20, 30):
        angle = np.radians(angles[row % len(angles)])
        across[row], down[row] = 10 * np.cos(angle), 10 * np.sin(angle)
    assert is_varied(still(across, down), BOX, np.ones((10, 10), bool)) is varied


@pytest.mark.parametrize(("stays", "alone"), [(False, True), (True, False)])
def test_a_piece_among_others_that_stay_is_part_of_the_scene(stays, alone):
    edges = Edges(filled(), filled(), filled(10))
    staying = np.full(SIZE, stays)
    assert stands_alone(edges, staying, BOX) is alone


def test_only_lines_along_half_the_picture_are_left_out():
    staying = np.zeros(SIZE, bool)
    staying[10, :45] = True  # 45 of 80 px
    staying[40, 20:55] = True
    staying[50, :25] = True  # from the border on
    kept = without_long_lines(staying)
    assert not kept[10].any()
    assert kept[40].sum() == 35
    assert not kept[50].any()


def ring_at(left: int, top: int) -> Edges:
    """Edges around a square of ten px, pointing outwards."""
    across, down = filled(), filled()
    across[top : top + 10, left], across[top : top + 10, left + 9] = -10, 10
    down[top, left : left + 10], down[top + 9, left : left + 10] = -10, 10
    return still(across, down)


@pytest.mark.parametrize("went", [(0, 0), (1, 0), (2, 0), (0, -3), (-4, 4)])
def test_it_sees_how_far_edges_went(went):
    first, last = ring_at(30, 20), ring_at(30 + went[0], 20 + went[1])
    assert shift_between(first, last, BOX, first.net[20:30, 30:40] > 0) == went


@pytest.mark.parametrize(("pixels", "fits"), [(24, True), (23, False)])
def test_a_mark_has_enough_edges(pixels, fits):
    piece = np.zeros((10, 10), bool)
    piece.flat[:pixels] = True
    assert has_shape(SIZE, BOX, piece) is fits
    assert not has_shape(SIZE, (0, 0, 60, 40), np.ones((40, 60), bool))
