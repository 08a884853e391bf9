"""Faces in a sample: where they are, and the 468 points of one. Nobody is recognised.

Detection is BlazeFace full-range, points are the face mesh; both read RGB in fixed square sizes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from reviews.checks.base import Sample
from reviews.checks.boxes import shared_area
from reviews.checks.findings import Box
from reviews.checks.squares import SIDE, Points, Tile, as_input, probability, run, squared, tiles_of, whole_of
from reviews.checks.weights import FACE_DETECTION, FACE_LANDMARKS
from studio.media.clip import Plane

FAR_SIDE = SIDE // 2
"""Shown so small, a face that is larger than the picture looks like one at the edge of a wider shot."""
FILLS_FROM = 0.5
"""Share of the picture's shorter side; smaller faces are not looked for from afar, the other views see them better."""
GRID = SIDE // 4
"""One anchor every four pixels, row by row: 2304."""
STEP = SIDE // GRID
FOUND_ABOVE = 0.5
"""Score of a face, 0-1, from which it is one at all."""
SAME_OVERLAP, SAME_INSIDE = 0.3, 0.6
"""Two boxes are one face when they share so much of their union, or so much of the smaller lies in the larger."""
MESH_MARGIN = 1.5
"""The mesh wants a square of so many times the longer side of the box (source: MediaPipe face landmark graph)."""


@dataclass(frozen=True, eq=False)
class Face:
    """`box` in 0-1 of the sample, `score` 0-1. `marks` (6, 2) in 0-1: the eye on the left of the picture and the one on
    its right when the face is upright, nose, mouth, and the ears in the same order as the eyes.
    """

    box: Box
    score: float
    marks: Points


@dataclass(frozen=True, eq=False)
class Mesh:
    """`points` (468, 3): x and y in pixels of the sample, depth on the same scale. `presence` 0-1: is it a face?"""

    points: Points
    presence: float


@lru_cache(maxsize=1)
def faces_in(sample: Sample) -> tuple[Face, ...]:
    """The faces of a sample, surest first; remembered, as several instruments ask about it one after the other.

    Raises Unavailable.
    """
    picture = sample.picture
    near = [face for tile in tiles_of(picture) for face in detected(picture, tile)]
    far = [face for face in detected(picture, whole_of(picture), FAR_SIDE) if fills(face, picture)]
    return tuple(one_each([*near, *far]))


def fills(face: Face, picture: Plane) -> bool:
    height, width = picture.shape[:2]
    return bool(max(face.box[2] * width, face.box[3] * height) >= FILLS_FROM * min(width, height))


def detected(picture: Plane, tile: Tile, side: int = SIDE) -> Iterator[Face]:
    """All boxes that the model gives for one tile, several for most faces; the tile is shown `side` px long."""
    square, scale, margin = squared(picture, tile, side)
    values, logits = run(FACE_DETECTION, as_input(square, low=-1.0))
    scores = probability(logits.ravel())
    size, origin = np.array(picture.shape[1::-1], np.float32), np.array(tile[:2], np.float32)
    for index in np.flatnonzero(scores > FOUND_ABOVE):
        places = (decoded(values[0, index], int(index)) - margin) / np.float32(scale) + origin
        (left, top), (right, bottom) = np.clip(places[:2] / size, 0, 1).tolist()
        if right > left and bottom > top:
            yield Face((left, top, right - left, bottom - top), float(scores[index]), places[2:] / size)


def decoded(values: Points, anchor: int) -> Points:
    """(8, 2) in pixels of the square: the box's corners and six marks. `values` (16): offsets from the anchor's centre
    of the box's centre, its size, and offsets of the marks (source: MediaPipe face_detection_full_range.pbtxt).
    """
    row, column = divmod(anchor, GRID)
    pairs = values.reshape(8, 2)
    here = (np.array([column, row], np.float32) + np.float32(0.5)) * STEP
    centre, half = here + pairs[0], pairs[1] / 2
    return np.vstack([centre - half, centre + half, here + pairs[2:]]).astype(np.float32)


def one_each(faces: Iterable[Face]) -> list[Face]:
    """Of boxes around the same face the surest."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda face: -face.score):
        if not any(same_face(face.box, other.box) for other in kept):
            kept.append(face)
    return kept


def same_face(one: Box, other: Box) -> bool:
    shared, areas = shared_area(one, other), (one[2] * one[3], other[2] * other[3])
    return shared > SAME_OVERLAP * (sum(areas) - shared) or shared > SAME_INSIDE * min(areas)


def mesh_of(sample: Sample, face: Face) -> Mesh:
    """The points of one face, which is turned upright by its eyes before the model looks. Raises Unavailable."""
    axes, origin, side = upright_square(face, sample.picture)
    crop = cv2.warpAffine(
        sample.picture, np.column_stack([axes, origin]), (SIDE, SIDE), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    )
    points, presence = run(FACE_LANDMARKS, as_input(np.asarray(crop, np.uint8), low=0.0))
    points = points.reshape(-1, 3)
    placed = np.column_stack([points[:, :2] @ axes.T + origin, points[:, 2] * (side / SIDE)])
    return Mesh(placed.astype(np.float32), float(probability(presence.ravel())[0]))


def upright_square(face: Face, picture: Plane) -> tuple[Points, Points, float]:
    """Where the mesh's square lies: its axes (2, 2) and its origin in pixels of the picture, and its side."""
    size = np.array(picture.shape[1::-1], np.float32)
    corner, extent = np.array(face.box[:2]) * size, np.array(face.box[2:]) * size
    side = MESH_MARGIN * float(extent.max())
    eyes = face.marks[:2] * size
    along = eyes[1] - eyes[0]
    across = along / max(1e-6, float(np.hypot(*along))) * (side / SIDE)
    axes = np.column_stack([across, (-across[1], across[0])]).astype(np.float32)
    middle = corner + extent / 2
    return axes, np.asarray(middle - axes @ np.full(2, SIDE / 2), np.float32), side
