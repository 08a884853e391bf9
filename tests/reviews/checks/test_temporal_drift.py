import cv2
import numpy as np
import pytest

from reviews.checks.base import Skipped
from reviews.checks.temporal_drift import TemporalDrift, box_of
from tests.reviews.checks.drawing import look, make_chunk, make_clip

SIZE = (72, 128)


def scene(seed: int = 1) -> np.ndarray:
    """Soft blotches, as flow can follow them."""
    blurred = cv2.GaussianBlur(np.random.default_rng(seed).normal(0, 1, (SIZE[0], 2 * SIZE[1])), (0, 0), 3)
    return (120 + 40 * blurred / blurred.std()).clip(20, 230)


def panning(count: int, step: int = 1) -> list[np.ndarray]:
    return [scene()[:, at * step : at * step + SIZE[1]].copy() for at in range(count)]


def test_motion_is_explained():
    check = TemporalDrift()
    assert look(check, panning(48), fps=24) == []
    assert check.measured < 4


def test_what_redraws_is_placed_and_boxed():
    film = panning(48)
    for at in range(24, 36):
        film[at][:40, 64:] = scene(100 + at)[:40, :64]
    (seen,) = look(TemporalDrift(), film, fps=24)
    assert seen.label == "redraws"
    assert 20 <= seen.start_frame < seen.end_frame <= 40
    assert seen.message == (
        f"Around {seen.peak_frame / 24:.1f} s something changes more than it moves: does it melt or redraw?"
    )
    x, y, _, height = seen.boxes[0]
    assert x >= 0.4
    assert y + height <= 0.7


def test_a_cut_is_no_drift():
    film = panning(24) + [255 - each for each in panning(24)]
    assert look(TemporalDrift(), film, fps=24) == []


@pytest.mark.parametrize(("levels", "found"), [(3.5, []), (5, ["colour_drift"]), (-5, ["colour_drift"])])
def test_colours_that_wander(levels, found):
    film, seconds = panning(72), np.arange(72) / 24
    seen = look(TemporalDrift(), film, fps=24, u=(128 + levels * seconds).round().astype(int).tolist())
    assert [each.label for each in seen] == found
    if found:
        towards = "blue" if levels > 0 else "yellow"
        assert seen[0].message == f"The colours drift towards {towards} all through the clip."
        assert seen[0].score == pytest.approx(5, abs=0.2)


def test_colours_that_come_and_go_do_not_drift():
    wave = [round(128 + 20 * np.sin(at)) for at in range(72)]
    assert look(TemporalDrift(), panning(72), fps=24, u=wave) == []


def test_three_plain_colours_one_after_the_other_are_cuts():
    stairs = [118] * 24 + [128] * 24 + [138] * 24
    assert look(TemporalDrift(), panning(72), fps=24, u=stairs) == []


def test_one_frame_cannot_drift():
    check = TemporalDrift()
    check.look(make_chunk(panning(1)))
    with pytest.raises(Skipped):
        list(check.conclude(make_clip(frames=1)))


def test_the_box_is_around_the_worst_cells_that_touch():
    cells = np.zeros((9, 16))
    cells[2:4, 8:10], cells[8, 0] = 10, 9
    assert box_of(cells) == (0.5, pytest.approx(2 / 9), 0.125, pytest.approx(2 / 9))
