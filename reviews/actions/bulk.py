"""Many takes of one queue decided by one press: each by its own claim, checks and row; what is refused stays put."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from reviews.actions.deciding import ReasonGiven, decide, undo
from reviews.actions.permitting import facts_of
from reviews.actions.queueing import claim, release
from reviews.actions.seen import Seen
from reviews.models import Decision, Finding, Reason, Review
from reviews.rules.bulk import MOST_AT_ONCE, bulk_refusal
from reviews.rules.reasons import suggested_reason
from reviews.rules.severity import Severity
from reviews.rules.verbs import Outcome, verb_for
from studio.errors import AlreadySettled, DailiesError, Invalid, StaleCandidate
from studio.models import User


@dataclass(frozen=True, slots=True)
class Picked:
    """One take of the grid as it was shown: None for a page that was not made by us for this person."""

    review: Review
    seen: Seen | None
    decision_key: UUID


@dataclass(frozen=True, slots=True)
class LeftOut:
    review: Review
    why: str


@dataclass(frozen=True, slots=True)
class BulkResult:
    decided: Sequence[Decision]
    left_out: Sequence[LeftOut]


def decide_many(
    picked: Sequence[Picked],
    *,
    outcome: Outcome,
    by: User,
    bulk_key: UUID,
    reasons: Sequence[Reason] = (),
    note: str = "",
) -> BulkResult:
    """Decide each of `picked` in an action of its own; those that are held, moved or forbidden are left out, with why.

    Raises Invalid when nothing is picked or too much, or when the words that the verb asks for are missing.
    """
    _require_words(picked, outcome, reasons, note)
    decided, left_out = [], []
    for each in picked:
        try:
            decided.append(_decide_one(each, outcome, by, bulk_key, reasons, note))
        except DailiesError as refused:
            left_out.append(LeftOut(each.review, str(refused)))
    return BulkResult(decided, left_out)


def _require_words(picked: Sequence[Picked], outcome: Outcome, reasons: Sequence[Reason], note: str) -> None:
    if not picked:
        raise Invalid("Select at least one take.")
    if len(picked) > MOST_AT_ONCE:
        raise Invalid(f"At most {MOST_AT_ONCE} takes are decided at once.")
    verb = verb_for(outcome)
    if verb.needs_reason and not reasons:
        raise Invalid("Choose a reason for all of them.")
    if verb.needs_note and not note.strip():
        raise Invalid(verb.needs_note)
    if asks := next((reason for reason in reasons if reason.needs_note and not note.strip()), None):
        raise Invalid(f"“{asks.label}”: say what in the note.")


def _decide_one(
    picked: Picked, outcome: Outcome, by: User, bulk_key: UUID, reasons: Sequence[Reason], note: str
) -> Decision:
    review = picked.review
    if why := bulk_refusal(outcome, review.severity_rank):
        raise Invalid(why)
    if picked.seen is None:
        raise StaleCandidate("It is not as you were shown it. Load the page again.")
    given = [_with_range(reason, review) for reason in reasons] if verb_for(outcome).needs_reason else []
    was_ours = facts_of(review, by).claim_is_mine
    if not Decision.objects.filter(decision_key=picked.decision_key).exists():
        claim(review, by=by)
    try:
        return decide(
            review,
            outcome=outcome,
            by=by,
            seen=picked.seen,
            decision_key=picked.decision_key,
            reasons=given,
            note=note,
            bulk_key=bulk_key,
        )
    except DailiesError:
        if not was_ours:
            release(review, by=by)
        raise


def _with_range(reason: Reason, review: Review) -> ReasonGiven:
    """The frames are those of the take's own worst finding that suggests this reason; nobody marked any."""
    found = [
        finding
        for finding in Finding.objects.current(review.candidate)
        if suggested_reason(finding.check_key, finding.label) == reason.slug
    ]
    worst = max(found, key=lambda finding: Severity(finding.severity).rank, default=None)
    if worst is None and reason.needs_range:
        raise Invalid(f"“{reason.label}” needs frames, and no finding of it has any: open the take and mark them.")
    return ReasonGiven(reason.slug, finding_id=worst.pk if worst and reason.range_rule != "no" else None)


def undo_many(decisions: Iterable[Decision], *, by: User) -> tuple[int, int]:
    """Take back each that has not settled yet, as `undo` does; how many were, and how many were too late."""
    undone, late = 0, 0
    for decision in decisions:
        try:
            undo(decision, by=by)
            undone += 1
        except AlreadySettled:
            late += 1
    if late and not undone:
        raise AlreadySettled("They have settled: the decisions are in effect and can no longer be taken back.")
    return undone, late
