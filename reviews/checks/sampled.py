"""A measure taken of the native frames, three a second: its values, and the stretches in which it is too high."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from reviews.checks.base import Clip, Mask, join_close, runs_of
from reviews.checks.findings import Curve
from studio.media.clip import Native, Series


@dataclass
class Sampled:
    """Values by frame; NaN where a frame had nothing to measure."""

    frames: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def add(self, native: Native, value: float) -> None:
        self.frames.append(native.frame)
        self.values.append(value)

    @property
    def series(self) -> Series:
        return np.array(self.values)

    def stretches(self, clip: Clip, flagged: Mask) -> list[tuple[int, int]]:
        """Frame ranges of the flagged samples: each speaks for the frames until the next one."""
        ends = [*self.frames[1:], clip.frames]
        return join_close(clip, [(self.frames[a], ends[b - 1]) for a, b in runs_of(flagged)])

    def lasting(self, flagged: Mask) -> Mask:
        """Without flagged samples that stand alone among others: one key frame is not a state of the picture."""
        beside = np.concatenate(([False], flagged[:-1])) | np.concatenate((flagged[1:], [False]))
        return np.asarray(flagged & (beside | (len(flagged) == 1)))

    def inside(self, frames: tuple[int, int]) -> Iterator[tuple[int, float]]:
        """The samples of a range that measured something: frame and value."""
        for frame, value in zip(self.frames, self.values, strict=True):
            if frames[0] <= frame < frames[1] and np.isfinite(value):
                yield frame, value

    def curve(self, clip: Clip, unit: str, limit: float) -> Curve:
        kept = [(frame, value) for frame, value in zip(self.frames, self.values, strict=True) if np.isfinite(value)]
        seconds = tuple(round(clip.starts_at(frame), 3) for frame, _ in kept)
        return Curve(seconds, tuple(round(value, 3) for _, value in kept), unit, limit)
