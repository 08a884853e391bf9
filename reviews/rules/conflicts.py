"""Four eyes: who may not judge which take. Superusers are bound like everybody."""

from dataclasses import dataclass

from reviews.rules.queues import Queue
from studio.rules.lifecycle import Status
from studio.rules.roles import Role

MAX_ROUNDS = 3
"""Rounds after which a moderator is asked, where the policy does not say otherwise."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a rule must know about one review and one person."""

    status: Status
    queue: Queue
    is_open: bool
    roles: frozenset[Role]
    made_it: bool
    """Wrote any revision of the prompt, asked for the generation, or brought the file in: these bytes, as any take."""
    passed_it: bool
    """Passed this take to the editor."""
    escalated_it: bool
    """Handed this review on with a question."""
    claim_is_mine: bool
    claim_holder: str
    """Display name of whoever holds a live claim; "" when nobody does."""
    self_review_allowed: bool
    """The small-team switch."""
    closed_because: str = ""
    """Why the review was closed without a decision."""
    round: int = 1
    """Which attempt at the prompt it is: one more each time that changes were requested."""
    max_rounds: int = MAX_ROUNDS
    judged_it: bool = False
    """Gave a judgement that waits for this review: it must be another person's."""


def not_own_work(facts: Facts) -> str:
    if not facts.made_it or facts.self_review_allowed:
        return ""
    return "You made this take; somebody else decides."


def not_passed_by_me(facts: Facts) -> str:
    if facts.self_review_allowed:
        return ""
    if facts.passed_it and facts.queue is not Queue.FLAGGED:
        return "You passed this take; somebody else approves."
    if facts.escalated_it and facts.queue is Queue.ESCALATIONS:
        return "You escalated this take; another moderator answers."
    return "You have judged this take; now somebody else does." if facts.judged_it else ""


def uses_self_review(facts: Facts) -> bool:
    """Whether a judgement under these facts leans on the small-team switch; every such use is an event."""
    return facts.self_review_allowed and (facts.made_it or facts.passed_it or facts.escalated_it or facts.judged_it)
