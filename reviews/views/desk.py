"""The editor's desk as a plain board: a row per prompt, its takes as a filmstrip."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from reviews.actions.queueing import offered_to
from reviews.models import CheckRun, Finding, Review
from reviews.rules.queues import Queue
from reviews.rules.severity import Severity
from reviews.rules.veil import Harm, harms_of
from reviews.views.bounds import bounds_for
from reviews.views.recent import recent_of, toast_of
from reviews.views.veils import Cover, Covers, covers_for
from studio.http import UserRequest
from studio.models import Candidate, Project, Prompt
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from studio.views.paging import page_of
from studio.views.places import project_for

ROWS = 20


@dataclass(frozen=True, slots=True)
class DeskTake:
    candidate: Candidate
    href: str
    worst: Finding | None
    cost: Decimal | None
    """US dollars: billed, else the estimate; None for a take made elsewhere."""
    waits: bool
    cover: Cover


@dataclass(frozen=True, slots=True)
class DeskRow:
    prompt: Prompt
    takes: Sequence[DeskTake]
    waiting: int


@require_safe
@login_required
def desk(request: UserRequest, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.EDITOR, Role.MODERATOR, Role.AUDITOR)
    waiting = Exists(Candidate.objects.filter(prompt=OuterRef("pk"), status=Status.WITH_EDITOR))
    prompts = Prompt.objects.filter(project=project, candidates__isnull=False).distinct()
    page = page_of(prompts.exclude(waiting).prefetch_related(_takes()), request, size=ROWS)
    is_first_page = not page.previous_url
    front = prompts.filter(waiting).prefetch_related(_takes()).order_by("pk") if is_first_page else prompts.none()
    bounds, covers = bounds_for(request, request.user), covers_for(request.user, {project.pk})
    context = {
        "project": project,
        "waiting_rows": _rows(front, covers),
        "rows": _rows(page.rows, covers),
        "page": page,
        "first": offered_to(request.user, Queue.EDITOR, spared=bounds.spared)
        .filter(candidate__prompt__project=project)
        .first(),
        "toast": toast_of(recent_of(request.user)),
    }
    return render(request, "reviews/desk.html", context | _counts(project))


def _counts(project: Project) -> dict[str, int]:
    return Candidate.objects.filter(prompt__project=project).aggregate(
        with_editor=Count("pk", filter=Q(status=Status.WITH_EDITOR)),
        in_review=Count("pk", filter=Q(status__in=[Status.IN_REVIEW, Status.CHECKING])),
    )


def _takes() -> "Prefetch[str, QuerySet[Candidate], str]":
    """A prompt's takes with what their poster says, in four queries for the whole board."""
    takes = (
        Candidate.objects.order_by("pk")
        .select_related("generation")
        .prefetch_related(
            Prefetch("check_runs", CheckRun.objects.order_by("pk").prefetch_related("findings")),
            Prefetch("reviews", Review.objects.open(), to_attr="open_reviews"),
        )
    )
    return Prefetch("candidates", takes)


def _rows(prompts: Iterable[Prompt], covers: Covers) -> list[DeskRow]:
    rows = []
    for prompt in prompts:
        takes = [
            _take(candidate, covers.of(prompt.project_id, _harms(candidate))) for candidate in prompt.candidates.all()
        ]
        rows.append(DeskRow(prompt, takes, sum(take.waits for take in takes)))
    return rows


def _take(candidate: Candidate, cover: Cover) -> DeskTake:
    open_here = [review for review in getattr(candidate, "open_reviews", []) if review.queue == Queue.EDITOR]
    generation = candidate.generation
    return DeskTake(
        candidate=candidate,
        href=reverse("review", args=[open_here[0].pk]) if open_here else reverse("take", args=[candidate.uuid]),
        worst=_worst(candidate),
        cost=(generation.cost_billed if generation.cost_billed is not None else generation.cost_estimated)
        if generation
        else None,
        waits=bool(open_here),
        cover=cover,
    )


def _harms(candidate: Candidate) -> frozenset[Harm]:
    return harms_of((each.check_key, each.label, each.severity) for each in _newest(candidate))


def _newest(candidate: Candidate) -> list[Finding]:
    """Of the newest run of each check."""
    newest = {run.check_key: run for run in candidate.check_runs.all()}
    return [finding for run in newest.values() for finding in run.findings.all()]


def _worst(candidate: Candidate) -> Finding | None:
    return max(_newest(candidate), key=lambda finding: Severity(finding.severity).rank, default=None)
