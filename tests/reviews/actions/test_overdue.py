"""A due date that passed is said once, whoever looks, and of no review that is decided."""

from datetime import timedelta

import pytest
from django.utils import timezone

from reviews.actions.overdue import notice_missed
from reviews.actions.policies import active_policy
from reviews.models import Review
from reviews.rules.verbs import Outcome
from studio.models import Event
from studio.rules.lifecycle import Status
from tests.factories import decide_as, make_candidate, make_prompt, make_review


@pytest.fixture
def put(project, author):
    active_policy(project)

    def put(due_in: int) -> Review:
        candidate = make_candidate(make_prompt(project, author), status=Status.IN_REVIEW)
        return make_review(candidate, due_at=timezone.now() + timedelta(minutes=due_in))

    return put


def missed() -> list[str]:
    return list(Event.objects.filter(verb="due_date_missed").values_list("subject", flat=True))


def test_it_says_once_that_a_review_is_overdue(put):
    late, _ = put(-1), put(5)
    assert notice_missed() == 1
    assert notice_missed() == 0
    assert missed() == [f"review:{late.pk}"]
    assert Review.objects.get(pk=late.pk).missed_at is not None


def test_it_says_nothing_of_what_is_decided(put, reviewer):
    decide_as(reviewer, put(-1), Outcome.PASS)
    assert notice_missed() == 0
    assert missed() == []


def test_it_begins_with_the_latest_and_leaves_the_rest_to_the_next_time(put, monkeypatch):
    monkeypatch.setattr("reviews.actions.overdue.MOST_AT_ONCE", 1)
    later, latest = put(-1), put(-9)
    notice_missed()
    assert missed() == [f"review:{latest.pk}"]
    notice_missed()
    assert missed()[1:] == [f"review:{later.pk}"]
