"""Prompts: what they cost, ordering their takes, and reading them."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema, Status
from pydantic import Field

from studio.actions.permitting import require_role
from studio.actions.prompting import MOST_TAKES, estimate, generate_more, problems_with, submit_prompt
from studio.api.access import TokenRequest, needs, project_for, projects_of, projects_to_read
from studio.api.answers import SLUG, Body, Cursor, Paged, answers, page_of
from studio.api.generations import GenerationOut, shown_all
from studio.api.ordering import CostIn, OrderIn, checked, form_of, order_of, words_of
from studio.api.refusals import Unusable, problems_of
from studio.errors import Conflict, Invalid
from studio.generators import Offer, offers
from studio.models import Candidate, Generation, Mode, Project, Prompt
from studio.rules.direction import compile_negative, compile_text
from studio.rules.generation import GenerationState
from studio.rules.lifecycle import Status as TakeStatus
from studio.rules.roles import Role
from studio.rules.scopes import Scope
from studio.rules.spending import NOTHING, spent
from studio.views.places import MAKERS, READERS
from studio.views.prompts import order_form

router = Router(tags=["prompts"])


class PromptOut(Schema):
    """A revision; `generations` and `takes` count by state and status, `spent` is what they cost so far."""

    id: int
    project: str
    number: int
    parent: int | None
    mode: Mode
    title: str
    text: str
    direction: dict[str, str]
    spec: dict[str, Any]
    camera_move: str
    template: int | None
    template_values: dict[str, Any]
    batch: UUID | None
    author: str
    created_at: datetime
    generations: dict[GenerationState, int]
    takes: dict[TakeStatus, int]
    spent: Decimal


class PromptFilter(Cursor):
    project: str | None = Field(None, pattern=SLUG)
    batch: UUID | None = None
    newest: bool = Field(False, description="True: only revisions that no other came after.")
    mine: bool = False


class CostOut(Schema):
    """`cost` is of the whole order, null when it cannot be made; `problems` say why, by field. `sent` is the text."""

    model: str
    label: str
    provider: str
    cost: Decimal | None
    problems: dict[str, list[str]]
    warning: str
    sent: str
    negative: str


class CostsOut(Schema):
    items: list[CostOut]


class OrderedOut(Schema):
    """`is_new` is false when the same key had made this order before."""

    prompt: PromptOut
    is_new: bool


class MoreIn(Body):
    takes: int = Field(1, ge=1, le=MOST_TAKES)
    agreed_cost: Decimal = Field(ge=0, max_digits=12, decimal_places=4)
    known_takes: int = Field(
        ge=0, le=2**31, description="How many were asked for before this: sent twice, it is one order and a 409."
    )


class MoreOut(Schema):
    generations: list[GenerationOut]


@router.get("/prompts", response=answers(Paged[PromptOut]), **needs(Scope.GENERATIONS_READ))
def list_prompts(request: TokenRequest, wanted: Query[PromptFilter]) -> dict[str, Any]:
    rows = Prompt.objects.filter(project__in=projects_to_read(request, *READERS))
    if wanted.project is not None:
        rows = rows.filter(project__slug=wanted.project)
    if wanted.batch is not None:
        rows = rows.filter(batch__uuid=wanted.batch)
    if wanted.mine:
        rows = rows.filter(author=request.auth.user)
    return page_of(request, _with_names(rows.newest_revisions() if wanted.newest else rows), wanted, _shown)


@router.get("/prompts/{int:pk}", response=answers(PromptOut), **needs(Scope.GENERATIONS_READ))
def get_prompt(request: TokenRequest, pk: int) -> PromptOut:
    return _shown([_prompt(request, pk)])[0]


@router.post("/projects/{slug:slug}/prompts/cost", response=answers(CostsOut), **needs(Scope.PROMPTS_WRITE))
def cost_of_prompt(request: TokenRequest, slug: str, wanted: CostIn) -> CostsOut:
    """What an order would cost with one model or with each, and what stands in its way. Writes nothing."""
    project_for(request, slug, *MAKERS)
    chosen = [offer for offer in offers() if wanted.model in (None, offer.terms.key)]
    if not chosen:
        raise Invalid(f"The model “{wanted.model}” is not offered here.")
    return CostsOut(items=[_cost(wanted, offer) for offer in chosen])


@router.post("/projects/{slug:slug}/prompts", response=answers(OrderedOut, 200, 201), **needs(Scope.PROMPTS_WRITE))
def order_prompt(request: TokenRequest, slug: str, wanted: OrderIn) -> Any:
    """Write a prompt and order its takes, at the cost agreed to: 409 when that is not the cost now."""
    project = project_for(request, slug, *MAKERS)
    if (before := Prompt.objects.filter(form_token=wanted.idempotency_key).first()) is not None:
        return _same_order(request, project, before, wanted)
    parent = get_object_or_404(Prompt.objects.filter(project=project), pk=wanted.parent) if wanted.parent else None
    asked = checked(form_of(wanted, wanted.model, wanted.idempotency_key))
    prompt = submit_prompt(
        project=project,
        by=request.auth.user,
        text=asked.text,
        direction=asked.direction,
        order=asked.order,
        agreed_cost=wanted.agreed_cost,
        form_token=wanted.idempotency_key,
        parent=parent,
    )
    return Status(201, _ordered(prompt, is_new=True))


@router.post("/prompts/{int:pk}/generate", response=answers(MoreOut, 201), **needs(Scope.PROMPTS_WRITE))
def generate_prompt(request: TokenRequest, pk: int, more: MoreIn) -> Any:
    """More takes of a revision, ordered as its newest one was."""
    prompt = _prompt(request, pk, *MAKERS)
    form = order_form(prompt, str(more.takes))
    if not form.is_valid():
        raise Unusable(problems_of(form))
    made = generate_more(
        prompt,
        by=request.auth.user,
        order=form.order(),
        agreed_cost=more.agreed_cost,
        known_takes=more.known_takes,
    )
    return Status(201, MoreOut(generations=shown_all(made)))


def _same_order(request: TokenRequest, project: Project, before: Prompt, wanted: OrderIn) -> Any:
    """The answer of the first time. Raises Conflict when the key was used for something else."""
    same_words = before.text == wanted.text.strip() and before.direction == words_of(wanted)
    if before.author_id != request.auth.user_id or before.project_id != project.pk or not same_words:
        raise Conflict("This key was used for another order. Nothing was sent; take a new key for a new order.")
    return _ordered(before, is_new=False)


def _ordered(prompt: Prompt, *, is_new: bool) -> OrderedOut:
    [shown] = _shown([_with_names(Prompt.objects.all()).get(pk=prompt.pk)])
    return OrderedOut(prompt=shown, is_new=is_new)


def _cost(wanted: CostIn, offer: Offer) -> CostOut:
    direction = wanted.direction.model_dump()
    problems, cost = _problems(wanted, offer, direction), None
    if not problems:
        try:
            cost = estimate(wanted.text, direction, order_of(wanted, offer.terms.key))
        except Invalid as refused:
            problems = {"text": [str(refused)]}
    return CostOut(
        model=offer.terms.key,
        label=offer.terms.label,
        provider=offer.terms.provider,
        cost=cost,
        problems=problems,
        warning=offer.warning,
        sent=compile_text(wanted.text, direction),
        negative=compile_negative(direction),
    )


def _problems(wanted: CostIn, offer: Offer, direction: dict[str, str]) -> dict[str, list[str]]:
    if offer.why_not:
        return {"model": [offer.why_not]}
    found: dict[str, list[str]] = {}
    for problem in problems_with(wanted.text, direction, order_of(wanted, offer.terms.key)):
        found.setdefault("text" if problem.field == "prompt" else problem.field, []).append(problem.message)
    return found


def _prompt(request: TokenRequest, pk: int, *allowed: Role) -> Prompt:
    """Http404 out of reach, NotPermitted without one of `allowed` (or, without any, a reader's role)."""
    prompt = get_object_or_404(_with_names(Prompt.objects.filter(project__in=projects_of(request))), pk=pk)
    require_role(request.auth.user, prompt.project, *(allowed or READERS))
    return prompt


def _with_names(rows: "QuerySet[Prompt]") -> "QuerySet[Prompt]":
    return rows.select_related("project", "author", "batch")


def _shown(rows: Sequence[Prompt]) -> list[PromptOut]:
    """However many rows: two queries for what came of them."""
    pks = [row.pk for row in rows]
    takes: dict[int, Counter[TakeStatus]] = {pk: Counter() for pk in pks}
    for pk, status in Candidate.objects.filter(prompt__in=pks).values_list("prompt", "status"):
        takes[pk][TakeStatus(status)] += 1
    states: dict[int, Counter[GenerationState]] = {pk: Counter() for pk in pks}
    money: dict[int, Decimal] = dict.fromkeys(pks, NOTHING)
    columns = ("prompt", "state", "cost_estimated", "cost_billed")
    for pk, state, estimated, billed in Generation.objects.filter(prompt__in=pks).values_list(*columns):
        states[pk][GenerationState(state)] += 1
        money[pk] += spent(GenerationState(state), estimated=estimated, billed=billed)
    return [_one(row, dict(states[row.pk]), dict(takes[row.pk]), money[row.pk]) for row in rows]


def _one(row: Prompt, states: dict[GenerationState, int], takes: dict[TakeStatus, int], money: Decimal) -> PromptOut:
    same = (
        "id",
        "number",
        "mode",
        "title",
        "text",
        "direction",
        "spec",
        "camera_move",
        "template_values",
        "created_at",
    )
    return PromptOut(
        **{name: getattr(row, name) for name in same},
        project=row.project.slug,
        parent=row.parent_id,
        template=row.template_id,
        batch=row.batch.uuid if row.batch else None,
        author=row.author.username,
        generations=states,
        takes=takes,
        spent=money,
    )
