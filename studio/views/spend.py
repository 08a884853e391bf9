"""Where the money went and what is left: by day, model, person and project, with the caps that stop it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from http import HTTPStatus
from itertools import chain

from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.db.models.functions import TruncDate
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from studio import clock
from studio.actions.budgeting import remove_budget, set_budget, standing
from studio.errors import Invalid
from studio.http import UserRequest, see_other
from studio.ledger import Line, lines_by
from studio.models import Budget, Generation, Membership, Project, User, roles_of
from studio.rules.budget import Period
from studio.rules.generation import GenerationState
from studio.rules.roles import Role
from studio.rules.spending import NOTHING
from studio.spend_forms import MOST_DAYS, BudgetForm, SpendRange
from studio.views.places import READERS, project_for

OVERSEERS = frozenset({Role.MODERATOR, Role.AUDITOR})
CHART_HEIGHT = 96
MOST_UNKNOWN = 50


@dataclass(frozen=True, slots=True)
class Bar:
    """A day of the chart. `y` and `height` are parts of CHART_HEIGHT."""

    day: date
    spent: Decimal
    y: float
    height: float


@login_required
@require_GET
def spend(request: UserRequest, project_slug: str) -> HttpResponse:
    project = project_for(request, project_slug, *READERS)
    return _page(request, project, BudgetForm(people=people_of(project)))


@login_required
@require_POST
def budget_set(request: UserRequest, project_slug: str) -> HttpResponse:
    project = project_for(request, project_slug, *READERS)
    form = BudgetForm(request.POST, people=people_of(project))
    if not form.is_valid():
        return _page(request, project, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    given = form.cleaned_data
    set_budget(
        project=project, by=request.user, person=given["person"], period=Period(given["period"]), cap=given["cap"]
    )
    return see_other(request, f"{reverse('spend', args=[project.slug])}#budgets")


@login_required
@require_POST
def budget_remove(request: UserRequest, project_slug: str, pk: int) -> HttpResponse:
    project = project_for(request, project_slug, *READERS)
    budget = get_object_or_404(Budget.objects.filter(project=project).select_related("project"), pk=pk)
    remove_budget(budget, by=request.user)
    return see_other(request, f"{reverse('spend', args=[project.slug])}#budgets")


def _page(request: UserRequest, project: Project, form: BudgetForm, *, status: int = HTTPStatus.OK) -> HttpResponse:
    narrowing = SpendRange(request.GET)
    if not narrowing.is_valid():
        raise Invalid(" ".join(str(sentence) for errors in narrowing.errors.values() for sentence in errors))
    since, until = narrowing.days(clock.now().date())
    if not 0 <= (until - since).days < MOST_DAYS:
        raise Invalid(f"Choose 1 to {MOST_DAYS} days.")
    roles = roles_of(request.user, project)
    return render(
        request,
        "studio/spend.html",
        {
            "project": project,
            "since": since,
            "until": until,
            "form": form,
            "can_set": Role.MODERATOR in roles,
            "rooms": standing(budgets_for(project, request.user, is_overseer=bool(roles & OVERSEERS))),
            **_sums(request.user, project, since, until),
            **_unknown(project),
        },
        status=status,
    )


def _sums(user: User, project: Project, since: date, until: date) -> dict[str, object]:
    """The sums of the range, each part of the same total."""
    all_of_them = Generation.objects.filter(
        created_at__gte=datetime.combine(since, time(), UTC),
        created_at__lt=datetime.combine(until + timedelta(days=1), time(), UTC),
    )
    here = all_of_them.filter(prompt__project=project)
    days = lines_by(here.annotate(day=TruncDate("created_at", tzinfo=UTC)), "day")
    return {
        "total": sum((line.spent for line in days), NOTHING),
        "unsettled": sum((line.unsettled for line in days), NOTHING),
        "calls": sum(line.calls for line in days),
        "days": sorted(days, key=lambda line: line.key, reverse=True),
        "bars": bars_of(days, since, until),
        "chart_height": CHART_HEIGHT,
        "models": _by_money(lines_by(here, "model")),
        "people": _named_people(here),
        "projects": _by_money(
            lines_by(all_of_them.filter(prompt__project__in=_readable(user)), "prompt__project__name")
        ),
    }


def bars_of(days: Sequence[Line], since: date, until: date) -> list[Bar]:
    """A bar for every day of the range, as high as its share of the dearest one."""
    spent = {line.key: line.spent for line in days}
    most = max(chain(spent.values(), [NOTHING]))
    bars = []
    for step in range((until - since).days + 1):
        day = since + timedelta(days=step)
        money = spent.get(day, NOTHING)
        height = round(float(money / most) * CHART_HEIGHT, 2) if most else 0.0
        bars.append(Bar(day, money, round(CHART_HEIGHT - height, 2), height))
    return bars


def _by_money(lines: Sequence[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (-line.spent, str(line.key)))


def _named_people(generations: QuerySet[Generation]) -> list[Line]:
    lines = lines_by(generations, "requested_by")
    names = {person.pk: person.display_name for person in User.objects.filter(pk__in=[line.key for line in lines])}
    return _by_money([Line(names[line.key], line.calls, line.spent, line.unsettled) for line in lines])


def _readable(user: User) -> QuerySet[Project]:
    """Projects whose money this person may see."""
    if user.is_superuser:
        return Project.objects.all()
    return Project.objects.filter(pk__in=Membership.objects.filter(user=user, role__in=READERS).values("project"))


def budgets_for(project: Project, user: User, *, is_overseer: bool) -> QuerySet[Budget]:
    """Who makes takes sees the caps that bind them; who oversees the project sees all."""
    found = Budget.objects.filter(project=project).select_related("project", "person")
    return found if is_overseer else found.filter(Q(person=None) | Q(person=user))


def people_of(project: Project) -> QuerySet[User]:
    return User.objects.filter(memberships__project=project).distinct().order_by("first_name", "username")


def _unknown(project: Project) -> dict[str, object]:
    """Calls that may have been charged, whenever they were made: until a person settles them their money is held."""
    found = Generation.objects.filter(prompt__project=project, state=GenerationState.UNKNOWN)
    [line] = lines_by(found, "state") or [Line(GenerationState.UNKNOWN, 0, NOTHING, NOTHING)]
    rows = found.select_related("prompt", "requested_by").order_by("-pk")[:MOST_UNKNOWN]
    return {"unknown": rows, "unknown_all": line, "unknown_more": max(0, line.calls - MOST_UNKNOWN)}
