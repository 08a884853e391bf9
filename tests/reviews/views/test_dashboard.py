"""The first page says to each role what waits, and stops refreshing itself in the end."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from reviews.actions.deciding import ReasonGiven
from reviews.actions.policies import active_policy
from reviews.actions.settling import settle
from reviews.rules.queues import Queue
from reviews.rules.verbs import Outcome
from reviews.views.polling import MOST_POLLS
from studio.rules.generation import GenerationState
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from tests.factories import (
    decide_as,
    let_settle,
    make_candidate,
    make_generation,
    make_person,
    make_prompt,
    make_review,
)


@pytest.fixture
def case(project, author):
    active_policy(project)
    return make_review(make_candidate(make_prompt(project, author), status=Status.IN_REVIEW))


@pytest.fixture
def rejected(case, reviewer):
    reasons = (ReasonGiven("freeze", 12, 24), ReasonGiven("length"))
    decision = decide_as(reviewer, case, Outcome.REJECT, reasons=reasons, note="from the second wave on")
    let_settle(case)
    settle(case.pk)
    return decision


def page(client, user) -> str:
    client.force_login(user)
    return client.get("/").content.decode()


def test_it_offers_the_reviewer_to_start(case, client, reviewer):
    assert 'action="/queues/flagged/claim/"' in page(client, reviewer)


def test_it_says_that_nothing_waits(client, reviewer):
    body = page(client, reviewer)
    assert "No flagged take waits for you." in body
    assert "/queues/flagged/claim/" not in body


def test_it_tells_the_author_why_with_sentence_and_frames(rejected, client, author):
    body = page(client, author)
    assert "The picture stands still" in body
    assert "frames 12–23, from 00:00:00:12" in body
    assert "It is too long or too short" in body
    assert "from the second wave on" in body
    assert f"/p/harbour/prompts/{rejected.review.candidate.prompt.pk}/revise/" in body


def test_it_does_not_tell_the_author_who_it_was(rejected, client, author):
    assert "Reviewer" not in page(client, author)


def test_it_no_longer_shows_what_was_revised(rejected, client, author, project):
    make_prompt(project, author, parent=rejected.review.candidate.prompt, number=2)
    assert "The picture stands still" not in page(client, author)


def test_it_shows_the_author_unknown_calls_with_their_cost(project, author, client):
    prompt = make_prompt(project, author)
    make_generation(prompt, state=GenerationState.UNKNOWN, reason="answer_lost", cost_estimated=Decimal("0.4000"))
    body = page(client, author)
    assert "it may have accepted and charged" in body
    assert "$0.40" in body


def test_it_shows_the_author_failed_calls_and_that_they_cost_nothing(project, author, client):
    prompt = make_prompt(project, author)
    make_generation(prompt, state=GenerationState.FAILED, cost_estimated=Decimal("0.4000"))
    body = page(client, author)
    assert "Calls that gave no take" in body
    assert "no charge" in body
    assert "$0.40" not in body


def test_it_counts_own_decisions_and_shows_how_they_stand(rejected, client, reviewer):
    body = page(client, reviewer)
    assert "1 today" in body
    assert "Rejected: The picture stands still and 1 more" in body
    assert "in effect" in body


def test_it_shows_the_editor_and_the_moderator_their_queues(project, author, client, editor, moderator):
    active_policy(project)
    make_review(make_candidate(make_prompt(project, author), status=Status.WITH_EDITOR), queue=Queue.EDITOR)
    make_review(make_candidate(make_prompt(project, author), status=Status.IN_REVIEW), queue=Queue.ESCALATIONS)
    assert 'action="/queues/editor/claim/"' in page(client, editor)
    assert 'action="/queues/escalations/claim/"' in page(client, moderator)


def test_it_has_one_primary_action_for_a_person_of_all_roles(case, project, client):
    person = make_person("alma", project, *Role)
    main = page(client, person).partition("<main")[2].partition("</main>")[0]
    assert main.count("button-primary") == 1


def test_it_greets_people_without_a_role(db, client, django_user_model):
    body = page(client, django_user_model.objects.create_user("nobody", password="a long password"))
    assert "Nothing waits for you." in body
    assert 'href="/gallery/"' in body


def test_it_refreshes_only_its_blocks_for_htmx(case, client, reviewer):
    client.force_login(reviewer)
    body = client.get("/?polls=3", HTTP_HX_REQUEST="true").content.decode()
    assert "<html" not in body
    assert 'id="blocks"' in body
    assert 'hx-get="/?polls=4"' in body


@pytest.mark.parametrize("polls", [str(MOST_POLLS), "99999999", "-1", "x"])
def test_it_stops_refreshing_in_the_end(case, client, reviewer, polls):
    client.force_login(reviewer)
    assert "hx-get" not in client.get(f"/?polls={polls}", HTTP_HX_REQUEST="true").content.decode()


def test_it_shows_the_small_team_banner(settings, client, reviewer):
    settings.ALLOW_SELF_REVIEW = True
    assert "people may judge their own takes" in page(client, reviewer)


@pytest.mark.parametrize(("theme", "shown"), [("system", "auto"), ("light", "light"), ("dark", "dark")])
def test_it_follows_the_persons_theme(client, reviewer, theme, shown):
    from studio.models import Preferences

    Preferences.objects.update_or_create(user=reviewer, defaults={"theme": theme})
    assert f'data-theme="{shown}"' in page(client, reviewer)


@pytest.mark.parametrize("address", ["/", "/queues/", "/queues/flagged/"])
def test_it_sends_the_whole_page_to_sign_in_when_a_poll_finds_nobody_signed_in(db, client, address):
    answer = client.get(address, HTTP_HX_REQUEST="true")
    assert answer.headers["HX-Redirect"] == "/sign-in/"
    assert answer.content == b""


def test_it_tells_moderators_of_every_overdue_review_the_latest_first(project, author, client, moderator, reviewer):
    active_policy(project)
    hours = (-1, -9, 1)
    takes = [make_candidate(make_prompt(project, author), status=Status.IN_REVIEW) for _ in hours]
    late, latest, _ = [
        make_review(take, due_at=timezone.now() + timedelta(hours=each))
        for take, each in zip(takes, hours, strict=True)
    ]
    assert re.findall(r'id="late-(\d+)"', page(client, moderator)) == [str(latest.pk), str(late.pk)]
    assert 'id="late"' not in page(client, reviewer)
