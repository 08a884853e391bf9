"""What instruments share: what they are given, and how they are asked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from reviews.checks.findings import Box, CheckReport, Evidence, FindingData, Observation, Status, box_of
from reviews.checks.profile import ANY_MODEL, Profile
from reviews.checks.record import Record
from reviews.checks.spec import Resolution, Spec, SpecError
from reviews.rules.dials import Dial, Reading
from reviews.rules.severity import Route, Severity
from studio.media.clip import Chunk, Native, Plane, Series
from studio.media.facts import ClipFacts

__all__ = [
    "Box",
    "CheckReport",
    "Clip",
    "Dial",
    "Evidence",
    "FindingData",
    "Instrument",
    "Observation",
    "Profile",
    "Reading",
    "Record",
    "Resolution",
    "Route",
    "Sample",
    "Severity",
    "Skipped",
    "Sound",
    "Spec",
    "SpecError",
    "Stage",
    "Status",
    "Unavailable",
]

ROUNDING_SECONDS = 1e-6
"""Times are floats: what is equal on paper may differ by this."""
SOUND_ROUNDING_SECONDS = 1e-3
"""Slices of sound begin at whole samples, frames where the file says."""
WHOLE_PICTURE: Box = (0.0, 0.0, 1.0, 1.0)
Mask = NDArray[np.bool_]
Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Clip:
    """All that is known once the last frame has passed: the facts, the brief, and each frame's time in seconds.

    `profile` is what the model that made it can give. `announced_seconds` is the header's claim of the clip's length; 0
    when it makes none. `active` is the picture within its bars, in 0-1 of the stored one.
    """

    facts: ClipFacts
    spec: Spec
    pts_seconds: Series
    announced_seconds: float = 0.0
    profile: Profile = ANY_MODEL
    active: Box = WHOLE_PICTURE

    @property
    def frames(self) -> int:
        return len(self.pts_seconds)

    @cached_property
    def frame_seconds(self) -> float:
        """How long a frame usually lasts: the median step, or the announced rate for a single frame."""
        if self.frames > 1:
            return float(np.median(np.diff(self.pts_seconds)))
        return float(1 / self.facts.fps) if self.facts.fps else 0.0

    def starts_at(self, frame: int) -> float:
        """When `frame` appears; one past the last frame is the end of the clip."""
        if frame < self.frames:
            return float(self.pts_seconds[frame])
        return float(self.pts_seconds[-1]) + self.frame_seconds if self.frames else 0.0

    def frame_at(self, seconds: float) -> int:
        """The frame on screen at `seconds`: the last that has begun, the first before all."""
        return max(0, int(np.searchsorted(self.pts_seconds, seconds + ROUNDING_SECONDS, side="right")) - 1)

    def frames_of(self, span: tuple[float, float]) -> tuple[int, int]:
        """The frames on screen during `span`, seconds; a millisecond more or less is nothing."""
        last = int(np.searchsorted(self.pts_seconds, span[1] - SOUND_ROUNDING_SECONDS, side="left"))
        first = self.frame_at(span[0] + SOUND_ROUNDING_SECONDS)
        return first, max(first + 1, last)

    def as_json(self) -> dict[str, Any]:
        return {
            "facts": self.facts.as_json(),
            "spec": self.spec.as_json(),
            "pts_seconds": [round(float(seconds), 6) for seconds in self.pts_seconds],
            "announced_seconds": self.announced_seconds,
            "profile": self.profile.as_json(),
            "active": list(self.active),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The inverse of `as_json`. Raises KeyError, TypeError or ValueError for anything else."""
        return cls(
            ClipFacts.from_json(document["facts"]),
            Spec.parse(document["spec"]),
            np.array(document["pts_seconds"], np.float64),
            float(document["announced_seconds"]),
            Profile.from_json(document["profile"]),
            box_of(document["active"]),
        )


@dataclass(frozen=True, eq=False)
class Sound:
    """About a second of sound: `samples` float32 (channels, n) in -1 to 1 at `rate` Hz, from `start_seconds` on."""

    samples: Samples
    rate: int
    start_seconds: float


@dataclass(frozen=True, eq=False)
class Sample:
    """One upright frame for the models: BGR uint8 (h, w, 3), its number and its time."""

    picture: Plane
    frame: int
    pts_seconds: float


class Stage(StrEnum):
    """When an instrument works: in the one decode pass, on what is on record, or afterwards on samples of the pass."""

    SIGNAL = "signal"
    RECORD = "record"
    MODEL = "model"


class CheckError(Exception):
    """Base of all that an instrument raises on purpose."""


class Skipped(CheckError):
    """The clip gives the instrument nothing to measure; the text says why."""


class Unavailable(Skipped):
    """Something the instrument needs is missing in this house: it did not run, whatever the clip is like."""


class Instrument:
    """Base of all instruments: dataclasses whose constructor arguments are thresholds and whose state is series only.

    In its stage it is shown everything in order by the methods it overrides, then asked once. It decides labels, never
    severities. `sees_bars`: `look` and `look_closely` get the stored picture, not the active one within its bars. Boxes
    are 0-1 of what it was shown.
    """

    key: ClassVar[str]
    version: ClassVar[int]
    stage: ClassVar[Stage] = Stage.SIGNAL
    sees_bars: ClassVar[bool] = False
    follows: ClassVar[bool] = False
    dial: ClassVar[Dial | None] = None

    measured: float | None = None
    """The worst score on the dial's scale, set by `conclude` whether anything was found or not."""
    details: Mapping[str, Any] = MappingProxyType({})
    """Facts worth keeping, as JSON values."""

    def look(self, chunk: Chunk) -> None:
        """Signal: the next frames, small."""

    def look_closely(self, native: Native) -> None:
        """Signal: one frame in native resolution, about three a second, in order but not in step with `look`."""

    def hear(self, sound: Sound) -> None:
        """Signal: the next second of sound. Model: all of it, mono and thin, before the samples."""

    def view(self, sample: Sample) -> None:
        """Model: the next sample."""

    def follow(self, step: Sample) -> None:
        """Model, where `follows`: the next of the small frames that lie close together, after all samples."""

    def conclude(self, clip: Clip) -> Iterable[Observation]:  # noqa: ARG002 — what each instrument is asked
        """Signal and model: all that was seen. Raises Skipped."""
        return ()

    def consult(self, record: Record) -> Iterable[Observation]:  # noqa: ARG002 — as above
        """Record: what the papers say. Raises Skipped."""
        return ()


def end_of_sample(frames: Sequence[int], place: int, clip: Clip) -> int:
    """A sample stands for the frames up to the next one; `frames` are those of all samples."""
    return frames[place + 1] if place + 1 < len(frames) else clip.frames


def runs_of(mask: Mask) -> Iterator[tuple[int, int]]:
    """Half-open index ranges of consecutive true values."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], np.asarray(mask, np.int8), [0]))))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        yield int(start), int(end)


def join_close(clip: Clip, ranges: Iterable[tuple[int, int]], *, within_seconds: float = 0.3) -> list[tuple[int, int]]:
    """Frame ranges in order, those closer to each other than `within_seconds` made one."""
    joined: list[tuple[int, int]] = []
    for start, end in ranges:
        if joined and clip.starts_at(start) - clip.starts_at(joined[-1][1]) < within_seconds - ROUNDING_SECONDS:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
