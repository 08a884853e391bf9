"""A review as lists draw it: in a queue, in one's own, in the grid."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from reviews.models import Review
from reviews.rules.severity import Severity
from reviews.rules.veil import harms_in
from reviews.views.room import severity_of
from reviews.views.veils import Cover, covers_for
from studio import clock
from studio.models import User

MOST_CHIPS = 3


@dataclass(frozen=True, slots=True)
class WaitingRow:
    review: Review
    severity: str
    reasons: list[str]
    more_reasons: int
    worst: str
    """The worst finding that brought it here, in a word; else the first reason."""
    holder: str
    is_mine: bool
    is_late: bool
    cover: Cover


def with_rows(reviews: "QuerySet[Review]") -> "QuerySet[Review]":
    """With all that `waiting_rows` reads, in three queries."""
    return reviews.select_related("candidate__prompt__project", "claimed_by").prefetch_related("reasons__finding")


def waiting_rows(reviews: Iterable[Review], user: User) -> list[WaitingRow]:
    """Of reviews from `with_rows`."""
    shown = list(reviews)
    covers = covers_for(user, {review.project_id for review in shown})
    return [_row(review, user, covers.of(review.project_id, harms_in(review.shows))) for review in shown]


def _row(review: Review, user: User, cover: Cover) -> WaitingRow:
    at = clock.now()
    holder = review.claimed_by if review.claim_expires_at and review.claim_expires_at > at else None
    codes = list(dict.fromkeys(reason.code.replace("_", " ") for reason in review.reasons.all()))
    return WaitingRow(
        review=review,
        severity=severity_of(review),
        reasons=codes[:MOST_CHIPS],
        more_reasons=max(0, len(codes) - MOST_CHIPS),
        worst=_worst(review) or next(iter(codes), ""),
        holder=holder.display_name if holder else "",
        is_mine=holder is not None and holder.pk == user.pk,
        is_late=review.due_at <= at,
        cover=cover,
    )


def _worst(review: Review) -> str:
    findings = [reason.finding for reason in review.reasons.all() if reason.finding]
    worst = max(findings, key=lambda finding: Severity(finding.severity).rank, default=None)
    return worst.label.replace("_", " ") if worst else ""
