"""The one threshold of an instrument that a moderator turns, and how much its stored measure says about turning it."""

from dataclasses import dataclass
from enum import StrEnum


class Reading(StrEnum):
    """What a run's `measured` tells of its findings under another threshold."""

    DECIDES = "decides"
    """It is the very number that is compared: beyond the threshold is found, within is not."""
    NEEDED = "needed"
    """It is the worst moment: within the threshold nothing is found; beyond, it depends on how long that lasts."""
    USUAL = "usual"
    """It is the usual level of the clip, not the worst: only the scores of what was found tell something."""
    CUT = "cut"
    """It was cut off at the threshold of the day: below it nothing is known."""


@dataclass(frozen=True, slots=True)
class Dial:
    """Which constructor argument, on which grid; and which `labels` come and go with it.

    `counts_itself`: a measure equal to the threshold is found. `beside`: labels of the same instrument that may change
    with it in a way that nobody can tell afterwards. `keeps`: what is found stays found when more is to be found.
    """

    parameter: str
    unit: str
    low: float
    high: float
    step: float
    higher_is_worse: bool = True
    labels: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    counts_itself: bool = False
    reading: Reading = Reading.CUT
    keeps: bool = True

    def is_beyond(self, measured: float, threshold: float) -> bool:
        """Whether a measure is on the side of the threshold that is found."""
        if measured == threshold:
            return self.counts_itself
        return (measured > threshold) is self.higher_is_worse

    def finds_more(self, before: float, after: float) -> bool:
        """Whether moving the threshold from `before` to `after` finds more."""
        return (after < before) is self.higher_is_worse and before != after
