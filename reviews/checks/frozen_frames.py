"""frozen_frames: the picture stands still while the clip runs on."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from reviews.checks.base import (
    ROUNDING_SECONDS,
    Clip,
    Evidence,
    Instrument,
    Mask,
    Observation,
    Skipped,
    join_close,
    runs_of,
)
from reviews.checks.findings import Curve
from studio.media.clip import Chunk, Series

CHANGE = "levels of change a frame"
CONTEXT_FRAMES = 5
"""How many moving neighbours on each side speak for the motion around a hold."""
REFRESH_LEVELS = 2.0
"""A key frame draws a held picture anew: 0.5-1.6 levels of change at x264's CRF 18 to 32, twice that in some cells."""
USUAL_CONTRAST = 45.0
"""Standard deviation of luma of an ordinary picture, levels: the median of the generated clips we know."""


@dataclass
class FrozenFrames(Instrument):
    """Flags holds: runs of pairs that hardly differ, with motion on each side that begins and ends at once.

    Measures, for each pair of neighbouring frames, the mean luma difference D (8-bit levels) and the 99th percentile
    of its 8x8 cells, so that a small moving thing in a still room is motion.

    `min_seconds`: shortest hold; a shorter one is a duplicate. `still_below`, `still_ratio`: a pair is still with
    D < max(still_below, still_ratio x the motion of the clip); re-encoding leaves small differences in a hold.
    `cells_below`, `cells_ratio`: the same for its liveliest cells. `moving_above`: D from which a picture of ordinary
    contrast moves (less for a flatter one). `abrupt_ratio`: how many times livelier than the hold the frames around it
    are; a scene that comes to rest does so gradually and is no freeze.

    A clip whose median motion outside holds is below `moving_above` is a `static_shot`: a remark, not a freeze.
    """

    key: ClassVar[str] = "frozen_frames"
    version: ClassVar[int] = 1

    min_seconds: float = 0.45
    still_below: float = 0.05
    still_ratio: float = 0.06
    cells_below: float = 1.0
    cells_ratio: float = 0.3
    moving_above: float = 0.25
    abrupt_ratio: float = 5.0
    _differences: list[Series] = field(default_factory=list, init=False, repr=False)
    _cells: list[Series] = field(default_factory=list, init=False, repr=False)
    _contrasts: list[Series] = field(default_factory=list, init=False, repr=False)

    def look(self, chunk: Chunk) -> None:
        self._differences.append(chunk.luma_difference)
        self._cells.append(chunk.cell_difference_p99)
        self._contrasts.append(chunk.contrast)

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        if clip.frames < 2:
            raise Skipped("One frame: nothing can move.")
        motion = Motion(np.concatenate(self._differences), np.concatenate(self._cells))
        floor = self._floor()
        still = self._still(motion, floor)
        holds = [hold for hold in self._holds(clip, still) if self._abrupt(motion.difference, hold, floor)]
        outside = motion.difference[~covered(len(still), holds)]
        if not len(outside) or float(np.median(outside)) < floor:
            yield self._static(clip, motion.difference, floor)
            return
        for start, end in join_close(clip, holds):
            yield self._freeze(clip, start, end, self._curve(clip, motion, floor))

    def _floor(self) -> float:
        """The D from which this clip's pairs move, levels."""
        floor = self.moving_above * min(1.0, float(np.median(np.concatenate(self._contrasts))) / USUAL_CONTRAST)
        return max(floor, 2 * self.still_below)

    def _still(self, motion: "Motion", floor: float) -> Mask:
        """Which pairs are still. The clip's motion is that of its moving pairs, so that a long hold cannot hide it."""
        usual = motion.usual(floor)
        still: Mask = (motion.difference < self._still_limit(motion, floor)) & (
            motion.cells < max(self.cells_below, self.cells_ratio * usual.cells)
        )
        refresh = (motion.difference < max(REFRESH_LEVELS, 0.5 * usual.difference)) & (
            motion.cells < max(2 * REFRESH_LEVELS, 0.6 * usual.cells)
        )
        return bridged(still, refresh)

    def _still_limit(self, motion: "Motion", floor: float) -> float:
        """The D below which a pair is still, levels."""
        return max(self.still_below, self.still_ratio * motion.usual(floor).difference)

    def _holds(self, clip: Clip, still: Mask) -> Iterator[tuple[int, int]]:
        """Frame ranges that stand still for long enough: runs of still pairs, and single frames shown that long."""
        ranges = [(start, end + 1) for start, end in runs_of(still) if end - start > 1]
        long_step = max(self.min_seconds, self.abrupt_ratio * clip.frame_seconds)
        steps = np.flatnonzero(np.diff(clip.pts_seconds) >= long_step)
        ranges += [(int(frame), int(frame) + 1) for frame in steps]
        for start, end in join_close(clip, sorted(ranges), within_seconds=2 * ROUNDING_SECONDS):
            if clip.starts_at(end) - clip.starts_at(start) >= self.min_seconds - ROUNDING_SECONDS:
                yield start, end

    def _abrupt(self, difference: Series, hold: tuple[int, int], floor: float) -> bool:
        """Whether the picture moves right before and right after the hold, on each side that exists."""
        start, end = hold
        inside = difference[start : end - 1]
        quiet = float(np.median(inside)) if len(inside) else 0.0
        sides = (difference[max(0, start - CONTEXT_FRAMES) : start], difference[end : end + CONTEXT_FRAMES])
        motion = [float(np.median(side)) for side in sides if len(side)]
        return bool(motion) and min(motion) > max(floor, self.abrupt_ratio * quiet)

    def _freeze(self, clip: Clip, start: int, end: int, curve: Curve) -> Observation:
        first, last = start == 0, end == clip.frames
        label = "freeze_at_start" if first else "freeze_at_end" if last else "freeze"
        begins, ends = clip.starts_at(start), clip.starts_at(end)
        return Observation.of_range(
            clip,
            label,
            (start, end),
            score=ends - begins,
            threshold=self.min_seconds,
            unit="s",
            message=f"The picture stands still from {begins:.2f} s to {ends:.2f} s.",
            evidence=Evidence(frames=(start,), curve=curve),
        )

    def _curve(self, clip: Clip, motion: "Motion", floor: float) -> Curve:
        return Curve.of_series(clip.pts_seconds[1:], motion.difference, CHANGE, self._still_limit(motion, floor))

    def _static(self, clip: Clip, difference: Series, floor: float) -> Observation:
        return Observation.of_clip(
            clip,
            "static_shot",
            score=float(np.median(difference)),
            threshold=floor,
            unit=CHANGE,
            message="The shot is static: the picture hardly changes from frame to frame.",
            evidence=Evidence(frames=(clip.frames // 2,)),
        )


@dataclass(frozen=True)
class Motion:
    """One value for each pair of neighbouring frames, 8-bit levels."""

    difference: Series
    cells: Series

    def usual(self, floor: float) -> "Usual":
        """Of the pairs that differ by more than `floor`; of all where none does."""
        moving = self.difference > floor
        if not moving.any():
            moving[:] = True
        return Usual(float(np.median(self.difference[moving])), float(np.median(self.cells[moving])))


@dataclass(frozen=True)
class Usual:
    """The medians of a clip's motion, 8-bit levels."""

    difference: float
    cells: float


def bridged(still: Mask, refresh: Mask) -> Mask:
    """Still pairs, and single refreshes after at least three of them with another behind: a key frame within a hold."""
    joined = still.copy()
    for pair in np.flatnonzero(refresh & ~still):
        if pair >= 3 and pair + 1 < len(still) and joined[pair - 3 : pair].all() and still[pair + 1]:
            joined[pair] = True
    return joined


def covered(pairs: int, ranges: list[tuple[int, int]]) -> Mask:
    """Which pairs lie within one of the frame ranges."""
    mask = np.zeros(pairs, bool)
    for start, end in ranges:
        mask[start : end - 1] = True
    return mask
