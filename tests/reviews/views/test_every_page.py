"""Every judging page answers, to whom it should, with a title, one heading and no more queries than it may."""

import pytest
from django.urls import reverse

from reviews.actions.policies import active_policy
from reviews.rules.queues import Queue
from reviews.rules.veil import BITS, Harm
from studio.models import Project, Template
from studio.rules.generation import GenerationState
from studio.rules.lifecycle import Status
from tests.factories import (
    make_batch,
    make_block_entry,
    make_candidate,
    make_finding,
    make_generation,
    make_golden,
    make_named_queue,
    make_prompt,
    make_proposal,
    make_recheck,
    make_review,
)

PAGES = {
    "dashboard": {"author", "reviewer", "editor", "moderator", "auditor"},
    "queues": {"reviewer", "editor", "moderator", "auditor"},
    "queue": {"reviewer", "editor", "moderator", "auditor"},
    "mine": {"reviewer", "editor", "moderator", "auditor"},
    "named_part": {"reviewer", "editor", "moderator", "auditor"},
    "saved_views": {"reviewer", "editor", "moderator", "auditor"},
    "named_queues": {"moderator", "auditor"},
    "review": {"author", "reviewer", "editor", "moderator", "auditor"},
    "take": {"author", "reviewer", "editor", "moderator", "auditor"},
    "desk": {"editor", "moderator", "auditor"},
    "audit": {"moderator", "auditor"},
    "blocklist": {"moderator", "auditor"},
    "golden": {"moderator", "auditor"},
    "golden_new": {"moderator"},
    "policy": {"moderator", "auditor"},
    "policy_version": {"moderator", "auditor"},
    "providers": {"moderator", "auditor"},
    "provider": {"moderator", "auditor"},
    "gallery": {"author", "reviewer", "editor", "moderator", "auditor", "outsider"},
    "batches": {"author", "editor", "moderator", "auditor"},
    "batch": {"author", "editor", "moderator", "auditor"},
    "templates": {"author", "editor", "moderator", "auditor"},
    "spend": {"author", "editor", "moderator", "auditor"},
    "wellness": {"author", "reviewer", "editor", "moderator", "auditor", "outsider"},
    "card": {"author", "reviewer", "editor", "moderator", "auditor"},
}
FOR_MAKERS = {
    "batch_new": {"author", "editor"},
    "template_new": {"author", "editor"},
    "template_edit": {"author", "editor"},
}
FOR_FEW = ("audit", "blocklist", "golden", "providers", "provider", "named_queues")
PEOPLE = ("author", "reviewer", "editor", "moderator", "auditor", "outsider")
HIDDEN_FROM_OUTSIDERS = (
    "review",
    "card",
    "take",
    "desk",
    "batches",
    "batch",
    "templates",
    "spend",
    "policy",
    "policy_version",
    "golden_new",
    *FOR_MAKERS,
)


@pytest.fixture
def pages(project: Project, author, reviewer, moderator) -> dict[str, str]:
    """A project with something on every page."""
    active_policy(project)
    prompt = make_prompt(project, author)
    flagged = make_candidate(prompt, status=Status.IN_REVIEW)
    make_finding(flagged)
    make_generation(prompt, state=GenerationState.UNKNOWN, reason="answer_lost")
    named = make_named_queue()
    case = make_review(flagged, named_queue=named)
    make_block_entry(flagged, moderator)
    rejected = make_candidate(prompt, status=Status.REJECTED)
    make_golden(make_candidate(prompt, status=Status.REJECTED), moderator, ("freeze", 12, 24))
    batch = make_batch(project, author)
    make_generation(prompt, batch=batch, state=GenerationState.FAILED)
    template = Template.objects.create(project=project, name="Greeting", text="Hello", author=author)
    make_proposal(project, moderator)
    make_recheck(flagged, moderator)
    make_review(make_candidate(prompt, status=Status.WITH_EDITOR), queue=Queue.EDITOR)
    severe = make_review(make_candidate(prompt, status=Status.IN_REVIEW), shows=BITS[Harm.VIOLENCE])
    return {
        "dashboard": "/",
        "queues": "/queues/",
        "queue": "/queues/flagged/",
        "mine": "/queues/mine/",
        "named_part": f"/queues/{named.slug}/",
        "saved_views": "/queues/views/",
        "named_queues": "/queues/named/",
        "review": f"/reviews/{case.pk}/",
        "take": f"/candidates/{flagged.uuid}/",
        "desk": "/p/harbour/desk/",
        "audit": "/audit/",
        "blocklist": "/moderation/blocklist/",
        "golden": "/moderation/golden/",
        "golden_new": f"/candidates/{rejected.uuid}/golden/",
        "policy": "/moderation/policies/harbour/",
        "policy_version": "/moderation/policies/harbour/versions/2/",
        "providers": "/providers/",
        "provider": "/providers/sandbox/",
        "gallery": "/gallery/",
        "batches": "/p/harbour/batches/",
        "batch": f"/p/harbour/batches/{batch.pk}/",
        "batch_new": f"/p/harbour/batches/new/?prompt={prompt.pk}",
        "templates": "/p/harbour/templates/",
        "template_new": "/p/harbour/templates/new/",
        "template_edit": f"/p/harbour/templates/{template.pk}/",
        "spend": "/p/harbour/spend/",
        "wellness": "/settings/wellness/",
        "card": f"/reviews/{severe.pk}/",
    }


@pytest.mark.parametrize("place", PAGES | FOR_MAKERS)
@pytest.mark.parametrize("person", PEOPLE)
def test_it_answers_everybody_by_their_role(place, person, pages, client, request):
    client.force_login(request.getfixturevalue(person))
    status = client.get(pages[place]).status_code
    if person in (PAGES | FOR_MAKERS)[place]:
        assert status == 200
    elif person == "outsider" and place in HIDDEN_FROM_OUTSIDERS:
        assert status == 404
    elif person == "outsider" and place == "dashboard":
        assert status == 200
    elif person == "outsider":
        assert status == (403 if place in FOR_FEW else 200)
    else:
        assert status == 403


@pytest.mark.parametrize("place", PAGES)
def test_it_has_one_heading_a_title_and_landmarks(place, pages, client, moderator):
    client.force_login(moderator)
    body = client.get(pages[place]).content.decode()
    assert body.count("<h1") == 1
    assert " · Dailies</title>" in body
    assert 'class="skip"' in body
    assert 'aria-label="Breadcrumb"' in body


@pytest.mark.parametrize("place", [place for place in PAGES if place != "gallery"])
def test_it_sends_people_who_are_signed_out_to_sign_in(place, pages, client):
    answer = client.get(pages[place])
    assert answer.status_code in (302, 303)
    assert answer.url.startswith(reverse("sign_in"))


@pytest.mark.parametrize("place", PAGES)
def test_it_writes_nothing_when_a_page_is_read(place, pages, client, moderator, django_assert_max_num_queries):
    client.force_login(moderator)
    with django_assert_max_num_queries(30) as captured:
        client.get(pages[place])
    written = [
        query["sql"]
        for query in captured.captured_queries
        if query["sql"].split()[0] not in ("SELECT", "BEGIN", "SAVEPOINT", "RELEASE")
    ]
    assert written == []


@pytest.mark.parametrize(
    ("place", "most"),
    [
        ("review", 12),
        ("queues", 14),
        ("queue", 14),
        ("mine", 14),
        ("named_part", 15),
        ("named_queues", 12),
        ("saved_views", 8),
        ("dashboard", 16),
        ("desk", 18),
        ("audit", 12),
        ("blocklist", 10),
        ("policy", 22),
        ("policy_version", 18),
        ("batches", 11),
        ("batch", 16),
        ("templates", 10),
        ("spend", 18),
        ("wellness", 9),
        ("card", 14),
    ],
)
def test_it_asks_the_database_little(place, most, pages, client, moderator, reviewer, django_assert_max_num_queries):
    client.force_login(moderator)
    client.get(pages[place])
    with django_assert_max_num_queries(most):
        client.get(pages[place])


@pytest.mark.parametrize("place", ["queue", "queues", "mine", "dashboard", "desk", "policy", "policy_version"])
def test_it_asks_no_more_for_twenty_takes_than_for_two(
    place, pages, client, moderator, project, author, django_assert_max_num_queries
):
    client.force_login(moderator)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        client.get(pages[place])
    for _ in range(10):
        prompt = make_prompt(project, author)
        for status, queue in ((Status.IN_REVIEW, Queue.FLAGGED), (Status.WITH_EDITOR, Queue.EDITOR)):
            candidate = make_candidate(prompt, status=status)
            make_finding(candidate)
            make_review(candidate, queue=queue)
    with django_assert_max_num_queries(len(few)):
        client.get(pages[place])
