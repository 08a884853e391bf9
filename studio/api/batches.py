"""Many takes ordered together: what they would cost, ordering them, how they stand, holding and stopping them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema, Status
from pydantic import Field

from studio.actions.batching import cancel_batch, facts_of, pause_batch, resume_batch, retry_failed, submit_batch
from studio.actions.budgeting import missing_money
from studio.actions.permitting import require_role
from studio.actions.planning import cost_of_retries, plan, retries_of
from studio.api.access import TokenRequest, needs, project_for, projects_of, projects_to_read
from studio.api.answers import SLUG, Body, Cursor, Paged, answers, page_of
from studio.api.batch_orders import BatchCostIn, BatchIn, batch_form_of, checked
from studio.errors import Conflict, Invalid
from studio.ledger import lines_by
from studio.models import Batch, Generation, Project, roles_of
from studio.rules.batch_verbs import Verb, available
from studio.rules.generation import GenerationState
from studio.rules.matrix import Matrix
from studio.rules.scopes import Scope
from studio.views.batches import Standing, standing_of
from studio.views.places import MAKERS, READERS

router = Router(tags=["batches"])


class CombinationOut(Schema):
    key: str = Field(description="To name it in `left_out`.")
    label: str
    model: str
    seed: int | None
    take: int
    cost: Decimal
    problems: list[str]
    is_left_out: bool


class BatchCostOut(Schema):
    """`total` is null when it cannot be ordered, and `problems` say why; `shortage` is what budgets lack for it."""

    total: Decimal | None
    takes: int
    combinations: list[CombinationOut]
    problems: list[str]
    shortage: str


class BatchOut(Schema):
    """`counts` are its takes by state; `done`, `without` (ended, no take came), `unknown`, `waiting` and `working`
    add up to `takes`.
    """

    uuid: UUID
    project: str
    name: str
    ordered_by: str
    created_at: datetime
    paused_at: datetime | None
    cancelled_at: datetime | None
    cost_estimated: Decimal
    spent: Decimal
    unsettled: Decimal
    takes: int
    counts: dict[GenerationState, int]
    done: int
    without: int
    unknown: int
    waiting: int
    working: int


class RetryOut(Schema):
    """What ordering the failed again would cost; agree to exactly that."""

    takes: int
    cost: Decimal
    impossible: list[str]


class BatchDetail(BatchOut):
    may: list[Verb]
    """What the token's owner may do about it now."""
    retry: RetryOut | None


class BatchOrdered(Schema):
    batch: BatchDetail
    is_new: bool


class BatchFilter(Cursor):
    project: str | None = Field(None, pattern=SLUG)


class RetryIn(Body):
    agreed_cost: Decimal = Field(ge=0, max_digits=12, decimal_places=4, description="As `retry.cost` says.")


@router.post("/projects/{slug:slug}/batches/cost", response=answers(BatchCostOut), **needs(Scope.PROMPTS_WRITE))
def cost_of_batch(request: TokenRequest, slug: str, wanted: BatchCostIn) -> BatchCostOut:
    """Every combination with its cost and what stands in its way. Writes nothing."""
    project = project_for(request, slug, *MAKERS)
    order = checked(batch_form_of(wanted, project))
    try:
        found = plan(order, project)
    except Invalid as refused:
        return _cost(Matrix(), [str(refused)])
    if found.refusal:
        return _cost(found.matrix, list(found.problems or [found.refusal]))
    shortage = missing_money(project, request.auth.user, found.matrix.total)
    return _cost(found.matrix, [], shortage.sentence if shortage else "")


@router.post("/projects/{slug:slug}/batches", response=answers(BatchOrdered, 200, 201), **needs(Scope.PROMPTS_WRITE))
def order_batch(request: TokenRequest, slug: str, wanted: BatchIn) -> Any:
    """Order every combination at the total agreed to, or nothing. 409 when that is not the total now."""
    project = project_for(request, slug, *MAKERS)
    if (before := Batch.objects.filter(form_token=wanted.idempotency_key).first()) is not None:
        return _same_order(request, project, before, wanted)
    batch = submit_batch(
        project=project,
        by=request.auth.user,
        order=checked(batch_form_of(wanted, project, wanted.idempotency_key)),
        agreed_cost=wanted.agreed_cost,
        form_token=wanted.idempotency_key,
    )
    return Status(201, BatchOrdered(batch=_detail(request, batch), is_new=True))


@router.get("/batches", response=answers(Paged[BatchOut]), **needs(Scope.GENERATIONS_READ))
def list_batches(request: TokenRequest, wanted: Query[BatchFilter]) -> dict[str, Any]:
    rows = Batch.objects.filter(project__in=projects_to_read(request, *READERS))
    if wanted.project is not None:
        rows = rows.filter(project__slug=wanted.project)

    def show(found: Sequence[Batch]) -> list[BatchOut]:
        return [BatchOut(**columns) for columns in _columns(found)]

    return page_of(request, rows.select_related("project", "ordered_by"), wanted, show)


@router.get("/batches/{uuid:uuid}", response=answers(BatchDetail), **needs(Scope.GENERATIONS_READ))
def get_batch(request: TokenRequest, uuid: UUID) -> BatchDetail:
    """Its takes land in `/generations?batch=…` and `/takes`."""
    return _detail(request, _batch(request, uuid))


@router.post("/batches/{uuid:uuid}/pause", response=answers(BatchDetail), **needs(Scope.PROMPTS_WRITE))
def hold_batch(request: TokenRequest, uuid: UUID) -> BatchDetail:
    """Hold back what was not sent yet; what was, goes on."""
    return _act(request, uuid, lambda batch: pause_batch(batch, by=request.auth.user))


@router.post("/batches/{uuid:uuid}/resume", response=answers(BatchDetail), **needs(Scope.PROMPTS_WRITE))
def send_batch_on(request: TokenRequest, uuid: UUID) -> BatchDetail:
    return _act(request, uuid, lambda batch: resume_batch(batch, by=request.auth.user))


@router.post("/batches/{uuid:uuid}/cancel", response=answers(BatchDetail), **needs(Scope.PROMPTS_WRITE))
def call_batch_off(request: TokenRequest, uuid: UUID) -> BatchDetail:
    """Stop what has not ended: at once what was not sent, through its provider what was."""
    return _act(request, uuid, lambda batch: cancel_batch(batch, by=request.auth.user))


@router.post("/batches/{uuid:uuid}/retry", response=answers(BatchDetail), **needs(Scope.PROMPTS_WRITE))
def retry_batch(request: TokenRequest, uuid: UUID, retry: RetryIn) -> BatchDetail:
    """Order anew what failed for a technical reason; sent twice, the second finds nothing left."""
    cost = retry.agreed_cost
    return _act(request, uuid, lambda batch: retry_failed(batch, by=request.auth.user, agreed_cost=cost))


def _same_order(request: TokenRequest, project: Project, before: Batch, wanted: BatchIn) -> BatchOrdered:
    """The answer of the first time. Raises Conflict when the key was used for something else."""
    models = set(before.generations.order_by().values_list("model", flat=True).distinct())
    is_same = before.project_id == project.pk and before.cost_estimated == wanted.agreed_cost
    is_same = is_same and models <= set(wanted.models)
    if before.ordered_by_id != request.auth.user_id or not is_same:
        raise Conflict("This key was used for another order. Nothing was sent; take a new key for a new order.")
    return BatchOrdered(batch=_detail(request, before), is_new=False)


def _act(request: TokenRequest, uuid: UUID, do: Callable[[Batch], object]) -> BatchDetail:
    do(_batch(request, uuid))
    return _detail(request, _batch(request, uuid))


def _batch(request: TokenRequest, uuid: UUID) -> Batch:
    """Http404 out of reach, NotPermitted for those who only review."""
    reachable = Batch.objects.filter(project__in=projects_of(request)).select_related("project", "ordered_by")
    batch = get_object_or_404(reachable, uuid=uuid)
    require_role(request.auth.user, batch.project, *READERS)
    return batch


def _cost(matrix: Matrix, problems: list[str], shortage: str = "") -> BatchCostOut:
    return BatchCostOut(
        total=None if problems else matrix.total,
        takes=len(matrix.ordered),
        combinations=[
            CombinationOut(
                key=row.key,
                label=row.variant.label,
                model=row.model,
                seed=row.seed,
                take=row.take,
                cost=row.price.cost,
                problems=list(row.price.problems),
                is_left_out=row.is_left_out,
            )
            for row in matrix.rows
        ],
        problems=problems,
        shortage=shortage,
    )


def _detail(request: TokenRequest, batch: Batch) -> BatchDetail:
    may = available(facts_of(batch), roles_of(request.auth.user, batch.project))
    [columns] = _columns([batch])
    return BatchDetail(
        **columns,
        may=[verb for verb in Verb if verb in may],
        retry=_retry(batch) if Verb.RETRY in may else None,
    )


def _retry(batch: Batch) -> RetryOut:
    retries = retries_of(batch)
    impossible = {problem for retry in retries for problem in retry.price.problems}
    possible = sum(not retry.price.problems for retry in retries)
    return RetryOut(takes=possible, cost=cost_of_retries(retries), impossible=sorted(impossible))


def _columns(rows: Sequence[Batch]) -> list[dict[str, Any]]:
    """However many rows: one query for how they stand and what they cost."""
    counted: dict[int, Counter[GenerationState]] = defaultdict(Counter)
    money: dict[int, tuple[Decimal, Decimal]] = defaultdict(lambda: (Decimal("0.0000"), Decimal("0.0000")))
    for line in lines_by(Generation.objects.filter(batch__in=rows), "batch_id", "state"):
        pk, state = line.key
        counted[pk][GenerationState(state)] += line.calls
        money[pk] = (money[pk][0] + line.spent, money[pk][1] + line.unsettled)
    return [_one(row, standing_of(counted[row.pk]), *money[row.pk]) for row in rows]


def _one(row: Batch, standing: Standing, spent: Decimal, unsettled: Decimal) -> dict[str, Any]:
    same = ("uuid", "name", "created_at", "paused_at", "cancelled_at", "cost_estimated")
    parts = ("done", "without", "unknown", "waiting", "working")
    return {name: getattr(row, name) for name in same} | {
        "project": row.project.slug,
        "ordered_by": row.ordered_by.username,
        "spent": spent,
        "unsettled": unsettled,
        "takes": standing.total,
        "counts": dict(standing.counts),
        **{name: getattr(standing, name) for name in parts},
    }
