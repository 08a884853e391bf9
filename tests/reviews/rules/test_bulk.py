"""What may be decided of many at once."""

import pytest

from reviews.rules.bulk import bulk_refusal, bulk_verbs
from reviews.rules.queues import Queue
from reviews.rules.verbs import Outcome


def test_each_queue_allows_in_bulk_what_it_allows_one_by_one_but_no_approval():
    offered = {queue: [verb.outcome.value for verb in bulk_verbs(queue)] for queue in Queue}
    assert offered == {
        Queue.FLAGGED: ["pass", "request_changes", "reject", "escalate"],
        Queue.EDITOR: ["request_changes", "reject", "escalate"],
        Queue.ESCALATIONS: ["pass", "request_changes", "reject"],
    }


@pytest.mark.parametrize(
    ("outcome", "severity_rank", "why"),
    [
        (Outcome.PASS, 0, ""),
        (Outcome.PASS, 2, ""),
        (Outcome.PASS, 3, "major finding"),
        (Outcome.PASS, 4, "major finding"),
        (Outcome.REJECT, 4, ""),
        (Outcome.REQUEST_CHANGES, 3, ""),
        (Outcome.ESCALATE, 4, ""),
        (Outcome.APPROVE, 0, "not decided for many"),
        (Outcome.SEND_BACK, 0, "not decided for many"),
    ],
)
def test_nothing_major_is_passed_unwatched(outcome, severity_rank, why):
    refused = bulk_refusal(outcome, severity_rank)
    assert why in refused
    assert bool(why) is bool(refused)
