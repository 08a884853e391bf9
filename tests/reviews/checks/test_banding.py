import numpy as np
import pytest

from reviews.checks.banding import Banding, stepped, terraces
from reviews.checks.base import Skipped
from tests.reviews.checks.natives import look_closely, scene

SHADE = np.linspace(30, 220, 512).round().astype(np.uint8)[None, :].repeat(320, 0)


def posterised(step: int) -> np.ndarray:
    return (SHADE // step * step + step // 2).astype(np.uint8)


def test_it_finds_steps_in_a_shade():
    (seen,) = look_closely(Banding(), [SHADE] * 3 + [posterised(16)] * 3 + [SHADE] * 3)
    assert (seen.label, seen.start_frame, seen.end_frame) == ("bands", 9, 18)
    assert seen.message == "Shades break into steps: the tones of the picture stand on few levels, with gaps between."


@pytest.mark.parametrize(("step", "found"), [(1, False), (8, True), (16, True)])
def test_five_bits_and_fewer_are_too_few(step, found):
    assert bool(look_closely(Banding(), [posterised(step)] * 4)) is found


def test_even_teeth_count_for_more_when_they_are_blurred():
    levels = np.arange(256)
    blurred_teeth = np.exp(-(((levels % 16) - 8) ** 2) / (2 * 4.0**2))
    uneven = np.abs(blurred_teeth / blurred_teeth.sum() - 1 / 256).sum()
    assert stepped(blurred_teeth) > uneven


def test_a_picture_of_few_tones_is_skipped():
    with pytest.raises(Skipped, match="too few tones"):
        look_closely(Banding(), [np.full((320, 512), 120, np.uint8)] * 3)


def test_a_flat_drawing_is_skipped_where_it_was_asked():
    with pytest.raises(Skipped, match="flat drawing"):
        look_closely(Banding(), [posterised(16)] * 3, spec={"style": "flat colour animation"})


def test_a_small_picture_is_skipped():
    with pytest.raises(Skipped, match="too small"):
        look_closely(Banding(), [posterised(16)[:100]] * 3)


def sky(step: int, *, size: tuple[int, int] = (320, 512)) -> np.ndarray:
    """A scene under a sky that falls from 160 to 140 over the upper half, in steps of so many levels."""
    picture, half = scene(size=size), size[0] // 2
    picture[:half] = (np.linspace(160, 140, half) / step).round()[:, None] * step
    return picture


def test_it_finds_a_sky_that_goes_by_steps():
    (seen,) = look_closely(Banding(), [sky(1)] * 3 + [sky(2)] * 3 + [sky(1)] * 3)
    assert (seen.label, seen.start_frame, seen.end_frame) == ("terraces", 9, 18)
    # Tiles of 64 px: two and a half rows of five are sky, and two rows are nothing else, the last row and column aside.
    assert seen.score == pytest.approx(2 / 4)
    assert seen.boxes == ((0.0, 0.0, 448 / 512, 128 / 320),)
    assert seen.message == "Smooth shades go by steps of two levels and more in 50% of the picture."


@pytest.mark.parametrize(("step", "found"), [(1, False), (2, True), (4, True)])
def test_steps_of_one_level_are_all_that_eight_bits_can(step, found):
    assert terraces(sky(step)).any() == found


def test_the_steps_are_as_long_in_a_larger_picture():
    assert terraces(sky(2, size=(1440, 2560))).mean() == pytest.approx(0.5, abs=0.06)


def test_neither_edges_nor_texture_nor_plain_walls_are_steps():
    edges = np.kron(np.array([[60, 120], [180, 90]]), np.ones((160, 256))).astype(np.uint8)
    assert not any(terraces(picture).any() for picture in (edges, scene(), np.full((320, 512), 120, np.uint8)))


def test_a_single_sample_is_no_terrace():
    assert look_closely(Banding(), [sky(1)] * 3 + [sky(2)] + [sky(1)] * 3) == []
