"""Prompts: what they cost, ordering their takes, and reading them."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema, Status
from pydantic import Field

from providers.accounts import Account
from providers.base import Adapter, GenerationRequest, ReferenceRole
from providers.catalogue import catalogue
from providers.registry import planning_adapter_for
from studio.actions.budgeting import headroom
from studio.actions.permitting import require_role
from studio.actions.prompting import MOST_TAKES, generate_more, request_for, submit_prompt
from studio.api.access import TokenRequest, needs, project_for, projects_of, projects_to_read
from studio.api.answers import SLUG, Body, Cursor, Paged, answers, page_of
from studio.api.generations import GenerationOut, shown_all
from studio.api.ordering import CostIn, OrderIn, checked, files_of, order_of, words_of
from studio.api.refusals import Unusable, problems_of
from studio.errors import Conflict, Invalid
from studio.forms import PROBLEM_FIELDS
from studio.generators import Offer, accounts, offers
from studio.models import Candidate, Generation, Mode, Project, Prompt, PromptReference
from studio.references import Chosen, chosen_of
from studio.rules.compiling import compiled
from studio.rules.generation import GenerationState
from studio.rules.hints import Asked, Severity, hints_for, refusal
from studio.rules.lifecycle import Status as TakeStatus
from studio.rules.roles import Role
from studio.rules.scopes import Scope
from studio.rules.spending import NOTHING, spent
from studio.views.places import MAKERS, READERS
from studio.views.prompts import order_form
from studio.wordlists import word_lists

router = Router(tags=["prompts"])


class ReferenceOut(Schema):
    role: ReferenceRole
    asset: UUID | None
    take: UUID | None


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
    references: list[ReferenceOut]
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
    q: str | None = Field(None, max_length=80, pattern=r"^[^\x00]*$", description="Words of the title or the text.")
    status: TakeStatus | None = Field(None, description="Of a take that it has.")


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
    notes: list[str]


class HintOut(Schema):
    field: str
    severity: Severity
    sentence: str


class CostsOut(Schema):
    """`left` is what the tightest budget leaves the token's owner, null without one; `hints` are worth a look."""

    items: list[CostOut]
    hints: list[HintOut]
    left: Decimal | None


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
    if wanted.q:
        rows = rows.filter(Q(title__icontains=wanted.q) | Q(text__icontains=wanted.q))
    if wanted.status is not None:
        rows = rows.filter(pk__in=Candidate.objects.with_status(wanted.status).values("prompt"))
    if wanted.mine:
        rows = rows.filter(author=request.auth.user)
    return page_of(request, _with_names(rows.newest_revisions() if wanted.newest else rows), wanted, _shown)


@router.get("/prompts/{int:pk}", response=answers(PromptOut), **needs(Scope.GENERATIONS_READ))
def get_prompt(request: TokenRequest, pk: int) -> PromptOut:
    return _shown([_prompt(request, pk)])[0]


@router.post("/projects/{slug:slug}/prompts/cost", response=answers(CostsOut), **needs(Scope.PROMPTS_WRITE))
def cost_of_prompt(request: TokenRequest, slug: str, wanted: CostIn) -> CostsOut:
    """What an order would cost with one model or with each, and what stands in its way. Writes nothing."""
    project = project_for(request, slug, *MAKERS)
    files, found = files_of(wanted, project), accounts()
    chosen = [offer for offer in offers() if wanted.model in (None, offer.terms.key)]
    if not chosen:
        raise Invalid(f"The model “{wanted.model}” is not offered here.")
    rooms = headroom(project, request.auth.user)
    return CostsOut(
        items=[_cost(wanted, files, offer, found[offer.terms.provider]) for offer in chosen],
        hints=_hints(wanted),
        left=rooms[0].left if rooms else None,
    )


@router.post("/projects/{slug:slug}/prompts", response=answers(OrderedOut, 200, 201), **needs(Scope.PROMPTS_WRITE))
def order_prompt(request: TokenRequest, slug: str, wanted: OrderIn) -> Any:
    """Write a prompt and order its takes, at the cost agreed to: 409 when that is not the cost now."""
    project = project_for(request, slug, *MAKERS)
    if (before := Prompt.objects.filter(form_token=wanted.idempotency_key).first()) is not None:
        return _same_order(request, project, before, wanted)
    parent = get_object_or_404(Prompt.objects.filter(project=project), pk=wanted.parent) if wanted.parent else None
    asked = checked(wanted, project)
    prompt = submit_prompt(
        project=project,
        by=request.auth.user,
        text=asked.text,
        direction=asked.direction,
        order=asked.order,
        agreed_cost=wanted.agreed_cost,
        form_token=wanted.idempotency_key,
        parent=parent,
        references=asked.references,
    )
    return Status(201, _ordered(prompt, is_new=True))


@router.post("/prompts/{int:pk}/generate", response=answers(MoreOut, 201), **needs(Scope.PROMPTS_WRITE))
def generate_prompt(request: TokenRequest, pk: int, more: MoreIn) -> Any:
    """More takes of a revision, ordered as its newest one was."""
    prompt = _prompt(request, pk, *MAKERS)
    form = order_form(prompt, str(more.takes), chosen_of(prompt))
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
    if before.author_id != request.auth.user_id or before.project_id != project.pk or not _is_same(before, wanted):
        raise Conflict("This key was used for another order. Nothing was sent; take a new key for a new order.")
    return _ordered(before, is_new=False)


def _is_same(before: Prompt, wanted: OrderIn) -> bool:
    """Whether `before` is what `wanted` asks for: same words, files, mode, model and what the takes must meet."""
    order, first = order_of(wanted, wanted.model), before.generations.order_by("take_number").first()
    said = (wanted.text.strip(), words_of(wanted), order.operation.value, order.spec(), wanted.model, wanted.parent)
    made_by = first.model if first else ""
    if said != (before.text, before.direction, before.mode, before.spec, made_by, before.parent_id):
        return False
    files = Counter((each.role, each.asset or each.take) for each in wanted.references)
    return files == Counter((each.role, file.uuid) for each in chosen_of(before) if (file := each.asset or each.take))


def _ordered(prompt: Prompt, *, is_new: bool) -> OrderedOut:
    [shown] = _shown([_with_names(Prompt.objects.all()).get(pk=prompt.pk)])
    return OrderedOut(prompt=shown, is_new=is_new)


def _cost(wanted: CostIn, files: Sequence[Chosen], offer: Offer, account: Account) -> CostOut:
    terms, direction = offer.terms, wanted.direction.model_dump()
    request = request_for(wanted.text, direction, order_of(wanted, terms.key), references=files)
    problems, cost = {"model": [offer.why_not]}, None
    if not offer.why_not:
        adapter = planning_adapter_for(account)
        problems = _problems(wanted, request, adapter)
        cost = None if problems else adapter.estimate(request).amount * wanted.takes
    return CostOut(
        model=terms.key,
        label=terms.label,
        provider=terms.provider,
        cost=cost,
        problems=problems,
        warning=offer.warning,
        sent=request.prompt,
        negative=request.negative,
        notes=list(compiled(wanted.text, direction, wanted.camera_move, terms).notes),
    )


def _problems(wanted: CostIn, request: GenerationRequest, adapter: Adapter) -> dict[str, list[str]]:
    """What the order would be refused for, by the field that it is about."""
    found: dict[str, list[str]] = {}
    if why := refusal(wanted.text, wanted.direction.model_dump(), word_lists()):
        found["text"] = [why]
    elif not request.prompt:
        found["text"] = ["Say what should be seen: write a prompt or fill in the subject."]
    for problem in adapter.validate(request):
        found.setdefault(PROBLEM_FIELDS.get(problem.field, problem.field), []).append(problem.message)
    return found


def _hints(wanted: CostIn) -> list[HintOut]:
    asked = Asked(wanted.text, wanted.direction.model_dump(), wanted.camera_move, wanted.audio)
    terms = catalogue().get(wanted.model or "")
    prompt = compiled(wanted.text, asked.direction, wanted.camera_move, terms).prompt
    found = hints_for(asked, word_lists(), terms=terms, prompt=prompt)
    return [HintOut(field=hint.field, severity=hint.severity, sentence=hint.sentence) for hint in found]


def _prompt(request: TokenRequest, pk: int, *allowed: Role) -> Prompt:
    """Http404 out of reach, NotPermitted without one of `allowed` (or, without any, a reader's role)."""
    prompt = get_object_or_404(_with_names(Prompt.objects.filter(project__in=projects_of(request))), pk=pk)
    require_role(request.auth.user, prompt.project, *(allowed or READERS))
    return prompt


def _with_names(rows: "QuerySet[Prompt]") -> "QuerySet[Prompt]":
    return rows.select_related("project", "author", "batch")


def _shown(rows: Sequence[Prompt]) -> list[PromptOut]:
    """However many rows: three queries for what goes along with them and what came of them."""
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
    files: dict[int, list[ReferenceOut]] = {pk: [] for pk in pks}
    for file in PromptReference.objects.filter(prompt__in=pks).select_related("asset", "take").order_by("position"):
        asset, take = (file.asset.uuid if file.asset else None), (file.take.uuid if file.take else None)
        files[file.prompt_id].append(ReferenceOut(role=ReferenceRole(file.role), asset=asset, take=take))
    return [_one(row, files[row.pk], dict(states[row.pk]), dict(takes[row.pk]), money[row.pk]) for row in rows]


def _one(
    row: Prompt,
    files: list[ReferenceOut],
    states: dict[GenerationState, int],
    takes: dict[TakeStatus, int],
    money: Decimal,
) -> PromptOut:
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
        references=files,
        template=row.template_id,
        batch=row.batch.uuid if row.batch else None,
        author=row.author.username,
        generations=states,
        takes=takes,
        spent=money,
    )
