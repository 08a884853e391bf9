"""What every step of a generation shares: the one call outside, the times to come back, and the end."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings

from providers import errors as refusals
from providers.base import Snapshot
from studio import clock
from studio.actions.events import Actor, action, record_event
from studio.actions.leasing import finish_step
from studio.errors import Invalid, LeaseLost
from studio.generators import account_of, opened
from studio.models import Generation
from studio.rules.generation import GenerationState, Reason, lower_states

MACHINE = Actor.system("generating")
T = TypeVar("T")


@action
def conclude(
    generation: Generation,
    state: GenerationState,
    *,
    reason: Reason | str = "",
    explanation: str = "",
    **columns: object,
) -> None:
    """End the machine's work on a generation, for good or until a person settles it. States never move back."""
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


def seen_states(
    generation: Generation, state: GenerationState, at: datetime, said: str = ""
) -> list[Mapping[str, str]]:
    return [*generation.states_seen, {"state": state.value, "at": at.isoformat(), "said": str(said)}]


def cost_of(generation: Generation, snapshot: Snapshot) -> object:
    return snapshot.cost if snapshot.cost is not None else generation.cost_estimated


def poll_delay(snapshot: Snapshot) -> timedelta:
    return timedelta(seconds=max(snapshot.poll_after_seconds or 0, settings.POLL_SECONDS))


def later(retry_after_seconds: float | None) -> datetime:
    """When to try again: what the provider asked for, else 2–6 s with jitter so that rows do not move in step."""
    return clock.now() + timedelta(seconds=retry_after_seconds or random.uniform(2, 6))  # noqa: S311 — spreading load, no secret


def call(generation: Generation, make: Callable[[Any], Coroutine[Any, Any, T]]) -> T:
    """Run one adapter call to its end; no transaction is open meanwhile."""

    try:
        account = account_of(generation.provider)
    except Invalid as error:
        raise refusals.ProviderRetired(str(error)) from error

    async def run() -> T:
        async with opened(account) as adapter:
            return await make(adapter)

    return asyncio.run(run())
