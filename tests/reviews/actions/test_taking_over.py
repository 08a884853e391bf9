"""A moderator's override: the clip changes hands once, with an event, and the old holder's next step says so."""

from datetime import timedelta

import pytest
from django.utils import timezone

from reviews.actions.policies import active_policy
from reviews.actions.queueing import claim
from reviews.actions.taking_over import take_over
from reviews.models import Review
from reviews.rules.verbs import Outcome
from studio.errors import ClaimLost, NotPermitted
from studio.models import Event
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from tests.factories import decide_as, make_candidate, make_person, make_prompt, make_review


@pytest.fixture
def held(project, author, reviewer) -> Review:
    active_policy(project)
    case = make_review(make_candidate(make_prompt(project, author), status=Status.IN_REVIEW))
    return claim(case, by=reviewer)


def holder() -> str:
    return Review.objects.get().claimed_by.username


def takeovers() -> list[dict]:
    return list(Event.objects.filter(verb="taken_over").values("actor", "subject", "data"))


def test_the_clip_changes_hands_and_the_trail_says_from_whom(held, reviewer, moderator):
    Review.objects.update(claim_expires_at=timezone.now() + timedelta(seconds=5))
    assert take_over(held, by=moderator) == reviewer
    assert holder() == "moderator"
    assert Review.objects.get().claim_expires_at > timezone.now() + timedelta(minutes=9)
    told = {"actor": f"user:{moderator.pk}", "subject": f"review:{held.pk}", "data": {"from": reviewer.pk}}
    assert takeovers() == [told]


def test_the_old_holder_is_told_who_has_it(held, reviewer, moderator):
    take_over(held, by=moderator)
    with pytest.raises(ClaimLost, match="Moderator"):
        claim(held, by=reviewer)
    with pytest.raises(ClaimLost, match="Moderator"):
        decide_as(reviewer, held, Outcome.PASS)


def test_a_moderator_without_the_role_of_the_queue_keeps_the_hold_and_gives_no_judgement(held, moderator):
    take_over(held, by=moderator)
    claim(held, by=moderator)
    with pytest.raises(NotPermitted, match="Only reviewers"):
        decide_as(moderator, held, Outcome.PASS)


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.EDITOR, Role.AUDITOR, Role.AUTHOR])
def test_nobody_else_takes_over(held, project, role):
    with pytest.raises(NotPermitted):
        take_over(held, by=make_person("otto", project, role))
    assert holder() == "reviewer"
    assert takeovers() == []


def test_a_claim_that_has_ended_is_not_taken_over(held, moderator):
    Review.objects.update(claim_expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(ClaimLost, match="Nobody holds"):
        take_over(held, by=moderator)
    assert takeovers() == []


def test_of_two_moderators_at_once_the_second_is_told(held, moderator, project, monkeypatch):
    other = make_person("other", project, Role.MODERATOR)
    from reviews.actions import taking_over

    def overtaken(review, user):
        facts = facts_of(review, user)
        Review.objects.update(claimed_by=other)
        return facts

    facts_of = taking_over.facts_of
    monkeypatch.setattr(taking_over, "facts_of", overtaken)
    with pytest.raises(ClaimLost, match="changed hands"):
        take_over(held, by=moderator)
    assert takeovers() == []
