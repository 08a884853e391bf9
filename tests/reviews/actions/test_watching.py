"""What must have been watched before a pass."""

from dataclasses import replace

import pytest

from reviews.actions.deciding import ReasonGiven, decide
from reviews.actions.policies import active_policy
from reviews.actions.queueing import claim
from reviews.actions.seen import seen_now
from reviews.models import Decision, Policy
from reviews.rules.coverage import NOTHING, Watched
from reviews.rules.verbs import Outcome
from studio.errors import Invalid
from studio.rules.lifecycle import Status
from tests.factories import make_candidate, make_finding, make_prompt, make_review

KEY = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def held(project, author, reviewer):
    """A clip with a major finding on frames 4 to 7, claimed half a minute ago."""
    candidate = make_candidate(make_prompt(project, author), status=Status.IN_REVIEW)
    make_finding(candidate, frames=(4, 8))
    return claim(make_review(candidate), by=reviewer)


@pytest.fixture
def judge(held, reviewer):
    def judge(coverage="require", outcome=Outcome.PASS, watched=NOTHING, reasons=(), ago=30.0):
        policy = active_policy(held.candidate.prompt.project)
        Policy.objects.filter(pk=policy.pk).update(screening={"coverage": coverage})
        seen = seen_now(held.candidate)
        seen = replace(seen, at=seen.at.fromtimestamp(seen.at.timestamp() - ago, seen.at.tzinfo))
        given = {"seen": seen, "decision_key": KEY, "watched": watched, "reasons": reasons}
        return decide(held, outcome=outcome, by=reviewer, **given)

    return judge


def test_a_required_finding_that_was_not_watched_refuses_a_pass(judge, held):
    with pytest.raises(Invalid, match="frames 6–7"):
        judge(watched=Watched(((0, 6),)))
    assert not Decision.objects.exists()
    held.refresh_from_db()
    assert held.closed_at is None


def test_a_watched_finding_passes_and_what_was_watched_is_kept(judge):
    decision = judge(watched=Watched(((2, 8),), seconds=0.25, heard_seconds=0.1, fastest=1.5))
    assert decision.watched == {"ranges": [[2, 8]], "seconds": 0.25, "heard_seconds": 0.1, "fastest": 1.5}


@pytest.mark.parametrize("coverage", ["off", "ask"])
def test_only_a_policy_that_requires_it_refuses(judge, coverage):
    assert judge(coverage=coverage).watched["ranges"] == []


def test_nobody_has_to_watch_what_they_reject(judge):
    assert judge(outcome=Outcome.REJECT, reasons=[ReasonGiven("length")]).outcome == Outcome.REJECT


def test_more_than_there_was_time_for_is_refused(judge):
    with pytest.raises(Invalid, match="than there was time for"):
        judge(coverage="off", watched=Watched(((0, 24),)), ago=-10)
    assert not Decision.objects.exists()
