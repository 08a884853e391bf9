"""How light and dark are spread over a frame: what several instruments read from a luma histogram."""

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.media.clip import Chunk, Series

LEVELS = 256
BLACK_LUMA, WHITE_LUMA = 16, 235
"""Nominal black and white of the limited range (BT.709-6)."""
Histograms = NDArray[np.float32]


def luma_histograms(chunk: Chunk) -> Histograms:
    """(new frames, 256): share of pixels at each level of luma; every second row, which tells the same."""
    rows = chunk.new_luma[:, ::2]
    counted = [cv2.calcHist([frame], [0], None, [LEVELS], [0, LEVELS]).ravel() for frame in rows]
    return np.asarray(np.stack(counted) / rows[0].size, np.float32)


def share_up_to(histograms: Histograms, level: int) -> Series:
    """Share of pixels at `level` and darker, of each frame."""
    return np.asarray(histograms[:, : level + 1].sum(axis=1), np.float64)


def share_from(histograms: Histograms, level: int) -> Series:
    """Share of pixels at `level` and lighter, of each frame."""
    return np.asarray(histograms[:, level:].sum(axis=1), np.float64)
