"""blockiness: the grid of an encoder that had too few bits."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

import cv2
import numpy as np

from reviews.checks.base import Clip, Dial, Evidence, Instrument, Observation, Reading, Skipped
from reviews.checks.sampled import Sampled
from studio.media.clip import Native, Plane, Series

UNIT = "step at the grid over steps beside it"
GRID = 8
"""Side of the transform blocks of MPEG-2, JPEG, H.264's high profile; 16 and more are whole numbers of it."""
LEAST_LINES = 12
"""Grid lines in a row of the picture, so that one edge that happens to lie on the grid is outvoted."""
THIN = 4
"""Every fourth row is enough to judge columns, and a quarter of the columns to judge rows."""
LITTLE = 1.0
"""Levels added to both sides of the ratio: in a plain picture next to nothing over nothing is no grid."""


@dataclass
class Blockiness(Instrument):
    """Flags frames in which neighbouring pixels differ more on an 8-pixel grid than beside it.

    Measures, on native luma: the mean |difference| across each line between pixels, over that of the seven lines
    around; the median of these ratios for each of the eight positions of a grid; the highest position over the mean of
    the others, of rows or of columns, whichever is more. `ratio_above`: clean clips have 1.0-1.3, coarse
    ones with a deblocking filter 1.34, without one 1.5-3.6.
    """

    key: ClassVar[str] = "blockiness"
    version: ClassVar[int] = 1
    dial: ClassVar[Dial | None] = Dial(
        "ratio_above",
        UNIT,
        1.2,
        4.0,
        0.1,
        labels=("blocks",),
        reading=Reading.USUAL,
    )

    ratio_above: float = 1.38
    _grid: Sampled = field(default_factory=Sampled, init=False, repr=False)

    def look_closely(self, native: Native) -> None:
        height, width = native.luma.shape
        if min(height, width) < GRID * (LEAST_LINES + 2):
            return
        across, down = steps_across(native.luma[::THIN]), steps_down(native.luma[:, 3 * width // 8 : 5 * width // 8])
        self._grid.add(native, max(grid_ratio(across), grid_ratio(down)))

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        if not self._grid.frames:
            raise Skipped("The picture is too small to see a grid in it.")
        ratios = self._grid.series
        self.measured = float(np.median(ratios))
        for frames in self._grid.stretches(clip, self._grid.lasting(ratios > self.ratio_above)):
            peak, worst = max(self._grid.inside(frames), key=lambda each: each[1])
            yield Observation.of_range(
                clip,
                "blocks",
                frames,
                score=worst,
                threshold=self.ratio_above,
                unit=UNIT,
                message=f"The picture falls into blocks: steps on a grid of 8 px are {worst:.1f} times the others.",
                boxes=(MIDDLE,),
                peak_frame=peak,
                evidence=Evidence(frames=(peak,), crop=True, curve=self._grid.curve(clip, UNIT, self.ratio_above)),
            )


MIDDLE = (0.375, 0.375, 0.25, 0.25)
"""What the reviewer is shown pixel for pixel: the grid is everywhere."""


def steps_across(luma: Plane) -> Series:
    """Mean |difference| of neighbours across each line between two columns, levels."""
    change = cv2.absdiff(luma[:, 1:], luma[:, :-1])
    return np.asarray(cv2.reduce(change, 0, cv2.REDUCE_AVG, dtype=cv2.CV_32F).ravel(), np.float64)


def steps_down(luma: Plane) -> Series:
    """The same across each line between two rows."""
    change = cv2.absdiff(luma[1:], luma[:-1])
    return np.asarray(cv2.reduce(change, 1, cv2.REDUCE_AVG, dtype=cv2.CV_32F).ravel(), np.float64)


def grid_ratio(between: Series) -> float:
    """How much the strongest of the eight positions stands out."""
    around = (np.convolve(between, np.ones(GRID), "same") - between) / (GRID - 1)
    periods = len(between) // GRID - 1
    ratios = ((between + LITTLE) / (around + LITTLE))[GRID : GRID * periods]
    usual = np.median(ratios.reshape(-1, GRID), axis=0)
    strongest = int(usual.argmax())
    return float(usual[strongest] / np.delete(usual, strongest).mean())
