import cv2
import numpy as np
import pytest

from reviews.checks.base import Skipped
from reviews.checks.collapse import Collapse, gradient_of
from tests.reviews.checks.drawing import look

SIZE = (90, 160)


def mush(seed: int, sigma: float = 12) -> np.ndarray:
    """Blotches without an edge: noise, blurred, stretched to a deviation of 12 levels."""
    blurred = cv2.GaussianBlur(np.random.default_rng(seed).normal(0, 1, SIZE), (0, 0), sigma)
    return 120 + 12 * blurred / blurred.std()


def shimmering(count: int = 40, **kw: float) -> list[np.ndarray]:
    return [mush(1, **kw) + 4 * np.sin(at) * (mush(2) - 120) / 12 for at in range(count)]


def with_subject(film: list[np.ndarray]) -> list[np.ndarray]:
    for picture in film:
        picture[30:60, 60:100] = 220
    return film


def test_blotches_that_shimmer_have_no_subject():
    check = Collapse()
    (seen,) = look(check, shimmering())
    assert (seen.label, seen.start_frame, seen.end_frame) == ("no_subject", 0, 40)
    assert seen.message == "There is no subject: the picture is blotches that shimmer, without an edge anywhere."
    assert seen.score == check.measured < 8
    assert seen.evidence.frames == (0, 20, 35)


def test_one_thing_with_edges_is_a_subject():
    assert look(Collapse(), with_subject(shimmering())) == []


def test_four_samples_of_five_must_be_mush():
    film = shimmering(50)
    film[:20] = with_subject(film[:20])
    assert look(Collapse(), film) == []


def test_calm_fog_is_a_picture():
    assert look(Collapse(), [mush(1)] * 40) == []


def test_an_empty_picture_is_skipped():
    with pytest.raises(Skipped):
        look(Collapse(), [np.full(SIZE, 120)] * 20)


def test_the_gradient_is_levels_a_pixel():
    ramp = np.tile(np.arange(0, 160, dtype=np.uint8), (90, 1))
    assert gradient_of(ramp)[45, 80] == 1
