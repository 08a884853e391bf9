"""flicker: brightness that pulses from frame to frame, of the whole picture or in places."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from reviews.checks.base import (
    Clip,
    Dial,
    Evidence,
    Instrument,
    Mask,
    Observation,
    Reading,
    Skipped,
    join_close,
    runs_of,
)
from reviews.checks.black_frames import black_among
from reviews.checks.findings import Curve
from studio.media.clip import Chunk, Plane, Series

UNIT = "relative change of brightness"
ROWS, COLUMNS = 6, 10
WINDOW_SECONDS = 0.5
"""The median over so long speaks for a frame: a cut or a flash of lightning is no flicker."""
DARKEST = 16.0
"""Levels; below, next to nothing over nothing is no change."""
LEAST_BEND = 2.2
"""Levels; a plain picture that fades goes by whole ones, now by two and now by four, and does not pulse."""
FRAME_TOGETHER, CELL_TOGETHER = 0.35, 0.6
"""Share of a change that goes in one direction from which it is light and not motion: pixels that move brighten some
and darken others. Of the whole frame less is enough, since a part of it may flicker."""
SHORTEST_SECONDS, SHORTEST_FRAMES = 0.25, 4
"""Frames: lighter and darker twice. Less is a change of light and back, or a gesture where frames last long."""
ALTERNATES = 0.5
"""Share of neighbours between which the second difference changes its sign: a ramp has none, a pulse each time."""
LIVELY_PERCENTILE = 85
"""Flicker in a quarter of the picture is enough, with a border that takes nearly half of its cells."""
Cells = NDArray[np.float32]


@dataclass
class Flicker(Instrument):
    """Flags brightness that goes up and down with the frames.

    Measures half the second difference of mean luma over mean luma, which for frames lighter and darker in turn is the
    whole swing; as the median over half a second, where it alternates and where most of the change goes one way.
    `global_above`, `strong_above`: of the frame. `local_above`: of the liveliest sixth of 10x6 cells. Measured: clean
    clips to 0.01.
    """

    key: ClassVar[str] = "flicker"
    version: ClassVar[int] = 3
    dial: ClassVar[Dial | None] = Dial(
        "global_above",
        UNIT,
        0.005,
        0.1,
        0.001,
        labels=("strong_flicker", "global_flicker"),
        beside=("local_flicker",),
        reading=Reading.NEEDED,
    )

    global_above: float = 0.018
    strong_above: float = 0.04
    local_above: float = 0.022
    _cells: list[Cells] = field(default_factory=list, init=False, repr=False)
    _changes: list[Cells] = field(default_factory=list, init=False, repr=False)
    _brightness: list[Series] = field(default_factory=list, init=False, repr=False)
    _differences: list[Series] = field(default_factory=list, init=False, repr=False)
    _black: list[Mask] = field(default_factory=list, init=False, repr=False)

    def look(self, chunk: Chunk) -> None:
        self._brightness.append(chunk.brightness)
        self._differences.append(chunk.luma_difference)
        self._cells.append(in_cells(chunk.new_luma))
        self._changes.append(in_cells(chunk.luma_change))
        self._black.append(black_among(chunk))

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        if clip.frames < 4:
            raise Skipped("Too few frames to tell flicker from a change.")
        window = max(3, round(WINDOW_SECONDS / clip.frame_seconds)) if clip.frame_seconds else 3
        shown = last_shown(np.concatenate(self._black))
        brightness, differences = np.concatenate(self._brightness)[shown], np.concatenate(self._differences)
        whole = pulse(brightness[:, None], differences[:, None], window, FRAME_TOGETHER)[:, 0]
        in_places = pulse(np.concatenate(self._cells)[shown], np.concatenate(self._changes), window, CELL_TOGETHER)
        places = np.percentile(in_places, LIVELY_PERCENTILE, axis=1)
        self.measured = float(whole.max())
        told = np.zeros(clip.frames, bool)
        for label, series, limit in (
            ("strong_flicker", whole, self.strong_above),
            ("global_flicker", whole, self.global_above),
            ("local_flicker", places, self.local_above),
        ):
            for start, end in join_close(clip, runs_of(series > limit)):
                lasts = clip.starts_at(end) - clip.starts_at(start)
                is_long = lasts >= SHORTEST_SECONDS and end - start >= SHORTEST_FRAMES
                if is_long and not told[start:end].any():
                    yield self._observation(clip, label, (start, end), series, limit)
                    told[start:end] = True

    def _observation(
        self, clip: Clip, label: str, frames: tuple[int, int], series: Series, limit: float
    ) -> Observation:
        start, end = frames
        peak = start + int(series[start:end].argmax())
        swing = float(np.median(series[start:end]))
        rate = pulses_a_second(clip, np.concatenate(self._brightness)[start:end])
        where = " in places" if label == "local_flicker" else ""
        when = f"from {clip.starts_at(start):.1f} s to {clip.starts_at(end):.1f} s"
        often = f" about {rate:.0f} times a second" if rate >= 1 and not where else ""
        return Observation.of_range(
            clip,
            label,
            frames,
            score=swing,
            threshold=limit,
            unit=UNIT,
            message=f"Brightness pulses{where} by about {swing:.0%}{often}, {when}.",
            peak_frame=peak,
            evidence=Evidence(
                frames=(peak, min(clip.frames - 1, peak + 1)),
                curve=Curve.of_series(clip.pts_seconds, series, UNIT, limit),
            ),
        )


def last_shown(black: Mask) -> NDArray[np.int64]:
    """For each frame itself, for a black one the last before it that shows something: black_frames tells of those."""
    frames = np.arange(len(black))
    shown = np.maximum.accumulate(np.where(black, -1, frames))
    return np.where(shown < 0, int(np.argmin(black)), shown)


def in_cells(planes: Plane) -> Cells:
    """Means of 6x10 cells, (n, 60), levels."""
    size = (COLUMNS, ROWS)
    cells = [cv2.resize(plane, size, interpolation=cv2.INTER_AREA).ravel() for plane in planes]
    return np.array(cells, np.float32).reshape(len(planes), ROWS * COLUMNS)


def pulse(
    level: NDArray[np.floating], change: NDArray[np.floating], window: int, together: float
) -> NDArray[np.float64]:
    """Of (n, k) levels and the (n - 1, k) mean |differences| behind them: how much each pulses around each frame."""
    step = np.diff(level, axis=0)
    bend = np.diff(step, axis=0)
    size = np.where(np.abs(bend) < LEAST_BEND, 0, np.abs(bend) / 2 / np.maximum(level[1:-1], DARKEST))
    one_way = np.minimum(np.abs(step) / np.maximum(change, 0.25), 1)
    turns = np.vstack([bend[1:] * bend[:-1] < 0, np.zeros((1, level.shape[1]), bool)])
    steady = (middle(one_way[1:], window) >= together) & (mean(turns, window) >= ALTERNATES)
    inner = np.where(steady, middle(size, window), 0.0)
    return np.vstack([inner[:1], inner, inner[-1:]])


def middle(series: NDArray[np.floating], window: int) -> NDArray[np.float64]:
    """Running median along the first axis, the ends with what there is."""
    return np.array([np.median(series[around], axis=0) for around in windows(len(series), window)])


def mean(series: NDArray[np.bool_], window: int) -> NDArray[np.float64]:
    return np.array([series[around].mean(axis=0) for around in windows(len(series), window)])


def windows(count: int, window: int) -> Iterator[slice]:
    for at in range(count):
        yield slice(max(0, at - window // 2), at + window // 2 + 1)


def pulses_a_second(clip: Clip, brightness: Series) -> float:
    """Half the sign changes of the steps, over the time."""
    step = np.diff(brightness)
    turns = int((step[1:] * step[:-1] < 0).sum())
    seconds = len(brightness) * clip.frame_seconds
    return turns / 2 / seconds if seconds else 0.0
