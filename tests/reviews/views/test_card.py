"""Before a severe clip stands a card of text, and while somebody rests from them a card that says until when."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from reviews.actions.caring import open_severe, save_care
from reviews.actions.policies import active_policy
from reviews.actions.queueing import claim
from reviews.models import Exposure, Policy, Review
from reviews.rules.care import Care
from reviews.rules.veil import BITS, Harm, Level
from studio.models import Event
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from tests.factories import make_candidate, make_finding, make_person, make_prompt, make_review

VIOLENT = BITS[Harm.VIOLENCE]


@pytest.fixture
def put(project, author):
    active_policy(project)

    def put(shows=VIOLENT, **columns) -> Review:
        take = make_candidate(make_prompt(project, author), status=Status.IN_REVIEW)
        if shows == VIOLENT:
            make_finding(take, check_key="examiner", label="graphic_violence", severity="blocking")
        return make_review(take, shows=shows, **columns)

    return put


@pytest.fixture
def signed_in(client, reviewer):
    client.force_login(reviewer)
    return client


def body(client, address) -> str:
    return client.get(address).content.decode()


def at_the_cap(person, review, opened=20):
    for _ in range(opened):
        Exposure.objects.create(person=person, review=review, opened_at=timezone.now() - timedelta(minutes=1))


def test_the_card_is_text_alone_until_it_is_opened(put, signed_in, reviewer):
    seen, case = put(), put()
    at_the_cap(reviewer, seen, opened=2)
    claim(case, by=reviewer)
    address = f"/reviews/{case.pk}/"
    card = body(signed_in, address)
    assert "May contain: violence." in card
    assert "<b>3 of 20</b> this hour." in card
    assert str(case.candidate.uuid) not in card
    assert not re.search(r"<(video|img|image|canvas|iframe)\b", card)
    assert re.search(r"<button[^>]* autofocus>Open</button>", card)
    opened = signed_in.post(f"{address}open/")
    assert (opened.status_code, opened.url) == (303, address)
    room = body(signed_in, address)
    assert 'data-veiled="blur_grey"' in room
    assert re.search(r"<video [^>]*\bmuted\b", room)
    assert not re.search(r"<video [^>]*\bautoplay\b", room)


def test_not_this_kind_brings_the_next_clip_and_keeps_the_cause_alone(put, signed_in, reviewer):
    case, ordinary = put(severity_rank=4), put(shows=None)
    claim(case, by=reviewer)
    answer = signed_in.post(f"/reviews/{case.pk}/skip/", {"cause": "distress"})
    assert answer.url == f"/reviews/{ordinary.pk}/"
    assert Event.objects.get(verb="skipped").data == {"cause": "distress"}
    assert Exposure.objects.count() == 0


def test_who_only_looks_has_a_card_too(put, client, author):
    case = put()
    client.force_login(author)
    assert "May contain: violence." in body(client, f"/reviews/{case.pk}/")
    client.post(f"/reviews/{case.pk}/open/")
    assert Exposure.objects.get().person == author


def test_an_ordinary_clip_and_one_that_flashes_have_none(put, signed_in):
    for shows in (None, BITS[Harm.FLASHING]):
        assert "May contain" not in body(signed_in, f"/reviews/{put(shows=shows).pk}/")


def test_above_the_cap_a_claim_is_answered_with_429(put, signed_in, reviewer):
    seen, case = put(), put()
    at_the_cap(reviewer, seen)
    answer = signed_in.post(f"/reviews/{case.pk}/claim/")
    assert answer.status_code == 429
    assert "20 severe clips this hour." in answer.content.decode()
    case.refresh_from_db()
    assert case.claimed_by is None
    told = signed_in.post(f"/reviews/{case.pk}/open/", headers={"Accept": "application/json"})
    assert (told.status_code, told.json()["error"]) == (429, "CapReached")
    card = body(signed_in, f"/reviews/{case.pk}/")
    assert "20 severe clips this hour. Severe clips again at" in card
    assert ">Open</button>" not in card


def test_above_the_cap_the_room_says_what_comes_next(put, signed_in, reviewer):
    seen, ordinary = put(), put(shows=None)
    at_the_cap(reviewer, seen)
    answer = signed_in.post("/queues/flagged/claim/")
    assert answer.url == f"/reviews/{ordinary.pk}/"
    assert "20 severe clips this hour. Next kind: ordinary." in body(signed_in, answer.url)


def test_with_only_severe_clips_left_a_card_says_until_when(put, signed_in, reviewer):
    seen = put()
    at_the_cap(reviewer, seen)
    answer = signed_in.post("/queues/flagged/claim/")
    assert answer.url == "/queues/flagged/"
    page = body(signed_in, answer.url)
    assert "20 severe clips this hour." in page
    assert "UTC</b>, in 58 min." in page
    assert "Nothing ordinary waits for you here." in page
    put(shows=None)
    assert "Meanwhile <em>Start</em> hands out ordinary ones." in body(signed_in, "/queues/flagged/")


def test_nothing_is_shown_of_what_somebody_asked_not_to_see(put, signed_in, reviewer):
    case = put()
    save_care(reviewer, Care(unwanted=frozenset({Harm.VIOLENCE})))
    card = body(signed_in, f"/reviews/{case.pk}/")
    assert "You asked not to be given such clips" in card
    assert ">Open</button>" not in card
    answer = signed_in.post(f"/reviews/{case.pk}/claim/")
    assert answer.status_code == 403
    assert "You asked not to see this" in answer.content.decode()
    for view in ("table", "grid"):
        assert str(case.candidate.uuid) not in body(signed_in, f"/queues/flagged/?view={view}")


def test_the_veil_is_as_thick_as_policy_and_person_want_it(put, signed_in, reviewer, project):
    case = put()
    open_severe(case, by=reviewer)
    Policy.objects.filter(project=project).update(screening={"veil": {"violence": "grey"}})
    for least, attribute in ((Level.NONE, "grey"), (Level.BLUR, "blur"), (Level.STILLS, "blur_grey")):
        save_care(reviewer, Care(veil=least, toggles=least is Level.BLUR))
        room = body(signed_in, f"/reviews/{case.pk}/")
        assert f'data-veiled="{attribute}"' in room
        assert (" data-stills" in room) is (least is Level.STILLS)
        assert ("data-hold" in room) is (least is not Level.BLUR)
        cover = attribute
        assert f'data-cover="{cover}"' in body(signed_in, "/queues/flagged/")


def test_the_desk_veils_its_posters(put, client, editor, project):
    put()
    client.force_login(editor)
    assert 'data-cover="blur_grey"' in body(client, f"/p/{project.slug}/desk/")


def test_moderators_hear_that_nobody_is_left_and_not_who(put, client, moderator, reviewer, project):
    client.force_login(moderator)
    wish = Care(unwanted=frozenset({Harm.VIOLENCE, Harm.NUDITY}))
    mina = make_person("mina", project, Role.REVIEWER)
    save_care(reviewer, wish)
    assert "have nobody to review them" not in body(client, "/queues/")
    save_care(mina, Care(unwanted=frozenset({Harm.VIOLENCE})))
    said = "Harbour: clips that may contain violence have nobody to review them now."
    assert said in body(client, "/queues/")
    assert "Mina" not in body(client, "/queues/")
    client.force_login(mina)
    assert said not in body(client, "/queues/")
