"""What the list of own decisions still offers when one is in effect."""

import re

import pytest
from django.urls import reverse

from reviews.actions.deciding import ReasonGiven
from reviews.actions.policies import active_policy
from reviews.actions.settling import settle
from reviews.models import Decision, Mention
from reviews.rules.queues import Queue
from reviews.rules.verbs import Outcome
from reviews.views.recent import recent_of
from studio.models import Candidate
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from tests.factories import decide_as, let_settle, make_candidate, make_person, make_project, make_prompt, make_review


def decided(person, queue, status, outcome, **more):
    review = make_review(more.pop("take"), queue=queue)
    Candidate.objects.filter(pk=review.candidate_id).update(status=status)
    review.candidate.refresh_from_db()
    decide_as(person, review, outcome, **more)
    let_settle(review)
    settle(review.pk)
    return review


@pytest.fixture
def take(project, author):
    active_policy(project)
    return make_candidate(make_prompt(project, author), status=Status.IN_REVIEW)


def test_while_it_can_be_undone_nothing_else_is_offered(take, reviewer):
    decide_as(reviewer, make_review(take), Outcome.PASS)
    (mine,) = recent_of(reviewer)
    assert (mine.undoable, mine.remedy) == (True, "")


def test_an_editor_takes_an_approval_back_from_the_list(take, editor, client):
    decided(editor, Queue.EDITOR, Status.WITH_EDITOR, Outcome.APPROVE, take=take)
    (mine,) = recent_of(editor)
    assert mine.remedy == "void"
    client.force_login(editor)
    assert "Take the approval back" in client.get(mine.href).content.decode()
    answer = client.post(mine.remedy_url, follow=True)
    assert "The take is back on the desk." in answer.content.decode()
    assert "Take the approval back" not in answer.content.decode()
    assert Candidate.objects.get().status == Status.WITH_EDITOR


def test_a_reviewer_asks_a_moderator_by_a_note_that_names_one(take, reviewer, project, moderator, author, client):
    elsewhere = make_project("kiln")
    make_person("aaron", project, Role.AUTHOR)
    make_person("abel", elsewhere, Role.MODERATOR)
    hands = (ReasonGiven("hands", 0, 4),)
    decided(reviewer, Queue.FLAGGED, Status.IN_REVIEW, Outcome.REJECT, take=take, reasons=hands)
    (mine,) = recent_of(reviewer)
    assert mine.remedy == "ask"
    client.force_login(reviewer)
    form = client.get(mine.remedy_url).content.decode()
    (body,) = re.findall(r'id="note-body"[^>]*autofocus>(.*?)</textarea>', form)
    assert body == f"@{moderator.username} "
    client.post(reverse("candidate_note", args=[take.uuid]), {"body": f"{body}I was too quick.", "start_frame": 0})
    assert Mention.objects.get().person == moderator


def test_whom_a_moderator_would_ask_is_nobody(take, moderator):
    hands = (ReasonGiven("hands", 0, 4),)
    decided(moderator, Queue.ESCALATIONS, Status.IN_REVIEW, Outcome.REJECT, take=take, reasons=hands)
    assert [each.remedy for each in recent_of(moderator)] == [""]
    assert Decision.objects.count() == 1
