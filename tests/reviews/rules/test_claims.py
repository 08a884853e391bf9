"""When a moderator may take a clip out of somebody's hands, as a table."""

from dataclasses import replace

import pytest

from reviews.rules.claims import takeover_refusal
from reviews.rules.conflicts import Facts
from reviews.rules.queues import Queue
from studio.rules.lifecycle import Status
from studio.rules.roles import Role

HELD = Facts(
    status=Status.IN_REVIEW,
    queue=Queue.FLAGGED,
    is_open=True,
    roles=frozenset({Role.MODERATOR}),
    made_it=False,
    passed_it=False,
    escalated_it=False,
    claim_is_mine=False,
    claim_holder="Rui",
    self_review_allowed=False,
)


def test_a_moderator_takes_over_what_somebody_holds():
    assert takeover_refusal(HELD) is None


@pytest.mark.parametrize(
    ("change", "why", "is_conflict"),
    [
        ({"roles": frozenset({Role.REVIEWER, Role.EDITOR})}, "Only a moderator", False),
        ({"made_it": True}, "You made this take", False),
        ({"queue": Queue.ESCALATIONS, "escalated_it": True}, "You escalated", False),
        ({"is_open": False}, "already decided", True),
        ({"claim_holder": ""}, "Nobody holds", True),
        ({"claim_is_mine": True}, "You hold this", True),
    ],
)
def test_a_refusal_says_why_and_of_which_kind(change, why, is_conflict):
    refused = takeover_refusal(replace(HELD, **change))
    assert why in refused.why
    assert refused.is_conflict is is_conflict
