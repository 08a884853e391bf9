"""collapse: a generation that turned to mush, without a subject or an edge."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

import cv2
import numpy as np

from reviews.checks.base import Clip, Dial, Evidence, Instrument, Observation, Reading, Skipped
from studio.media.clip import Chunk, Plane, Series

UNIT = "levels, 99th percentile of the gradient"
SAMPLE_SECONDS = 0.5
EDGE = 12.0
"""Gradient, levels a pixel of the small luma, of anything that could be called an edge."""
MOST_EDGES = 0.002
"""Share of the picture; 0.018 and more of the generated and camera clips we know, 0.000 of the collapsed one."""


@dataclass
class Collapse(Instrument):
    """Flags clips that show blotches and nothing else.

    Measures twice a second, on the small luma, the 99th percentile of the gradient (Sobel / 8, levels), the contrast
    and the share of edges. `edges_below`, `contrast_above`: a sample is mush where nothing has an edge although the
    picture is not empty. `share_above`: of the samples that must be. `restless_above`: mean change from frame to frame
    over contrast; mush shimmers, fog over a landscape does not.
    """

    key: ClassVar[str] = "collapse"
    version: ClassVar[int] = 1
    dial: ClassVar[Dial | None] = Dial(
        "edges_below",
        UNIT,
        2,
        20,
        0.5,
        higher_is_worse=False,
        labels=("no_subject",),
        reading=Reading.NEEDED,
    )

    edges_below: float = 8.0
    contrast_above: float = 4.0
    share_above: float = 0.8
    restless_above: float = 0.02
    _due: float = field(default=-np.inf, init=False, repr=False)
    _frames: list[int] = field(default_factory=list, init=False, repr=False)
    _edges: list[float] = field(default_factory=list, init=False, repr=False)
    _mush: list[bool] = field(default_factory=list, init=False, repr=False)
    _contrasts: list[float] = field(default_factory=list, init=False, repr=False)
    _differences: list[Series] = field(default_factory=list, init=False, repr=False)

    def look(self, chunk: Chunk) -> None:
        self._differences.append(chunk.luma_difference)
        for at, (luma, seconds) in enumerate(zip(chunk.new_luma, chunk.new_pts_seconds, strict=True)):
            contrast = float(chunk.contrast[at])
            if seconds >= self._due and contrast > self.contrast_above:
                self._due = seconds + SAMPLE_SECONDS
                self._sample(chunk.first_frame + at, luma, contrast)

    def _sample(self, frame: int, luma: Plane, contrast: float) -> None:
        gradient = gradient_of(luma)
        edges = float(np.percentile(gradient, 99))
        self._frames.append(frame)
        self._edges.append(edges)
        self._contrasts.append(contrast)
        self._mush.append(edges < self.edges_below and float((gradient > EDGE).mean()) <= MOST_EDGES)

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        if not self._frames:
            raise Skipped("The clip shows nothing that could have collapsed.")
        self.measured = float(np.median(self._edges))
        change = np.concatenate(self._differences)
        restless = float(np.median(change)) / float(np.median(self._contrasts)) if len(change) else 0.0
        self.details = {"edges": round(self.measured, 1), "restless": round(restless, 3)}
        if float(np.mean(self._mush)) < self.share_above or restless < self.restless_above:
            return
        yield Observation.of_clip(
            clip,
            "no_subject",
            score=self.measured,
            threshold=self.edges_below,
            unit=UNIT,
            message="There is no subject: the picture is blotches that shimmer, without an edge anywhere.",
            evidence=Evidence(frames=tuple(self._frames[at] for at in thirds(len(self._frames)))),
        )


def gradient_of(luma: Plane) -> Plane:
    """Length of the gradient, levels a pixel."""
    across, down = (cv2.Sobel(luma, cv2.CV_32F, *axis) for axis in ((1, 0), (0, 1)))
    return np.asarray(cv2.magnitude(across, down) / 8)


def thirds(count: int) -> list[int]:
    """The first, the middle and the last of so many."""
    return sorted({0, count // 2, count - 1})
