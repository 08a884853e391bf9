"""What instruments share: what they are given, what they answer, and what a report says."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import Any, ClassVar, Literal, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from reviews.checks.spec import Resolution, Spec, SpecError
from reviews.rules.severity import Route, Severity
from studio.media.clip import Chunk, Series
from studio.media.facts import ClipFacts

__all__ = [
    "Check",
    "CheckReport",
    "Clip",
    "FindingData",
    "Observation",
    "Resolution",
    "Route",
    "Severity",
    "Skipped",
    "Spec",
    "SpecError",
    "Status",
]

ROUNDING_SECONDS = 1e-6
"""Times are floats: what is equal on paper may differ by this."""
Status = Literal["clean", "findings", "failed", "skipped"]
Mask = NDArray[np.bool_]
Box = tuple[float, float, float, float]
"""x, y, width, height in 0-1 of the picture."""


@dataclass(frozen=True)
class Clip:
    """All that is known once the last frame has passed: the facts, the brief, and each frame's time in seconds.

    `announced_seconds` is the header's claim of the clip's length; 0 when it makes none.
    """

    facts: ClipFacts
    spec: Spec
    pts_seconds: Series
    announced_seconds: float = 0.0

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


@dataclass(frozen=True, slots=True)
class Observation:
    """What an instrument saw, before anybody says how bad that is. Frame and time ranges end exclusively."""

    label: str
    start_frame: int
    end_frame: int
    start_seconds: float
    end_seconds: float
    score: float | None
    threshold: float | None
    unit: str
    message: str
    box: Box | None = None

    @classmethod
    def of_range(
        cls, clip: Clip, label: str, frames: tuple[int, int], *, score: float, threshold: float, unit: str, message: str
    ) -> Self:
        """Frames `frames[0]` up to, not including, `frames[1]`."""
        start, end = frames
        return cls(label, start, end, clip.starts_at(start), clip.starts_at(end), score, threshold, unit, message)

    @classmethod
    def of_clip(
        cls,
        clip: Clip,
        label: str,
        *,
        score: float | None,
        threshold: float | None,
        unit: str,
        message: str,
        box: Box | None = None,
    ) -> Self:
        """The clip as a whole."""
        end = clip.starts_at(clip.frames)
        start = clip.starts_at(0)
        return cls(label, 0, clip.frames, start, end, score, threshold, unit, message, box)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The inverse of `as_json`. Raises KeyError or TypeError for anything else."""
        values = {each.name: document[each.name] for each in fields(cls)}
        values["box"] = tuple(values["box"]) if values["box"] else None
        return cls(**values)


@dataclass(frozen=True, slots=True)
class FindingData:
    """An observation with the policy's word on it. `suppressed_by` names the check that explains it already."""

    check: str
    label: str
    severity: Severity
    start_seconds: float
    end_seconds: float
    start_frame: int
    end_frame: int
    score: float | None
    threshold: float | None
    unit: str
    box: Box | None
    message: str
    route: Route = Route.REVIEW
    suppressed_by: str = ""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """One use of one instrument. `clean` and "did not run" (`skipped`, `failed`, with a reason) are told apart.

    `findings` are for people; `suppressed` ones, explained by another check, for the record. `seconds` is wall time.
    """

    check: str
    version: int
    status: Status
    seconds: float
    reason: str
    parameters: Mapping[str, Any]
    findings: tuple[FindingData, ...] = ()
    suppressed: tuple[FindingData, ...] = field(default=())


class CheckError(Exception):
    """Base of all that an instrument raises on purpose."""


class Skipped(CheckError):
    """Raised by `conclude` when the clip gives the instrument nothing to measure; the text says why."""


class Check(Protocol):
    """An instrument: a dataclass whose constructor arguments are its thresholds and whose state is series only.

    It is shown every chunk in order by `look`, then asked once by `conclude`. It decides labels, never severities.
    """

    key: ClassVar[str]
    version: ClassVar[int]

    def look(self, chunk: Chunk) -> None: ...

    def conclude(self, clip: Clip) -> Iterable[Observation]: ...


class FactsCheck:
    """Base of the instruments that judge facts alone and look at no picture."""

    def look(self, chunk: Chunk) -> None:
        """Nothing to see: the facts come with the clip."""


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
