"""banding: steps where a smooth shade should be."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from reviews.checks.base import Box, Clip, Dial, Evidence, Instrument, Mask, Observation, Reading, Skipped
from reviews.checks.sampled import Sampled
from studio.media.clip import Native, Plane, Series

UNIT = "share of the tones on few levels"
SMOOTH = 9
"""Levels over which a histogram without a comb is about even."""
LONGEST_PERIOD = 16
"""Levels from tooth to tooth after posterising to four bits, the coarsest that is looked for; the finest are four."""
WAVES = np.exp(-2j * np.pi * np.arange(256) / np.arange(4, LONGEST_PERIOD + 4, 0.25)[:, None])
REGULAR_GAIN = 1.3
LEAST_LEVELS = 40
"""Between the darkest and the lightest five per cent: with fewer tones there is no shade to break into steps."""
LEAST_PIXELS = 80_000
"""In a smaller picture the histogram is uneven by chance."""
TERRACE = "share of the picture"
ACROSS, LEAST_GAP, SIDE = 180, 4, 16
"""The picture is thinned to about 180 points on its short side, but to every fourth at least, in tiles of 16 by 16."""
SHADE_LEVELS = (2, 24)
"""From the darkest to the lightest point of a tile that is a shade: less is plain, more is texture or an edge."""
LEAST_FLAT = 0.6
"""Share of a tile's neighbours that are equal: a shade with a slope so gentle that its steps are seen one by one."""
FLAT_WORDS = ("flat", "cel", "anime", "cartoon", "poster", "vector", "pixel art", "comic", "woodblock", "drawn")


@dataclass
class Banding(Instrument):
    """Flags frames whose tones come in steps.

    Measures, on native luma: how far the histogram's levels lie from the mean of the nine around them, as a share of
    all pixels, and how regularly. `comb_above`: clean clips have 0.05-0.4, flat drawings to 0.56, clips posterised to
    four bits and encoded 0.6-1.5. And in which part of the picture a gentle shade goes by steps of two levels and more
    with hardly any of one between, which eight bits never need. `terraced_above`: clean clips have at most 0.06, a sky
    in steps mostly 0.1-0.5. Flat drawings have few tones by intention: skipped where the spec's style says so.
    """

    key: ClassVar[str] = "banding"
    version: ClassVar[int] = 1
    dial: ClassVar[Dial | None] = Dial(
        "comb_above",
        UNIT,
        0.3,
        0.9,
        0.05,
        labels=("bands",),
        beside=("terraces",),
        reading=Reading.USUAL,
    )

    comb_above: float = 0.58
    terraced_above: float = 0.07
    _combs: Sampled = field(default_factory=Sampled, init=False, repr=False)
    _terraces: Sampled = field(default_factory=Sampled, init=False, repr=False)
    _boxes: dict[int, Box] = field(default_factory=dict, init=False, repr=False)

    def look_closely(self, native: Native) -> None:
        if native.luma.size < LEAST_PIXELS:
            return
        counted = cv2.calcHist([native.luma[::2]], [0], None, [256], [0, 256]).ravel()
        self._combs.add(native, stepped(np.asarray(counted, np.float64)))
        terraced = terraces(native.luma)
        self._terraces.add(native, float(terraced.mean()))
        if terraced.any():
            self._boxes[native.frame] = box_around(terraced, native.luma.shape)

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        if any(word in clip.spec.style.lower() for word in FLAT_WORDS):
            raise Skipped("A flat drawing was asked: it has few tones by intention.")
        combs = self._combs.series
        if not len(combs):
            raise Skipped("The picture is too small to judge its tones.")
        in_steps = self._terraces.series > self.terraced_above
        if not np.isfinite(combs).any() and not in_steps.any():
            raise Skipped("The picture has too few tones to break into steps.")
        if np.isfinite(combs).any():
            self.measured = float(np.nanmedian(combs))
        on_few = np.nan_to_num(combs) > self.comb_above
        for frames in self._combs.stretches(clip, on_few):
            yield self._bands(clip, frames)
        for frames in self._terraces.stretches(clip, self._terraces.lasting(in_steps & ~on_few)):
            yield self._terraced(clip, frames)

    def _bands(self, clip: Clip, frames: tuple[int, int]) -> Observation:
        peak, worst = max(self._combs.inside(frames), key=lambda each: each[1])
        return Observation.of_range(
            clip,
            "bands",
            frames,
            score=worst,
            threshold=self.comb_above,
            unit=UNIT,
            message="Shades break into steps: the tones of the picture stand on few levels, with gaps between.",
            boxes=((0.25, 0.25, 0.5, 0.5),),
            peak_frame=peak,
            evidence=Evidence(frames=(peak,), crop=True, curve=self._combs.curve(clip, UNIT, self.comb_above)),
        )

    def _terraced(self, clip: Clip, frames: tuple[int, int]) -> Observation:
        peak, worst = max(self._terraces.inside(frames), key=lambda each: each[1])
        return Observation.of_range(
            clip,
            "terraces",
            frames,
            score=worst,
            threshold=self.terraced_above,
            unit=TERRACE,
            message=f"Smooth shades go by steps of two levels and more in {worst:.0%} of the picture.",
            boxes=(self._boxes[peak],),
            peak_frame=peak,
            evidence=Evidence(
                frames=(peak,), crop=True, curve=self._terraces.curve(clip, TERRACE, self.terraced_above)
            ),
        )


def terraces(luma: Plane) -> Mask:
    """Which tiles, (rows, columns), are gentle shades that go by steps of several levels rather than of one."""
    gap = gap_for(luma.shape)
    points = np.ascontiguousarray(luma[::gap, ::gap])
    rows, columns = ((length - 1) // SIDE for length in points.shape)
    if not rows * columns:
        return np.zeros((1, 1), bool)
    points = points[: rows * SIDE + 1, : columns * SIDE + 1]
    corner = points[1:, 1:]
    steps = cv2.absdiff(corner, points[1:, :-1]), cv2.absdiff(corner, points[:-1, 1:])
    none, one = (sum(share_of_tiles(step == levels, (columns, rows)) for step in steps) / 2 for levels in (0, 1))
    by_rows = corner.reshape(rows, SIDE, columns * SIDE)
    highest, lowest = (each.reshape(rows, columns, SIDE) for each in (by_rows.max(axis=1), by_rows.min(axis=1)))
    depth = highest.max(axis=2) - lowest.min(axis=2)
    shade = (depth >= SHADE_LEVELS[0]) & (depth <= SHADE_LEVELS[1]) & (none > LEAST_FLAT)
    return np.asarray(shade & (1 - none - one > one))


def share_of_tiles(marked: Mask, size: tuple[int, int]) -> NDArray[np.float32]:
    """The marked share of each tile. An exact divisor: the area average is the plain mean."""
    return np.asarray(cv2.resize(marked.astype(np.float32), size, interpolation=cv2.INTER_AREA))


def gap_for(shape: tuple[int, ...]) -> int:
    """Pixels from point to point, for a picture of (height, width)."""
    return max(LEAST_GAP, round(min(shape) / ACROSS))


def box_around(tiles: Mask, shape: tuple[int, ...]) -> Box:
    """The smallest box around the marked tiles of a picture of (height, width)."""
    (top, bottom), (left, right) = ((int(at.min()), int(at.max()) + 1) for at in np.nonzero(tiles))
    high, wide = (SIDE * gap_for(shape) / length for length in shape)
    return left * wide, top * high, (right - left) * wide, (bottom - top) * high


def stepped(histogram: Series) -> float:
    """How far the tones stand on few levels; NaN for a picture of few tones.

    0 for an even histogram, towards 1 and beyond for one with teeth. Encoding blurs the teeth, texture more so: where
    they stand at even distances, as posterising leaves them and flat drawings do not, that counts for more.
    """
    shares = histogram / histogram.sum()
    rising = np.cumsum(shares)
    if int(np.searchsorted(rising, 0.95)) - int(np.searchsorted(rising, 0.05)) < LEAST_LEVELS:
        return float("nan")
    uneven = float(np.abs(shares - smoothed(shares, SMOOTH)).sum())
    regular = float(np.abs(WAVES @ (shares - smoothed(shares, 2 * LONGEST_PERIOD + 1))).max())
    return max(uneven, REGULAR_GAIN * regular) if regular > uneven else uneven


def smoothed(shares: Series, levels: int) -> Series:
    return np.convolve(shares, np.ones(levels) / levels, "same")
