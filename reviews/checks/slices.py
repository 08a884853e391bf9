"""Sound in slices of equal length, whatever the blocks it comes in."""

from collections.abc import Iterator

import numpy as np

from reviews.checks.base import Samples, Sound

GAP_SECONDS = 0.02
"""Blocks further apart than this are not one stretch of sound."""


class Slicer:
    """Cuts blocks into slices of `seconds`; what is left of one block is put before the next, if that goes on."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._rest: Sound | None = None

    def cut(self, sound: Sound) -> Iterator[Sound]:
        whole = joined(self._rest, sound)
        size = max(1, round(self._seconds * whole.rate))
        slices = whole.samples.shape[1] // size
        for at in range(slices):
            yield part(whole, at * size, (at + 1) * size)
        self._rest = part(whole, slices * size, whole.samples.shape[1])


def part(sound: Sound, start: int, end: int) -> Sound:
    return Sound(sound.samples[:, start:end], sound.rate, sound.start_seconds + start / sound.rate)


def joined(before: Sound | None, after: Sound) -> Sound:
    """Both as one where the second goes on with the first; else the second alone."""
    if before is None or before.rate != after.rate or before.samples.shape[0] != after.samples.shape[0]:
        return after
    ends = before.start_seconds + before.samples.shape[1] / before.rate
    if abs(after.start_seconds - ends) > GAP_SECONDS:
        return after
    samples: Samples = np.concatenate((before.samples, after.samples), axis=1)
    return Sound(samples, after.rate, before.start_seconds)
