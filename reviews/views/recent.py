"""A person's own last decisions: what the undo toast and the list of recent ones show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from reviews.models import Decision, DecisionReason
from reviews.rules.verbs import Outcome
from studio import clock
from studio.models import User

SHOWN = 10
STATE_WORDS: Mapping[str, str] = {
    "undoable": "can be undone",
    "settling": "taking effect",
    "settled": "in effect",
    "voided": "did not take effect",
    "undone": "taken back",
}


@dataclass(frozen=True, slots=True)
class OwnDecision:
    pk: int
    sentence: str
    name: str
    decided_at: datetime
    settles_at: datetime
    state: str
    """"undoable", "settling", "settled", "voided" or "undone"."""
    href: str
    seconds_left: float

    @property
    def state_word(self) -> str:
        return STATE_WORDS[self.state]

    @property
    def undoable(self) -> bool:
        return self.state == "undoable"

    @property
    def decision(self) -> int:
        return self.pk


def recent_of(user: User, shown: int = SHOWN) -> Sequence[OwnDecision]:
    """The newest decisions of `user`, newest first, in one query."""
    at = clock.now()
    return [_shown(decision, at) for decision in _rows(user)[:shown]]


def toast_of(recent: Sequence[OwnDecision]) -> OwnDecision | None:
    """The last decision while it can be taken back."""
    standing = next((decision for decision in recent if decision.state != "undone"), None)
    return standing if standing and standing.undoable else None


def decided_today(user: User) -> int:
    """Own decisions since midnight that were not taken back."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    mine = Decision.objects.filter(decided_by=user, created_at__gte=midnight, superseded_by=None)
    return mine.exclude(outcome=Outcome.UNDONE).count()


def sentence_of(decision: Decision) -> str:
    """As people say it: "Rejected: The picture stands still"."""
    outcome = Outcome(decision.outcome).label
    first: str | None = getattr(decision, "first_reason", None)
    if not first:
        return outcome
    more = getattr(decision, "reason_count", 1) - 1
    return f"{outcome}: {first}" + (f" and {more} more" if more else "")


def with_reasons(decisions: "QuerySet[Decision]") -> "QuerySet[Decision]":
    """Each with its first reason's words and the number of reasons."""
    given = DecisionReason.objects.filter(decision=OuterRef("pk")).order_by("pk")
    return decisions.annotate(first_reason=Subquery(given.values("reason__label")[:1]), reason_count=Count("reasons"))


def _rows(user: User) -> "QuerySet[Decision]":
    later = Decision.objects.filter(review=OuterRef("review"), pk__gt=OuterRef("pk")).exclude(outcome=Outcome.UNDONE)
    rows = Decision.objects.filter(decided_by=user).exclude(outcome=Outcome.UNDONE)
    return (
        with_reasons(rows)
        .select_related("review__candidate")
        .annotate(undone_by=F("superseded_by__pk"), overtaken=Exists(later))
        .order_by("-pk")
    )


def _shown(decision: Decision, at: datetime) -> OwnDecision:
    candidate = decision.review.candidate
    return OwnDecision(
        pk=decision.pk,
        sentence=sentence_of(decision),
        name=candidate.name,
        decided_at=decision.created_at,
        settles_at=decision.settles_at,
        state=_state(decision, at),
        href=reverse("take", args=[candidate.uuid]),
        seconds_left=max(0.0, (decision.settles_at - at).total_seconds()),
    )


def _state(decision: Decision, at: datetime) -> str:
    if getattr(decision, "undone_by", None):
        return "undone"
    if getattr(decision, "overtaken", False) or decision.review.closed_at is None:
        return "voided"
    if decision.review.settled_at:
        return "settled"
    return "undoable" if decision.settles_at > at else "settling"
