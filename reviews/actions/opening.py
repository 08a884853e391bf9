"""Reviews begin, and some end without a judgement: parts of whatever action places a take or looks at it again."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from reviews.actions.sorting import named_queue_for
from reviews.models import Decision, Finding, Golden, Review, ReviewReason
from reviews.rules.queues import Queue
from reviews.rules.veil import bits_of, harms_of
from studio import clock
from studio.actions.events import Actor, record_event
from studio.errors import StaleCandidate
from studio.models import Candidate, User


def open_review(
    candidate: Candidate,
    *,
    queue: Queue,
    severity_rank: int,
    due_in: timedelta,
    comes_first: bool = False,
    reasons: Sequence[tuple[str, str]],
    question: str = "",
    sent_by: User | None = None,
    independent_of: Decision | None = None,
    is_audit: bool = False,
    golden: Golden | None = None,
    actor: Actor,
) -> Review:
    """Put `candidate` into `queue`, inside the caller's action. `reasons` are pairs of code and sentence."""
    current = list(Finding.objects.current(candidate))
    findings = {finding.message: finding for finding in current}
    review = Review.objects.create(
        candidate=candidate,
        project=candidate.prompt.project,
        queue=queue,
        named_queue_id=_named(candidate, queue, severity_rank, reasons, findings),
        severity_rank=severity_rank,
        comes_first=comes_first,
        shows=bits_of(harms_of((each.check_key, each.label, each.severity) for each in current)),
        due_at=clock.now() + due_in,
        question=question,
        sent_by=sent_by,
        independent_of=independent_of,
        is_audit=is_audit,
        golden=golden,
    )
    ReviewReason.objects.bulk_create(
        ReviewReason(review=review, code=code, sentence=sentence, finding=findings.get(sentence))
        for code, sentence in reasons
    )
    record_event(review, verb="opened", actor=actor, data={"queue": queue.value, "candidate": candidate.pk})
    return review


def _named(
    candidate: Candidate,
    queue: Queue,
    severity_rank: int,
    reasons: Sequence[tuple[str, str]],
    findings: Mapping[str, Finding],
) -> int | None:
    """Only the flagged queue has named parts."""
    if queue is not Queue.FLAGGED:
        return None
    labels = {findings[sentence].label for _, sentence in reasons if sentence in findings}
    checks = {code for code, _ in reasons}
    return named_queue_for(candidate, checks=checks, labels=labels, severity_rank=severity_rank)


def close_unjudged(candidate: Candidate, because: str) -> None:
    """Close the open review of a take without a decision, inside the caller's action: whoever held it is told why.

    Raises StaleCandidate when somebody decides it in this moment.
    """
    at = clock.now()
    closed = {"closed_at": at, "settled_at": at, "claimed_by": None, "claim_expires_at": None}
    for review in Review.objects.open().filter(candidate=candidate):
        if not Review.objects.open().filter(pk=review.pk).update(closed_because=because, **closed):
            raise StaleCandidate("Somebody decided it a moment ago.")
        for waiting in review.waiting_judgements():
            record_event(waiting, verb="voided", actor=Actor.system("rechecking"), data={"why": because})
        record_event(review, verb="closed", actor=Actor.system("rechecking"), data={"why": because})


def left_open(candidate: Candidate) -> Review | None:
    """The last review, where it was closed without an answer and somebody had asked or judged; else None."""
    last = candidate.reviews.select_related("sent_by").order_by("pk").last()
    return last if last and last.closed_because and (last.question or last.independent_of_id) else None
