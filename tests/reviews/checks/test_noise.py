import numpy as np
import pytest

from reviews.checks.base import Skipped
from reviews.checks.noise import Noise, calm_roughness
from studio.media.clip import Native
from tests.reviews.checks.natives import blurred, look_closely, scene

CALM = blurred(scene(), 3)


def noisy(deviation: float) -> np.ndarray:
    return (CALM + np.random.default_rng(5).normal(0, deviation, CALM.shape)).clip(0, 255).astype(np.uint8)


def test_it_finds_noise_and_says_how_much():
    (seen,) = look_closely(Noise(), [CALM] * 3 + [noisy(12)] * 3 + [CALM] * 3)
    assert (seen.label, seen.start_frame, seen.end_frame) == ("noise", 9, 18)
    said = f"The picture is noisy: even its calmest parts vary by {seen.score:.0f} levels from pixel to pixel."
    assert seen.message == said


def test_the_measure_is_that_of_the_noise():
    """The Laplacian of independent noise has a deviation of sqrt(20) of its own; the mean |x| is 0.8 of that."""
    ground = np.full(CALM.shape, 128) + np.random.default_rng(5).normal(0, 10, CALM.shape)
    measured = calm_roughness(Native(ground.round().astype(np.uint8), 0, 0.0))
    assert measured == pytest.approx(0.8 * 20**0.5 * 10, rel=0.1)


@pytest.mark.parametrize(("deviation", "found"), [(1.5, False), (4, True)])
def test_a_little_passes(deviation, found):
    assert bool(look_closely(Noise(), [noisy(deviation)] * 4)) is found


def test_texture_leaves_some_tile_calm():
    picture = CALM.copy()
    picture[:, 128:] = np.random.default_rng(1).integers(20, 230, picture[:, 128:].shape)
    assert look_closely(Noise(), [picture] * 4) == []


def test_grain_may_be_asked():
    (seen,) = look_closely(Noise(), [noisy(12)] * 4, spec={"style": "grainy 16mm film"})
    assert seen.label == "grain_as_asked"


def test_a_small_picture_is_skipped():
    with pytest.raises(Skipped):
        look_closely(Noise(), [CALM[:32, :64]] * 3)
