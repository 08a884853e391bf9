"""flashing: flashes that may harm photosensitive people. Screening, not certification."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from reviews.checks.base import (
    ROUNDING_SECONDS,
    Box,
    Clip,
    Dial,
    Evidence,
    Instrument,
    Mask,
    Observation,
    Reading,
    join_close,
    runs_of,
)
from reviews.checks.findings import Curve, Heat
from reviews.checks.light import light_of
from reviews.checks.swings import KEPT, NEAR, Swings
from studio.media.clip import Chunk, Series

SHARE = "share of the picture"
MOST_FLASHES = 3
"""In any second (WCAG 2.2 SC 2.3.1; ITU-R BT.1702-3)."""
SECOND = 1.0
TOLERANCE_FRAMES, TOLERANCE_SECONDS = 1.5, 1 / 24
"""Six half periods of exactly 3 Hz take a second; where frames fall on them, up to one frame less, and the moment at
which a ramp has moved far enough wanders, too. The larger of the two is allowed."""
CONCURRENT_FRAMES, CONCURRENT_PART, ROUNDING_FRAMES = 2.0, 0.4, 0.05
"""Cells flash together when their transitions, in one direction, lie within +-2 frames and two fifths of a half period
of each other. Edges that move through the picture change cells, too, but not together."""
TOGETHER_SHARE = 6 / KEPT
"""Of a cell's transitions that must agree: one may be early or late where the light is uneven."""
LOW_RATE = 7.0
"""Below so many frames a second more than three flashes a second cannot occur."""
FIELD = 3
"""WCAG's field of ten degrees: a window of a third of the picture's width and height."""
STANDARDS = {"broadcast": "BT.1702", "wcag": "WCAG 2.2"}


@dataclass(frozen=True, slots=True)
class Moment:
    """One frame in which cells flash: shares 0-1 of the whole picture and of the worst field, and how fast, Hz."""

    area: float
    field_area: float
    rate: float
    began_seconds: float
    cells: bytes
    is_red: bool


@dataclass(frozen=True, slots=True)
class Slow:
    """One frame in which a field flashes within the limit, but at least twice a second."""

    rate: float
    began_seconds: float


@dataclass
class Flashing(Instrument):
    """Flags general and red flashes by frequency and area, after WCAG 2.2 and ITU-R BT.1702.

    Measures relative luminance (linear, 1.0 is white) of cells of 5 px of the small picture, and their saturated red,
    from extreme to extreme. `luminance_step`: a transition, 10 % of the maximum, where the darker state is below
    `darker_below`. `red_step`: the same of the red working value. A cell flashes with more than three flashes, that is
    seven transitions, within a second of presentation time, less a frame or so.

    `broadcast_area`: share of the picture that may not flash at once (BT.1702: a quarter). `field_area`: the same of
    any window of a third by a third (WCAG: a quarter of ten degrees). `extended_seconds` of `extended_within`: how long
    two flashes a second may go on. `near_area`: share of the picture from which flashes in a small area are told.
    """

    key: ClassVar[str] = "flashing"
    version: ClassVar[int] = 1
    dial: ClassVar[Dial | None] = Dial(
        "broadcast_area",
        SHARE,
        0.05,
        0.5,
        0.01,
        counts_itself=True,
        labels=("broadcast", "red_broadcast"),
        beside=("wcag", "red_wcag", "extended", "near"),
        reading=Reading.DECIDES,
    )

    luminance_step: float = 0.1
    darker_below: float = 0.8
    red_step: float = 20.0
    broadcast_area: float = 0.25
    field_area: float = 0.25
    near_area: float = 0.15
    extended_seconds: float = 4.0
    extended_within: float = 5.0
    _general: Swings | None = field(default=None, init=False, repr=False)
    _red: Swings | None = field(default=None, init=False, repr=False)
    _shape: tuple[int, int] = field(default=(1, 1), init=False, repr=False)
    _frames: int = field(default=0, init=False, repr=False)
    _recent: deque[float] = field(default_factory=deque, init=False, repr=False)
    _moments: dict[int, Moment] = field(default_factory=dict, init=False, repr=False)
    _slow: dict[int, "Slow"] = field(default_factory=dict, init=False, repr=False)

    def look(self, chunk: Chunk) -> None:
        light = light_of(chunk)
        if self._general is None:
            self._shape = light.luminance.shape[1:]
            cells = self._shape[0] * self._shape[1]
            self._general = Swings(cells, self.luminance_step, darker_below=self.darker_below)
            self._red = Swings(cells, self.red_step)
        assert self._red
        for at in range(chunk.carried, len(light.luminance)):
            now = float(chunk.pts_seconds[at])
            self._general.see(light.luminance[at].ravel(), now)
            self._red.see(light.red[at].ravel(), now, light.saturated[at].ravel())
            self._judge(now, self._step(now))

    def _step(self, now: float) -> float:
        """How long the frames of the last second lasted on average: a clip may be slow here and fast there."""
        self._recent.append(now)
        while self._recent[0] < now - SECOND:
            self._recent.popleft()
        return (now - self._recent[0]) / max(1, len(self._recent) - 1)

    def _judge(self, now: float, step: float) -> None:
        """Note what flashes in the frame at `now`; frames last `step` seconds."""
        for swings in (self._general, self._red):
            if swings is None or swings.quiet_since(now - SECOND):
                continue
            window = SECOND - max(TOLERANCE_FRAMES * step, TOLERANCE_SECONDS)
            slow = swings.within(NEAR, SECOND, since=now - SECOND / 2)
            if self._is_worth_telling(slow):
                self._note_slow(swings, self._together(swings, slow, NEAR, step))
            fast = swings.within(KEPT, window, since=now - (2 * CONCURRENT_FRAMES + 0.5) * step)
            if self._is_worth_telling(fast):
                self._note(swings, self._together(swings, fast, KEPT, step))
        self._frames += 1

    def _together(self, swings: Swings, flashing: Mask, count: int, step: float) -> Mask:
        """Of the flashing cells those that change at the same times: in one direction, or, where parts of the picture
        take turns and each of them is a flash by itself, in both.
        """
        rises, times = swings.rises(), swings.times[-count:]
        one, other = (self._aligned(times, same, step) for same in (flashing & rises, flashing & ~rises))
        if min(self._worst_field(one), self._worst_field(other)) >= self.field_area:
            return one | other
        return max(one, other, key=np.count_nonzero)

    def _aligned(self, times: NDArray[np.float32], cells: Mask, step: float) -> Mask:
        """Cells whose `times` (count, all cells) agree with those usual in the field where most of them are."""
        if not cells.any():
            return cells
        usual = np.median(times[:, cells & self._field_of_most(cells)], axis=1)
        half_period = float(usual[-1] - usual[0]) / (len(usual) - 1)
        within = min(CONCURRENT_FRAMES * step, CONCURRENT_PART * half_period) + ROUNDING_FRAMES * step
        agree = (np.abs(times - usual[:, None]) <= within).mean(axis=0) >= TOGETHER_SHARE - ROUNDING_SECONDS
        return np.asarray(cells & agree)

    def _note(self, swings: Swings, flashing: Mask) -> None:
        area, before = float(flashing.mean()), self._moments.get(self._frames)
        if area > (before.area if before else 0):
            self._moments[self._frames] = Moment(
                area,
                self._worst_field(flashing),
                *rate_and_start(swings, flashing, KEPT),
                np.packbits(flashing).tobytes(),
                swings is self._red,
            )

    def _note_slow(self, swings: Swings, flashing: Mask) -> None:
        if self._worst_field(flashing) >= self.field_area:
            rate, began = rate_and_start(swings, flashing, NEAR)
            self._slow[self._frames] = Slow(min(rate, most_in_a_second(swings, flashing)), began)

    def _is_worth_telling(self, cells: Mask) -> bool:
        """Whether so many flash, together or not: in most frames of most clips a few do, in the noise."""
        rows, columns = self._field()
        count = np.count_nonzero(cells)
        if count < min(self.field_area * rows * columns, self.near_area * cells.size):
            return False
        return bool(count >= self.near_area * cells.size) or self._worst_field(cells) >= self.field_area

    def _worst_field(self, cells: Mask) -> float:
        """The largest share of flashing cells in a window of a third by a third of the picture."""
        return float(self._field_shares(cells).max()) if cells.any() else 0.0

    def _field_of_most(self, cells: Mask) -> Mask:
        """The cells of the window in which most of `cells` are."""
        rows, columns = self._field()
        at, across = np.unravel_index(int(self._field_shares(cells).argmax()), self._shape)
        window = np.zeros(self._shape, bool)
        top, left = max(0, int(at) - rows // 2), max(0, int(across) - columns // 2)
        window[top : int(at) + (rows + 1) // 2, left : int(across) + (columns + 1) // 2] = True
        return window.ravel()

    def _field_shares(self, cells: Mask) -> NDArray[np.float32]:
        """For each cell, the share of `cells` in the window around it."""
        rows, columns = self._field()
        plane = cells.reshape(self._shape).astype(np.float32)
        return np.asarray(cv2.boxFilter(plane, -1, (columns, rows), borderType=cv2.BORDER_CONSTANT))

    def _field(self) -> tuple[int, int]:
        return max(1, round(self._shape[0] / FIELD)), max(1, round(self._shape[1] / FIELD))

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        self.measured = max((moment.area for moment in self._moments.values()), default=0.0)
        if not self._moments and clip.frame_seconds and 1 / clip.frame_seconds < LOW_RATE:
            self.details = {"note": "At this rate more than three flashes a second cannot occur."}
            return
        areas = self._series(clip, [moment.area for moment in self._moments.values()])
        fields = self._series(clip, [moment.field_area for moment in self._moments.values()])
        slow = np.zeros(clip.frames, bool)
        slow[list(self._slow)] = True
        told, near_told = np.zeros(clip.frames, bool), np.zeros(clip.frames, bool)
        levels = (
            ("broadcast", areas >= self.broadcast_area),
            ("wcag", fields >= self.field_area),
            ("extended", self._extended(clip, slow)),
            ("near", slow | (areas >= self.near_area)),
        )
        for label, mask in levels:
            # Just before and after what was told, the same flashes are slower, or fewer: no news.
            runs = [run for run in runs_of(mask & ~told) if not near_told[slice(*run)].all()]
            for start, end in join_close(clip, [self._whole(clip, run, told) for run in runs]):
                yield self._observation(clip, label, (start, end), areas)
                told[start:end] = True
                first = clip.frame_at(clip.starts_at(start) - SECOND)
                near_told[first : clip.frame_at(clip.starts_at(end) + SECOND) + 1] = True

    def _series(self, clip: Clip, values: list[float]) -> Series:
        series = np.zeros(clip.frames)
        series[list(self._moments)] = values
        return series

    def _extended(self, clip: Clip, slow: Mask) -> Mask:
        """Frames of stretches in which two flashes a second go on for four seconds out of five."""
        found = np.zeros(clip.frames, bool)
        lasting = slow * np.diff(np.append(clip.pts_seconds, clip.starts_at(clip.frames)))
        lasted = np.concatenate(([0.0], np.cumsum(lasting)))
        for start in np.flatnonzero(slow):
            end = clip.frame_at(clip.starts_at(int(start)) + self.extended_within - ROUNDING_SECONDS) + 1
            if lasted[end] - lasted[start] >= self.extended_seconds - ROUNDING_SECONDS:
                found[start:end] |= slow[start:end]
        return found

    def _whole(self, clip: Clip, run: tuple[int, int], told: Mask) -> tuple[int, int]:
        """The run with the transitions that led to it, as far as none are told: a flash is known by its last."""
        seen = [
            each for kept in (self._moments, self._slow) for frame, each in kept.items() if run[0] <= frame < run[1]
        ]
        began = min(clip.frame_at(min(each.began_seconds for each in seen)), run[0])
        before = np.flatnonzero(told[began : run[0]])
        return began + (int(before[-1]) + 1 if len(before) else 0), run[1]

    def _observation(self, clip: Clip, label: str, frames: tuple[int, int], areas: Series) -> Observation:
        moments = {frame: self._moments[frame] for frame in range(*frames) if frame in self._moments}
        rates = [self._slow[frame].rate for frame in range(*frames) if frame in self._slow]
        usual = float(np.median(rates)) if rates else 0.0
        peak = max(moments, key=lambda frame: moments[frame].area, default=sum(frames) // 2)
        worst, heat = moments.get(peak), self._heat(list(moments.values()))
        limit = {"wcag": self.field_area, "broadcast": self.broadcast_area}.get(label, self.near_area)
        return Observation.of_range(
            clip,
            f"red_{label}" if worst and worst.is_red and label in STANDARDS else label,
            frames,
            score=worst.rate if worst else usual,
            threshold=float(MOST_FLASHES),
            unit="flashes a second",
            message=sentence(clip, label, frames, worst, usual),
            boxes=(box_of(heat),) if heat is not None else (),
            peak_frame=peak,
            evidence=Evidence(
                frames=tuple(sorted({peak, max(0, peak - 1)})),
                curve=curve_of(clip, areas, frames, limit),
                heat=as_heat(heat) if heat is not None else None,
            ),
        )

    def _heat(self, moments: list[Moment]) -> NDArray[np.float64] | None:
        """How often each cell flashed, 0-1."""
        if not moments:
            return None
        cells = self._shape[0] * self._shape[1]
        seen = [np.unpackbits(np.frombuffer(each.cells, np.uint8), count=cells) for each in moments]
        counted = np.sum(seen, axis=0, dtype=np.float64).reshape(self._shape)
        return np.asarray(counted / counted.max())


def rate_and_start(swings: Swings, flashing: Mask, count: int) -> tuple[float, float]:
    """Flashes a second, and when their first transition was: of the median cell, and of the earliest."""
    first, last = swings.times[-count, flashing], swings.times[-1, flashing]
    rates = (count - 1) / 2 / np.maximum(last - first, ROUNDING_SECONDS)
    return float(np.median(rates)), float(first.min())


def most_in_a_second(swings: Swings, flashing: Mask) -> float:
    """Flashes of the last second, of the median cell: two quick ones and a pause are two a second, however quick."""
    times = swings.times[:, flashing]
    return float(np.median((times[-1] - times < SECOND - ROUNDING_SECONDS).sum(axis=0))) / 2


def box_of(heat: NDArray[np.float64]) -> Box:
    """Around the cells that flash at least half as often as the worst."""
    rows, columns = np.nonzero(heat >= 0.5)
    tall, wide = heat.shape
    left, top = columns.min() / wide, rows.min() / tall
    return float(left), float(top), float((columns.max() + 1) / wide - left), float((rows.max() + 1) / tall - top)


def as_heat(heat: NDArray[np.float64]) -> Heat:
    rows, columns = heat.shape
    return Heat(rows, columns, tuple(int(value) for value in (heat * 255).round().ravel()))


def curve_of(clip: Clip, areas: Series, frames: tuple[int, int], limit: float) -> Curve:
    """The flashing share of the picture from a second before to a second after."""
    first = clip.frame_at(clip.starts_at(frames[0]) - SECOND)
    last = clip.frame_at(clip.starts_at(frames[1]) + SECOND)
    around = slice(first, last + 1)
    return Curve.of_series(clip.pts_seconds[around], areas[around], SHARE, limit)


def sentence(clip: Clip, label: str, frames: tuple[int, int], worst: Moment | None, usual: float) -> str:
    start, end = clip.starts_at(frames[0]), clip.starts_at(frames[1])
    when = f"{start:.1f}-{end:.1f} s"
    if label == "extended":
        said = f"Flashes {usual:.1f} times a second for {end - start:.1f} s, {when}: too long, though within the limit."
    elif worst is None:
        said = f"Flashes {usual:.1f} times a second, {when}: near the limit of {MOST_FLASHES}."
    else:
        what = f"{'Red flashes' if worst.is_red else 'Flashes'} {worst.rate:.1f} times a second"
        by = f"over the limit of {MOST_FLASHES} ({STANDARDS[label]})" if label in STANDARDS else "a small area"
        said = f"{what} over {worst.area:.0%} of the picture, {when}: {by}."
    return f"{said} Screening, not certification."
