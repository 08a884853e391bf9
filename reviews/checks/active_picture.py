"""The picture within its bars: what the instruments look at, so that bars neither dilute nor fake anything."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reviews.checks.base import Box, Mask
from studio.media.clip import Plane, Window

BAR_LUMA = 26
"""Highest luma of a black bar, 8-bit limited range: FFmpeg's cropdetect takes 24, and encoders ring a little."""
DIM_LUMA = 45
"""Highest luma of a border that is not quite black, as those of films in an old style are."""
STILL_RANGE = 10
"""How far a bar's pixels wander during the clip, levels: what encoders and a little grain do to a still colour."""
PLAIN_SPREAD = 3.0
"""Standard deviation along a line of a bar of one colour, levels."""
SAME_LEVEL = 4.0
"""How far the lines of one bar differ from its outermost, levels."""
PERCENTILE = 99
"""A line is judged by nearly all of its pixels: specks and the rounded corners of a border do not count."""
LEAST_BARS = 0.03
"""Share of a side that both bars together must take to be bars and not an edge of a pixel or two."""
MOST_BARS = 0.8
ABOUT_EQUAL = 0.5
"""Borders drawn by hand are not of one thickness."""
EDGE_STEP = 6
"""How far the picture is lighter or darker than the bar beside it, levels."""
EDGE_LINES = 3
"""How many lines the edge takes: an encoder and the shrinking soften it."""


TOUCHED = 0.05
"""Share of the pixels of a quarter of the edge from which the picture begins there."""
STRAIGHT = 0.7
"""Share of the pixels of a line along which there is an edge, for it to be that of a bar with a pattern."""
SAME_SHARE = 0.02


@dataclass(frozen=True, eq=False)
class Extremes:
    """The brightest and the darkest that each pixel (h, w) of the small luma was."""

    brightest: Plane
    darkest: Plane

    @classmethod
    def of(cls, luma: Plane) -> "Extremes":
        return cls(luma.max(axis=0), luma.min(axis=0))

    def joined(self, other: "Extremes") -> "Extremes":
        return Extremes(np.maximum(self.brightest, other.brightest), np.minimum(self.darkest, other.darkest))

    def turned(self) -> "Extremes":
        """Columns as rows."""
        return Extremes(self.brightest.T, self.darkest.T)


def active_window(luma: Plane) -> Window:
    """The window within bars in frames (n, h, w); the whole picture where there are none."""
    return window_within(Extremes.of(luma))


def window_within(seen: Extremes, least: float = LEAST_BARS) -> Window:
    """The window within bars. `least`: share of a side that two opposite bars take together."""
    height, width = seen.brightest.shape
    top, bottom = bars(seen, least)
    within = Extremes(seen.brightest[top : height - bottom], seen.darkest[top : height - bottom])
    left, right = bars(within.turned(), least)
    return Window(even(left), even(top), width - even(right), height - even(bottom))


def bars(seen: Extremes, least: float) -> tuple[int, int]:
    """How many lines at the top and at the bottom are bars, of the first kind that has some; (0, 0) where none are."""
    upside_down = Extremes(seen.brightest[::-1], seen.darkest[::-1])
    for kind in KINDS:
        first, last = kind.ends(seen), kind.ends(upside_down)
        if is_pair(first, last, len(seen.brightest), least, kind.equal) and (
            kind.begins(seen, first) >= kind.share and kind.begins(upside_down, last) >= kind.share
        ):
            return first, last
    return 0, 0


def thickness(are_bars: Mask) -> int:
    """How many lines from the outside on are bars; 0 when all are: that is no bar but an empty picture."""
    return 0 if are_bars.all() else int(np.argmin(are_bars))


def is_pair(first: int, last: int, lines: int, least: float, equal: float) -> bool:
    together = (first + last) / lines
    return least <= together <= MOST_BARS and min(first, last) >= equal * max(first, last)


def black_lines(seen: Extremes) -> Mask:
    return along(seen.brightest) <= BAR_LUMA


def dim_lines(seen: Extremes) -> Mask:
    return (along(seen.brightest) <= DIM_LUMA) & still_lines(seen)


def plain_lines(seen: Extremes) -> Mask:
    """Lines of one still colour, that of the outermost line."""
    level = np.median(seen.brightest, axis=1)
    same = np.abs(level - level[0]) <= SAME_LEVEL
    return np.asarray(same & (seen.brightest.std(axis=1) <= PLAIN_SPREAD) & still_lines(seen))


def still_lines(seen: Extremes) -> Mask:
    return along(seen.brightest - seen.darkest) <= STILL_RANGE


def along(plane: Plane) -> NDArray[np.float64]:
    """What nearly all pixels of each line stay under."""
    return np.asarray(np.percentile(plane, PERCENTILE, axis=1))


def stands_out(seen: Extremes, at: int) -> float:
    """Share of the pixels along the edge that are lighter or darker than the bar at some time. `at`: first line in.

    0 where they do not lie in three quarters of it at least: a ball on black touches its frame in one place.
    """
    inside = slice(at, at + EDGE_LINES)
    bar = np.median(seen.brightest[:at], axis=0).astype(np.int16)
    lighter = seen.brightest[inside].max(axis=0).astype(np.int16) - bar
    darker = bar - seen.darkest[inside].min(axis=0).astype(np.int16)
    step = np.maximum(lighter, darker) >= EDGE_STEP
    quarters = [quarter.mean() >= TOUCHED for quarter in np.array_split(step, 4)]
    return float(step.mean()) if sum(quarters) >= 3 else 0.0


def moves(seen: Extremes, at: int) -> float:
    """Share of the pixels along the edge that change far more than the bar does."""
    inside = slice(at, at + EDGE_LINES)
    wander = (seen.brightest[inside] - seen.darkest[inside]).max(axis=0)
    return float((wander >= 2 * STILL_RANGE).mean())


def only_edge(seen: Extremes) -> int:
    """How many still lines lie outside the one edge that most pixels of a line share.

    0 where nothing is still, or everything is to the last pixel, as in a single frame; and where more such edges follow
    in this half of the picture, as in tiles, shelves and windows.
    """
    if np.array_equal(seen.brightest, seen.darkest):
        return 0
    still = still_lines(seen)
    outside = len(still) if still.all() else thickness(still)
    shares = edges(seen, min(outside, len(still) // 2 + 1))
    within = shares[: round(len(still) * MOST_BARS / 2)]
    if within.max(initial=0) < STRAIGHT:
        return 0
    last = int(np.flatnonzero(within >= within.max() - SAME_SHARE)[-1])
    if (shares[last + EDGE_LINES + 1 :] >= STRAIGHT).any():
        return 0
    return last  # not last + 1: an edge that is soft is one for the line behind it, too


def edge(seen: Extremes, at: int) -> float:
    return float(edges(seen, at)[at - 1])


def edges(seen: Extremes, most: int) -> NDArray[np.float64]:
    """Of the lines 1 to `most`: the share of pixels that step far more there than in the bar outside, or move.

    0 for the first few lines, outside which there is not enough of a bar to know its pattern.
    """
    first = EDGE_LINES + 2
    at = np.arange(first, most + 1)
    if not len(at):
        return np.zeros(most)
    brightest, darkest = seen.brightest.astype(np.int16), seen.darkest.astype(np.int16)
    bar = brightest[at - 2]
    own = np.max([np.abs(bar - brightest[at - 3 - line]) for line in range(EDGE_LINES)], axis=0)
    inside = [np.minimum(at + line, len(brightest) - 1) for line in range(EDGE_LINES)]
    lighter = np.max([brightest[lines] for lines in inside], axis=0) - bar
    darker = bar - np.min([darkest[lines] for lines in inside], axis=0)
    wander = np.max([brightest[lines] - darkest[lines] for lines in inside], axis=0)
    steps = np.maximum(lighter, darker) >= np.maximum(2 * EDGE_STEP, 2 * own)
    shares = (steps | (wander >= 2 * STILL_RANGE)).mean(axis=1)
    return np.concatenate((np.zeros(first - 1), shares))


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of bar. `ends`: how many lines it takes; `begins`: along which share of its edge the picture begins."""

    ends: Callable[[Extremes], int]
    begins: Callable[[Extremes, int], float]
    share: float
    equal: float
    """The thinner of two opposite bars is at least this part of the thicker one."""


def of_lines(are_bars: Callable[[Extremes], Mask]) -> Callable[[Extremes], int]:
    return lambda seen: thickness(are_bars(seen))


KINDS = (
    Kind(of_lines(black_lines), stands_out, 0.15, ABOUT_EQUAL),
    Kind(of_lines(dim_lines), stands_out, 0.3, ABOUT_EQUAL),
    Kind(of_lines(plain_lines), stands_out, 0.5, ABOUT_EQUAL),
    Kind(of_lines(still_lines), moves, 0.6, ABOUT_EQUAL),
    Kind(only_edge, edge, STRAIGHT, 0.9),
)
"""Black; dim; of one colour; with a pattern, beside a picture that moves, and beside one that does not. A dark stage, a
plain backdrop around its subject and a locked-off scene have no such edge; a night scene behind bars has a patchy one.
What is only still must end in two straight edges at nearly the same distance: two walls of a room hardly do.
"""


def even(lines: int) -> int:
    """Rounded up to whole chroma samples: a bar's last line is never left inside."""
    return lines + lines % 2


def box_of_window(window: Window, width: int, height: int) -> Box:
    """The window as x, y, width, height in 0-1 of a picture of that size."""
    return (
        window.left / width,
        window.top / height,
        (window.right - window.left) / width,
        (window.bottom - window.top) / height,
    )
