"""Decoded sound as plain numbers, gathered so that nobody is called fifty times a second."""

from collections.abc import Iterator

import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

Samples = NDArray[np.float32]

BLOCK_SECONDS = 1.0


class SoundGatherer:
    """Joins decoder frames into blocks of about a second: float32 (channels, n) in -1 to 1, rate in Hz, start in s.

    A gap, a change of rate or of channels ends a block early, so that a block is always one stretch of sound.
    """

    def __init__(self) -> None:
        self._parts: list[Samples] = []
        self._rate = 0
        self._start = 0.0
        self._held = 0

    def add(self, frame: AudioFrame) -> Iterator[tuple[Samples, int, float]]:
        """The blocks that `frame` completes."""
        part = as_float(frame)
        starts = self._start + self._held / self._rate if frame.time is None and self._rate else frame.time or 0.0
        if self._parts and not self._continues(part, frame.sample_rate, starts):
            yield from self.rest()
        if not self._parts:
            self._rate, self._start = frame.sample_rate, starts
        self._parts.append(part)
        self._held += part.shape[1]
        if self._held >= BLOCK_SECONDS * self._rate:
            yield from self.rest()

    def rest(self) -> Iterator[tuple[Samples, int, float]]:
        """What has been gathered since the last block."""
        if self._parts:
            yield np.concatenate(self._parts, axis=1), self._rate, self._start
            self._start += self._held / self._rate
            self._parts, self._held = [], 0

    def _continues(self, part: Samples, rate: int, starts: float) -> bool:
        expected = self._start + self._held / self._rate
        frame_seconds = part.shape[1] / rate
        return (
            rate == self._rate
            and part.shape[0] == self._parts[0].shape[0]
            and abs(starts - expected) <= max(frame_seconds, 0.01)
        )


def as_float(frame: AudioFrame) -> Samples:
    """Samples of one decoder frame, (channels, n) in -1 to 1, from planar or packed, float or integer."""
    raw = frame.to_ndarray()
    channels = frame.layout.nb_channels
    spread = raw if frame.format.is_planar else raw.reshape(-1, channels).T
    numbers: Samples = spread.astype(np.float32)
    if spread.dtype.kind == "f":
        return numbers
    half = np.float32(2 ** (8 * spread.dtype.itemsize - 1))
    return (numbers - half) / half if spread.dtype.kind == "u" else numbers / half
