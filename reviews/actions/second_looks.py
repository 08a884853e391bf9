"""A verdict that waits for another person's. Nothing moves meanwhile; both steps are parts of `settling.settle`."""

from reviews.actions.opening import open_review
from reviews.actions.sampling import is_drawn
from reviews.models import Decision
from reviews.rules.queues import Queue, due_in
from reviews.rules.screening import Screening
from reviews.rules.second_looks import is_demanded, may_wait
from reviews.rules.severity import Severity
from reviews.rules.verbs import Outcome
from studio.actions.events import Actor, record_event

OWN_TO_ONE_REVIEW = ("voided",)
"""Reasons that tell of a review's own past: they do not come along."""


def second_wanted(decision: Decision) -> str:
    """Why another person judges the take before this takes effect: "by rule", "by chance"; "" when none has to."""
    review = decision.review
    if not may_wait(Outcome(decision.outcome), Queue(review.queue)):
        return ""
    screening = Screening.from_json(decision.policy.screening)
    if is_demanded(max([review.severity_rank, *_ranks_given(decision)]), screening):
        return "by rule"
    drawn = is_drawn(f"{review.pk}:{decision.pk}", share=screening.second_share, of="second looks")
    return "by chance" if drawn else ""


def _ranks_given(decision: Decision) -> list[int]:
    return [Severity(word).rank + 1 for word in decision.reasons.values_list("reason__severity", flat=True)]


def hold(decision: Decision, because: str, *, actor: Actor) -> None:
    """Open the same case for somebody else, as it was for the first; the verdict waits."""
    review = decision.review
    record_event(decision, verb="held", actor=actor, data={"outcome": decision.outcome, "because": because})
    reasons = review.reasons.exclude(code__in=OWN_TO_ONE_REVIEW)
    open_review(
        review.candidate,
        queue=Queue(review.queue),
        severity_rank=review.severity_rank,
        comes_first=review.comes_first,
        due_in=due_in(review.severity_rank),
        reasons=[(reason.code, reason.sentence) for reason in reasons],
        question=review.question,
        sent_by=review.sent_by,
        independent_of=decision,
        actor=actor,
    )


def adjudicate(decision: Decision, *, actor: Actor) -> None:
    """Two people differ: a moderator who is neither decides, and sees what both said without their names."""
    rank = max(decision.review.severity_rank, 1)
    record_event(decision, verb="disputed", actor=actor, data={"outcome": decision.outcome})
    open_review(
        decision.review.candidate,
        queue=Queue.ESCALATIONS,
        severity_rank=rank,
        due_in=due_in(rank),
        reasons=[("disagreement", "Two people judged it differently.")],
        independent_of=decision,
        actor=actor,
    )
