"""The first page: for each role held, what waits for this person and the one way to begin."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from reviews.actions.queueing import offered_to
from reviews.counting import Counted, count_of, read_together
from reviews.models import Decision, Mention, Review
from reviews.queues import Post, posts_of, roles_anywhere, still_judged_by
from reviews.rules.queues import Queue
from reviews.rules.verbs import Outcome
from reviews.views.bounds import bounds_for
from reviews.views.calibration import calibration_of
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
    recent, spared = recent_of(user), bounds_for(request, user).spared
    context: dict[str, Any] = {
        "posts": posts,
        "recent": recent,
        "mentions": _mentions(user),
        "toast": toast_of(recent),
        "decided_today": decided_today(user),
        "poll": poll_of(request),
        "project": next(iter(posts), None),
    }
    if Role.REVIEWER in held:
        context["calibration"] = calibration_of(user)
    if Role.AUTHOR in held:
        context["author"] = _author(user, posts)
    if Role.REVIEWER in held:
        context["reviewer"] = _queued(user, Queue.FLAGGED, spared)
    if Role.EDITOR in held:
        context["editor"] = _editor(user, posts, spared)
    if Role.MODERATOR in held:
        context["moderator"] = _moderator(user, spared)
    if Role.AUDITOR in held:
        context["auditor"] = {"events": Event.objects.values_list("seq", flat=True).last() or 0}
    return context


def _mentions(user: User) -> "QuerySet[Mention]":
    """Notes that speak to this person, newest first; of takes they may still be asked to judge nothing is told."""
    judging = still_judged_by(user).filter(candidate=OuterRef("comment__candidate"))
    unseen = Mention.objects.unseen_by(user).exclude(Exists(judging))
    return unseen.select_related("comment__author", "comment__candidate")[:SHOWN]


def _queued(user: User, queue: Queue, spared: int) -> Queued:
    at, offered = clock.now(), offered_to(user, queue, spared=spared)
    counts = read_together(
        user,
        offered=Counted(offered),
        overdue=Counted(offered.order_by().filter(due_at__lte=at)),
        due_soon=Counted(offered.order_by().filter(due_at__gt=at, due_at__lte=at + SOON)),
        oldest=Subquery(offered.order_by("pk").values("opened_at")[:1]),
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
    reasons = ("reasons__reason", "review__independent_of__reasons__reason")
    wanted = Decision.objects.filter(pk__in=[pk for pk in ids if pk]).select_related("review__independent_of")
    decisions = wanted.prefetch_related(*reasons).in_bulk()
    return [Returned(take, decisions.get(pk) if pk else None) for take, pk in zip(rows, ids, strict=True)]


def _editor(user: User, posts: Sequence[Post], spared: int) -> dict[str, Any]:
    project = _first_with(posts, Role.EDITOR)
    projects = Membership.objects.filter(user=user, role=Role.EDITOR).values("project")
    in_review = Candidate.objects.with_status(Status.CHECKING, Status.IN_REVIEW)
    return {
        "queue": _queued(user, Queue.EDITOR, spared),
        "in_review": count_of(in_review if user.is_superuser else in_review.filter(prompt__project__in=projects)),
        "desk": reverse("desk", args=[project]) if project else "",
    }


def _moderator(user: User, spared: int) -> dict[str, Any]:
    overdue = Review.objects.overdue(clock.now()).visible_to(user)
    unknown = Generation.objects.visible_to(user).filter(state=GenerationState.UNKNOWN)
    return {
        "queue": _queued(user, Queue.ESCALATIONS, spared),
        "overdue": count_of(overdue),
        "late": list(overdue.order_by("due_at").select_related("candidate")[:SHOWN]),
        "unknown": _few(unknown),
        "unknown_count": unknown.count(),
    }


def _few(generations: "QuerySet[Generation]") -> Sequence[Generation]:
    return list(generations.select_related("prompt__project")[:SHOWN])


def _first_with(posts: Sequence[Post], role: Role) -> str:
    return next((post.slug for post in posts if role in post.roles), "")
