"""Leaps: frames that the motion around them does not lead to, as where a piece of the scene was left out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from reviews.checks.base import Mask
from reviews.checks.motion import Field, Flow, shrunk
from reviews.checks.tones import BLACK_LUMA
from studio.media.clip import Plane, Series

LONG_SIDE = 160
REACH = 5
"""Pairs on each side that speak for the motion around one."""
SIDE = 2
"""Pairs that must lie on each side: without them nothing says how the scene moves."""
GATE_RATIO, GATE_PAIRS = 1.3, 2
"""Flow is costly: it is asked only where D is above the median around it and the highest of +-2 pairs."""
REPEAT_RATIO = 0.2
"""Of the median D around: a pair that differs less repeats a frame, and what follows it leads on from further back."""
ONE_WAY = 0.9
"""Share of a change that goes in one direction from which it is light: what moves brightens some pixels and darkens
others. Jumps in the clips that we know have up to 0.74, scenes that were lit anew nearly 1."""
OWN_RATIO, OWN_PAIRS = 1.5, 6
"""The flow of the pair itself must leave so many times what that of each of the nearest pairs leaves. Where something
hits the camera it explains the pair as well as any other: 1.2 to 1.4 there, 1.7 and more where a piece is missing."""
CELLS, THING_SHARE, ELSEWHERE = 16, 1 / 4, 1 / 8
"""The picture in 16 x 16 cells; share of them that a title, or a thing that appears, may take; share of what a leap
leaves that must lie in the others. Measured: 0.2 and more where a piece is missing, titles up to 0.04."""
SPEEDS = (1.0, 2.0)
"""A frame that was left out or shown twice makes the next one move twice as far; that is no leap."""
DARK_LIGHT = 40.0
"""Levels above black."""
LIGHT_PART = 1 / 8
"""Of the longer side: light changes over so much of the picture at once, structure in less."""

Rest = NDArray[np.float32]
"""What motion does not explain in each cell, percent of the light."""


@dataclass(frozen=True, slots=True)
class Leap:
    """`frame` is the first after the leap; the others are what motion does not explain, percent of the light."""

    frame: int
    unreached: float
    needed: float


class Leaps:
    """Finds pairs of neighbours that motion does not join, though it joins all pairs around them.

    A picture moves on as it moved before, or as it moves afterwards. So each of the two frames is predicted from the
    other by the optical flow of the pair on its other side, at its speed and at twice that; what is left of the
    difference, where a prediction does best, is how far the pair is out of reach. Light is taken away first, since it
    may change at once. What the flow of the pair itself explains was a bump; what is left in one place alone, a title.

    `least`: smallest such rest that is seen, percent of the light. `usual_ratio`: of the median of +-5 pairs.
    `any_ratio`: of each of them, so that shaking and erratic motion is no leap.
    """

    def __init__(self, least: float, usual_ratio: float, any_ratio: float) -> None:
        self._least, self._usual_ratio, self._any_ratio = least, usual_ratio, any_ratio
        self._flow = Flow()
        self._pictures: dict[int, Plane] = {}
        self._structures: dict[int, Plane] = {}
        self._blank: list[bool] = []
        self._differences: list[float] = []
        self._times: list[float] = []
        self._judged = 0
        self._found: list[Leap] = []

    def see(self, luma: Plane, seconds: Series, blank: Mask, differences: Series) -> None:
        """The next frames, their times, which of them show nothing, and how much each pair differs, levels."""
        self._times += seconds.tolist()
        self._pictures |= {len(self._blank) + at: picture for at, picture in enumerate(luma)}
        self._blank += blank.tolist()
        self._differences += differences.tolist()
        self._judge(len(self._differences) - REACH)
        self._forget(self._judged - REACH - SIDE)

    def found(self) -> list[Leap]:
        """All leaps, once the last frame was seen."""
        self._judge(len(self._differences) - SIDE)
        return self._found

    def _forget(self, before: int) -> None:
        """Keeps copies of the last frames: a view would keep the whole chunk alive."""
        self._pictures = {frame: picture.copy() for frame, picture in self._pictures.items() if frame >= before}
        self._structures = {frame: picture for frame, picture in self._structures.items() if frame >= before}

    def _judge(self, end: int) -> None:
        for pair in range(max(SIDE, self._judged), end):
            if self._stands_out(pair) and not any(self._blank[pair : pair + 2]):
                self._found += self._leap(pair)
        self._judged = max(self._judged, end)

    def _stands_out(self, pair: int) -> bool:
        difference, before = self._differences[pair], self._differences[pair - 1]
        nearest = self._differences[pair - GATE_PAIRS : pair + GATE_PAIRS + 1]
        usual = float(np.median([self._differences[other] for other in self._around(pair)]))
        is_peak = difference >= max(self._least, *nearest, GATE_RATIO * usual)
        return is_peak and before >= REPEAT_RATIO * usual

    def _around(self, pair: int) -> list[int]:
        """The pairs near `pair`, nearest first."""
        others = range(max(0, pair - REACH), min(len(self._differences), pair + REACH + 1))
        return sorted((other for other in others if other != pair), key=lambda other: abs(other - pair))

    def _leap(self, pair: int) -> Iterator[Leap]:
        if share_one_way(self._pictures[pair], self._pictures[pair + 1]) >= ONE_WAY:
            return
        rest, around = self._rest(pair), []
        unreached = float(rest.mean())
        if unreached <= self._least:
            return
        late = self._lateness(pair)
        for other in self._around(pair):
            around.append(self._rest(other))
            if unreached <= late * self._any_ratio * around[-1].mean():
                return
        levels = [float(each.mean()) for each in around]
        needed = late * max(self._least, self._any_ratio * max(levels), self._usual_ratio * float(np.median(levels)))
        if unreached > needed and is_spread(rest, around) and self._is_torn(pair):
            yield Leap(pair + 1, unreached, needed)

    def _is_torn(self, pair: int) -> bool:
        nearest = [self._torn(other) for other in self._around(pair)[:OWN_PAIRS]]
        return self._torn(pair) > max(self._least / 2, OWN_RATIO * max(nearest))

    def _torn(self, pair: int) -> float:
        """Mean of what the flow from one frame of a pair to the other leaves, percent of the light."""
        before, after = self._structure(pair), self._structure(pair + 1)
        return float(self._flow.unexplained(before, after, self._flow.between(before, after)).mean())

    def _lateness(self, pair: int) -> float:
        """How many times longer than usual the pair lasts, 1 and more: the longer, the less a prediction holds."""
        usual = float(np.median([self._lasting(other, other + 1) for other in self._around(pair)]))
        return max(1.0, self._lasting(pair, pair + 1) / usual)

    def _rest(self, pair: int) -> Rest:
        """What is left of a pair's difference where motion explains most of it."""
        before, after = pair, pair + 1
        left = []
        if pair > 0:
            left += self._left(pair - 1, before, after)
        if after + 1 < len(self._blank):
            left += self._left(after + 1, after, before)
        return min(left, key=np.mean)

    def _left(self, origin: int, start: int, end: int) -> list[Rest]:
        """What is left of `end` when the motion from `origin` to `start` goes on, at each speed."""
        first, second, third = (self._structure(frame) for frame in (origin, start, end))
        motion = self._flow.between(first, second) * np.float32(
            self._lasting(start, end) / self._lasting(origin, start)
        )
        rests = (self._flow.unexplained(second, third, np.float32(speed) * motion) for speed in SPEEDS)
        return [in_cells(rest) for rest in rests]

    def _lasting(self, one: int, other: int) -> float:
        """Seconds between two frames; what was shown for longer moves further."""
        return abs(self._times[other] - self._times[one]) or 1.0

    def _structure(self, frame: int) -> Plane:
        if frame not in self._structures:
            self._structures[frame] = without_light(shrunk(self._pictures[frame], LONG_SIDE))
        return self._structures[frame]


def in_cells(field: Field) -> Rest:
    return np.asarray(cv2.resize(field, (CELLS, CELLS), interpolation=cv2.INTER_AREA).ravel(), np.float32)


def is_spread(rest: Rest, around: Sequence[Rest]) -> bool:
    """Whether a pair leaves more than those around it in other places, too, than the quarter where it leaves most.

    Only there it does where a title appears, or goes, in a scene that runs on.
    """
    calmer = np.argsort(rest)[: round((1 - THING_SHARE) * len(rest))]
    usual, usual_there = np.median([(each.mean(), each[calmer].mean()) for each in around], axis=0)
    return bool(rest[calmer].mean() - usual_there > ELSEWHERE * (rest.mean() - usual))


def share_one_way(before: Plane, after: Plane) -> float:
    """Which part of the change of luma makes the picture as a whole lighter, or darker; 0-1."""
    change = cv2.mean(cv2.absdiff(before, after))[0]
    return abs(cv2.mean(after)[0] - cv2.mean(before)[0]) / change if change else 0.0


def without_light(luma: Plane) -> Plane:
    """How far each pixel is from the mean of its surroundings, in percent of it, around 128.

    More light multiplies, and this stays (Weber). Near black, where noise is all there is, it counts less.
    """
    side = round(max(luma.shape) * LIGHT_PART) | 1
    level = luma.astype(np.float32) - BLACK_LUMA
    light = cv2.blur(level, (side, side))
    return np.asarray(np.clip(128 + 100 * (level - light) / np.maximum(light, DARK_LIGHT), 0, 255), np.uint8)
