"""A take of a later round: the room says which it is, what was asked of the one before and what was changed."""

import re

import pytest
from django.urls import reverse

from reviews.actions.deciding import ReasonGiven, undo
from reviews.actions.policies import active_policy
from reviews.actions.queueing import claim
from reviews.actions.settling import settle
from reviews.models import Decision, Policy
from reviews.rules.queues import Queue
from reviews.rules.verbs import Outcome
from studio.errors import NotPermitted
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from tests.factories import decide_as, let_settle, make_candidate, make_person, make_prompt, make_review

HANDS = ReasonGiven("hands", 2, 9)


def sent_back(prompt, reviewer):
    review = make_review(make_candidate(prompt, status=Status.IN_REVIEW))
    decide_as(reviewer, review, Outcome.REQUEST_CHANGES, reasons=(HANDS,))
    let_settle(review)
    settle(review.pk)


@pytest.fixture
def second(project, author):
    """A take of the revision that followed when changes were asked of the first."""
    active_policy(project)
    first = make_prompt(project, author, text="A potter at the wheel")
    sent_back(first, make_person("mina", project, Role.REVIEWER))
    revised = make_prompt(project, author, text="A potter at the wheel, hands out of frame", parent=first, number=2)
    return make_review(make_candidate(revised, status=Status.IN_REVIEW))


def room_of(client, person, review) -> str:
    client.force_login(person)
    claim(review, by=person)
    return client.get(reverse("review", args=[review.pk])).content.decode()


def test_it_says_the_round_what_was_asked_and_what_was_changed(client, reviewer, second):
    body = room_of(client, reviewer, second)
    (menu,) = re.findall(r'<details class="menu round">.*?</details>', body, re.DOTALL)
    assert "Round 2 of 3" in menu
    assert re.findall(r"<li>(.*?)</li>", menu) == ["A hand is malformed"]
    assert "<del>wheel</del> <ins>wheel, hands out of frame</ins>" in menu
    assert "Changed since revision 1" in body
    (asked,) = re.findall(r'value="(\w+)"[^>]*>(?:(?!</label>).)*asked before', body, re.DOTALL)
    assert asked == "hands"
    assert "Mina" not in body


def test_a_first_round_says_nothing_of_rounds(client, reviewer, project, author):
    review = make_review(make_candidate(make_prompt(project, author), status=Status.IN_REVIEW))
    body = room_of(client, reviewer, review)
    assert "Round " not in body
    assert "asked before" not in body


def test_what_was_taken_back_was_not_asked(client, reviewer, project, author):
    first = make_prompt(project, author)
    review = make_review(make_candidate(first, status=Status.IN_REVIEW))
    mina = make_person("mina", project, Role.REVIEWER)
    undo(decide_as(mina, review, Outcome.REQUEST_CHANGES, reasons=(HANDS,)), by=mina)
    decide_as(mina, review, Outcome.REQUEST_CHANGES, reasons=(ReasonGiven("face", 2, 9),))
    let_settle(review)
    settle(review.pk)
    review = make_review(make_candidate(make_prompt(project, author, parent=first), status=Status.IN_REVIEW))
    (menu,) = re.findall(r'<details class="menu round">.*?</details>', room_of(client, reviewer, review), re.DOTALL)
    assert re.findall(r"<li>(.*?)</li>", menu) == ["A face is malformed"]


@pytest.mark.parametrize(("most", "refused"), [(2, True), (3, False)])
def test_the_policy_says_after_which_round_a_moderator_is_asked(project, reviewer, second, most, refused):
    policy = Policy.objects.get(is_active=True)
    Policy.objects.filter(pk=policy.pk).update(screening=policy.screening | {"max_rounds": most})
    if refused:
        with pytest.raises(NotPermitted, match=r"This is round 2 of 2\. Escalate it"):
            decide_as(reviewer, second, Outcome.REQUEST_CHANGES, reasons=(HANDS,))
        assert Decision.objects.count() == 1
    else:
        assert decide_as(reviewer, second, Outcome.REQUEST_CHANGES, reasons=(HANDS,))


def test_a_moderator_may_ask_for_another(project, author, second, moderator):
    Policy.objects.update(screening={"max_rounds": 2})
    escalated = make_review(make_candidate(second.candidate.prompt, status=Status.IN_REVIEW), queue=Queue.ESCALATIONS)
    assert decide_as(moderator, escalated, Outcome.REQUEST_CHANGES, reasons=(HANDS,))


def test_it_asks_the_database_no_more_than_for_a_first_round(
    client, reviewer, project, author, second, django_assert_max_num_queries
):
    claim(second, by=reviewer)
    client.force_login(reviewer)
    client.get(reverse("review", args=[second.pk]))
    with django_assert_max_num_queries(12):
        client.get(reverse("review", args=[second.pk]))
