"""Golden clips on other pages: a copy's page equals any take's until it is scored, and then tells one person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from reviews.actions.placing import MACHINE
from reviews.models import DecisionReason, Golden, GoldenReason, GoldenScore
from reviews.rules.calibration import Rate
from reviews.views.trail import Line, lines_of
from studio.models import Candidate, Event, User
from studio.rules.lifecycle import Status
from studio.rules.roles import Role

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Said:
    """An answer in words: what became of the take, and why, with frames; "" for the whole clip."""

    outcome: str
    reasons: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Feedback:
    """What one person said of a golden clip, and what is known of it."""

    name: str
    href: str
    is_right: bool | None
    verdict: str
    yours: Said
    answer: Said
    note: str
    overlap: str
    """Of the frames marked and meant, in percent; "" where there is nothing to compare."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """How one person did, for that person."""

    faulty: Rate
    good: Rate
    newest: Sequence[Feedback]

    @property
    def faulty_words(self) -> str:
        return in_words(self.faulty)

    @property
    def good_words(self) -> str:
        return in_words(self.good)


def calibration_of(user: User) -> Calibration | None:
    """None while `user` has judged no golden clip."""
    scores = GoldenScore.objects.filter(judged_by=user)
    newest = [_feedback(score) for score in _with_answers(scores)[:SHOWN]]
    if not newest:
        return None
    return Calibration(*rates_of(scores), newest)


def rates_of(scores: "QuerySet[GoldenScore]") -> tuple[Rate, Rate]:
    """Of the faulty clips how many were caught, and of the good ones how many passed."""
    counted = scores.exclude(is_right=None).aggregate(
        caught=Count("pk", filter=Q(golden__passes=False, is_right=True)),
        faulty=Count("pk", filter=Q(golden__passes=False)),
        passed=Count("pk", filter=Q(golden__passes=True, is_right=True)),
        good=Count("pk", filter=Q(golden__passes=True)),
    )
    return Rate(counted["caught"], counted["faulty"]), Rate(counted["passed"], counted["good"])


def in_words(rate: Rate) -> str:
    """ "18 of 20: between 68 % and 99 % of all such clips", with 95 % confidence."""
    if not rate.n:
        return "none yet"
    low, high = rate.interval
    return f"{rate.hits} of {rate.n}: between {floor(low * 100)} % and {ceil(high * 100)} % of all such clips"


def feedback_on(candidate: Candidate, user: User) -> Feedback | None:
    """On the page of a copy, once scored; None on every other page."""
    if candidate.copy_of_id is None:
        return None
    scores = GoldenScore.objects.filter(judged_by=user, decision__review__candidate=candidate)
    return next((_feedback(score) for score in _with_answers(scores)), None)


def _with_answers(scores: "QuerySet[GoldenScore]") -> "QuerySet[GoldenScore]":
    reasons = ("golden__reasons__reason", "decision__reasons__reason")
    return scores.select_related("golden", "decision__review__candidate").prefetch_related(*reasons)


def _feedback(score: GoldenScore) -> Feedback:
    decision, golden = score.decision, score.golden
    candidate = decision.review.candidate
    return Feedback(
        name=candidate.name,
        href=reverse("take", args=[candidate.uuid]),
        is_right=score.is_right,
        verdict=_verdict(score),
        yours=Said(decision.get_outcome_display(), _reasons(decision.reasons.all())),
        answer=answer_of(golden),
        note=golden.note,
        overlap="" if score.overlap is None else f"{round(score.overlap * 100)} %",
    )


def _verdict(score: GoldenScore) -> str:
    if score.is_right is None:
        return "A question is not counted, and nobody was asked it."
    if score.golden.passes:
        return "Nothing is wrong with it, as you said." if score.is_right else "Nothing is wrong with it."
    if score.is_right:
        return "You caught it."
    return "You refused it for something else." if score.right_outcome else "This one got through."


def answer_of(golden: Golden) -> Said:
    return Said("Passes" if golden.passes else "Refused", _reasons(golden.reasons.all()))


def _reasons(rows: Iterable[DecisionReason | GoldenReason]) -> list[tuple[str, str]]:
    return [(row.reason.label, _frames(row)) for row in rows]


def _frames(row: DecisionReason | GoldenReason) -> str:
    if row.start_frame is None or row.end_frame is None:
        return ""
    return f"frames {row.start_frame}–{row.end_frame - 1}"


@dataclass(frozen=True, slots=True)
class Beside:
    """What a moderator may do with a take here. `golden`: what it is already; `may_make`: whether it is settled."""

    golden: Golden | None
    may_make: bool


def golden_beside(candidate: Candidate, roles: frozenset[Role]) -> Beside | None:
    """None for whoever is no moderator. Of a copy only what stands on every take under review."""
    if Role.MODERATOR not in roles:
        return None
    under_way = (Status.CHECKING, Status.IN_REVIEW, Status.WITH_EDITOR, Status.WITHDRAWN)
    golden = None if candidate.copy_of_id else Golden.objects.active().filter(sha256=candidate.sha256).first()
    return Beside(golden, may_make=golden is None and candidate.status not in under_way)


def in_its_place(candidate: Candidate, takes: Iterable[Candidate]) -> list[Candidate]:
    """`takes` with a copy where its original stands."""
    return [candidate if take.pk == candidate.copy_of_id else take for take in takes]


def lines_before(candidate: Candidate) -> Sequence[Line]:
    """How a copy came before a reviewer, as any take did: the trail itself names it once, with its golden clip."""
    if candidate.copy_of_id is None:
        return ()
    came = Event.objects.filter(subject=f"candidate:{candidate.copy_of_id}", verb="came_in").first()
    stopped = candidate.findings.exclude(route="note").exists()
    why = "flagged" if stopped else "drawn for an audit"
    data = {"from": Status.CHECKING.value, "to": Status.IN_REVIEW.value, "because": why}
    placed = Event(at=candidate.created_at, actor=MACHINE.name, verb="advanced", data=data)
    if came is None:
        return lines_of([placed])
    return lines_of([placed, Event(at=candidate.created_at, actor=came.actor, verb=came.verb, data=came.data)])
