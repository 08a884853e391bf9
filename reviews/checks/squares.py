"""Pictures for the models that read fixed squares: cut into tiles, squeezed into a black square, and run."""

import cv2
import numpy as np
from numpy.typing import NDArray

from reviews.checks.weights import Weights, litert_interpreter
from studio.media.clip import Plane

SIDE = 192
"""The detectors of faces and palms and the face mesh read pictures of so many pixels on each side."""
TILES_FROM_RATIO = 1.2
"""A picture this much longer than high is also looked at in three squares; what is in it is larger for the model."""
LOGIT_LIMIT = 80.0
"""Beyond it float32 overflows."""

Points = NDArray[np.float32]
Tile = tuple[int, int, int, int]
"""x, y, width, height in pixels."""


def tiles_of(picture: Plane) -> list[Tile]:
    """The whole, and three squares along the longer side of a long picture."""
    height, width = picture.shape[:2]
    side, longer = min(height, width), max(height, width)
    whole = [whole_of(picture)]
    if longer < TILES_FROM_RATIO * side:
        return whole
    starts = (0, (longer - side) // 2, longer - side)
    return whole + [(start, 0, side, side) if width > height else (0, start, side, side) for start in starts]


def whole_of(picture: Plane) -> Tile:
    height, width = picture.shape[:2]
    return 0, 0, width, height


def squared(picture: Plane, tile: Tile, side: int) -> tuple[Plane, float, Points]:
    """The tile shrunk into the middle of a black square, the scale it has there, and where it begins (x, y)."""
    x, y, width, height = tile
    scale = side / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    left, top = (SIDE - size[0]) // 2, (SIDE - size[1]) // 2
    square = np.zeros((SIDE, SIDE, 3), np.uint8)
    square[top : top + size[1], left : left + size[0]] = cv2.resize(
        picture[y : y + height, x : x + width], size, interpolation=cv2.INTER_AREA
    )
    return square, scale, np.array([left, top], np.float32)


def as_input(square: Plane, *, low: float) -> Points:
    """BGR uint8 (h, w, 3) as RGB float32 (1, h, w, 3) from `low` to 1."""
    rgb = square[None, :, :, ::-1].astype(np.float32)
    return np.ascontiguousarray(low + rgb * np.float32((1 - low) / 255))


def probability(logits: Points) -> Points:
    """0-1."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -LOGIT_LIMIT, LOGIT_LIMIT))), np.float32)


def run(weights: Weights, picture: Points) -> list[Points]:
    """The outputs of a model for one picture, in its own order. Raises Unavailable."""
    interpreter = litert_interpreter(weights)
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], picture)
    interpreter.invoke()
    return [interpreter.get_tensor(output["index"]) for output in interpreter.get_output_details()]
