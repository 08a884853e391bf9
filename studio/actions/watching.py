"""Looking at a job that a provider has accepted. Its technical trouble is looked at again, never taken for an end."""

from datetime import datetime
from typing import Any

from providers import errors as refusals
from providers.base import JobState, Snapshot
from studio import clock
from studio.actions.concluding import MACHINE, call, conclude, later, poll_delay, seen_states
from studio.actions.events import action, record_event
from studio.actions.fetching import fetch_clip
from studio.actions.leasing import finish_step
from studio.models import Generation
from studio.rules.generation import GenerationState, Reason, lower_states


def look(generation: Generation) -> None:
    try:
        if generation.cancel_requested_at:
            call(generation, lambda adapter: adapter.cancel(generation.remote_id))
            conclude(
                generation,
                GenerationState.CANCELLED,
                explanation="Cancelled at the provider; what it charges is booked.",
                cost_billed=generation.cost_estimated,
            )
            return
        snapshot = call(generation, lambda adapter: adapter.fetch(generation.remote_id))
    except refusals.NotFound:
        conclude(generation, GenerationState.UNKNOWN, reason=Reason.UNREADABLE)
    except refusals.ProviderRetired as error:
        conclude(generation, GenerationState.UNKNOWN, reason=Reason.PROVIDER_GONE, explanation=error.message)
    except refusals.ProviderError as error:
        look_again(generation, later(error.retry_after_seconds))
    else:
        _react(generation, snapshot)


def _react(generation: Generation, snapshot: Snapshot) -> None:
    cost: dict[str, Any] = {"cost_billed": snapshot.cost} if snapshot.cost is not None else {}
    match snapshot.state:
        case JobState.SUCCEEDED:
            fetch_clip(generation, snapshot)
        case JobState.REFUSED:
            conclude(generation, GenerationState.REFUSED, reason=Reason.REFUSED, explanation=snapshot.refusal, **cost)
        case JobState.FAILED:
            conclude(
                generation, GenerationState.FAILED, reason=Reason.PROVIDER_ERROR, explanation=snapshot.error, **cost
            )
        case JobState.CANCELLED:
            conclude(generation, GenerationState.CANCELLED, explanation=snapshot.error, **cost)
        case _ if generation.deadline_at and clock.now() >= generation.deadline_at:
            conclude(generation, GenerationState.UNKNOWN, reason=Reason.STALLED)
        case _:
            _keep_waiting(generation, snapshot)


@action
def _keep_waiting(generation: Generation, snapshot: Snapshot) -> None:
    at = clock.now()
    columns: dict[str, Any] = {"progress": snapshot.progress or 0, "answer": dict(snapshot.raw)}
    if snapshot.state is JobState.RUNNING and generation.state in lower_states(GenerationState.RUNNING):
        columns |= {
            "state": GenerationState.RUNNING,
            "states_seen": seen_states(generation, GenerationState.RUNNING, at),
        }
        record_event(generation, verb="running", actor=MACHINE)
    finish_step(generation, again_at=at + poll_delay(snapshot), **columns)


def look_again(generation: Generation, at: datetime) -> None:
    if generation.deadline_at and clock.now() >= generation.deadline_at:
        conclude(generation, GenerationState.UNKNOWN, reason=Reason.STALLED)
    else:
        finish_step(generation, again_at=at)
