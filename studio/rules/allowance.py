"""How often one token may change something: a bucket of writes that fills again by itself."""

from datetime import datetime, timedelta

WRITES_A_MINUTE = 120
"""Also what the bucket holds: a quiet minute may be made up for at once."""


def refilled(left: float, *, since: datetime, at: datetime) -> float:
    """Writes in the bucket at `at`, when there were `left` at `since`. A clock that went back fills nothing."""
    passed = max(0.0, (at - since).total_seconds())
    return min(float(WRITES_A_MINUTE), left + passed * WRITES_A_MINUTE / 60)


def wait_for_write(left: float) -> timedelta | None:
    """How long until the next write; None when there is one now."""
    return None if left >= 1 else timedelta(seconds=(1 - left) * 60 / WRITES_A_MINUTE)
