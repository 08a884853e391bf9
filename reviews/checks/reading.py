"""Reading: where lines of text are in a picture, and what a line says (PP-OCRv4, the files of RapidOCR).

Both models read BGR pictures in -1 to 1 whose sides are multiples of 32 (detection), or 48 px high (recognition).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from reviews.checks.findings import Box
from reviews.checks.weights import TEXT_DETECTION, TEXT_RECOGNITION, onnx_session
from studio.media.clip import Plane

LONGEST, MULTIPLE = 640, 32
"""Detection shrinks a picture to so many pixels on its longer side; enlarging it finds nothing more."""
TEXT_ABOVE, LINE_ABOVE = 0.3, 0.5
"""Probability of a pixel, and mean probability of a line (source: PP-OCRv4 DBPostProcess)."""
UNCLIP = 1.6
"""The model draws lines thinner than they are; grown by area x this / circumference (source: as above)."""
LEAST_PIXELS = 3
MOST_LINES = 40
"""Of one picture, largest first: a page of print needs no more to be known as text."""
LINE_HEIGHT, WIDEST = 48, 960
UPRIGHT_FROM = 1.5
"""A crop this much higher than wide is a line that runs downwards."""
BLANK = 0

Corners = NDArray[np.float32]
Values = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Line:
    """`corners` (4, 2) in pixels of the picture: top left, top right, bottom right, bottom left. `score` 0-1."""

    corners: Corners
    score: float

    @property
    def sides(self) -> tuple[float, float]:
        """The shorter and the longer, in pixels: the height of a letter and the length of the line."""
        first, second = np.linalg.norm(self.corners[:2] - self.corners[1:3], axis=1).tolist()
        return min(first, second), max(first, second)

    @property
    def height(self) -> float:
        return self.sides[0]

    @property
    def elongation(self) -> float:
        """How many times longer than high."""
        height, length = self.sides
        return length / max(height, 1.0)

    def box(self, picture: Plane) -> Box:
        """0-1 of the picture."""
        size = np.array(picture.shape[1::-1], np.float32)
        (left, top), (right, bottom) = (
            np.clip(edge / size, 0, 1).tolist() for edge in (self.corners.min(axis=0), self.corners.max(axis=0))
        )
        return left, top, right - left, bottom - top


@dataclass(frozen=True, slots=True)
class Reading:
    """What a line says; `confidence` 0-1 is the mean over its letters, 0 where there are none."""

    text: str
    confidence: float


def lines_in(picture: Plane, longest: int = LONGEST) -> list[Line]:
    """The lines of text in a BGR picture, largest first. Raises Unavailable."""
    small = shrunk(picture, longest)
    shown = np.ascontiguousarray(as_input(small).transpose(2, 0, 1)[None])
    probable: Values = onnx_session(TEXT_DETECTION).run(None, {"x": shown})[0][0, 0]
    scale = (np.array(picture.shape[1::-1]) / np.array(small.shape[1::-1])).astype(np.float32)
    return [Line(corners * scale, score) for corners, score in outlined(probable)]


def shrunk(picture: Plane, longest: int) -> Plane:
    height, width = picture.shape[:2]
    scale = min(1.0, longest / max(height, width))
    size = [max(MULTIPLE, round(side * scale / MULTIPLE) * MULTIPLE) for side in (width, height)]
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def as_input(picture: Plane) -> Values:
    return (picture.astype(np.float32) / np.float32(127.5)) - np.float32(1)


def outlined(probable: Values) -> list[tuple[Corners, float]]:
    """Corners and scores of the lines in a map of probabilities, largest first, at most `MOST_LINES`."""
    mask = cv2.dilate((probable > TEXT_ABOVE).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    lines = []
    for contour in sorted(contours, key=cv2.contourArea, reverse=True)[:MOST_LINES]:
        centre, (width, height), angle = cv2.minAreaRect(contour)
        score = mean_within(probable, np.asarray(contour, np.int32))
        if min(width, height) >= LEAST_PIXELS and score > LINE_ABOVE:
            grown = UNCLIP * width * height / (width + height)
            corners = cv2.boxPoints((centre, (width + grown, height + grown), angle))
            lines.append((ordered(np.asarray(corners, np.float32)), score))
    return lines


def mean_within(probable: Values, contour: NDArray[np.int32]) -> float:
    left, top, width, height = cv2.boundingRect(contour)
    inside = np.zeros((height, width), np.uint8)
    cv2.drawContours(inside, [contour], 0, 1, cv2.FILLED, offset=(-left, -top))
    return float(cv2.mean(probable[top : top + height, left : left + width], inside)[0])


def ordered(corners: Corners) -> Corners:
    """Top left first, then clockwise, for a line that is read from left to right."""
    across = corners[np.argsort(corners[:, 0], kind="stable")]
    left, right = across[:2], across[2:]
    left, right = left[np.argsort(left[:, 1])], right[np.argsort(right[:, 1])]
    return np.array([left[0], right[0], right[1], left[1]], np.float32)


def read(picture: Plane, lines: Sequence[Line]) -> list[Reading]:
    """What the lines say, one after the other. Raises Unavailable."""
    return [read_line(cut_out(picture, line)) for line in lines]


def cut_out(picture: Plane, line: Line) -> Plane:
    """The line by itself, upright, `LINE_HEIGHT` high."""
    first, second, third, _ = line.corners
    width, height = float(np.linalg.norm(second - first)), float(np.linalg.norm(third - second))
    corners = line.corners
    if height >= UPRIGHT_FROM * width:
        corners, width, height = np.roll(corners, -1, axis=0), height, width
    across = int(np.clip(round(LINE_HEIGHT * width / max(height, 1.0)), LINE_HEIGHT // 2, WIDEST))
    to = np.array([[0, 0], [across, 0], [across, LINE_HEIGHT], [0, LINE_HEIGHT]], np.float32)
    turned = cv2.warpPerspective(
        picture, cv2.getPerspectiveTransform(corners, to), (across, LINE_HEIGHT), borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(turned, np.uint8)


def read_line(crop: Plane) -> Reading:
    """Raises Unavailable."""
    shown = np.ascontiguousarray(as_input(crop).transpose(2, 0, 1)[None])
    steps: Values = onnx_session(TEXT_RECOGNITION).run(None, {"x": shown})[0][0]
    best, sure = steps.argmax(axis=1), steps.max(axis=1)
    begins = np.concatenate(([True], best[1:] != best[:-1])) & (best != BLANK)
    letters = letters_known()
    text = "".join(letters[index] for index in best[begins])
    return Reading(text.strip(), float(sure[begins].mean()) if text.strip() else 0.0)


@cache
def letters_known() -> tuple[str, ...]:
    """What each class of the recognition model means; the file says it itself. Raises Unavailable."""
    stored = onnx_session(TEXT_RECOGNITION).get_modelmeta().custom_metadata_map["character"]
    return ("", *stored.splitlines(), " ")
