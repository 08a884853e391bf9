"""How many severe clips one person is given, and when they rest from them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Self

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Caps:
    """Severe clips at most, and the rest from them that each hour has."""

    hour: int
    day: int
    rest: timedelta

    def lowered(self, hour: int | None, day: int | None) -> Self:
        """What a person set for themselves counts only where it is less."""
        return replace(self, hour=min(self.hour, hour or self.hour), day=min(self.day, day or self.day))


@dataclass(frozen=True, slots=True)
class Pause:
    """No severe clip before `until`."""

    until: datetime
    why: str
    """A sentence."""


def pause_at(opened: Sequence[datetime], caps: Caps, at: datetime) -> Pause | None:
    """The longest pause that holds at `at`, of somebody who `opened` severe clips then; None when there is none."""
    past = sorted(moment for moment in opened if moment <= at)
    found = [
        _cap(past, caps.hour, HOUR, at, "this hour"),
        _cap(past, caps.day, DAY, at, "within a day"),
        _rest(past, caps.rest, at),
    ]
    return max((pause for pause in found if pause), key=lambda pause: pause.until, default=None)


def opened_within(opened: Sequence[datetime], span: timedelta, at: datetime) -> int:
    return sum(at - span < moment <= at for moment in opened)


def _cap(past: Sequence[datetime], cap: int, span: timedelta, at: datetime, when: str) -> Pause | None:
    if opened_within(past, span, at) < cap:
        return None
    plural = "" if cap == 1 else "s"
    return Pause(past[-cap] + span, f"{cap} severe clip{plural} {when}.")


def _rest(past: Sequence[datetime], rest: timedelta, at: datetime) -> Pause | None:
    """A stretch begins with the first severe clip after a rest; its hour ends with one, unless somebody took it."""
    if not past or at - past[-1] >= rest:
        return None
    begun = past[0]
    for before, after in pairwise(past):
        if after - before >= rest:
            begun = after
    if at < begun + HOUR - rest:
        return None
    minutes = round(rest.total_seconds() / 60)
    return Pause(min(begun + HOUR, past[-1] + rest), f"{minutes} minutes without severe clips in each hour.")
