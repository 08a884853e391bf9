"""Pens, paper and glue: vector shapes to sprites, and sprites onto a frame. All alpha is premultiplied."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from providers.sandbox.scenery.palette import Colour, Picture

FINER = 3
"""Shapes are drawn this many times larger and averaged down."""
Point = tuple[float, float]
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class View:
    """Where the camera is. `seconds` since the start; `x`, `y` in pixels of a layer at depth 1; `travel` likewise.

    `pivot` is the depth that an orbit turns about; `wide`, `high` are the frame's sides.
    """

    seconds: float
    wide: int
    high: int
    x: float = 0.0
    y: float = 0.0
    zoom: float = 1.0
    pivot: float = 0.0
    travel: float = 0.0

    def scale(self, depth: float) -> float:
        return 1 + (self.zoom - 1) * (0.2 + 0.8 * depth)

    def shift(self, depth: float) -> Point:
        return self.x * (depth - self.pivot), self.y * depth

    def place(self, x: float, y: float, depth: float) -> Point:
        """Where a point of the set is seen, in pixels of the frame."""
        (dx, dy), scale = self.shift(depth), self.scale(depth)
        return (x - dx - self.wide / 2) * scale + self.wide / 2, (y - dy - self.high / 2) * scale + self.high / 2


class Ink:
    """A transparent sheet, `width` x `height` in pixels of the finished sprite."""

    def __init__(self, width: float, height: float) -> None:
        self.size = max(2, round(width)), max(2, round(height))
        self._sheet = np.zeros((self.size[1] * FINER, self.size[0] * FINER, 4), np.uint8)

    def shape(self, points: Sequence[Point], tone: Colour, *, smooth: bool = False, alpha: float = 1.0) -> None:
        """A filled outline; `smooth` rounds it through its points."""
        outline = rounded(points) if smooth else np.asarray(points, np.float64)
        cv2.fillPoly(self._sheet, [np.round(outline * FINER * 16).astype(np.int32)], _ink(tone, alpha), cv2.LINE_8, 4)

    def line(self, points: Sequence[Point], tone: Colour, width: float) -> None:
        path = np.round(np.asarray(points, np.float64) * FINER).astype(np.int32)
        cv2.polylines(self._sheet, [path], False, _ink(tone, 1.0), max(1, round(width * FINER)), cv2.LINE_8)

    def disc(self, centre: Point, radius: float, tone: Colour, *, alpha: float = 1.0) -> None:
        x, y = (round(value * FINER) for value in centre)
        cv2.circle(self._sheet, (x, y), max(1, round(radius * FINER)), _ink(tone, alpha), cv2.FILLED)

    def box(self, left: float, top: float, right: float, bottom: float, tone: Colour, *, round_by: float = 0.0) -> None:
        if round_by <= 0:
            self.shape([(left, top), (right, top), (right, bottom), (left, bottom)], tone)
            return
        inner = (left + round_by, top + round_by, right - round_by, bottom - round_by)
        corners = [(inner[0], inner[1]), (inner[2], inner[1]), (inner[2], inner[3]), (inner[0], inner[3])]
        for corner in corners:
            self.disc(corner, round_by, tone)
        self.shape([(inner[0], top), (inner[2], top), (inner[2], bottom), (inner[0], bottom)], tone)
        self.shape([(left, inner[1]), (right, inner[1]), (right, inner[3]), (left, inner[3])], tone)

    def dry(self, *, rim: Colour | None = None, towards: Point = (1, -1), strength: float = 0.55) -> Picture:
        """The finished sprite, BGRA; `rim` lights the edges that face `towards`."""
        sheet = self._sheet.astype(np.float32)
        sheet[..., :3] *= sheet[..., 3:] / 255
        sprite = np.asarray(cv2.resize(sheet, self.size, interpolation=cv2.INTER_AREA), np.float32)
        if rim is not None:
            sprite[..., :3] += _rim(sprite[..., 3], towards, self.size)[..., None] * rim / 255 * strength
        return np.clip(sprite, 0, 255).astype(np.uint8)


def _ink(tone: Colour, alpha: float) -> tuple[float, float, float, float]:
    return float(tone[0]), float(tone[1]), float(tone[2]), 255.0 * alpha


def _rim(alpha: NDArray[np.float32], towards: Point, size: tuple[int, int]) -> NDArray[np.float32]:
    reach = max(1.2, size[1] / 90)
    shift = np.array([[1, 0, -towards[0] * reach], [0, 1, -towards[1] * reach]], np.float64)
    behind = cv2.GaussianBlur(cv2.warpAffine(alpha, shift, size), (0, 0), reach * 0.7)
    return np.asarray(np.clip(alpha - behind, 0, 255) * (alpha / 255), np.float32)


def rounded(points: Sequence[Point], steps: int = 10) -> NDArray[np.float64]:
    """A closed Catmull-Rom curve through `points`."""
    knots = np.asarray(points, np.float64)
    before, here, after, beyond = (np.roll(knots, shift, axis=0) for shift in (1, 0, -1, -2))
    u = np.linspace(0, 1, steps, endpoint=False)[:, None, None]
    curve = 0.5 * (
        2 * here
        + (after - before) * u
        + (2 * before - 5 * here + 4 * after - beyond) * u**2
        + (3 * here - before - 3 * after + beyond) * u**3
    )
    return curve.transpose(1, 0, 2).reshape(-1, 2)


def lay(frame: Picture, sprite: Picture) -> None:
    """Lay `sprite` (BGRA, as large as `frame`) over `frame`, in place."""
    clear = cv2.bitwise_not(sprite[..., 3])
    kept = cv2.multiply(frame, cv2.merge([clear, clear, clear]), scale=1 / 255)
    cv2.add(kept, cv2.cvtColor(sprite, cv2.COLOR_BGRA2BGR), dst=frame)


def paste(
    frame: Picture, sprite: Picture, centre: Point, scale: float = 1.0, turn: float = 0.0, *, glow: bool = False
) -> None:
    """Put `sprite` with its middle at `centre`, `turn` in degrees; `glow` adds its light instead of covering."""
    high, wide = sprite.shape[:2]
    matrix = cv2.getRotationMatrix2D((wide / 2, high / 2), turn, scale)
    reach_x, reach_y = (
        abs(matrix[0, 0]) * wide + abs(matrix[0, 1]) * high,
        abs(matrix[0, 1]) * wide + abs(matrix[0, 0]) * high,
    )
    left, top = max(0, int(centre[0] - reach_x / 2) - 1), max(0, int(centre[1] - reach_y / 2) - 1)
    right = min(frame.shape[1], int(centre[0] + reach_x / 2) + 2)
    bottom = min(frame.shape[0], int(centre[1] + reach_y / 2) + 2)
    if right <= left or bottom <= top:
        return
    matrix[:, 2] += np.array([centre[0] - wide / 2 - left, centre[1] - high / 2 - top])
    moved = cv2.warpAffine(sprite, matrix, (right - left, bottom - top), flags=cv2.INTER_LINEAR)
    window = frame[top:bottom, left:right]
    if glow:
        cv2.add(window, cv2.cvtColor(np.asarray(moved, np.uint8), cv2.COLOR_BGRA2BGR), dst=window)
    else:
        lay(window, np.asarray(moved, np.uint8))


def glow_sprite(radius: float, tone: Colour, strength: float = 0.6, falloff: float = 2.2) -> Picture:
    """A soft round light to be added, BGRA."""
    size = max(4, round(radius * 2))
    axis = (np.arange(size, dtype=np.float32) + 0.5) / size * 2 - 1
    near = np.clip(1 - np.sqrt(axis[None, :] ** 2 + axis[:, None] ** 2), 0, 1) ** falloff * strength
    light = near[..., None] * np.append(tone, 0).astype(np.float32)
    light += np.random.default_rng(7).random((size, size, 1), np.float32) - 0.5
    return np.asarray(np.clip(light, 0, 255), np.uint8)
