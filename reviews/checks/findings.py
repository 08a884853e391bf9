"""What instruments say: observations and their evidence; findings, which carry the policy's word; reports."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from reviews.rules.severity import Route, Severity

if TYPE_CHECKING:
    from reviews.checks.base import Clip
    from studio.media.clip import Series

Status = Literal["clean", "findings", "failed", "skipped"]
Box = tuple[float, float, float, float]
"""x, y, width, height in 0-1 of the picture."""
MOST_CURVE_POINTS = 240


@dataclass(frozen=True, slots=True)
class Curve:
    """A measure over time, for a small drawing beside a finding; `threshold` in the same `unit`."""

    seconds: tuple[float, ...]
    values: tuple[float, ...]
    unit: str
    threshold: float | None = None

    @classmethod
    def of_series(cls, seconds: "Series", values: "Series", unit: str, threshold: float) -> Self:
        """Of a value at each time: all of them, or as many as can be seen, evenly."""
        at = np.unique(np.linspace(0, len(values) - 1, min(MOST_CURVE_POINTS, len(values))).round().astype(int))
        times, heights = (tuple(round(float(series[each]), 4) for each in at) for series in (seconds, values))
        return cls(times, heights, unit, threshold)


@dataclass(frozen=True, slots=True)
class Heat:
    """Where in the picture: `cells` row by row, 0 (nothing) to 255 (most)."""

    rows: int
    columns: int
    cells: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a person is shown beside the sentence.

    `frames`: numbers of at most three frames, shown as stills. `crop`: show the boxes at native size too. `sensitive`:
    stills are blurred until somebody asks for them.
    """

    frames: tuple[int, ...] = ()
    crop: bool = False
    sensitive: bool = False
    curve: Curve | None = None
    heat: Heat | None = None

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The inverse of `dataclasses.asdict`, also after JSON made lists of tuples."""
        curve, heat = document["curve"], document["heat"]
        return cls(
            frames=tuple(document["frames"]),
            crop=document["crop"],
            sensitive=document["sensitive"],
            curve=curve and Curve(**{**curve, "seconds": tuple(curve["seconds"]), "values": tuple(curve["values"])}),
            heat=heat and Heat(**{**heat, "cells": tuple(heat["cells"])}),
        )


NO_EVIDENCE = Evidence()


@dataclass(frozen=True, slots=True)
class Observation:
    """What an instrument saw, before anybody says how bad that is. Frame and time ranges end exclusively.

    `boxes`: where in the picture. `peak_frame`: where it is worst, when one frame is.
    """

    label: str
    start_frame: int
    end_frame: int
    start_seconds: float
    end_seconds: float
    score: float | None
    threshold: float | None
    unit: str
    message: str
    boxes: tuple[Box, ...] = ()
    peak_frame: int | None = None
    evidence: Evidence = NO_EVIDENCE

    @classmethod
    def of_range(
        cls,
        clip: "Clip",
        label: str,
        frames: tuple[int, int],
        *,
        score: float | None,
        threshold: float | None,
        unit: str,
        message: str,
        boxes: tuple[Box, ...] = (),
        peak_frame: int | None = None,
        evidence: Evidence = NO_EVIDENCE,
    ) -> Self:
        """Frames `frames[0]` up to, not including, `frames[1]`."""
        start, end = frames
        times = clip.starts_at(start), clip.starts_at(end)
        return cls(label, start, end, *times, score, threshold, unit, message, boxes, peak_frame, evidence)

    @classmethod
    def of_clip(
        cls,
        clip: "Clip",
        label: str,
        *,
        score: float | None,
        threshold: float | None,
        unit: str,
        message: str,
        boxes: tuple[Box, ...] = (),
        evidence: Evidence = NO_EVIDENCE,
    ) -> Self:
        """The clip as a whole."""
        return cls.of_range(
            clip,
            label,
            (0, clip.frames),
            score=score,
            threshold=threshold,
            unit=unit,
            message=message,
            boxes=boxes,
            evidence=evidence,
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The inverse of `as_json`. Raises KeyError or TypeError for anything else."""
        values = {each.name: document[each.name] for each in fields(cls)}
        values["boxes"] = tuple(box_of(box) for box in values["boxes"])
        values["evidence"] = Evidence.from_json(values["evidence"])
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
    message: str
    boxes: tuple[Box, ...] = ()
    peak_frame: int | None = None
    evidence: Evidence = NO_EVIDENCE
    route: Route = Route.REVIEW
    suppressed_by: str = ""

    @property
    def box(self) -> Box | None:
        """The smallest box around all `boxes`."""
        return around(self.boxes)


@dataclass(frozen=True, slots=True)
class CheckReport:
    """One use of one instrument. `clean` and "did not run" (`skipped`, `failed`, with a reason) are told apart.

    `findings` are for people; `suppressed` ones, explained by another check, for the record. `seconds` is wall time.
    `measured` is the clip's most fault-like score on the scale of the instrument's dial, found or not. `unable`: it
    was skipped because something it needs is missing here, not because the clip gave it nothing to measure.
    """

    check: str
    version: int
    status: Status
    seconds: float
    reason: str
    parameters: Mapping[str, Any]
    findings: tuple[FindingData, ...] = ()
    suppressed: tuple[FindingData, ...] = field(default=())
    measured: float | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    unable: bool = False


def box_of(numbers: Any) -> Box:
    """Raises ValueError or TypeError for anything but four numbers."""
    x, y, width, height = (float(number) for number in numbers)
    return x, y, width, height


def around(boxes: tuple[Box, ...]) -> Box | None:
    """The smallest box around all of `boxes`; None for none."""
    if not boxes:
        return None
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[0] + box[2] for box in boxes), max(box[1] + box[3] for box in boxes)
    return left, top, right - left, bottom - top
