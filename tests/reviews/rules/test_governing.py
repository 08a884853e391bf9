"""Who may put a version into force, and who may take a proposal back: as tables."""

from dataclasses import replace

import pytest

from reviews.rules.governing import ProposalFacts, not_to_be_activated, not_to_be_withdrawn, uses_self_review

OPEN = ProposalFacts(
    is_moderator=True,
    was_activated=False,
    was_withdrawn=False,
    is_current=True,
    is_own=False,
    self_review_allowed=False,
)


def test_another_moderator_activates_and_anyone_of_them_withdraws():
    assert not_to_be_activated(OPEN) is None
    assert not_to_be_withdrawn(OPEN) is None
    assert not_to_be_withdrawn(replace(OPEN, is_own=True)) is None


@pytest.mark.parametrize(
    ("facts", "says", "is_conflict"),
    [
        (replace(OPEN, is_moderator=False), "Only moderators", False),
        (replace(OPEN, was_activated=True), "already", True),
        (replace(OPEN, was_withdrawn=True), "withdrawn already", True),
        (replace(OPEN, is_current=False), "Another version came into force", True),
        (replace(OPEN, is_own=True), "You proposed this version", False),
    ],
)
def test_it_says_why_it_is_not_activated(facts, says, is_conflict):
    refused = not_to_be_activated(facts)
    assert says in refused.why
    assert refused.is_conflict is is_conflict


def test_an_outdated_proposal_can_still_be_withdrawn():
    assert not_to_be_withdrawn(replace(OPEN, is_current=False)) is None


def test_the_small_team_switch_lets_the_proposer_activate_and_is_noted():
    own = replace(OPEN, is_own=True, self_review_allowed=True)
    assert not_to_be_activated(own) is None
    assert uses_self_review(own)
    assert not uses_self_review(replace(own, is_own=False))
