"""Many takes with one press: reserved together or not at all, then paused, stopped, or tried again."""

from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Q

from studio import clock
from studio.actions.batch_rows import Numbers, new_generations, ordered_again
from studio.actions.budgeting import reserve
from studio.actions.events import Actor, action, record_event
from studio.actions.permitting import require_role
from studio.actions.planning import BatchOrder, cost_of_retries, plan, retries_of
from studio.actions.settling_generations import ask_to_cancel
from studio.errors import Conflict, CostChanged, Invalid
from studio.models import Batch, Generation, Project, User, roles_of
from studio.rules.batch_verbs import BatchFacts, Verb, available
from studio.rules.generation import GenerationState, is_final
from studio.rules.roles import Role
from studio.store import require_room

MOVING = [state for state in GenerationState if not is_final(state) and state is not GenerationState.UNKNOWN]
UNSENT = [GenerationState.DRAFT, GenerationState.RESERVED]


@action
def submit_batch(*, project: Project, by: User, order: BatchOrder, agreed_cost: Decimal, form_token: UUID) -> Batch:
    """Reserve every take of `order`, with its money, or nothing at all; workers send them after those people wait for.

    The same `form_token` returns the same batch. Raises NotPermitted, Invalid, OverBudget, and CostChanged when the
    total is no longer what was agreed to.
    """
    require_role(by, project, Role.AUTHOR, Role.EDITOR)
    batch, is_new = Batch.objects.get_or_create(
        form_token=form_token,
        ordered_by=by,
        defaults={"project": project, "name": order.name, "cost_estimated": agreed_cost},
    )
    if not is_new:
        return batch
    require_room()
    planned = plan(order, project)
    if planned.refusal:
        raise Invalid(planned.refusal)
    _agree(planned.matrix.total, agreed_cost)
    rows = planned.matrix.ordered
    data = {"takes": len(rows), "cost": str(agreed_cost)}
    record_event(batch, verb="batch_ordered", actor=Actor.of(by), data=data)
    _write(new_generations(batch, order, rows), by=by)
    return batch


@action
def pause_batch(batch: Batch, *, by: User) -> None:
    """Hold back what was not sent yet; what was, goes on. Raises NotPermitted, Conflict."""
    _require(Verb.PAUSE, batch, by)
    _mark(batch, by, "batch_paused", Q(paused_at=None, cancelled_at=None), paused_at=clock.now())


@action
def resume_batch(batch: Batch, *, by: User) -> None:
    """Send on. Raises NotPermitted, Conflict."""
    _require(Verb.RESUME, batch, by)
    _mark(batch, by, "batch_resumed", Q(paused_at__isnull=False, cancelled_at=None), paused_at=None)
    batch.generations.filter(state__in=UNSENT).update(run_after=clock.now())


@action
def cancel_batch(batch: Batch, *, by: User) -> None:
    """Stop what has not ended: at once what was not sent, through its provider what was. Unknown ones stay unknown.

    Raises NotPermitted, Conflict.
    """
    _require(Verb.CANCEL, batch, by)
    at = clock.now()
    _mark(batch, by, "batch_cancelled", Q(cancelled_at=None), cancelled_at=at, paused_at=None)
    for generation in batch.generations.filter(state__in=MOVING, cancel_requested_at=None).order_by("pk"):
        ask_to_cancel(generation, actor=Actor.of(by))


@action
def retry_failed(batch: Batch, *, by: User, agreed_cost: Decimal) -> list[Generation]:
    """Order anew what failed for a technical reason: new rows with their own keys, never those refused or unknown.

    A second press finds nothing left and returns an empty list. Raises NotPermitted, Conflict, OverBudget, CostChanged.
    """
    require_role(by, batch.project, Role.AUTHOR, Role.EDITOR)
    locked = Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    retries = [retry for retry in retries_of(locked) if not retry.price.problems]
    if not retries:
        return []
    _require(Verb.RETRY, locked, by)
    require_room()
    _agree(cost_of_retries(retries), agreed_cost)
    numbers = Numbers()
    made = [ordered_again(retry, numbers.next(retry.generation.prompt), by) for retry in retries]
    record_event(batch, verb="batch_retried", actor=Actor.of(by), data={"takes": len(made), "cost": str(agreed_cost)})
    _write(made, by=by)
    return made


def facts_of(batch: Batch) -> BatchFacts:
    counted = batch.generations.aggregate(
        unsent=Count("pk", filter=Q(state__in=UNSENT, cancel_requested_at=None)),
        moving=Count("pk", filter=Q(state__in=MOVING, cancel_requested_at=None)),
        failed=Count("pk", filter=Q(state=GenerationState.FAILED, retried_as=None)),
    )
    return BatchFacts(batch.paused_at is not None, batch.cancelled_at is not None, **counted)


def _agree(now: Decimal, agreed: Decimal) -> None:
    if now != agreed:
        raise CostChanged(f"Now ${now:.2f}, was ${agreed:.2f}. Nothing was sent; press again to agree to the new cost.")


def _write(generations: list[Generation], *, by: User) -> None:
    """The workers are not told of each: the sweep tells of a few at a time, so that a person's order is not behind."""
    made = Generation.objects.bulk_create(generations)
    reserve(*made)
    for generation in made:
        record_event(generation, verb="reserved", actor=Actor.of(by), data={"cost": str(generation.cost_estimated)})


def _require(verb: Verb, batch: Batch, by: User) -> None:
    """Raises NotPermitted for the wrong person, Conflict when the batch does not stand so."""
    require_role(by, batch.project, Role.AUTHOR, Role.EDITOR)
    if verb not in available(facts_of(batch), roles_of(by, batch.project)):
        raise Conflict("The batch does not stand as it did when this page was drawn. Look at it again.")


def _mark(batch: Batch, by: User, verb: str, still: Q, **columns: object) -> None:
    if not Batch.objects.filter(still, pk=batch.pk).update(**columns):
        raise Conflict("Somebody was quicker. Look at the batch again.")
    record_event(batch, verb=verb, actor=Actor.of(by))
