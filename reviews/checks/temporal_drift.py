"""temporal_drift: things that melt, redraw themselves or change colour within one shot. It ranks and points."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from reviews.checks.base import Box, Clip, Dial, Evidence, Instrument, Observation, Reading, Skipped
from reviews.checks.findings import Curve
from reviews.checks.motion import Flow, shrunk
from studio.media.clip import Chunk, Series

RESIDUAL = "levels that motion does not explain"
COLOUR = "levels of U or V a second"
LONG_SIDE = 128
PAIRS_A_SECOND = 6
"""Pairs of neighbours that are compared: what melts does so for longer than a sixth of a second."""
COLUMNS, ROWS = 16, 9
LIVELY_PERCENTILE = 90
WINDOW_SECONDS = 0.5
CUT_DIFFERENCE = 40.0
"""Residual, levels, of a cut: another picture, not a drift."""
STEADY = 0.8
"""Correlation of colour with time from which it is a trend."""
LEAST_SECONDS = 1.0
FEW_STEPS, MOST_AT_ONCE = 3, 0.5
"""Where so few steps make so much of the whole change, other pictures came: a cut is no drift."""


@dataclass
class TemporalDrift(Instrument):
    """Points to where neighbouring frames differ by more than motion, and tells of colours that wander.

    Measures, six times a second at 128 px, the difference that is left after dense optical flow (DIS) has warped one
    frame onto the next, less what half a pixel explains; the 90th percentile of 16x9 cells, mean of half a second.
    `residual_above`: a melting face has 9 to 11, calm clips 0.2 to 3, fast ones 6 to 8, a ride at 8 frames a second 18.
    And the trend of mean U and V: `colour_above`, where it is steady.
    """

    key: ClassVar[str] = "temporal_drift"
    version: ClassVar[int] = 2
    dial: ClassVar[Dial | None] = Dial(
        "residual_above",
        RESIDUAL,
        3,
        25,
        0.5,
        labels=("redraws",),
        reading=Reading.DECIDES,
    )

    residual_above: float = 8.5
    colour_above: float = 4.0
    _due: float = field(default=-np.inf, init=False, repr=False)
    _times: list[float] = field(default_factory=list, init=False, repr=False)
    _frames: list[int] = field(default_factory=list, init=False, repr=False)
    _cells: list[NDArray[np.float32]] = field(default_factory=list, init=False, repr=False)
    _colours: list[NDArray[np.float64]] = field(default_factory=list, init=False, repr=False)

    def look(self, chunk: Chunk) -> None:
        self._colours.append(mean_colours(chunk))
        for at in range(chunk.carried, len(chunk.luma)):
            seconds = float(chunk.pts_seconds[at])
            if seconds < self._due or at == 0:
                continue
            self._due = seconds + 1 / PAIRS_A_SECOND - 1e-3
            self._times.append(seconds)
            self._frames.append(chunk.first_frame - chunk.carried + at)
            before, after = (shrunk(luma, LONG_SIDE) for luma in chunk.luma[at - 1 : at + 1])
            self._cells.append(in_cells(self._flow.unexplained(before, after, self._flow.between(before, after))))

    @cached_property
    def _flow(self) -> Flow:
        return Flow()

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        if not self._cells:
            raise Skipped("One frame: nothing can drift.")
        residuals = np.percentile(np.array(self._cells, np.float64), LIVELY_PERCENTILE, axis=1)
        residuals[residuals > CUT_DIFFERENCE] = 0.0
        lasting = self._lasting(residuals)
        self.measured = float(lasting.max())
        if self.measured > self.residual_above:
            yield self._worst(clip, lasting)
        yield from self._colour(clip)

    def _lasting(self, residuals: Series) -> Series:
        """Means of half a second around each pair."""
        times = np.array(self._times)
        near = [np.abs(times - at) <= WINDOW_SECONDS / 2 for at in times]
        return np.array([residuals[each].mean() for each in near])

    def _worst(self, clip: Clip, lasting: Series) -> Observation:
        at = int(lasting.argmax())
        span = (self._times[at] - WINDOW_SECONDS / 2, self._times[at] + WINDOW_SECONDS / 2)
        near = [each for each, time in enumerate(self._times) if span[0] <= time <= span[1]]
        cells = np.mean([self._cells[each] for each in near], axis=0).reshape(ROWS, COLUMNS)
        frames = clip.frames_of((max(span[0], clip.starts_at(0)), min(span[1], clip.starts_at(clip.frames))))
        seconds = tuple(round(time, 3) for time in self._times)
        return Observation.of_range(
            clip,
            "redraws",
            frames,
            score=float(lasting[at]),
            threshold=self.residual_above,
            unit=RESIDUAL,
            message=f"Around {self._times[at]:.1f} s something changes more than it moves: does it melt or redraw?",
            boxes=(box_of(cells),),
            peak_frame=self._frames[at],
            evidence=Evidence(
                frames=tuple(sorted({frames[0], self._frames[at], frames[1] - 1})),
                curve=Curve(seconds, tuple(np.round(lasting, 2).tolist()), RESIDUAL, self.residual_above),
            ),
        )

    def _colour(self, clip: Clip) -> Iterator[Observation]:
        colours = np.concatenate(self._colours)
        lasts = clip.starts_at(clip.frames) - clip.starts_at(0)
        if clip.frames < 3 or lasts < LEAST_SECONDS:
            return
        slopes, steady = trend(clip.pts_seconds, colours)
        self.details = {"colour_trend": [round(float(each), 2) for each in slopes]}
        worst = int(np.abs(slopes).argmax())
        drifts = abs(slopes[worst]) > self.colour_above and steady[worst] >= STEADY
        if drifts and at_once(colours[:, worst]) <= MOST_AT_ONCE * abs(slopes[worst]) * lasts:
            towards = ("yellow", "blue") if worst == 0 else ("green", "red")
            yield Observation.of_clip(
                clip,
                "colour_drift",
                score=float(abs(slopes[worst])),
                threshold=self.colour_above,
                unit=COLOUR,
                message=f"The colours drift towards {towards[int(slopes[worst] > 0)]} all through the clip.",
                evidence=Evidence(frames=(0, clip.frames - 1)),
            )


def in_cells(left: NDArray[np.float32]) -> NDArray[np.float32]:
    """Means of 16x9 cells, (144,)."""
    return np.asarray(cv2.resize(left, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA), np.float32).ravel()


def mean_colours(chunk: Chunk) -> NDArray[np.float64]:
    """(new frames, 2): mean U and V."""
    pairs = zip(chunk.u[chunk.carried :], chunk.v[chunk.carried :], strict=True)
    return np.array([(cv2.mean(u)[0], cv2.mean(v)[0]) for u, v in pairs])


def trend(seconds: Series, values: NDArray[np.float64]) -> tuple[Series, Series]:
    """Slope a second of each column, and how well it goes with time, 0-1."""
    time = seconds - seconds.mean()
    centred = values - values.mean(axis=0)
    slopes = time @ centred / (time @ time)
    spread = np.sqrt((time @ time) * (centred**2).sum(axis=0))
    return slopes, np.abs(time @ centred) / np.maximum(spread, 1e-9)


def at_once(values: Series) -> float:
    """How far the few largest steps lead."""
    return float(np.sort(np.abs(np.diff(values)))[-FEW_STEPS:].sum())


def box_of(cells: NDArray[np.floating]) -> Box:
    """Around the cells that differ at least half as much as the worst and touch it."""
    strong = (cells >= 0.5 * cells.max()).astype(np.uint8)
    _, parts = cv2.connectedComponents(strong)
    rows, columns = np.nonzero(parts == parts.ravel()[int(cells.argmax())])
    left, top = columns.min() / COLUMNS, rows.min() / ROWS
    return float(left), float(top), float((columns.max() + 1) / COLUMNS - left), float((rows.max() + 1) / ROWS - top)
