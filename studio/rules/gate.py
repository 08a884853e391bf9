"""Whether a paid call may go out now: the provider's door, the account's places, and who goes first."""

from dataclasses import dataclass
from datetime import datetime, timedelta

FAILURES_TO_CLOSE = 3
"""Failures of the line in a row after which a provider is left alone for a while."""
CLOSED_AT_FIRST = timedelta(seconds=5)
CLOSED_AT_MOST = timedelta(seconds=120)
PROBE_FOR = timedelta(seconds=10)
"""When the door opens again one call goes first; the others wait for its answer, or so long."""
DENIALS_TO_STOP = 3
"""Paid calls in a row that were denied (no money, no right) after which only a moderator opens the door again."""
ASK_AGAIN = timedelta(seconds=1)
"""How soon a row looks again for a free place."""
STOPPED_LOOK = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now: when to look again, and why, in a sentence for the author."""

    until: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Door:
    """What is known of a provider's door. `tokens` as `refilled` left them; None for no limit of calls a minute."""

    label: str
    stopped_because: str = ""
    closed_until: datetime | None = None
    last_trouble: str = ""
    tokens: float | None = None
    per_minute: int = 0


@dataclass(frozen=True, slots=True)
class Places:
    """How many jobs are in flight, and how many may be; 0: no limit. `person_waits`: somebody goes before a batch."""

    label: str
    taken: int
    most: int
    person_waits: bool = False


def wait_for_door(door: Door, at: datetime) -> Wait | None:
    if door.stopped_because:
        return Wait(at + STOPPED_LOOK, f"{door.label} is stopped until a moderator opens it: {door.stopped_because}")
    if door.closed_until is not None and door.closed_until > at:
        return Wait(door.closed_until, f"{door.label} is left alone for a moment: {door.last_trouble}")
    if door.tokens is not None and door.tokens < 1:
        seconds = (1 - door.tokens) * 60 / door.per_minute
        return Wait(at + timedelta(seconds=seconds), f"{door.label} takes {door.per_minute} calls a minute from us.")
    return None


def wait_for_place(places: Places, at: datetime, *, is_batch: bool) -> Wait | None:
    """A person's order takes the last free place before one of many does."""
    free = places.most - places.taken
    if not places.most or (free > 0 and not (is_batch and places.person_waits and free == 1)):
        return None
    if free > 0:
        return Wait(at + ASK_AGAIN, f"Somebody who waits for one take at {places.label} goes first.")
    return Wait(at + ASK_AGAIN, f"All {places.most} places at {places.label} are taken; it is sent when one is free.")


def closed_for(failures: int) -> timedelta | None:
    """How long to leave a provider alone after so many failures in a row; None for not at all."""
    if failures < FAILURES_TO_CLOSE:
        return None
    doublings: int = min(failures - FAILURES_TO_CLOSE, 8)
    return min(CLOSED_AT_FIRST * (1 << doublings), CLOSED_AT_MOST)


def refilled(tokens: float, *, since: datetime | None, at: datetime, per_minute: int) -> float:
    """The bucket after a while. It fills at `per_minute` and holds a tenth of a minute's worth, but one call at least:
    a quiet hour must not become a burst.
    """
    most = max(1.0, per_minute / 10)
    if since is None:
        return most
    return min(most, tokens + max(0.0, (at - since).total_seconds()) * per_minute / 60)
