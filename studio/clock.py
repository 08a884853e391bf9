"""One clock for everything that expires: the database's, so that hosts with drifting clocks agree."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.utils import timezone

COMPARED_EVERY_SECONDS = 60.0
"""In which a quartz drifts by a few milliseconds; the shortest thing that expires takes seconds."""


@dataclass(frozen=True, slots=True)
class _Comparison:
    """What the database's clock said when our own steady one stood at `steady` seconds."""

    at: datetime
    steady: float


_last: _Comparison | None = None


def now() -> datetime:
    """Aware UTC now. SQLite lives on this host, whose clock is its clock; PostgreSQL is asked once a minute."""
    if connection.vendor != "postgresql":
        return timezone.now()
    global _last
    last = _last
    if last is None or _steady() - last.steady > COMPARED_EVERY_SECONDS:
        last = _last = _compare()
    return last.at + timedelta(seconds=_steady() - last.steady)


def _compare() -> _Comparison:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        at: datetime = cursor.fetchone()[0]
    return _Comparison(at.astimezone(UTC), _steady())


def _steady() -> float:
    """Seconds that no change of this host's clock moves; unlike the monotonic clock they also count its sleep."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
