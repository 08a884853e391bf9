"""Who may do what where: one table for the buttons and the guard."""

from dataclasses import replace
from itertools import product

import pytest

from reviews.rules.conflicts import Facts
from reviews.rules.queues import WORKED_BY, Queue
from reviews.rules.verbs import VERBS, Outcome, available_verbs, refusal, verb_for
from studio.rules.lifecycle import Status
from studio.rules.roles import Role

HOLDER = Facts(
    status=Status.IN_REVIEW,
    queue=Queue.FLAGGED,
    is_open=True,
    roles=frozenset({Role.REVIEWER}),
    made_it=False,
    passed_it=False,
    escalated_it=False,
    claim_is_mine=True,
    claim_holder="Rui",
    self_review_allowed=False,
)
EDITOR = replace(HOLDER, status=Status.WITH_EDITOR, queue=Queue.EDITOR, roles=frozenset({Role.EDITOR}))
MODERATOR = replace(HOLDER, queue=Queue.ESCALATIONS, roles=frozenset({Role.MODERATOR}))


def outcomes(facts: Facts) -> list[str]:
    return [offered.verb.outcome.value for offered in available_verbs(facts)]


def test_each_queue_offers_its_verbs_in_a_fixed_order():
    assert outcomes(HOLDER) == ["pass", "request_changes", "reject", "escalate"]
    assert outcomes(EDITOR) == ["approve", "request_changes", "reject", "send_back", "escalate"]
    assert outcomes(MODERATOR) == ["pass", "request_changes", "reject"]
    assert outcomes(replace(MODERATOR, status=Status.WITH_EDITOR)) == ["approve", "request_changes", "reject"]


@pytest.mark.parametrize("facts", [HOLDER, EDITOR, MODERATOR])
def test_whoever_holds_the_claim_with_the_role_may_do_all_of_them(facts):
    assert all(offered.allowed for offered in available_verbs(facts))


@pytest.mark.parametrize(
    ("facts", "allowed"),
    [
        (replace(HOLDER, round=2), True),
        (replace(HOLDER, round=3), False),
        (replace(EDITOR, round=3), False),
        (replace(EDITOR, round=3, max_rounds=4), True),
        (replace(MODERATOR, round=3), True),
    ],
)
def test_in_the_last_round_only_a_moderator_asks_for_another(facts, allowed):
    offered = {offer.verb.outcome: offer for offer in available_verbs(facts)}
    assert offered[Outcome.REQUEST_CHANGES].allowed is allowed
    assert allowed or offered[Outcome.REQUEST_CHANGES].why == (
        "This is round 3 of 3. Escalate it: a moderator says how it goes on."
    )
    assert all(offer.allowed for outcome, offer in offered.items() if outcome != Outcome.REQUEST_CHANGES)


@pytest.mark.parametrize(
    ("change", "why", "is_conflict"),
    [
        ({"is_open": False}, "already decided", True),
        ({"roles": frozenset({Role.AUTHOR})}, "Only reviewers", False),
        ({"made_it": True}, "You made this take", False),
        ({"claim_is_mine": False, "claim_holder": "Mina"}, "Mina holds", True),
        ({"claim_is_mine": False, "claim_holder": ""}, "Claim this clip first", True),
        ({"status": Status.REJECTED}, "no longer where", True),
    ],
)
def test_a_refusal_says_why_and_of_which_kind(change, why, is_conflict):
    refused = refusal(verb_for(Outcome.PASS), replace(HOLDER, **change))
    assert why in refused.why
    assert refused.is_conflict is is_conflict


def test_who_passed_it_does_not_approve_it_and_who_escalated_it_does_not_answer():
    assert "You passed" in refusal(verb_for(Outcome.APPROVE), replace(EDITOR, passed_it=True)).why
    assert "You escalated" in refusal(verb_for(Outcome.PASS), replace(MODERATOR, escalated_it=True)).why


def test_an_author_may_hand_on_but_not_judge():
    maker = replace(HOLDER, made_it=True)
    allowed = [offered.verb.outcome for offered in available_verbs(maker) if offered.allowed]
    assert allowed == [Outcome.ESCALATE]


def test_nobody_ever_judges_their_own_whatever_else_holds():
    judging = {Outcome.PASS, Outcome.APPROVE, Outcome.REQUEST_CHANGES, Outcome.REJECT, Outcome.SEND_BACK}
    for verb, status, queue, passed, claim in product(VERBS, Status, Queue, (False, True), (False, True)):
        if verb.outcome not in judging:
            continue
        facts = Facts(status, queue, True, frozenset(Role), True, passed, False, claim, "", False)
        assert refusal(verb, facts) is not None


def test_every_queue_has_somebody_who_works_it():
    assert set(WORKED_BY) == set(Queue)


def test_a_review_that_was_closed_without_a_decision_says_why():
    why = "It is being checked again, under version 2 of the policy."
    refused = refusal(verb_for(Outcome.PASS), replace(HOLDER, closed_because=why, status=Status.CHECKING))
    assert (refused.why, refused.is_conflict) == (why, True)
