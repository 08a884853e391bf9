"""A person's own last decisions: what the undo toast and the list of recent ones show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from reviews.models import Decision, DecisionReason, Review
from reviews.rules.queues import Queue
from reviews.rules.verbs import Outcome
from studio import clock
from studio.models import User
from studio.rules.lifecycle import Status

SHOWN = 10
ASKING = "?ask=moderator#note-body"
"""The take's page with a note that begins with a moderator's name."""
STATE_WORDS: Mapping[str, str] = {
    "undoable": "can be undone",
    "settling": "taking effect",
    "settled": "in effect",
    "scored": "a golden clip",
    "waiting": "waits for another person",
    "weighed": "weighed with another person's",
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
    """A key of `STATE_WORDS`."""
    href: str
    remedy: str
    """What the rules still allow once it is in effect: "void", "ask" a moderator, or ""."""
    remedy_url: str
    seconds_left: float
    bulk_key: UUID | None = None
    together: int = 1
    """How many takes one press decided, those taken back aside."""

    @property
    def state_word(self) -> str:
        return STATE_WORDS[self.state]

    @property
    def undoable(self) -> bool:
        return self.state == "undoable"

    @property
    def decision(self) -> int:
        return self.pk

    @property
    def undo_url(self) -> str:
        """The toast takes back all that one press decided."""
        if self.bulk_key:
            return reverse("bulk_undo", args=[self.bulk_key])
        return reverse("decision_undo", args=[self.pk])

    @property
    def toast_sentence(self) -> str:
        return f"{self.together} takes. {self.sentence}" if self.together > 1 else self.sentence


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
    after = Q(independent_of=OuterRef("pk")) | Q(independent_of__review__independent_of=OuterRef("pk"))
    beside = Decision.objects.filter(bulk_key=OuterRef("bulk_key"), superseded_by=None).order_by().values("bulk_key")
    return (
        with_reasons(rows)
        .select_related("review__candidate")
        .annotate(together=Subquery(beside.annotate(n=Count("pk")).values("n")))
        .annotate(undone_by=F("superseded_by__pk"), overtaken=Exists(later))
        .annotate(waits=Exists(Review.objects.filter(after, settled_at=None)))
        .annotate(looked_at=F("second_look__pk"), dropped=F("second_look__closed_because"))
        .order_by("-pk")
    )


def _shown(decision: Decision, at: datetime) -> OwnDecision:
    candidate = decision.review.candidate
    state, href = _state(decision, at), reverse("take", args=[candidate.uuid])
    remedy = _remedy(decision) if state == "settled" else ""
    return OwnDecision(
        pk=decision.pk,
        sentence=sentence_of(decision),
        name=candidate.name,
        decided_at=decision.created_at,
        settles_at=decision.settles_at,
        state=state,
        href=href,
        remedy=remedy,
        remedy_url=reverse("take_back_approval", args=[candidate.uuid]) if remedy == "void" else f"{href}{ASKING}",
        seconds_left=max(0.0, (decision.settles_at - at).total_seconds()),
        bulk_key=decision.bulk_key,
        together=getattr(decision, "together", None) or 1,
    )


def _remedy(decision: Decision) -> str:
    if decision.outcome == Outcome.APPROVE and decision.review.candidate.status == Status.APPROVED:
        return "void"
    return "" if decision.review.queue == Queue.ESCALATIONS else "ask"


def _weighed(decision: Decision) -> str:
    """Of one that waits, or waited, for another person's."""
    if getattr(decision, "dropped", ""):
        return "voided"
    return "waiting" if getattr(decision, "waits", False) else "weighed"


def _state(decision: Decision, at: datetime) -> str:
    if getattr(decision, "undone_by", None):
        return "undone"
    if getattr(decision, "overtaken", False) or decision.review.closed_at is None:
        return "voided"
    if getattr(decision, "looked_at", None):
        return _weighed(decision)
    if decision.review.settled_at:
        return "scored" if decision.review.golden_id else "settled"
    return "undoable" if decision.settles_at > at else "settling"
