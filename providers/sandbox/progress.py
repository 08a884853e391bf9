"""How far a job is at a given moment: a matter of time, of its scenarios, and of whether its clip exists."""

from dataclasses import dataclass

from providers.sandbox.scenarios import Scenario
from providers.sandbox.store import Job

SLOW_FACTOR = 8
QUEUED_SHARE = 0.15
FAILS_AT = 0.6
STUCK_AT = 42
ASSETS_LIVE_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Progress:
    """`status` in the protocol's words, `percent` 0 to 100, `fault` as (code, message)."""

    status: str
    percent: int
    fault: tuple[str, str] | None = None


REFUSED = ("moderation_blocked", "The result was withheld by our safety system.")
FAILED = ("generation_failed", "The model stopped before the clip was finished.")
BROKEN = ("server_error", "The clip could not be rendered.")


def progress_of(job: Job, *, now: float, pace_seconds: float, broken: bool = False) -> Progress:
    """`now` is unix seconds; `pace_seconds` is how long a usual job takes at least."""
    scenarios = job.order.scenarios
    pace = pace_seconds * (SLOW_FACTOR if Scenario.SLOW in scenarios else 1)
    share = (now - job.created_at) / pace if pace > 0 else 1.0
    if share < QUEUED_SHARE:
        return Progress("queued", 0)
    if fault := _fault(job, share, broken):
        return Progress("failed", min(99, int(share * 100)), fault)
    if Scenario.STUCK in scenarios:
        return Progress("in_progress", min(STUCK_AT, int(share * 100)))
    if share >= 1 and job.completed_at is not None:
        return Progress("completed", 100)
    return Progress("in_progress", min(99, int(share * 100)))


def expires_at(job: Job) -> float | None:
    """When the files of a completed job vanish, unix seconds."""
    if job.completed_at is None:
        return None
    return job.completed_at + (0 if Scenario.EXPIRED in job.order.scenarios else ASSETS_LIVE_SECONDS)


def _fault(job: Job, share: float, broken: bool) -> tuple[str, str] | None:
    if broken:
        return BROKEN
    if share < FAILS_AT:
        return None
    if Scenario.REFUSE in job.order.scenarios:
        return REFUSED
    return FAILED if Scenario.FAIL in job.order.scenarios else None
