"""The grid: posters to skim, veiled where they must be, and a form that decides on several without any script."""

import re

import pytest

from reviews.actions.policies import active_policy
from reviews.actions.queueing import claim
from reviews.models import Decision, Review
from reviews.rules.veil import BITS, Harm
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from tests.factories import make_candidate, make_finding, make_person, make_prompt, make_review

GRID = "/queues/flagged/?view=grid"


@pytest.fixture
def put(project, author):
    active_policy(project)

    def put(name: str = "take", **columns) -> Review:
        take = make_candidate(make_prompt(project, author), status=Status.IN_REVIEW, name=name)
        make_finding(take)
        return make_review(take, **({"severity_rank": 2} | columns))

    return put


@pytest.fixture
def signed_in(client, reviewer):
    client.force_login(reviewer)
    return client


def page(client, address: str = GRID) -> str:
    return client.get(address).content.decode()


def fields_of(body: str, *reviews: Review) -> dict[str, object]:
    tokens = dict(re.findall(r'name="(seen-\d+)" value="([^"]+)"', body))
    return tokens | {"review": [review.pk for review in reviews], "back": "severity=minor&view=grid"}


def test_five_are_rejected_by_one_form_and_taken_back_by_one(put, signed_in):
    takes = [put() for _ in range(5)]
    fields = fields_of(page(signed_in), *takes) | {"outcome": "reject", "reasons": ["", "freeze"]}
    answer = signed_in.post("/queues/flagged/bulk/", fields)
    assert (answer.status_code, answer.url) == (303, "/queues/flagged/?severity=minor&view=grid")
    decisions = list(Decision.objects.order_by("pk"))
    assert {decision.review_id for decision in decisions} == {review.pk for review in takes}
    body = page(signed_in)
    assert "5 takes. Rejected: The picture stands still" in body
    (undo,) = set(re.findall(r'action="(/decisions/bulk/[^"]+)"', body))
    assert signed_in.post(undo).url == GRID
    assert Decision.objects.filter(outcome="undone").count() == 5
    assert Review.objects.open().count() == 5
    assert "5 decisions taken back." in page(signed_in)
    assert signed_in.post(undo).status_code == 404


def test_it_tells_what_was_left_out_and_why(put, signed_in, project):
    free, held, major = put("one.mp4"), put("two.mp4"), put("three.mp4", severity_rank=4)
    fields = fields_of(page(signed_in), free, held, major) | {"outcome": "pass"}
    claim(held, by=make_person("mina", project, Role.REVIEWER))
    signed_in.post("/queues/flagged/bulk/", fields)
    body = page(signed_in)
    assert "1 decided, 2 left as they were." in body
    assert "Left out: two.mp4. Mina took this clip a moment ago." in body
    assert "Left out: three.mp4. It has a major finding" in body
    assert [decision.review for decision in Decision.objects.all()] == [free]


def test_a_forged_token_decides_nothing(put, signed_in):
    mine, other = put(), put()
    fields = fields_of(page(signed_in), mine)
    fields[f"seen-{mine.pk}"] = fields[f"seen-{other.pk}"]
    signed_in.post("/queues/flagged/bulk/", fields | {"outcome": "pass"})
    assert not Decision.objects.exists()


def test_takes_of_another_queue_are_not_decided_from_here(put, signed_in):
    put()
    elsewhere = put(queue="escalations")
    answer = signed_in.post("/queues/flagged/bulk/", fields_of("", elsewhere) | {"outcome": "pass"})
    assert answer.status_code == 422
    assert not Decision.objects.exists()


@pytest.mark.parametrize("outcome", ["approve", "undone", ""])
def test_odd_outcomes_are_refused(put, signed_in, outcome):
    review = put()
    fields = fields_of(page(signed_in), review) | {"outcome": outcome}
    signed_in.post("/queues/flagged/bulk/", fields)
    assert not Decision.objects.exists()


def test_it_says_severity_worst_finding_and_seconds(put, signed_in):
    put(severity_rank=3)
    tile = page(signed_in).partition('class="tile"')[2].partition("</li>")[0]
    assert "Major: " in tile
    assert "2.0 s" in tile
    assert "/sprite.jpg" in tile


@pytest.mark.parametrize("view", ["grid", "table"])
def test_a_picture_that_may_harm_is_veiled(put, signed_in, view):
    put()
    assert "data-cover" not in page(signed_in, f"/queues/flagged/?view={view}")
    put(shows=BITS[Harm.NUDITY])
    assert 'data-cover="blur_grey"' in page(signed_in, f"/queues/flagged/?view={view}")


def test_who_only_looks_has_no_form_to_decide(put, client, auditor, editor):
    put()
    for person in (auditor, editor):
        client.force_login(person)
        body = page(client)
        assert 'name="outcome"' not in body
        assert 'name="seen-' not in body


def test_it_asks_no_more_for_twenty_takes_than_for_two(put, signed_in, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    put(), put()
    page(signed_in)
    with CaptureQueriesContext(connection) as few:
        page(signed_in)
    for _ in range(18):
        put()
    with django_assert_max_num_queries(len(few)):
        page(signed_in)
    assert len(few) <= 21
