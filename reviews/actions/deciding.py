"""Judgements: recorded at once, in effect when their undo window has passed (`settling.py`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings

from reviews.actions.permitting import require
from reviews.actions.seen import Seen, require_unchanged
from reviews.actions.watching import require_watched
from reviews.models import Decision, DecisionReason, Finding, Reason, Review
from reviews.rules.conflicts import Facts, uses_self_review
from reviews.rules.coverage import NOTHING, Watched
from reviews.rules.queues import Queue
from reviews.rules.verbs import Outcome, verb_for
from studio import clock
from studio.actions.events import Actor, action, record_event
from studio.crashpoints import crashpoint
from studio.errors import AlreadySettled, ClaimLost, Invalid, NotPermitted, StaleCandidate
from studio.models import Preferences, User


@dataclass(frozen=True, slots=True)
class ReasonGiven:
    """A reason with the frames it is about: [start_frame, end_frame), or none for the whole clip."""

    slug: str
    start_frame: int | None = None
    end_frame: int | None = None
    finding_id: int | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What a person says of a clip. `bulk_key` is set when it was said of many at once."""

    outcome: Outcome
    reasons: tuple[ReasonGiven, ...]
    note: str
    watched: Watched
    bulk_key: UUID | None


def decide(
    review: Review,
    *,
    outcome: Outcome,
    by: User,
    seen: Seen,
    decision_key: UUID,
    reasons: Sequence[ReasonGiven] = (),
    note: str = "",
    watched: Watched = NOTHING,
    bulk_key: UUID | None = None,
) -> Decision:
    """Record a judgement of what `by` has `seen`; it takes effect when its undo window has passed (`settle`).

    Raises NotPermitted if the rules deny it (an event says so), ClaimLost if `by` no longer holds the claim,
    StaleCandidate if bytes, check runs or policy differ from `seen`, Invalid if a reason or note is missing or odd, or
    the policy wants more of the clip watched.
    The same key returns the same row. `bulk_key` marks what was decided with others, unwatched.
    """
    judged = Judged(outcome, tuple(reasons), note, watched, bulk_key)
    try:
        decision = _decide(review, by, seen, decision_key, judged)
    except NotPermitted as refused:
        _record_refusal(review, outcome, by, str(refused))
        raise
    crashpoint("deciding.after_commit")
    return decision


@action
def _decide(review: Review, by: User, seen: Seen, decision_key: UUID, judged: Judged) -> Decision:
    if earlier := Decision.objects.filter(decision_key=decision_key, decided_by=by, review=review).first():
        _require_standing(earlier)
        return earlier
    review = Review.objects.select_related("candidate__prompt__project").get(pk=review.pk)
    facts = require(judged.outcome, review, by)
    require_unchanged(review.candidate, seen)
    _require_words(judged.outcome, judged.reasons, judged.note)
    require_watched(review.candidate, judged.outcome, seen, judged.watched)
    decision = _write(review, by, seen, decision_key, judged)
    _attach(decision, judged.reasons, judged.note)
    _note_self_review(decision, facts, by)
    data = {"outcome": judged.outcome.value, "review": review.pk}
    data |= {"bulk": str(judged.bulk_key)} if judged.bulk_key else {}
    record_event(decision, verb="decided", actor=Actor.of(by), data=data)
    crashpoint("deciding.before_commit")
    return decision


def _require_standing(earlier: Decision) -> None:
    """Raises StaleCandidate when the decision of this form was undone or voided: the form cannot be sent anew."""
    review = Review.objects.get(pk=earlier.review_id)
    if review.closed_at is None or _newest(review) != earlier:
        raise StaleCandidate("This form was used, and its decision no longer counts. Load the clip again.")


def _newest(review: Review) -> Decision:
    """The last judgement of the review; the one that counts while the review is closed."""
    return review.decisions.exclude(outcome=Outcome.UNDONE).latest("pk")


def _write(review: Review, by: User, seen: Seen, decision_key: UUID, judged: Judged) -> Decision:
    """Close the review under our claim and write the row; of many at once exactly one closes it."""
    at = clock.now()
    settles_at = at + undo_window(by)
    held = Review.objects.held_by(by, at).filter(pk=review.pk)
    closed = held.update(closed_at=at, settles_at=settles_at, claimed_by=None, claim_expires_at=None)
    if not closed:
        raise ClaimLost("This review has just been decided or your claim has ended.")
    return Decision.objects.create(
        review=review,
        outcome=judged.outcome,
        decided_by=by,
        note=judged.note.strip(),
        decision_key=decision_key,
        bulk_key=judged.bulk_key,
        sha256=seen.sha256,
        check_set=seen.check_set,
        policy_id=seen.policy_id,
        seen_at=seen.at,
        settles_at=settles_at,
        watched=judged.watched.as_json(),
    )


def undo_window(user: User) -> timedelta:
    """How long `user` may take a decision back: what they chose, never less than the house's window."""
    chosen = Preferences.objects.filter(user=user).values_list("undo_seconds", flat=True).first()
    default = Preferences._meta.get_field("undo_seconds").default
    seconds = chosen if chosen and chosen != default else settings.UNDO_SECONDS
    return timedelta(seconds=float(seconds))


def _require_words(outcome: Outcome, reasons: Sequence[ReasonGiven], note: str) -> None:
    verb = verb_for(outcome)
    if verb.needs_reason and not reasons:
        raise Invalid("Choose at least one reason.")
    if verb.needs_note and not note.strip():
        raise Invalid(verb.needs_note)
    if len({given.slug for given in reasons}) != len(reasons):
        raise Invalid("Give each reason once.")


def _attach(decision: Decision, reasons: Sequence[ReasonGiven], note: str) -> None:
    frames = int(decision.review.candidate.facts["frames"])
    known = {reason.slug: reason for reason in Reason.objects.filter(slug__in=[given.slug for given in reasons])}
    for given in reasons:
        if (reason := known.get(given.slug)) is None:
            raise Invalid(f"There is no reason “{given.slug}”.")
        if reason.for_moderators and decision.review.queue != Queue.ESCALATIONS:
            raise Invalid(f"“{reason.label}”: a moderator decides that. Escalate it (E); you need not be sure.")
        start, end = _range_of(given, decision)
        require_range(reason, start, end, frames)
        if reason.needs_note and not note.strip():
            raise Invalid(f"“{reason.label}”: say what in the note.")
        DecisionReason.objects.create(
            decision=decision, reason=reason, start_frame=start, end_frame=end, finding_id=given.finding_id
        )


def _range_of(given: ReasonGiven, decision: Decision) -> tuple[int | None, int | None]:
    """The frames given, else those of the finding it is about."""
    if given.finding_id is None:
        return given.start_frame, given.end_frame
    finding = Finding.objects.filter(pk=given.finding_id, candidate=decision.review.candidate).first()
    if finding is None:
        raise Invalid("That finding belongs to another clip.")
    if given.start_frame is None:
        return finding.start_frame, max(finding.end_frame, finding.start_frame + 1)
    return given.start_frame, given.end_frame


def require_range(reason: Reason, start: int | None, end: int | None, frames: int) -> None:
    """Raises Invalid when the reason needs frames that are not given, or these lie outside a clip of `frames`."""
    if start is None and end is None:
        if reason.needs_range:
            raise Invalid(f"“{reason.label}” needs the frames it is about: mark them with I and O.")
        return
    if start is None or end is None or not 0 <= start < end <= frames:
        raise Invalid(f"The frames of “{reason.label}” must lie within 0 and {frames}, the first before the last.")


def _note_self_review(decision: Decision, facts: Facts, by: User) -> None:
    if uses_self_review(facts):
        record_event(decision, verb="self_reviewed", actor=Actor.of(by))


@action
def _record_refusal(review: Review, outcome: Outcome, by: User, why: str) -> None:
    record_event(review, verb="refused", actor=Actor.of(by), data={"outcome": outcome.value, "why": why})


@action
def undo(decision: Decision, *, by: User) -> Review:
    """Take back an own decision before it settles: the review opens again under the same person's claim.

    Raises NotPermitted for somebody else's decision, AlreadySettled when the window has passed or the decision was
    voided: whatever closed the review since is another judgement, perhaps another person's. Twice is one undo.
    """
    if decision.decided_by_id != by.pk:
        raise NotPermitted("Only who decided can take it back.")
    if Decision.objects.filter(supersedes=decision).exists():
        return decision.review
    at = clock.now()
    reopened = Review.objects.filter(
        pk=decision.review_id, closed_at__isnull=False, settled_at=None, settles_at__gt=at
    ).update(
        closed_at=None, settles_at=None, claimed_by=by, claim_expires_at=at + timedelta(seconds=settings.CLAIM_SECONDS)
    )
    if not reopened or _newest(decision.review) != decision:
        raise AlreadySettled("It has settled: the decision is in effect and can no longer be taken back.")
    undone = Decision.objects.create(
        review=decision.review,
        outcome=Outcome.UNDONE,
        decided_by=by,
        decision_key=uuid4(),
        sha256=decision.sha256,
        check_set=decision.check_set,
        policy=decision.policy,
        seen_at=at,
        settles_at=at,
        supersedes=decision,
    )
    record_event(undone, verb="undone", actor=Actor.of(by), data={"decision": decision.pk})
    decision.review.refresh_from_db()
    return decision.review
