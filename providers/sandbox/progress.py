"""How far a job is at a given moment: a matter of time, of its scenarios, and of whether its clips exist."""

from dataclasses import dataclass

from providers.base import JobState
from providers.sandbox.scenarios import Scenario
from providers.sandbox.store import Job

SLOW_FACTOR = 8
QUEUED_SHARE = 0.15
FAILS_AT = 0.6
STUCK_AT = 42
ASSETS_LIVE_SECONDS = 3600
SHORT_LINK_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a job ended without a clip. `code` is the sandbox's own; each protocol has its own words for it."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Progress:
    """`percent` is 0 to 100; `fault` stands with FAILED and REFUSED only."""

    state: JobState
    percent: int
    fault: Fault | None = None

    @property
    def is_done(self) -> bool:
        return self.state is JobState.SUCCEEDED


REFUSED = Fault("moderation_blocked", "The result was withheld by our safety system.")
FAILED = Fault("generation_failed", "The model stopped before the clip was finished.")
BROKEN = Fault("server_error", "The clip could not be rendered.")


def progress_of(job: Job, *, now: float, pace_seconds: float, broken: bool = False) -> Progress:
    """`now` is unix seconds; `pace_seconds` is how long a usual job takes at least."""
    scenarios = job.order.scenarios
    if job.cancelled_at is not None and Scenario.LATE not in scenarios:
        return Progress(JobState.CANCELLED, 0)
    pace = pace_seconds * (SLOW_FACTOR if Scenario.SLOW in scenarios else 1)
    share = (now - job.created_at) / pace if pace > 0 else 1.0
    if share < QUEUED_SHARE:
        return Progress(JobState.QUEUED, 0)
    if fault := _fault(job, share, broken):
        state = JobState.REFUSED if fault is REFUSED else JobState.FAILED
        return Progress(state, min(99, int(share * 100)), fault)
    if Scenario.STUCK in scenarios:
        return Progress(JobState.RUNNING, min(STUCK_AT, int(share * 100)))
    if share >= 1 and job.completed_at is not None:
        return Progress(JobState.SUCCEEDED, 100)
    return Progress(JobState.RUNNING, min(99, int(share * 100)))


def expires_at(job: Job) -> float | None:
    """When the files of a finished job vanish, unix seconds."""
    if job.completed_at is None:
        return None
    return job.completed_at + (0 if Scenario.EXPIRED in job.order.scenarios else ASSETS_LIVE_SECONDS)


def _fault(job: Job, share: float, broken: bool) -> Fault | None:
    if broken:
        return BROKEN
    if share < FAILS_AT:
        return None
    if Scenario.REFUSE in job.order.scenarios:
        return REFUSED
    return FAILED if Scenario.FAIL in job.order.scenarios else None
