"""Counts opposing transitions of each cell of the picture: the machine under the flashing instrument."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

KEPT = 7
"""Three flashes are six transitions; the seventh is one too many."""
NEAR = 4
"""Two flashes: near the limit."""
LONG_AGO = -1e9
Values = NDArray[np.float32]
Flags = NDArray[np.bool_]


@dataclass
class Swings:
    """Follows each cell from one extreme to the next; slow ramps add up, so a flash over several frames counts.

    A transition is a move of at least `least` from the last extreme in the opposite direction. It counts when its
    darker end is below `darker_below`, or, where `flags` are given, when its higher end is flagged.
    """

    cells: int
    least: float
    darker_below: float | None = None
    times: NDArray[np.float32] = field(init=False)
    """(7, cells): seconds of the last transitions that count, the newest last."""

    def __post_init__(self) -> None:
        self.times = np.full((KEPT, self.cells), LONG_AGO, np.float32)
        self._low = np.full(self.cells, np.inf, np.float32)
        self._high = np.full(self.cells, -np.inf, np.float32)
        self._always = self.darker_below is not None
        self._high_is_flagged = np.full(self.cells, self._always)
        self._rising = np.zeros(self.cells, np.int8)
        self._newest = LONG_AGO

    def see(self, values: Values, seconds: float, flags: Flags | None = None) -> None:
        """One more frame: `values` and `flags` (cells,)."""
        if flags is not None:
            np.copyto(self._high_is_flagged, flags, where=values >= self._high)
        np.maximum(self._high, values, out=self._high)
        np.minimum(self._low, values, out=self._low)
        up = (values - self._low >= self.least) & (self._rising <= 0)
        down = (self._high - values >= self.least) & (self._rising >= 0)
        if self.darker_below is not None:
            # A bright ramp may still become dark enough: it has not turned before.
            up &= self._low < self.darker_below
            down &= values < self.darker_below
        if flags is not None:
            up &= flags
        moved = np.flatnonzero(up | down)
        if len(moved):
            self._turn(moved, up[moved], values[moved], seconds)

    def _turn(self, moved: NDArray[np.intp], up: Flags, values: Values, seconds: float) -> None:
        self._rising[moved] = np.where(up, 1, -1)
        self._low[moved] = self._high[moved] = values
        counted = moved[up | self._high_is_flagged[moved]]
        self._high_is_flagged[moved] = up | self._always
        if len(counted):
            self.times[:-1, counted] = self.times[1:, counted]
            self.times[-1, counted] = seconds
            self._newest = seconds

    def quiet_since(self, seconds: float) -> bool:
        """Whether no cell has had a transition since."""
        return self._newest < seconds

    def within(self, count: int, span: float, *, since: float) -> Flags:
        """Cells whose last `count` transitions lie within `span` seconds, the newest not before `since`."""
        newest = self.times[-1]
        return np.asarray((newest >= since) & (newest - self.times[-count] <= span))

    def rises(self) -> Flags:
        """Cells whose last transition was to the brighter."""
        return np.asarray(self._rising > 0)
