"""What may be decided of many takes at once. Nobody watched them one by one, and that limits what may be said."""

from collections.abc import Sequence

from reviews.rules.queues import Queue
from reviews.rules.severity import Severity
from reviews.rules.verbs import VERBS, Outcome, Verb

MOST_AT_ONCE = 50
IN_BULK = frozenset({Outcome.PASS, Outcome.REQUEST_CHANGES, Outcome.REJECT, Outcome.ESCALATE})
PASSED_BELOW = Severity.MAJOR


def bulk_verbs(queue: Queue) -> Sequence[Verb]:
    """In their fixed order. An approval is never given in bulk."""
    return [verb for verb in VERBS if verb.outcome in IN_BULK and queue in verb.queues]


def bulk_refusal(outcome: Outcome, severity_rank: int) -> str:
    """Why this take is not decided so with others; "" when it may be. `severity_rank`: 0 none, 1 info … 4 blocking."""
    if outcome not in IN_BULK:
        return "This is not decided for many at once."
    if outcome is Outcome.PASS and severity_rank > PASSED_BELOW.rank:
        return "It has a major finding: watch it before you pass it."
    return ""
