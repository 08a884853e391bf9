"""When a decision takes effect: once, after its undo window, if nothing moved meanwhile."""

from collections.abc import Callable, Mapping

from reviews.actions.calibrating import score_showing
from reviews.actions.opening import open_review
from reviews.actions.permitting import facts_of
from reviews.actions.recording import why_blocked
from reviews.actions.second_looks import adjudicate, hold, second_wanted
from reviews.actions.seen import changed_since
from reviews.models import Decision, Publication, Review, ReviewReason
from reviews.rules.conflicts import not_own_work, not_passed_by_me
from reviews.rules.queues import Queue, due_in
from reviews.rules.second_looks import differ
from reviews.rules.verbs import Outcome, has_queue_role
from studio import clock
from studio.actions.events import Actor, action, record_event
from studio.actions.lifecycle import advance
from studio.enqueue import after_commit
from studio.rules.lifecycle import Status

MACHINE = Actor.system("settling")


def due_reviews() -> list[int]:
    """Ids of the reviews whose decisions are due to settle, oldest first."""
    waiting = Review.objects.filter(closed_at__isnull=False, settled_at=None, settles_at__lte=clock.now())
    return list(waiting.order_by("settles_at").values_list("pk", flat=True)[:200])


@action
def settle(review_id: int) -> None:
    """Put the review's decision into effect, or void it when bytes, checks, policy or rights moved. Twice is once.

    A reviewer's verdict may have to wait for a second person's: then nothing moves but that their review opens. One on
    a golden clip is scored, and nothing moves at all.
    """
    at = clock.now()
    settled = Review.objects.filter(pk=review_id, closed_at__isnull=False, settled_at=None, settles_at__lte=at).update(
        settled_at=at
    )
    if not settled:
        return
    review = Review.objects.select_related("candidate__prompt__project").get(pk=review_id)
    decision = review.decisions.exclude(outcome=Outcome.UNDONE).latest("pk")
    if why := _objection(decision):
        _void(decision, why)
        return
    if review.golden_id:
        score_showing(decision, actor=MACHINE)
        return
    first = _waiting_first(review)
    if first is None and (because := second_wanted(decision)):
        hold(decision, because, actor=MACHINE)
    elif first and differ(Outcome(first.outcome), Outcome(decision.outcome)):
        adjudicate(decision, actor=MACHINE)
    else:
        _take_effect(decision, first)


def _waiting_first(review: Review) -> Decision | None:
    """The verdict that waited for this one; None where there is none, or where it does not hold any more."""
    first = review.independent_of if review.queue == Queue.FLAGGED else None
    if first and (why := _objection(first)):
        record_event(first, verb="voided", actor=MACHINE, data={"why": why})
        return None
    return first


def _take_effect(decision: Decision, first: Decision | None) -> None:
    outcome = Outcome(decision.outcome)
    for each in [first, decision] if first and first.outcome == outcome else [decision]:
        record_event(each, verb="settled", actor=MACHINE, data={"outcome": outcome.value})
    _EFFECTS[outcome](decision)


def _objection(decision: Decision) -> str:
    """Why the decision must not take effect any more; "" when it may."""
    facts = facts_of(decision.review, decision.decided_by)
    blocked = why_blocked(decision.review.candidate) if decision.outcome == Outcome.APPROVE else ""
    return changed_since(decision) or has_queue_role(facts) or not_own_work(facts) or not_passed_by_me(facts) or blocked


def _void(decision: Decision, why: str) -> None:
    """The decision does not count: the review opens again and says why."""
    Review.objects.filter(pk=decision.review_id).update(closed_at=None, settled_at=None, settles_at=None)
    sentence = f"An earlier decision did not take effect: {why}"  # without the name: the next judge must not know
    ReviewReason.objects.create(review=decision.review, code="voided", sentence=sentence)
    record_event(decision, verb="voided", actor=MACHINE, data={"why": why})


def _pass(decision: Decision) -> None:
    candidate = decision.review.candidate
    if candidate.status == Status.IN_REVIEW:
        advance(candidate, Status.WITH_EDITOR, actor=MACHINE, because="passed")
    _reopen(decision, Queue.EDITOR, rank=decision.review.severity_rank, code="passed", sentence="Passed by a reviewer.")


def _approve(decision: Decision) -> None:
    candidate = decision.review.candidate
    advance(candidate, Status.APPROVED, actor=MACHINE, because="approved")
    publication = Publication.objects.create(
        decision=decision,
        candidate=candidate,
        title=candidate.prompt.title,
        sha256=decision.sha256,
        media_type=candidate.blob.media_type,
        run_after=clock.now(),
    )
    after_commit("reviews.tasks.publish_clip", publication.pk)


def _request_changes(decision: Decision) -> None:
    advance(decision.review.candidate, Status.CHANGES_REQUESTED, actor=MACHINE, because="changes requested")


def _reject(decision: Decision) -> None:
    advance(decision.review.candidate, Status.REJECTED, actor=MACHINE, because="rejected")


def _send_back(decision: Decision) -> None:
    advance(decision.review.candidate, Status.IN_REVIEW, actor=MACHINE, because="sent back")
    rank = max(decision.review.severity_rank, 1)
    _reopen(decision, Queue.FLAGGED, rank=rank, code="sent_back", sentence=f"Sent back: {decision.note}")


def _escalate(decision: Decision) -> None:
    rank = max(decision.review.severity_rank, 1)
    _reopen(decision, Queue.ESCALATIONS, rank=rank, code="escalated", sentence=f"Escalated: {decision.note}")


def _reopen(decision: Decision, queue: Queue, *, rank: int, code: str, sentence: str) -> None:
    """The next review of the same take. Whoever handed it on with a question does not answer it."""
    handed_on = decision.outcome in (Outcome.SEND_BACK, Outcome.ESCALATE)
    open_review(
        decision.review.candidate,
        queue=queue,
        severity_rank=rank,
        comes_first=decision.outcome == Outcome.SEND_BACK,
        due_in=due_in(rank),
        reasons=[(code, sentence)],
        question=decision.note if handed_on else "",
        sent_by=decision.decided_by if handed_on else None,
        independent_of=decision if decision.outcome == Outcome.ESCALATE and decision.review.independent_of_id else None,
        actor=MACHINE,
    )


_EFFECTS: Mapping[Outcome, Callable[[Decision], None]] = {
    Outcome.PASS: _pass,
    Outcome.APPROVE: _approve,
    Outcome.REQUEST_CHANGES: _request_changes,
    Outcome.REJECT: _reject,
    Outcome.SEND_BACK: _send_back,
    Outcome.ESCALATE: _escalate,
}
