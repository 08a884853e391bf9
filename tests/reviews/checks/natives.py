"""Native frames drawn by hand, three a second, and instruments that look at them."""

from fractions import Fraction

import cv2
import numpy as np

from reviews.checks.base import Instrument, Observation
from studio.media.clip import Native
from tests.reviews.checks.drawing import make_chunk, make_clip

FPS = 9
EVERY = 3


def scene(seed: int = 1, *, size: tuple[int, int] = (320, 512)) -> np.ndarray:
    """Random levels in squares of several sizes: detail at every scale, as in a photograph, and on no common grid."""
    rng, picture = np.random.default_rng(seed), np.full(size, 128.0)
    for side in (2, 3, 5, 7, 11, 19, 37, 61):
        squares = rng.normal(0, 4 + side / 4, (size[0] // side + 1, size[1] // side + 1))
        picture += squares.repeat(side, 0).repeat(side, 1)[: size[0], : size[1]]
    return picture.clip(20, 230).astype(np.uint8)


def blurred(picture: np.ndarray, sigma: float) -> np.ndarray:
    return cv2.GaussianBlur(picture, (0, 0), sigma)


def look_closely(check: Instrument, natives: list[np.ndarray], **clip: object) -> list[Observation]:
    """Every third frame of nine a second is one of `natives`; the small copies stand still."""
    frames = len(natives) * EVERY
    check.look(make_chunk([np.full((32, 64), 120)] * frames, fps=FPS))
    for at, luma in enumerate(natives):
        check.look_closely(Native(luma, at * EVERY, at * EVERY / FPS))
    height, width = natives[0].shape
    facts = {"frames": frames, "fps": Fraction(FPS), "width": width, "height": height} | clip
    return list(check.conclude(make_clip(facts.pop("spec", None), **facts)))
