"""Asking for a failed take once more: always a new call with a key of its own, never the old one again."""

from decimal import Decimal

from studio import clock
from studio.actions.budgeting import missing_money, reserve
from studio.actions.calling_off import is_called_off
from studio.actions.events import Actor, record_event
from studio.enqueue import after_commit
from studio.models import Generation
from studio.rules.generation import GenerationState


def retry_once(generation: Generation, *, actor: Actor) -> Generation | None:
    """A second try by the machine, inside the caller's action; None when there is none to be made.

    Only of a call that cost nothing and was not itself a second try: the author agreed to the price of a take once.
    """
    is_first = generation.retry_of_id is None
    if generation.state != GenerationState.FAILED or generation.cost_billed or not is_first:
        return None
    cost = generation.cost_estimated
    if is_called_off(generation) or missing_money(generation.prompt.project, generation.requested_by, cost):
        return None
    again = copy_of(generation, cost=cost)
    reserve(again)
    record_event(again, verb="retried", actor=actor, data={"of": generation.pk})
    after_commit("studio.tasks.step_generation", again.pk)
    return again


def copy_of(generation: Generation, *, cost: Decimal) -> Generation:
    """A new reserved generation that asks for the same, linked to the old one. Inside the caller's action."""
    at = clock.now()
    return Generation.objects.create(
        prompt=generation.prompt,
        take_number=next_take_number(generation),
        provider=generation.provider,
        model=generation.model,
        parameters=generation.parameters,
        seed=generation.seed,
        samples=generation.samples,
        batch=generation.batch,
        priority=generation.priority,
        retry_of=generation,
        state=GenerationState.RESERVED,
        cost_estimated=cost,
        requested_by=generation.requested_by,
        run_after=at,
        states_seen=[{"state": GenerationState.RESERVED.value, "at": at.isoformat(), "said": "a new try"}],
    )


def next_take_number(generation: Generation) -> int:
    newest = generation.prompt.generations.order_by("-take_number").values_list("take_number", flat=True).first()
    return (newest or 0) + 1
