"""Palms in a sample, and how sure the second model is that a hand belongs to one (MediaPipe's palm and hand models)."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from reviews.checks.base import Sample
from reviews.checks.findings import Box
from reviews.checks.squares import SIDE, Points, Tile, as_input, probability, run, squared, tiles_of
from reviews.checks.weights import HAND_LANDMARKS, PALM_DETECTION
from studio.media.clip import Plane

FOUND_ABOVE = 0.5
"""Score of a palm, 0-1, from which it is one at all (source: MediaPipe palm_detection graph)."""
GRIDS = ((24, 2), (12, 6))
"""Cells on each side and anchors a cell: strides 8, 16, 16, 16 with two each (source: as above); 2016 together."""
SAME_SHARE = 0.5
"""Palms whose centres lie closer than this share of the larger one are one."""
WRIST, MIDDLE_KNUCKLE = 0, 2
"""Which of a palm's seven marks."""
HAND_SIDE = 224
HAND_SCALE, HAND_SHIFT = 2.6, 0.5
"""A hand is looked for in a square so many palms long, moved towards the fingers by this share of a palm."""


@dataclass(frozen=True, eq=False)
class Palm:
    """All in pixels of the sample: `centre` and `size` of its square, `marks` (7, 2). `score` 0-1."""

    centre: Points
    size: float
    marks: Points
    score: float


@dataclass(frozen=True, eq=False)
class Hand:
    """`presence` 0-1: is there a hand at the palm? `box` of its 21 points, 0-1 of the sample."""

    palm: Palm
    presence: float
    box: Box


def hands_in(sample: Sample) -> list[Hand]:
    """A hand for every palm, surest palm first, whether the second model agrees or not. Raises Unavailable."""
    return [hand_at(sample.picture, palm) for palm in palms_in(sample.picture)]


def palms_in(picture: Plane) -> list[Palm]:
    kept: list[Palm] = []
    found = [palm for tile in tiles_of(picture) for palm in detected(picture, tile)]
    for palm in sorted(found, key=lambda palm: -palm.score):
        if not any(is_same(palm, other) for other in kept):
            kept.append(palm)
    return kept


def is_same(one: Palm, other: Palm) -> bool:
    return float(np.hypot(*(one.centre - other.centre))) < SAME_SHARE * max(one.size, other.size)


def detected(picture: Plane, tile: Tile) -> Iterator[Palm]:
    """All that the model gives for one tile, several for most palms."""
    square, scale, margin = squared(picture, tile, SIDE)
    values, logits = run(PALM_DETECTION, as_input(square, low=0.0))
    scores = probability(logits.ravel())
    for index in np.flatnonzero(scores > FOUND_ABOVE):
        # (9, 2) in pixels of the square, from the anchor: the centre, the size, and seven marks
        pairs = values[0, index].reshape(9, 2)
        places = (np.vstack([pairs[:1], pairs[2:]]) + anchors()[index] - margin) / np.float32(scale)
        places = places + np.array(tile[:2], np.float32)
        yield Palm(places[0], float(pairs[1].max()) / scale, places[1:], float(scores[index]))


@cache
def anchors() -> Points:
    """(2016, 2): x and y of every anchor in pixels of the square."""
    cells = [
        ((column + 0.5) / grid, (row + 0.5) / grid)
        for grid, each in GRIDS
        for row in range(grid)
        for column in range(grid)
        for _ in range(each)
    ]
    return np.array(cells, np.float32) * SIDE


def hand_at(picture: Plane, palm: Palm) -> Hand:
    axes, origin = upright_square(palm)
    crop = cv2.warpAffine(
        picture, np.column_stack([axes, origin]), (HAND_SIDE,) * 2, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    )
    points, presence, *_ = run(HAND_LANDMARKS, as_input(np.asarray(crop, np.uint8), low=0.0))
    placed = points.reshape(-1, 3)[:, :2] @ axes.T + origin
    size = np.array(picture.shape[1::-1], np.float32)
    low, high = np.clip(placed.min(axis=0) / size, 0, 1).tolist(), np.clip(placed.max(axis=0) / size, 0, 1).tolist()
    return Hand(palm, float(presence.item()), (low[0], low[1], high[0] - low[0], high[1] - low[1]))


def upright_square(palm: Palm) -> tuple[Points, Points]:
    """Where the hand's square lies, its fingers upwards: axes (2, 2) and origin in pixels of the picture."""
    up = palm.marks[MIDDLE_KNUCKLE] - palm.marks[WRIST]
    up = up / max(1e-6, float(np.hypot(*up)))
    middle = palm.centre + up * np.float32(HAND_SHIFT * palm.size)
    step = np.float32(HAND_SCALE * palm.size / HAND_SIDE)
    axes = (np.column_stack([(-up[1], up[0]), -up]) * step).astype(np.float32)
    return axes, np.asarray(middle - axes @ np.full(2, HAND_SIDE / 2), np.float32)
