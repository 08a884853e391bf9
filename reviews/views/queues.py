"""The queues: what waits, for how long, and the one button that opens the next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Max, Min, Q, QuerySet
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from reviews.actions import queueing
from reviews.models import Review
from reviews.queues import posts_of, roles_anywhere, waiting_for
from reviews.rules.queues import WORKED_BY, Queue
from reviews.rules.severity import Severity
from reviews.views.navigation import QUEUE_READERS
from reviews.views.polling import login_required_while_polling, poll_of
from reviews.views.recent import decided_today, recent_of, toast_of
from reviews.views.room import severity_of
from studio import clock
from studio.errors import NotPermitted
from studio.http import UserRequest, page_or_partial, see_other
from studio.models import User
from studio.rules.roles import Role

SOON = timedelta(hours=1)
ROWS = 50
MOST_CHIPS = 3
PURPOSE: Mapping[Queue, str] = {
    Queue.FLAGGED: "Takes that an instrument stopped, or could not look at.",
    Queue.EDITOR: "Takes that are clean or were passed, waiting for approval.",
    Queue.ESCALATIONS: "Questions to a moderator, and takes that a rule blocks.",
}


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One queue as the list draws it."""

    slug: str
    title: str
    purpose: str
    waiting: int
    due_soon: int
    overdue: int
    oldest: datetime | None
    holders: str
    offered: int
    works: bool
    """Whether this person decides in it."""
    role: str


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """One waiting review as the table draws it."""

    review: Review
    severity: str
    reasons: list[str]
    more_reasons: int
    holder: str
    is_mine: bool
    is_late: bool


def _readers_only(user: User) -> frozenset[Role]:
    """The roles of `user`. Raises NotPermitted for people who only make takes."""
    held = roles_anywhere(posts_of(user))
    if not held & QUEUE_READERS:
        raise NotPermitted("Queues are for reviewers, editors, moderators and auditors.")
    return held


@require_safe
@login_required_while_polling
def queues(request: UserRequest) -> HttpResponse:
    held = _readers_only(request.user)
    rows = _queue_rows(request.user, held)
    context = {
        "queues": rows,
        "primary": next((row.slug for row in rows if row.works and row.offered), ""),
        "all_empty": not any(row.waiting for row in rows),
        "last_came": _last_came(request.user),
        "poll": poll_of(request),
    }
    return page_or_partial(request, "reviews/queues.html", "queue-list", context)


def _queue_rows(user: User, held: frozenset[Role]) -> list[QueueRow]:
    at = clock.now()
    live = Q(claim_expires_at__gt=at)
    counts = (
        Review.objects.open()
        .visible_to(user)
        .order_by()
        .values("queue")
        .annotate(
            waiting=Count("pk", distinct=True),
            due_soon=Count("pk", filter=Q(due_at__gt=at, due_at__lte=at + SOON), distinct=True),
            overdue=Count("pk", filter=Q(due_at__lte=at), distinct=True),
            oldest=Min("opened_at"),
        )
    )
    by_queue = {row["queue"]: row for row in counts}
    holders = (
        Review.objects.open()
        .visible_to(user)
        .filter(live)
        .values_list("queue", "claimed_by__first_name", "claimed_by__username")
    )
    offered = waiting_for(user, held)
    return [_queue_row(queue, by_queue.get(queue, {}), list(holders), offered.get(queue, 0), held) for queue in Queue]


def _queue_row(
    queue: Queue, counts: Mapping[str, Any], holders: list[tuple[str, str, str]], offered: int, held: frozenset[Role]
) -> QueueRow:
    names = sorted({first or username for slug, first, username in holders if slug == queue})
    return QueueRow(
        slug=queue.value,
        title=queue.label,
        purpose=PURPOSE[queue],
        waiting=counts.get("waiting", 0),
        due_soon=counts.get("due_soon", 0),
        overdue=counts.get("overdue", 0),
        oldest=counts.get("oldest"),
        holders=", ".join(names),
        offered=offered,
        works=WORKED_BY[queue] in held,
        role=WORKED_BY[queue].label.lower(),
    )


def _last_came(user: User) -> datetime | None:
    found: datetime | None = Review.objects.visible_to(user).aggregate(at=Max("opened_at"))["at"]
    return found


@require_safe
@login_required_while_polling
def queue(request: UserRequest, slug: str) -> HttpResponse:
    here = _queue_or_404(slug)
    held = _readers_only(request.user)
    page = Paginator(_filtered(request, here), ROWS).get_page(request.GET.get("page"))
    recent = recent_of(request.user)
    context = {
        "queue": here,
        "purpose": PURPOSE[here],
        "rows": [_waiting_row(review, request.user) for review in page.object_list],
        "total": page.paginator.count,
        "previous_url": _page_url(request, page.previous_page_number()) if page.has_previous() else "",
        "next_url": _page_url(request, page.next_page_number()) if page.has_next() else "",
        "position": f"{page.start_index()}–{page.end_index()} of {page.paginator.count}",
        "severities": [severity.value for severity in reversed(Severity)],
        "severity": request.GET.get("severity", ""),
        "free": request.GET.get("free", ""),
        "works": WORKED_BY[here] in held,
        "role": WORKED_BY[here].label.lower(),
        "offered": waiting_for(request.user, held).get(here, 0),
        "last_came": _last_came(request.user),
        "decided_today": decided_today(request.user),
        "toast": toast_of(recent),
        "poll": poll_of(request),
    }
    return page_or_partial(request, "reviews/queue.html", "queue-table", context)


def _queue_or_404(slug: str) -> Queue:
    if slug not in Queue.values:
        raise Http404
    return Queue(slug)


def _filtered(request: UserRequest, here: Queue) -> "QuerySet[Review]":
    """What waits, in the order in which it is handed out, narrowed by the address; odd values narrow nothing."""
    reviews = Review.objects.visible_to(request.user).in_queue(here)
    severity = request.GET.get("severity", "")
    if severity in list(Severity):
        reviews = reviews.filter(severity_rank=Severity(severity).rank + 1)
    if request.GET.get("free"):
        reviews = reviews.claimable(clock.now())
    return reviews.select_related("candidate__prompt__project", "claimed_by").prefetch_related("reasons")


def _page_url(request: UserRequest, number: int) -> str:
    query = request.GET.copy()
    query.pop("polls", None)
    query["page"] = str(number)
    return f"?{query.urlencode()}"


def _waiting_row(review: Review, user: User) -> WaitingRow:
    at = clock.now()
    holder = review.claimed_by if review.claim_expires_at and review.claim_expires_at > at else None
    codes = list(dict.fromkeys(reason.code.replace("_", " ") for reason in review.reasons.all()))
    return WaitingRow(
        review=review,
        severity=severity_of(review),
        reasons=codes[:MOST_CHIPS],
        more_reasons=max(0, len(codes) - MOST_CHIPS),
        holder=holder.display_name if holder else "",
        is_mine=holder is not None and holder.pk == user.pk,
        is_late=review.due_at <= at,
    )


@require_POST
@login_required
def claim_next(request: UserRequest, slug: str) -> HttpResponse:
    """Take the first review that this person may decide, and open it."""
    here = _queue_or_404(slug)
    if WORKED_BY[here] not in roles_anywhere(posts_of(request.user)):
        raise NotPermitted(f"Only {WORKED_BY[here].label.lower()}s decide in this queue.")
    review = queueing.claim_next(here, by=request.user)
    if review:
        return see_other(request, reverse("review", args=[review.pk]))
    messages.info(request, "Nothing in this queue is free for you now.")
    return see_other(request, reverse("queue", args=[slug]))
