"""What every place is built with: hills from a line, flat shapes on a strip, and the measures of a set."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from providers.sandbox.scenery.layers import MARGIN, Line, Random, Slope, Strip, relief_strip
from providers.sandbox.scenery.palette import Colour, Palette, Picture, colour, mix

HORIZON = 0.60
GROUND = 0.65
"""From this depth on a strip reaches down to the foot of the frame."""
COVERED = 0.26
"""How far a strip behind goes on below its hills, in frame heights, before nearer ones hide it."""
SNOW = colour("F3F6FA")


@dataclass(frozen=True, slots=True)
class Set:
    """What stands behind the subject and before it; `ground` is the subject's depth, `floor` the row it stands on."""

    behind: list[Strip]
    before: list[Strip] = field(default_factory=list)
    water: bool = False
    ground: float = 0.7
    floor: float = 0.82


@dataclass(frozen=True, slots=True)
class Builder:
    """The frame's sides, the light and the dice, with the helpers that every place uses."""

    wide: int
    high: int
    palette: Palette
    random: Random
    snowy: bool

    @property
    def unit(self) -> int:
        return min(self.wide, self.high)

    @property
    def length(self) -> int:
        """After how many pixels a strip repeats."""
        return round(max(self.wide * 1.5, self.unit * 2.2))

    def cells(self, per_unit: float) -> int:
        return max(3, round(self.length / self.unit * per_unit))

    def strip(self, line: Line, top: float, rise: float, depth: float, **look: float) -> Strip:
        """Hills whose `line` (0 to 1) rises `rise` above `top`, both in shares of the frame's height."""
        start = (top - rise) * self.high - 3
        foot = (1 + MARGIN) * self.high if depth >= GROUND else (top + COVERED) * self.high
        sheet_high = round(foot - start)
        skyline = 3 + (1 - line) * rise * self.high
        return Strip(relief_strip(self.random, skyline, sheet_high, self.slope(depth, **look)), top=start, depth=depth)

    def slope(self, depth: float, relief: float = 0.0, cap: float = 0.0, fade: float = 0.26) -> Slope:
        crest = self.palette.at_depth(depth)
        if self.snowy and depth > 0.3:
            snow = mix(SNOW, self.palette.sky[1], 0.30 + 0.25 * (1 - depth))
            crest = mix(crest, snow * (0.45 if self.palette.dark else 1.0), 0.8)
        foot = mix(crest, self.palette.haze, 0.55 * (1 - depth) + 0.1)
        white = mix(SNOW, self.palette.sun, 0.35) * (0.62 if self.palette.dark else 1.0)
        return Slope(crest, foot, self.high * fade, relief, mix(white, crest, 0.15) if cap else None, cap * self.high)


def fill(sheet: Picture, points: Sequence[tuple[float, float]], tone: Colour) -> None:
    outline = np.round(np.asarray(points) * 16).astype(np.int32)
    cv2.fillPoly(sheet, [outline], (*(float(channel) for channel in tone), 255.0), cv2.LINE_AA, 4)
