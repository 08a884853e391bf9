"""Which judgements wait for a second person's, and what the two say together."""

from reviews.rules.queues import Queue
from reviews.rules.screening import Screening
from reviews.rules.verbs import Outcome

LOOKED_AT_TWICE = (Outcome.PASS, Outcome.REJECT)


def may_wait(outcome: Outcome, queue: Queue) -> bool:
    """Reviewers' verdicts do; a moderator's is final, and an editor judges what a reviewer has passed."""
    return queue is Queue.FLAGGED and outcome in LOOKED_AT_TWICE


def is_demanded(severity_rank: int, screening: Screening) -> bool:
    """Whether the policy wants a second person whatever is drawn. `severity_rank`: 0 none, 1 info to 4 blocking."""
    return screening.second_always is not None and severity_rank > screening.second_always.rank


def differ(first: Outcome, second: Outcome) -> bool:
    """Whether a moderator has to decide between the two. A question goes to one anyway, and is no verdict."""
    return first is not second and second is not Outcome.ESCALATE
