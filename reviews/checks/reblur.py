"""Re-blur ratio (after Crete 2007): which part of the steps between neighbouring pixels a further blur leaves.

0 for edges of one pixel, 1 for a picture that another blur does not change. Measured tile by tile, once of all steps
and once of the strong ones alone: fine grain, which encoders drop and bring back, is in the first only.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.media.clip import Plane

Ratios = NDArray[np.float64]

TILE = 64
BLUR = 5
"""Side of the box that blurs once more, px (Crete 2007 takes 9; 5 tells small blurs apart better)."""
LEAST_CONTRAST = 6.0
"""Standard deviation of a tile, levels, from which there is something to be sharp."""
LEAST_TILES = 0.05
"""Share of the tiles that must have contrast: of a plain picture with one small thing nothing can be said."""
SHARPEST = 0.2
"""Share of the tiles that speak for the frame: motion blur and a shallow depth of field leave some sharp."""
TILE_ROWS = 5
"""Rows of tiles that are measured, evenly over the height."""
EDGE = 8
"""Levels from which a step is part of an edge."""


@dataclass(frozen=True, slots=True)
class Reblur:
    """Of the tiles of a few rows: `ratios`, NaN without contrast, and `edges`, NaN with too few strong steps.

    Both are empty for a picture that is too small.
    """

    ratios: Ratios
    edges: Ratios

    @property
    def sharpest(self) -> float:
        """The ratio of the sharpest tiles; NaN where next to nothing has contrast."""
        return sharpest(self.ratios, max(2.0, LEAST_TILES * len(self.ratios)))

    @property
    def sharpest_edges(self) -> float:
        return sharpest(self.edges, 2)

    @property
    def detail(self) -> float:
        """Share of the tiles with contrast."""
        return float(np.isfinite(self.ratios).mean()) if len(self.ratios) else 0.0


def reblur_of(luma: Plane) -> Reblur:
    height, width = luma.shape
    rows, columns = height // TILE, width // TILE
    if rows * columns < 4:
        return Reblur(np.zeros(0), np.zeros(0))
    ratios: list[Ratios] = []
    edges: list[Ratios] = []
    for row in np.unique(np.linspace(0, rows - 1, TILE_ROWS).round().astype(int)):
        cut = np.ascontiguousarray(luma[row * TILE : (row + 1) * TILE, : columns * TILE])
        contrast = np.array([cv2.meanStdDev(tile)[1].ravel()[0] for tile in np.hsplit(cut, columns)])
        across, down = surviving(cut, columns, down=False), surviving(cut, columns, down=True)
        ratios.append(np.where(contrast >= LEAST_CONTRAST, np.maximum(across.ratios, down.ratios), np.nan))
        edges += [across.edges, down.edges]
    return Reblur(np.concatenate(ratios), np.concatenate(edges))


def sharpest(ratios: Ratios, least: float) -> float:
    kept = np.sort(ratios[np.isfinite(ratios)])
    return float(kept[: max(1, round(SHARPEST * len(kept)))].mean()) if len(kept) >= least else float("nan")


def surviving(cut: Plane, columns: int, *, down: bool) -> Reblur:
    """Of one row of tiles, in one direction."""
    blurred = np.asarray(cv2.blur(cut, (1, BLUR) if down else (BLUR, 1)), np.uint8)
    step = steps(cut, down=down)
    lost = np.asarray(cv2.subtract(step, steps(blurred, down=down)), np.uint8)
    strong = np.asarray(cv2.threshold(step, EDGE - 1, 255, cv2.THRESH_BINARY)[1], np.uint8)
    planes = (step, lost, step & strong, lost & strong)
    total, vanished, at_edges, vanished_there = (sums_of_tiles(plane, columns) for plane in planes)
    left = 1 - vanished_there / np.maximum(at_edges, 1e-6)
    return Reblur(1 - vanished / np.maximum(total, 1e-6), np.where(at_edges >= TILE * EDGE, left, np.nan))


def steps(plane: Plane, *, down: bool) -> Plane:
    first, second = (plane[1:], plane[:-1]) if down else (plane[:, 1:], plane[:, :-1])
    return np.asarray(cv2.absdiff(first, second), np.uint8)


def sums_of_tiles(plane: Plane, columns: int) -> Ratios:
    sums = cv2.reduce(plane, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32F).ravel()
    return np.asarray(np.add.reduceat(sums, np.arange(columns) * TILE), np.float64)
