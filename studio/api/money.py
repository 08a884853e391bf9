"""What was spent, and the caps that stop it."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models.functions import TruncDate
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema
from pydantic import BaseModel, ConfigDict, Field

from studio import clock
from studio.actions.budgeting import Headroom, remove_budget, set_budget, standing
from studio.api.access import TokenRequest, needs, project_for, projects_of
from studio.api.answers import Body, answers, only_known
from studio.api.refusals import Unusable, problems_of
from studio.ledger import Line, lines_by
from studio.models import Budget, Generation, Project, User, roles_of
from studio.rules.budget import Period
from studio.rules.generation import GenerationState
from studio.rules.scopes import Scope
from studio.rules.spending import NOTHING
from studio.spend_forms import MOST_DAYS, BudgetForm, SpendRange
from studio.views.places import READERS
from studio.views.spend import OVERSEERS, budgets_for, people_of

router = Router(tags=["money"])


class LineOut(Schema):
    """`unsettled` of what was `spent` is only estimated so far."""

    key: str
    calls: int
    spent: Decimal
    unsettled: Decimal


class BudgetOut(Schema):
    id: int
    person: str | None
    """Null: everybody together."""
    period: Period
    cap: Decimal
    left: Decimal
    held: Decimal


class BudgetsOut(Schema):
    items: list[BudgetOut]


class SpendOut(Schema):
    """Both days count, in UTC. `unknown` is what unsettled calls may have cost, whenever they were made."""

    since: date
    until: date
    total: Decimal
    unsettled: Decimal
    calls: int
    days: list[LineOut]
    models: list[LineOut]
    people: list[LineOut]
    unknown: LineOut | None


class Range(BaseModel):
    model_config = ConfigDict(extra="forbid")
    since: date | None = None
    until: date | None = None


class BudgetIn(Body):
    person: str | None = Field(None, max_length=150, description="A user name; null: everybody together.")
    period: Period
    cap: Decimal = Field(ge=0, le=10_000_000, decimal_places=4, description="US dollars.")


@router.get("/projects/{slug:slug}/spend", response=answers(SpendOut), **needs(Scope.GENERATIONS_READ))
def get_spend(request: TokenRequest, slug: str, asked: Query[Range]) -> SpendOut:
    """By day, model and person; without days the last thirty."""
    only_known(request, Range)
    project = project_for(request, slug, *READERS)
    since, until = _days(asked)
    here = Generation.objects.filter(
        prompt__project=project,
        created_at__gte=datetime.combine(since, time(), UTC),
        created_at__lt=datetime.combine(until + timedelta(days=1), time(), UTC),
    )
    days = lines_by(here.annotate(day=TruncDate("created_at", tzinfo=UTC)), "day")
    unknown = Generation.objects.filter(prompt__project=project, state=GenerationState.UNKNOWN)
    return SpendOut(
        since=since,
        until=until,
        total=sum((line.spent for line in days), NOTHING),
        unsettled=sum((line.unsettled for line in days), NOTHING),
        calls=sum(line.calls for line in days),
        days=[_line(line) for line in sorted(days, key=lambda line: line.key)],
        models=[_line(line) for line in lines_by(here, "model")],
        people=[_line(line) for line in lines_by(here, "requested_by__username")],
        unknown=next((_line(line) for line in lines_by(unknown, "state")), None),
    )


@router.get("/projects/{slug:slug}/budgets", response=answers(BudgetsOut), **needs(Scope.GENERATIONS_READ))
def list_budgets(request: TokenRequest, slug: str) -> BudgetsOut:
    """Makers see the caps that bind them, moderators and auditors all; there are a handful."""
    project = project_for(request, slug, *READERS)
    return _budgets(project, request.auth.user)


@router.post("/projects/{slug:slug}/budgets", response=answers(BudgetsOut), **needs(Scope.ADMIN))
def put_budget(request: TokenRequest, slug: str, said: BudgetIn) -> BudgetsOut:
    """Set a cap, or change the one that is there for the same person and period. For moderators."""
    project = project_for(request, slug, *READERS)
    person = get_object_or_404(people_of(project), username=said.person) if said.person is not None else None
    typed = {"person": person.pk if person else "", "period": said.period.value, "cap": str(said.cap)}
    form = BudgetForm(typed, people=people_of(project))
    if not form.is_valid():
        raise Unusable(problems_of(form))
    set_budget(project=project, by=request.auth.user, person=person, period=said.period, cap=form.cleaned_data["cap"])
    return _budgets(project, request.auth.user)


@router.delete("/budgets/{int:pk}", response=answers(None, 204), **needs(Scope.ADMIN))
def drop_budget(request: TokenRequest, pk: int) -> HttpResponse:
    """Lift a cap. For moderators."""
    found = Budget.objects.filter(project__in=projects_of(request)).select_related("project")
    remove_budget(get_object_or_404(found, pk=pk), by=request.auth.user)
    return HttpResponse(status=204)


def _days(asked: Range) -> tuple[date, date]:
    """Raises Unusable for a range that is too long or goes backwards."""
    form = SpendRange({name: day.isoformat() for name, day in asked.model_dump().items() if day})
    if not form.is_valid():
        raise Unusable(problems_of(form))
    since, until = form.days(clock.now().date())
    if not 0 <= (until - since).days < MOST_DAYS:
        raise Unusable({"since": [f"Choose 1 to {MOST_DAYS} days."]})
    return since, until


def _budgets(project: Project, user: User) -> BudgetsOut:
    is_overseer = bool(roles_of(user, project) & OVERSEERS)
    rooms = standing(budgets_for(project, user, is_overseer=is_overseer))
    return BudgetsOut(items=[BudgetOut(**_room(room)) for room in rooms])


def _room(room: Headroom) -> dict[str, Any]:
    budget = room.budget
    return {
        "id": budget.pk,
        "person": budget.person.username if budget.person else None,
        "period": budget.period,
        "cap": budget.cap,
        "left": room.left,
        "held": room.held,
    }


def _line(line: Line) -> LineOut:
    return LineOut(key=str(line.key), calls=line.calls, spent=line.spent, unsettled=line.unsettled)
