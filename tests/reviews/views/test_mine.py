"""One's own queue: what I hold, what is next for me, what came back, and what became of my questions."""

import re

import pytest

from reviews.actions.policies import active_policy
from reviews.actions.queueing import claim
from reviews.actions.settling import settle
from reviews.actions.skipping import skip
from reviews.models import Review
from reviews.rules.queues import Queue
from reviews.rules.verbs import Outcome
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from tests.factories import decide_as, let_settle, make_candidate, make_person, make_prompt, make_review


@pytest.fixture
def put(project, author):
    active_policy(project)
    return lambda: make_review(make_candidate(make_prompt(project, author), status=Status.IN_REVIEW))


@pytest.fixture
def page(client, reviewer):
    def page(user=reviewer) -> str:
        client.force_login(user)
        return client.get("/queues/mine/").content.decode()

    return page


def listed(body: str, section: str) -> list[int]:
    part = body.partition(f'id="{section}"')[2].partition("</section>")[0]
    return [int(pk) for pk in re.findall(r'id="(?:waiting|asked)-(\d+)"', part)]


def settled(user, review: Review, outcome: Outcome, note: str = "") -> Review:
    """Decided and in effect; the review that followed."""
    decide_as(user, review, outcome, note=note)
    let_settle(review)
    settle(review.pk)
    return Review.objects.open().get(candidate=review.candidate)


def test_it_lists_what_i_hold_apart_from_what_is_next(put, page, reviewer):
    first, second = put(), put()
    claim(second, by=reviewer)
    assert listed(page(), "held-title") == [second.pk]
    assert listed(page(), "next-flagged") == [first.pk]


def test_what_i_skipped_is_absent(put, page, reviewer):
    skipped, left = put(), put()
    claim(skipped, by=reviewer)
    skip(skipped, by=reviewer, cause="unsure")
    assert listed(page(), "next-flagged") == [left.pk]


def test_it_says_what_became_of_a_question_without_naming_who_answered(put, page, reviewer, moderator):
    asked = settled(reviewer, put(), Outcome.ESCALATE, note="Is this a real person?")
    assert "waits in escalations" in page()
    assert listed(page(), "asked-title") == [asked.pk]
    settled(moderator, asked, Outcome.PASS)
    assert "passed" in page().partition('id="asked-title"')[2]
    assert "Moderator" not in page()


def test_it_shows_what_an_editor_sent_back_to_me(put, page, reviewer, editor, project):
    back = settled(editor, settled(reviewer, put(), Outcome.PASS), Outcome.SEND_BACK, note="Look at the hand.")
    assert (back.queue, back.comes_first) == (Queue.FLAGGED, True)
    assert listed(page(), "returned-title") == [back.pk]
    assert listed(page(make_person("otto", project, Role.REVIEWER)), "returned-title") == []


def test_a_moderator_takes_a_clip_over_in_the_room(put, client, reviewer, moderator):
    held = claim(put(), by=reviewer)
    client.force_login(moderator)
    assert f'action="/reviews/{held.pk}/take_over/"' in client.get(f"/reviews/{held.pk}/").content.decode()
    assert client.post(f"/reviews/{held.pk}/take_over/").status_code == 303
    assert "Yours" in client.get(f"/reviews/{held.pk}/").content.decode()
    client.force_login(reviewer)
    body = client.get(f"/reviews/{held.pk}/").content.decode()
    assert "Moderator has this clip" in body
    assert "take_over" not in body
