"""Light as it reaches the eye: relative luminance and red of cells of the picture, linear, 1.0 for white."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.media.clip import Chunk, Colours, Matrix, Plane, Transfer

Cells = NDArray[np.float32]
"""(frames, rows, columns)"""

CELL = 5
"""Side of a cell, px of the small luma: 64 cells across. At arm's length more than a tenth of a degree, so that fine
balanced patterns average out, as WCAG 2.2 allows them to."""
SDR_NITS = 200.0
"""The display of ITU-R BT.1702; what is brighter on an HDR display counts as more than 1.0."""
LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""Weights of linear R, G, B (WCAG 2.2, "relative luminance")."""
RED_SCALE = 320.0
"""Of the working test for saturated red: max(0, R - G - B) x 320 (source: WCAG 2 working definition, as in IRIS)."""
SATURATED = 0.8
"""R / (R + G + B) from which red is saturated (WCAG 2.2)."""

# R', G', B' of (Y', Cb, Cr) in 0-1 and -0.5-0.5 (ITU-R BT.709-6, BT.601-7, BT.2020-2).
MATRICES = {
    Matrix.BT709: ((1, 0, 1.5748), (1, -0.1873, -0.4681), (1, 1.8556, 0)),
    Matrix.BT601: ((1, 0, 1.402), (1, -0.3441, -0.7141), (1, 1.772, 0)),
    Matrix.BT2020: ((1, 0, 1.4746), (1, -0.1646, -0.5714), (1, 1.8814, 0)),
}


@dataclass(frozen=True, eq=False)
class Light:
    """Of each frame of a chunk, the carried one too. `red`: the working value, `saturated`: where it is that red."""

    luminance: Cells
    red: Cells
    saturated: NDArray[np.bool_]


def light_of(chunk: Chunk) -> Light:
    """Of the mean colour of each cell: averaging before linearising costs a third, and cells are small."""
    count, height, width = chunk.luma.shape
    rows, columns = max(1, height // CELL), max(1, width // CELL)
    tall, wide = min(CELL, height), min(CELL, width)
    # An exact divisor: all frames of the chunk in one call.
    whole = chunk.luma[:, : rows * tall, : columns * wide].reshape(count * rows * tall, columns * wide)
    luma = np.asarray(cv2.resize(whole, (columns, count * rows), interpolation=cv2.INTER_AREA), np.uint8)
    yuv = luma.reshape(count, rows, columns), in_cells(chunk.u, rows, columns), in_cells(chunk.v, rows, columns)
    red, green, blue = linear_rgb(*yuv, chunk.colours)
    total = red + green + blue
    luminance = LUMINANCE[0] * red + LUMINANCE[1] * green + LUMINANCE[2] * blue
    return Light(luminance, np.maximum(0, 2 * red - total) * np.float32(RED_SCALE), red >= SATURATED * total)


def in_cells(planes: Plane, rows: int, columns: int) -> Plane:
    count, height, width = planes.shape
    # Frames one above the other shrink by the same factor as each alone, so none bleeds into the next.
    cells = cv2.resize(planes.reshape(count * height, width), (columns, count * rows), interpolation=cv2.INTER_AREA)
    return np.asarray(cells, np.uint8).reshape(count, rows, columns)


def linear_rgb(luma: Plane, u: Plane, v: Plane, colours: Colours) -> tuple[Cells, Cells, Cells]:
    """Linear R, G, B of limited-range Y, U, V."""
    # Floats from here on: in 16-bit integers (Y - 16) x 255 overflows, and every full swing would vanish.
    parts = ((luma, 16, 219), (u, 128, 224), (v, 128, 224))
    y, cb, cr = ((plane.astype(np.float32) - np.float32(zero)) * np.float32(255 / span) for plane, zero, span in parts)
    table = linear_table(colours.transfer)
    red, green, blue = (
        table[np.clip(y + np.float32(of_cb) * cb + np.float32(of_cr) * cr, 0, 255).round().astype(np.uint8)]
        for _, of_cb, of_cr in MATRICES[colours.matrix]
    )
    return red, green, blue


@cache
def linear_table(transfer: Transfer) -> NDArray[np.float32]:
    """Linear light of each of 256 levels from 0 to 1."""
    return np.asarray(linear(np.arange(256) / 255, transfer), np.float32)


def linear(coded: NDArray[np.float64], transfer: Transfer) -> NDArray[np.float64]:
    """Light of coded values 0-1, 1.0 for SDR white."""
    if transfer is Transfer.PQ:
        return pq_nits(coded) / SDR_NITS
    if transfer is Transfer.HLG:
        return hlg_nits(coded) / SDR_NITS
    return np.where(coded <= 0.03928, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)  # WCAG 2.2


def pq_nits(coded: NDArray[np.float64]) -> NDArray[np.float64]:
    """SMPTE ST 2084, the inverse of its perceptual quantiser, cd/m2."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    root = coded ** (1 / m2)
    return np.asarray(10_000 * (np.maximum(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1))


def hlg_nits(coded: NDArray[np.float64]) -> NDArray[np.float64]:
    """ITU-R BT.2100 HLG for grey on a display of 1,000 cd/m2 (system gamma 1.2), cd/m2."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(coded <= 0.5, coded**2 / 3, (np.exp((coded - c) / a) + b) / 12)
    return np.asarray(1000 * scene**1.2)
