"""What every step of a generation shares: the one call outside, the times to come back, and the end."""

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import DatabaseError

from providers import errors as refusals
from providers.base import Snapshot
from studio import clock
from studio.actions.budgeting import settle_reservations
from studio.actions.events import Actor, action, record_event
from studio.actions.leasing import finish_step
from studio.actions.retrying import retry_once
from studio.errors import Invalid, LeaseLost
from studio.generators import account_of, opened
from studio.models import Errand, Generation, WebhookEvent
from studio.rules.generation import GenerationState, Reason, is_final, lower_states
from studio.rules.spending import NOTHING

log = logging.getLogger(__name__)
MACHINE = Actor.system("generating")
JOB_DEADLINE = timedelta(minutes=30)
"""How long a sent job may take; one that takes longer becomes `unknown` (stalled) and a person's matter."""
T = TypeVar("T")


def end(
    generation: Generation,
    state: GenerationState,
    *,
    reason: Reason | str = "",
    explanation: str = "",
    retry: bool = False,
    **columns: object,
) -> None:
    """End the machine's work on a generation, for good or until a person settles it. States never move back.

    Inside the caller's action. `retry`: the provider says that the same request may well succeed; one that was not
    charged is asked for once more.
    """
    if generation.state == state:
        finish_step(generation, again_at=None)
        return
    if generation.state not in lower_states(state):
        raise LeaseLost(f"Generation {generation.pk} is already {generation.state}.")
    finish_step(
        generation,
        again_at=None,
        state=state,
        reason=reason,
        explanation=explanation or (Reason(reason).label + "." if reason else ""),
        states_seen=seen_states(generation, state, clock.now()),
        **columns,
    )
    record_event(generation, verb=state.value, actor=MACHINE, data={"reason": str(reason)})
    if is_final(state):
        settle(generation)
    if retry:
        retry_once(generation, actor=MACHINE)


conclude = action(end)
"""The same as an action of its own."""


def settle(generation: Generation) -> None:
    """Book what an ended generation cost and give back what was held for it beyond that."""
    settle_reservations(generation, generation.cost_billed if generation.cost_billed is not None else NOTHING)


def accept(generation: Generation, snapshot: Snapshot) -> None:
    """The provider has the job: keep its name, and look at it from now on. Inside the caller's action.

    A name that another generation has already is no proof of a job of ours, and the row could not be kept with it.
    """
    here = Generation.objects.filter(provider=generation.provider, remote_id=snapshot.remote_id)
    if here.exclude(pk=generation.pk).exists():
        said = "The provider gave this call the number of another take's job."
        end(generation, GenerationState.UNKNOWN, reason=Reason.MISMATCH, explanation=said)
        return
    at = clock.now()
    unmatched = WebhookEvent.objects.filter(
        provider=generation.provider, remote_id=snapshot.remote_id, matched=False
    ).update(matched=True)
    finish_step(
        generation,
        again_at=at if unmatched else at + poll_delay(snapshot),
        state=generation.state if generation.state == GenerationState.UNKNOWN else GenerationState.SUBMITTED,
        remote_id=snapshot.remote_id,
        errand=Errand.POLL,
        explanation="",
        answer=dict(snapshot.raw),
        states_seen=seen_states(generation, GenerationState.SUBMITTED, at, snapshot.state),
        deadline_at=at + JOB_DEADLINE,
    )
    record_event(generation, verb="submitted", actor=MACHINE, data={"remote_id": snapshot.remote_id})


def seen_states(
    generation: Generation, state: GenerationState, at: datetime, said: str = ""
) -> list[Mapping[str, str]]:
    return [*generation.states_seen, {"state": state.value, "at": at.isoformat(), "said": str(said)}]


def cost_of(generation: Generation, snapshot: Snapshot) -> object:
    return snapshot.cost if snapshot.cost is not None else generation.cost_estimated


def poll_delay(snapshot: Snapshot) -> timedelta:
    """As the provider asks, else as configured; a tenth of jitter so that rows do not move in step."""
    seconds = max(snapshot.poll_after_seconds or 0, settings.POLL_SECONDS)
    return timedelta(seconds=seconds * random.uniform(0.95, 1.05))  # noqa: S311 — spreading load, no secret


def later(retry_after_seconds: float | None) -> datetime:
    """When to try again: what the provider asked for, else 2–6 s with jitter so that rows do not move in step."""
    return clock.now() + timedelta(seconds=retry_after_seconds or random.uniform(2, 6))  # noqa: S311 — spreading load, no secret


def backed_off(failures: int, retry_after_seconds: float | None) -> datetime:
    """When to look again after so many looks in a row without an answer: 4 s doubling to a minute, with jitter."""
    if retry_after_seconds:
        return later(retry_after_seconds)
    return clock.now() + timedelta(seconds=min(60, 2 ** min(failures + 1, 6)) * random.uniform(0.75, 1.25))  # noqa: S311 — spreading load, no secret


def call(generation: Generation, make: Callable[[Any], Coroutine[Any, Any, T]]) -> T:
    """Run one adapter call to its end; no transaction is open meanwhile.

    A provider that is not set up (any more) is one that cannot be reached: somebody may set it up again.
    """
    try:
        account = account_of(generation.provider)
    except Invalid as error:
        raise refusals.ProviderUnavailable(str(error)) from error

    async def run() -> T:
        async with opened(account) as adapter:
            return await make(adapter)

    return asyncio.run(run())


def ask(generation: Generation, make: Callable[[Any], Coroutine[Any, Any, T]]) -> T:
    """A `call` that costs nothing. An answer over which our own reader stumbles is one that nobody can read: it is
    asked for again until the deadline, where a crash would be repeated for ever.
    """
    try:
        return call(generation, make)
    except (refusals.ProviderError, DatabaseError):
        raise
    except Exception as error:
        log.exception("The answer about generation %s could not be read", generation.pk)
        raise stumbled(error) from error


def stumbled(error: Exception) -> refusals.BadAnswer:
    return refusals.BadAnswer(f"The provider's answer could not be read here ({type(error).__name__}).")
