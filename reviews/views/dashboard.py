"""The first page: for each role held, what waits for this person and the one way to begin."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from reviews.actions.queueing import offered_to
from reviews.models import Decision, DecisionReason, Review
from reviews.queues import Post, posts_of, roles_anywhere
from reviews.rules.queues import Queue
from reviews.rules.verbs import Outcome
from reviews.views.polling import poll_of
from reviews.views.recent import decided_today, recent_of, toast_of
from studio import clock
from studio.http import page_or_partial, see_other
from studio.models import Candidate, Event, Generation, Membership, User
from studio.rules.generation import GenerationState
from studio.rules.lifecycle import Status
from studio.rules.roles import Role

SHOWN = 8
SOON = timedelta(hours=1)
UNSETTLED = (GenerationState.REFUSED, GenerationState.FAILED, GenerationState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Queued:
    """How one queue stands for one person."""

    slug: str
    offered: int
    overdue: int
    due_soon: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Returned:
    """A take that came back to its author, and the decision that sent it."""

    candidate: Candidate
    decision: Decision | None


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return see_other(request, reverse("sign_in"))
    return page_or_partial(request, "reviews/dashboard.html", "blocks", _context(request, request.user))


def _context(request: HttpRequest, user: User) -> dict[str, Any]:
    posts = posts_of(user)
    held = roles_anywhere(posts)
    recent = recent_of(user)
    context: dict[str, Any] = {
        "posts": posts,
        "recent": recent,
        "toast": toast_of(recent),
        "decided_today": decided_today(user),
        "poll": poll_of(request),
        "project": next(iter(posts), None),
    }
    if Role.AUTHOR in held:
        context["author"] = _author(user, posts)
    if Role.REVIEWER in held:
        context["reviewer"] = _queued(user, Queue.FLAGGED)
    if Role.EDITOR in held:
        context["editor"] = _editor(user, posts)
    if Role.MODERATOR in held:
        context["moderator"] = _moderator(user)
    if Role.AUDITOR in held:
        context["auditor"] = {"events": Event.objects.count()}
    return context


def _queued(user: User, queue: Queue) -> Queued:
    at = clock.now()
    counts = (
        offered_to(user, queue)
        .order_by()
        .aggregate(
            offered=Count("pk"),
            overdue=Count("pk", filter=Q(due_at__lte=at)),
            due_soon=Count("pk", filter=Q(due_at__gt=at, due_at__lte=at + SOON)),
            oldest=Min("opened_at"),
        )
    )
    return Queued(queue.value, **counts)


def _author(user: User, posts: Sequence[Post]) -> dict[str, Any]:
    generations = Generation.objects.filter(requested_by=user).select_related("prompt__project")
    own = Candidate.objects.filter(prompt__author=user)
    return {
        "returned": _returned(user),
        "unsettled": generations.filter(state__in=UNSETTLED, prompt__revisions=None)[:SHOWN],
        "in_flight": generations.in_flight().count(),
        "on_the_way": own.filter(status__in=[Status.CHECKING, Status.IN_REVIEW, Status.WITH_EDITOR]).count(),
        "public": own.filter(status=Status.PUBLISHED).count(),
        "project": _first_with(posts, Role.AUTHOR),
    }


def _returned(user: User) -> Sequence[Returned]:
    """Own takes sent back or rejected whose prompt was not revised since, newest first, with why."""
    last = Decision.objects.filter(review__candidate=OuterRef("pk"), superseded_by=None).exclude(outcome=Outcome.UNDONE)
    takes = (
        Candidate.objects.filter(prompt__author=user, prompt__revisions=None)
        .with_status(Status.CHANGES_REQUESTED, Status.REJECTED)
        .select_related("prompt__project")
        .annotate(decision_id=Subquery(last.order_by("-pk").values("pk")[:1]))[:SHOWN]
    )
    rows = list(takes)
    ids = [getattr(take, "decision_id", None) for take in rows]
    reasons = Prefetch("reasons", DecisionReason.objects.select_related("reason"))
    decisions = Decision.objects.filter(pk__in=[pk for pk in ids if pk]).prefetch_related(reasons).in_bulk()
    return [Returned(take, decisions.get(pk) if pk else None) for take, pk in zip(rows, ids, strict=True)]


def _editor(user: User, posts: Sequence[Post]) -> dict[str, Any]:
    project = _first_with(posts, Role.EDITOR)
    projects = Membership.objects.filter(user=user, role=Role.EDITOR).values("project")
    in_review = Candidate.objects.with_status(Status.CHECKING, Status.IN_REVIEW)
    return {
        "queue": _queued(user, Queue.EDITOR),
        "in_review": (in_review if user.is_superuser else in_review.filter(prompt__project__in=projects)).count(),
        "desk": reverse("desk", args=[project]) if project else "",
    }


def _moderator(user: User) -> dict[str, Any]:
    overdue = Review.objects.open().visible_to(user).filter(due_at__lte=clock.now())
    unknown = Generation.objects.visible_to(user).filter(state=GenerationState.UNKNOWN)
    return {
        "queue": _queued(user, Queue.ESCALATIONS),
        "overdue": overdue.values("pk").distinct().count(),
        "unknown": _few(unknown),
        "unknown_count": unknown.count(),
    }


def _few(generations: "QuerySet[Generation]") -> Sequence[Generation]:
    return list(generations.select_related("prompt__project")[:SHOWN])


def _first_with(posts: Sequence[Post], role: Role) -> str:
    return next((post.slug for post in posts if role in post.roles), "")
