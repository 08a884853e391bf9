"""Batches: the list of a project, and one batch with its takes as they land."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseStopPolling

from studio.actions.batching import UNSENT, cancel_batch, facts_of, pause_batch, resume_batch, retry_failed
from studio.actions.budgeting import Shortage, missing_money
from studio.actions.planning import cost_of_retries, retries_of
from studio.errors import CostChanged
from studio.http import UserRequest, is_partial, see_other
from studio.ledger import lines_by
from studio.models import Batch, Generation, Project, roles_of
from studio.rules.batch_verbs import Verb, available
from studio.rules.generation import GenerationState, is_final
from studio.rules.spending import NOTHING
from studio.views.agreeing import agreed_cost, sign_cost
from studio.views.paging import page_of
from studio.views.places import MAKERS, READERS, project_for
from studio.views.prompts import total_spent

PAGE = "studio/batch.html"


@dataclass(frozen=True, slots=True)
class Standing:
    """How many takes of a batch are where; the parts of a bar add up to `total`."""

    counts: Sequence[tuple[GenerationState, int]]
    total: int

    @property
    def done(self) -> int:
        return self._sum(lambda state: state is GenerationState.SUCCEEDED)

    @property
    def without(self) -> int:
        """Ended, and no take came of it."""
        return self._sum(is_final) - self.done

    @property
    def unknown(self) -> int:
        return self._sum(lambda state: state is GenerationState.UNKNOWN)

    @property
    def waiting(self) -> int:
        return self._sum(lambda state: state in UNSENT)

    @property
    def working(self) -> int:
        return self.total - self.done - self.without - self.unknown - self.waiting

    def _sum(self, belongs: Callable[[GenerationState], bool]) -> int:
        return sum(count for state, count in self.counts if belongs(state))


@dataclass(frozen=True, slots=True)
class BatchRow:
    batch: Batch
    standing: Standing
    billed: Decimal


@dataclass(frozen=True, slots=True)
class Again:
    """What the retry button says: how many, for how much, and why not."""

    takes: int
    cost: Decimal
    agreed: str
    impossible: Sequence[str]
    shortage: Shortage | None


def standing_of(counted: Counter[GenerationState]) -> Standing:
    return Standing([(state, counted[state]) for state in GenerationState if counted[state]], counted.total())


@login_required
@require_GET
def batches(request: UserRequest, project_slug: str) -> HttpResponse:
    project = project_for(request, project_slug, *READERS)
    page = page_of(Batch.objects.filter(project=project).select_related("ordered_by"), request)
    context = {
        "project": project,
        "page": page,
        "rows": _rows(page.rows),
        "can_make": bool(roles_of(request.user, project).intersection(MAKERS)),
    }
    return render(request, "studio/batches.html", context)


def _rows(found: Sequence[Batch]) -> list[BatchRow]:
    counted: dict[int, Counter[GenerationState]] = defaultdict(Counter)
    money: dict[int, Decimal] = defaultdict(Decimal)
    for line in lines_by(Generation.objects.filter(batch__in=found), "batch_id", "state"):
        pk, state = line.key
        counted[pk][GenerationState(state)] += line.calls
        money[pk] += line.spent - line.unsettled
    return [BatchRow(row, standing_of(counted[row.pk]), money[row.pk]) for row in found]


@login_required
@require_GET
def batch(request: UserRequest, project_slug: str, pk: int) -> HttpResponse:
    row = _batch(project_for(request, project_slug, *READERS), pk)
    if not is_partial(request):
        return render(request, PAGE, _context(request, row))
    context = _context(request, row)
    if context["is_moving"]:
        return render(request, f"{PAGE}#landing", context)
    return HttpResponseStopPolling(render_to_string(f"{PAGE}#landing", context, request))


@login_required
@require_POST
def batch_pause(request: UserRequest, project_slug: str, pk: int) -> HttpResponse:
    return _act(request, project_slug, pk, partial(pause_batch, by=request.user))


@login_required
@require_POST
def batch_resume(request: UserRequest, project_slug: str, pk: int) -> HttpResponse:
    return _act(request, project_slug, pk, partial(resume_batch, by=request.user))


@login_required
@require_POST
def batch_cancel(request: UserRequest, project_slug: str, pk: int) -> HttpResponse:
    return _act(request, project_slug, pk, partial(cancel_batch, by=request.user))


@login_required
@require_POST
def batch_retry(request: UserRequest, project_slug: str, pk: int) -> HttpResponse:
    """`agreed`: the signed cost that stood on the button."""
    agreed = agreed_cost(request.POST.get("agreed", ""))
    if agreed is None:
        project_for(request, project_slug, *READERS)
        raise CostChanged("Go back to the batch for what it costs. Nothing was sent.")
    return _act(request, project_slug, pk, partial(retry_failed, by=request.user, agreed_cost=agreed))


def _act(request: UserRequest, slug: str, pk: int, do: Callable[[Batch], object]) -> HttpResponse:
    project = project_for(request, slug, *READERS)
    row = _batch(project, pk)
    do(row)
    return see_other(request, reverse("batch", args=[project.slug, row.pk]))


def _batch(project: Project, pk: int) -> Batch:
    return get_object_or_404(Batch.objects.filter(project=project).select_related("project", "ordered_by"), pk=pk)


def _context(request: UserRequest, row: Batch) -> dict[str, object]:
    generations = list(takes_of(row))
    billed = sum((each.cost_billed or NOTHING for each in generations), NOTHING)
    verbs = available(facts_of(row), roles_of(request.user, row.project))
    return {
        "project": row.project,
        "batch": row,
        "generations": generations,
        "standing": standing_of(Counter(GenerationState(each.state) for each in generations)),
        "billed": billed,
        "held": total_spent(generations) - billed,
        "estimated": sum((each.cost_estimated for each in generations), NOTHING),
        "verbs": {verb.value for verb in verbs},
        "again": _again(request, row) if Verb.RETRY in verbs else None,
        "is_moving": _is_moving(row, generations),
    }


def takes_of(row: Batch) -> QuerySet[Generation]:
    found = row.generations.select_related("prompt", "retry_of").prefetch_related("candidates")
    return found.order_by("pk")


def _again(request: UserRequest, row: Batch) -> Again:
    retries = retries_of(row)
    cost = cost_of_retries(retries)
    impossible = {problem for retry in retries for problem in retry.price.problems}
    possible = sum(not retry.price.problems for retry in retries)
    shortage = missing_money(row.project, request.user, cost) if possible else None
    return Again(possible, cost, sign_cost(cost), sorted(impossible), shortage)


def _is_moving(row: Batch, generations: Iterable[Generation]) -> bool:
    """Whether anything on the page will change by itself. What a pause holds back will not."""
    held_back = UNSENT if row.paused_at else []
    return any(
        (each.run_after and each.state not in held_back) or any(take.run_after for take in each.candidates.all())
        for each in generations
    )
