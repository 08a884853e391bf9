"""A queue's page: filters and search in the address, saved views, named parts, and counts that stop somewhere."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from reviews import counting
from reviews.actions.policies import active_policy
from reviews.actions.queueing import claim
from reviews.models import NamedQueue, Review, ReviewReason, SavedView
from reviews.views import paging_queue
from studio.models import Membership
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from tests.factories import (
    make_candidate,
    make_generation,
    make_named_queue,
    make_person,
    make_project,
    make_prompt,
    make_review,
)


@pytest.fixture
def put(project, author):
    active_policy(project)

    def put(name: str = "take", *, of=project, text: str = "A lighthouse", code: str = "blur", made=None, **columns):
        prompt = make_prompt(of, author, text=text)
        generation = make_generation(prompt, **made) if made else None
        take = make_candidate(prompt, status=Status.IN_REVIEW, name=name, generation=generation)
        review = make_review(take, **columns)
        ReviewReason.objects.create(review=review, code=code, sentence="It was flagged.")
        return review

    return put


def listed(client, user, address: str) -> list[int]:
    client.force_login(user)
    return [int(pk) for pk in re.findall(r'id="waiting-(\d+)"', client.get(address).content.decode())]


def test_filters_narrow_and_odd_values_do_not(put, client, moderator, reviewer, project):
    other = make_project("quarry")
    Membership.objects.create(project=other, user=moderator, role=Role.MODERATOR)
    late = put(due_at=timezone.now() - timedelta(minutes=1))
    mild = put(severity_rank=2, code="hands")
    made = put(made={"provider": "runway", "model": "gen4"})
    away = put(of=other)
    held = claim(put(), by=reviewer)
    everything = [held.pk, late.pk, made.pk, away.pk, mild.pk]
    expected = {
        "": everything,
        "overdue=1": [late.pk],
        "severity=minor": [mild.pk],
        "severity=awful": everything,
        "check=hands": [mild.pk],
        "made_with=runway": [made.pk],
        "made_with=gen": [made.pk],
        "project=quarry": [away.pk],
        "project=nowhere": everything,
        "hold=held": [held.pk],
        "hold=free": everything[1:],
        "hold=free&severity=minor": [mild.pk],
        "after=x": everything,
    }
    assert {query: listed(client, moderator, f"/queues/flagged/?{query}") for query in expected} == expected


def test_a_reviewer_cannot_learn_from_a_filter_who_made_a_take(put, client, reviewer):
    made, other = put(made={"provider": "runway"}), put()
    assert listed(client, reviewer, "/queues/flagged/?made_with=runway") == [made.pk, other.pk]
    assert "made_with" not in client.get("/queues/flagged/").content.decode()


def test_search_finds_names_words_of_the_prompt_and_numbers(put, client, reviewer):
    named, asked = put("harbour_03.mp4"), put(text="Two goats on a roof")
    for query, found in {
        "harbour_03": named,
        "GOATS": asked,
        f"%23{asked.pk}": asked,
        str(named.candidate.uuid): named,
    }.items():
        assert listed(client, reviewer, f"/queues/flagged/?q={query}") == [found.pk]
    assert listed(client, reviewer, "/queues/flagged/?q=nothing+of+it") == []


def test_filters_look_no_deeper_than_they_say(put, client, reviewer, monkeypatch):
    front, back = put(severity_rank=4), put(severity_rank=2)
    monkeypatch.setattr("reviews.queue_forms.DEPTH", 1)
    assert listed(client, reviewer, "/queues/flagged/?q=take") == [front.pk]
    assert listed(client, reviewer, f"/queues/flagged/?q=%23{back.pk}") == [back.pk]


def test_pages_follow_the_order_without_gaps(put, client, reviewer, monkeypatch):
    monkeypatch.setattr(paging_queue, "ROWS", 2)
    soon = timezone.now() + timedelta(minutes=1)
    for columns in (
        {"severity_rank": 2},
        {"severity_rank": 3, "due_at": soon},
        {"severity_rank": 3, "due_at": soon},
        {"severity_rank": 3, "was_held": True},
        {"severity_rank": 1, "comes_first": True},
        {"severity_rank": 2, "comes_first": True},
        {"severity_rank": 2, "was_held": True},
    ):
        put(**columns)
    expected = list(Review.objects.in_queue("flagged").values_list("pk", flat=True))
    seen, address = [], "/queues/flagged/"
    while address:
        seen += listed(client, reviewer, address)
        body = client.get(address).content.decode()
        further = re.search(r'href="([^"]+)" rel="next"', body)
        address = further[1].replace("&amp;", "&") if further else ""
    assert seen == expected


def test_counts_stop_where_nobody_reads_them_exactly(put, client, reviewer, monkeypatch):
    monkeypatch.setattr(counting, "MOST_COUNTED", 2)
    for _ in range(5):
        put()
    client.force_login(reviewer)
    assert "<b>2+</b> waiting" in client.get("/queues/flagged/").content.decode()
    assert 'data-label="Waiting">2+<' in client.get("/queues/").content.decode()


def test_a_view_is_saved_shown_renamed_and_deleted(put, client, reviewer):
    put()
    client.force_login(reviewer)
    fields = {"place": "flagged", "name": "Late ones", "overdue": "True", "severity": "awful", "made_with": "x"}
    answer = client.post("/queues/views/save/", fields)
    assert answer.url == "/queues/flagged/?overdue=1"
    view = SavedView.objects.get()
    assert "?overdue=1" in client.get("/queues/flagged/").content.decode()
    assert client.post("/queues/views/save/", fields).status_code == 409
    client.post(f"/queues/views/{view.pk}/rename/", {"name": "Overdue"})
    assert SavedView.objects.get().name == "Overdue"
    client.post(f"/queues/views/{view.pk}/delete/")
    assert not SavedView.objects.exists()


def test_a_view_needs_a_name_and_a_queue_and_belongs_to_one_person(client, reviewer, editor):
    client.force_login(reviewer)
    assert client.post("/queues/views/save/", {"place": "flagged", "name": " "}).status_code == 422
    assert client.post("/queues/views/save/", {"place": "nowhere", "name": "x"}).status_code == 422
    view = SavedView.objects.create(user=editor, name="Late", place="editor")
    assert client.post(f"/queues/views/{view.pk}/rename/", {"name": "Mine"}).status_code == 404
    assert client.post(f"/queues/views/{view.pk}/delete/").status_code == 404
    assert list(SavedView.objects.values_list("name", flat=True)) == ["Late"]


def test_who_starts_in_a_named_queue_stays_in_it(put, client, reviewer):
    named = make_named_queue()
    outside, first, second = put(severity_rank=4), put(named_queue=named), put(named_queue=named, severity_rank=1)
    client.force_login(reviewer)
    assert listed(client, reviewer, "/queues/faces/") == [first.pk, second.pk]
    assert client.post("/queues/faces/claim/").url == f"/reviews/{first.pk}/"
    answer = client.post(f"/reviews/{first.pk}/skip/", {"cause": "unsure"})
    assert answer.url == f"/reviews/{second.pk}/"
    assert client.post(f"/reviews/{second.pk}/skip/", {"cause": "unsure"}).url == "/queues/faces/"
    assert client.post("/queues/flagged/claim/").url == f"/reviews/{outside.pk}/"


def test_a_named_queue_of_a_foreign_project_or_a_removed_one_is_not_found(client, reviewer):
    make_named_queue("Theirs", project=make_project("elsewhere"))
    make_named_queue("Gone", removed_at=timezone.now())
    client.force_login(reviewer)
    body = client.get("/queues/").content.decode()
    for slug in ("theirs", "gone"):
        assert client.get(f"/queues/{slug}/").status_code == 404
        assert client.post(f"/queues/{slug}/claim/").status_code == 404
        assert slug not in body


def test_a_moderator_makes_a_named_queue_after_a_look_at_what_would_move(put, client, moderator):
    put(code="frozen_frames"), put(code="hands")
    client.force_login(moderator)
    fields = {"name": "Still pictures", "checks": ["frozen_frames"], "labels": "", "project": ""}
    answer = client.post("/queues/named/new/", fields | {"preview": "1"})
    assert "1 waiting review would move" in answer.content.decode()
    assert not NamedQueue.objects.exists()
    assert client.post("/queues/named/new/", fields).url == "/queues/named/"
    queue = NamedQueue.objects.get()
    assert (queue.slug, queue.checks, queue.project) == ("still-pictures", ["frozen_frames"], None)
    assert "1 waiting review moved" in client.get("/queues/named/").content.decode()
    body = client.get(f"/queues/named/{queue.pk}/").content.decode()
    assert re.search(r'value="frozen_frames"[^>]*checked', body)


def test_somebody_without_a_role_there_is_told_so(client, project):
    client.force_login(make_person("ana", project, Role.AUTHOR))
    assert client.get("/queues/flagged/").status_code == 403
    assert client.post("/queues/views/save/", {"place": "flagged", "name": "x"}).status_code == 403
