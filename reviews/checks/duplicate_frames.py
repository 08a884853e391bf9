"""duplicate_frames: the picture moves, yet some frames only repeat the one before."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from reviews.checks.base import Clip, Evidence, Mask, Observation, Skipped, runs_of
from reviews.checks.frozen_frames import FrozenFrames, Motion
from studio.media.clip import Series


@dataclass
class DuplicateFrames(FrozenFrames):
    """Flags frames that repeat the one before, in short runs with motion on each side.

    A pair is still, and the picture around it moves, by the rule of frozen_frames; `min_seconds` is where its holds
    begin and duplicates end. `dip_ratio`: a pair repeats, too, that differs by less than this part of both its
    neighbours; `beat_ratio`: the same where it falls on the beat of the others. `many_share`: share of frames above
    which they are `many`. `few`: duplicates within a second from which they are worth telling.
    """

    key: ClassVar[str] = "duplicate_frames"
    version: ClassVar[int] = 1

    few: int = 2
    dip_ratio: float = 0.2
    beat_ratio: float = 0.5
    many_share: float = 0.2

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        if clip.frames < 2:
            raise Skipped("One frame: nothing can repeat.")
        motion = Motion(np.concatenate(self._differences), np.concatenate(self._cells))
        floor = self._floor()
        repeats = self._repeats(clip, motion, self._still(motion, floor), floor)
        frames = np.flatnonzero(repeats) + 1
        share = len(frames) / clip.frames
        self.measured = share
        seconds = clip.starts_at(clip.frames) - clip.starts_at(0)
        effective = (clip.frames - len(frames)) / seconds if seconds > 0 else 0.0
        self.details = {"duplicates": len(frames), "effective_fps": round(effective, 3)}
        if not self._dense(clip, frames):
            return
        yield Observation.of_range(
            clip,
            "on_twos" if "anim" in clip.spec.style.lower() else "many" if share > self.many_share else "repeated",
            (int(frames[0]), int(frames[-1]) + 1),
            score=share,
            threshold=self.many_share,
            unit="share of frames",
            message=f"{len(frames)} of {clip.frames} frames repeat the one before{pattern(frames)}: "
            f"the picture runs at {effective:.1f} frames a second.",
            evidence=Evidence(frames=strip(int(frames[0]), clip.frames)),
        )

    def _repeats(self, clip: Clip, motion: Motion, still: Mask, floor: float) -> Mask:
        """Which pairs are repeats: those of short still runs right between moving pairs, and sudden dips.

        An encoder draws a repeated frame anew: the coarser it is, the more the pair differs. What it never does is move
        as much as its neighbours; where the dips keep a beat, shallower ones that fall on it count, too.
        """
        dips = self._dips(motion.difference, floor, self.dip_ratio)
        beat = usual_step(np.flatnonzero(dips) + 1)
        if beat:
            shallow = self._dips(motion.difference, floor, self.beat_ratio)
            phase = int(np.bincount(np.flatnonzero(dips) % beat).argmax())
            dips |= shallow & (np.arange(len(dips)) % beat == phase)
        repeats = dips.copy()
        for start, end in runs_of(still):
            short = clip.starts_at(end + 1) - clip.starts_at(start) < self.min_seconds
            quiet = float(np.median(motion.difference[start:end]))
            around = [float(motion.difference[at]) for at in (start - 1, end) if 0 <= at < len(still)]
            repeats[start:end] |= short and bool(around) and min(around) > max(floor, self.abrupt_ratio * quiet)
        return repeats

    def _dips(self, difference: Series, floor: float, ratio: float) -> Mask:
        """Pairs that differ far less than both neighbours, which move."""
        dips = np.zeros(len(difference), bool)
        beside = np.minimum(difference[:-2], difference[2:])
        dips[1:-1] = (beside > floor) & (difference[1:-1] < ratio * beside)
        return dips

    def _dense(self, clip: Clip, frames: np.ndarray) -> bool:
        times = clip.pts_seconds[frames]
        gap = self.few - 1
        return len(times) >= self.few and bool((times[gap:] - times[: len(times) - gap] <= 1.0).any())


def strip(repeat: int, frames: int) -> tuple[int, ...]:
    """The frame that is repeated, its repeat, and where the picture moves on."""
    return tuple(range(repeat - 1, min(repeat + 2, frames)))


def pattern(frames: np.ndarray) -> str:
    """Such as "every 3rd", where nine in ten repeats follow each other at one distance."""
    usual = usual_step(frames, 0.9)
    if not usual:
        return ""
    return f" (every {usual}{ {2: 'nd', 3: 'rd'}.get(usual, 'th') })"


def usual_step(frames: np.ndarray, share: float = 0.5) -> int:
    """The distance of 2 or more at which so many of the repeats follow each other; 0 for none."""
    steps = np.diff(frames)
    usual = int(np.median(steps)) if len(steps) > 2 else 0
    return usual if usual >= 2 and float((steps == usual).mean()) >= share else 0
