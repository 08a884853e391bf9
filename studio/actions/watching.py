"""Looking at a job that a provider has accepted. Its technical trouble is looked at again, never taken for an end."""

from datetime import datetime
from typing import Any

from providers import errors as refusals
from providers.base import JobState, Snapshot
from studio import clock
from studio.actions import gating
from studio.actions.concluding import MACHINE, ask, backed_off, conclude, poll_delay, seen_states
from studio.actions.events import action, record_event
from studio.actions.fetching import fetch_clips
from studio.actions.leasing import finish_step, write_leased
from studio.crashpoints import crashpoint
from studio.generators import planning_adapter
from studio.models import Errand, Generation
from studio.rules.generation import GenerationState, Reason, lower_states


def look(generation: Generation) -> None:
    """Ask how the job stands, tell the provider of a cancellation, and do what follows from the answer.

    A job that has ended is not told to stop: to several providers that means to delete what was paid for.
    """
    try:
        snapshot = ask(generation, lambda adapter: adapter.fetch(generation.remote_id))
        if generation.cancel_requested_at and not generation.cancel_told_at and not snapshot.state.is_terminal:
            _tell_to_stop(generation)
            snapshot = ask(generation, lambda adapter: adapter.fetch(generation.remote_id))
    except refusals.ProviderError as error:
        cannot_see(generation, error)
    else:
        gating.note_answer(generation.provider)
        crashpoint("polling.mid_answer")
        _react(generation, snapshot)


def _tell_to_stop(generation: Generation) -> None:
    """A cancellation is a request until the provider confirms; where it knows none, the job just goes on."""
    if _can_cancel(generation):
        ask(generation, lambda adapter: adapter.cancel(generation.remote_id))
    write_leased(generation, cancel_told_at=clock.now())


def _can_cancel(generation: Generation) -> bool:
    return planning_adapter(generation.provider).capabilities().can_cancel


def _may_have_stopped(generation: Generation) -> bool:
    """Whether the provider was asked to stop the job and knows how to."""
    return generation.cancel_told_at is not None and _can_cancel(generation)


def _confirm_cancel(generation: Generation, said: str, **cost: Any) -> None:
    """Stopped, whatever the provider calls it. Without a bill the estimate is booked: work that was begun may be."""
    booked: dict[str, Any] = {} if cost or not generation.cancel_told_at else {"cost_billed": generation.cost_estimated}
    explanation = "Cancelled at the provider" + ("; the estimate is booked, as it names no bill." if booked else ".")
    conclude(generation, GenerationState.CANCELLED, explanation=said or explanation, **booked, **cost)


def cannot_see(generation: Generation, error: refusals.ProviderError) -> None:
    """A look that brought no answer about the job."""
    if isinstance(error, refusals.NotFound) and _may_have_stopped(generation):
        _confirm_cancel(generation, "")
    elif isinstance(error, refusals.NotFound):
        conclude(generation, GenerationState.UNKNOWN, reason=Reason.UNREADABLE)
    elif isinstance(error, refusals.ProviderRetired):
        conclude(generation, GenerationState.UNKNOWN, reason=Reason.PROVIDER_GONE, explanation=error.message)
    elif error.code == "mismatch":
        conclude(generation, GenerationState.UNKNOWN, reason=Reason.MISMATCH, explanation=error.message)
    else:
        if isinstance(error, refusals.ProviderUnavailable):
            gating.note_failure(generation.provider, error)
        look_again(generation, error)


def _react(generation: Generation, snapshot: Snapshot) -> None:
    cost: dict[str, Any] = {"cost_billed": snapshot.cost} if snapshot.cost is not None else {}
    match snapshot.state:
        case JobState.SUCCEEDED:
            fetch_clips(generation, snapshot)
        case JobState.REFUSED:
            conclude(
                generation,
                GenerationState.REFUSED,
                reason=Reason.REFUSED,
                explanation=snapshot.refusal,
                answer=dict(snapshot.raw),
                **cost,
            )
        case JobState.FAILED if _may_have_stopped(generation):
            _confirm_cancel(generation, snapshot.error, **cost)
        case JobState.FAILED:
            conclude(
                generation,
                GenerationState.FAILED,
                reason=Reason.PROVIDER_ERROR,
                explanation=snapshot.error,
                retry=snapshot.is_retryable,
                answer=dict(snapshot.raw),
                **cost,
            )
        case JobState.CANCELLED:
            _confirm_cancel(generation, snapshot.error, **cost)
        case _ if is_overdue(generation, clock.now()):
            conclude(generation, GenerationState.UNKNOWN, reason=Reason.STALLED)
        case _:
            keep_waiting(generation, snapshot)


@action
def keep_waiting(generation: Generation, snapshot: Snapshot) -> None:
    at = clock.now()
    columns: dict[str, Any] = {"answer": dict(snapshot.raw), "poll_failures": 0, "errand": Errand.POLL}
    if snapshot.progress is not None:
        columns["progress"] = max(generation.progress, snapshot.progress)
    if is_news(generation, snapshot):
        columns |= {
            "state": GenerationState.RUNNING,
            "states_seen": seen_states(generation, GenerationState.RUNNING, at),
        }
        record_event(generation, verb="running", actor=MACHINE)
    finish_step(generation, again_at=at + poll_delay(snapshot), explanation=" ".join(snapshot.warnings), **columns)


def is_news(generation: Generation, snapshot: Snapshot) -> bool:
    """Whether the job has begun to run since we last looked."""
    return snapshot.state is JobState.RUNNING and generation.state in lower_states(GenerationState.RUNNING)


def look_again(generation: Generation, error: refusals.ProviderError) -> None:
    """Later, and later each time; past the deadline it is a person's matter."""
    if is_overdue(generation, clock.now()):
        hidden = isinstance(error, refusals.AccessDenied)
        reason = Reason.UNREADABLE if hidden else Reason.STALLED
        conclude(generation, GenerationState.UNKNOWN, reason=reason, explanation=error.message)
        return
    failures = generation.poll_failures + 1
    finish_step(
        generation,
        again_at=backed_off(failures, error.retry_after_seconds),
        errand=Errand.POLL,
        poll_failures=failures,
        explanation=error.message,
    )


def is_overdue(generation: Generation, at: datetime) -> bool:
    return generation.deadline_at is not None and at >= generation.deadline_at
