"""One's own queue: what I hold, what came back to me, what is next for me, and the questions that I asked."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from reviews.actions.queueing import offered_to
from reviews.models import Decision, Review
from reviews.queues import readers_only
from reviews.rules.queues import WORKED_BY, Queue
from reviews.rules.verbs import Outcome
from reviews.views.bounds import bounds_for
from reviews.views.polling import login_required_while_polling, poll_of
from reviews.views.recent import recent_of, toast_of
from reviews.views.waiting import WaitingRow, waiting_rows, with_rows
from studio import clock
from studio.http import UserRequest, page_or_partial
from studio.models import User

SHOWN = 10
MOST_HELD = 50
MOST_SENT_BACK = 500
"""So many of those that editors sent back are looked at, from the front."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that I sent on with a take, and what became of it."""

    review: Review
    state: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class NextUp:
    """The first of one queue that I may decide."""

    queue: Queue
    rows: list[WaitingRow]


@require_safe
@login_required_while_polling
def mine(request: UserRequest) -> HttpResponse:
    held = readers_only(request.user)
    spared = bounds_for(request, request.user).spared
    stages = [queue for queue in Queue if WORKED_BY[queue] in held]
    context = {
        "held": _rows(_held_by(request.user), request.user, MOST_HELD),
        "returned": _rows(_returned_to(request.user), request.user, SHOWN),
        "next_up": [
            NextUp(queue, _rows(offered_to(request.user, queue, spared=spared), request.user, SHOWN))
            for queue in stages
        ],
        "asked": [_asked(review) for review in _asked_by(request.user)],
        "toast": toast_of(recent_of(request.user)),
        "poll": poll_of(request),
    }
    return page_or_partial(request, "reviews/mine.html", "my-queue", context)


def _rows(reviews: "QuerySet[Review]", user: User, most: int) -> list[WaitingRow]:
    return waiting_rows(with_rows(reviews)[:most], user)


def _held_by(user: User) -> "QuerySet[Review]":
    return Review.objects.open().filter(claimed_by=user, claim_expires_at__gt=clock.now()).order_by("claim_expires_at")


def _returned_to(user: User) -> "QuerySet[Review]":
    """Sent back by an editor after `user` had passed them."""
    passed = Decision.objects.filter(
        review__candidate_id=OuterRef("candidate_id"), decided_by=user, outcome=Outcome.PASS, superseded_by=None
    )
    sent_back = Review.objects.in_queue(Queue.FLAGGED).filter(comes_first=True, independent_of=None)
    return sent_back.filter(pk__in=sent_back.values("pk")[:MOST_SENT_BACK]).filter(Exists(passed))


def _asked_by(user: User) -> "QuerySet[Review]":
    judged = Decision.objects.exclude(outcome=Outcome.UNDONE).filter(superseded_by=None).order_by("-pk")
    waiting = Decision.objects.filter(review=OuterRef("pk"), second_look__queue=Queue.FLAGGED)
    asked = Review.objects.filter(sent_by=user).exclude(question="").exclude(Exists(waiting)).order_by("-pk")
    return asked.select_related("candidate").prefetch_related(Prefetch("decisions", judged))[:SHOWN]


def _asked(review: Review) -> Asked:
    """Others' answers are said when they are in effect, without a name."""
    if review.closed_at is None:
        return Asked(review, f"waits in {review.get_queue_display().lower()}", is_open=True)
    if review.closed_because:
        return Asked(review, review.closed_because, is_open=False)
    if review.settled_at is None:
        return Asked(review, "answered a moment ago", is_open=True)
    answer = next(iter(review.decisions.all()), None)
    return Asked(review, answer.get_outcome_display().lower() if answer else "closed", is_open=False)
