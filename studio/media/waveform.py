"""The sound of a clip as a picture for the timeline, on the clock of the proxy that plays it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

BINS_PER_SECOND = 1000
LONGEST_SECONDS = 600
"""Twice what a clip may last; sound that claims to lie later has lost its clock and is not drawn."""

COLUMNS, ROWS = 2000, 64
GREY = 0x9A
"""`--ink-3` of the dark theme, in which every timeline is drawn."""
NO_SOUND = -1.0


class Envelope:
    """The loudest sample of each thousandth of a second, whatever the channel, and of the whole (`peak`)."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._bins = np.full(BINS_PER_SECOND, NO_SOUND, np.float32)
        self.peak: float | None = None

    def add(self, samples: NDArray[np.float32], at: int) -> None:
        """Hear a block of shape (channels, n) in -1 to 1; `at` is the place of its first sample, 0 with the proxy's."""
        if not samples.shape[1]:
            return
        loud = np.nan_to_num(np.abs(samples).max(axis=0))
        self.peak = max(self.peak or 0.0, float(loud.max()))
        bins = (at + np.arange(loud.size)) * BINS_PER_SECOND // self._rate
        heard = (bins >= 0) & (bins < LONGEST_SECONDS * BINS_PER_SECOND)
        bins, loud = bins[heard], loud[heard]
        if not bins.size:
            return
        self._reach(int(bins[-1]) + 1)
        first_of_each = np.flatnonzero(np.diff(bins, prepend=-1))
        places = bins[first_of_each]
        self._bins[places] = np.maximum(self._bins[places], np.maximum.reduceat(loud, first_of_each))

    def between(self, seconds: NDArray[np.float64]) -> NDArray[np.float32]:
        """The loudest sample from each of these instants to the next; `NO_SOUND` where the track says nothing."""
        marks = np.asarray(np.asarray(seconds) * BINS_PER_SECOND)
        first, end = np.floor(marks[:-1] + 1e-6).astype(int), np.ceil(marks[1:] - 1e-6).astype(int)
        spans = zip(first, np.maximum(end, first + 1), strict=True)
        return np.array([self._bins[a:b].max(initial=NO_SOUND) for a, b in spans], np.float32)

    def _reach(self, size: int) -> None:
        if size > self._bins.size:
            silence = np.full(max(size, 2 * self._bins.size) - self._bins.size, NO_SOUND, np.float32)
            self._bins = np.concatenate([self._bins, silence])


def save_waveform(envelope: Envelope, path: Path, starts: Sequence[float]) -> None:
    """Draw `COLUMNS` columns as a PNG: as wide a part of the picture for each frame, as the timeline has it.

    `starts` are the instants of the frames in seconds and that of the end. Full height is full scale; silence is a
    hairline; where there is no sound there is nothing.
    """
    places = np.linspace(0, len(starts) - 1, COLUMNS + 1)
    columns = envelope.between(np.interp(places, np.arange(len(starts)), np.asarray(starts)))
    from_middle = np.abs(np.arange(ROWS) - (ROWS - 1) / 2)
    drawn = from_middle[:, None] <= 0.5 + (ROWS / 2 - 1) * columns[None, :]
    picture = np.stack([np.full_like(drawn, GREY, np.uint8), np.where(drawn, 255, 0).astype(np.uint8)], axis=2)
    Image.fromarray(picture, "LA").save(path, "PNG", optimize=True)
