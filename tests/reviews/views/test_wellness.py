"""The page of one's own: what is asked there holds, and is shown to nobody else."""

import pytest

from reviews.actions.caring import bounds_of, save_care
from reviews.rules.care import Care
from reviews.rules.veil import Harm, Level
from studio.models import Event, Preferences, User

ADDRESS = "/settings/wellness/"
ASKED = {"veil": "stills", "toggles": "on", "hour": "5", "day": "", "unwanted": ["nudity", "self_harm"]}


@pytest.fixture
def signed_in(client, reviewer):
    client.force_login(reviewer)
    return client


def test_what_is_asked_is_kept_and_shown_again(signed_in, reviewer):
    assert signed_in.post(ADDRESS, ASKED).status_code == 303
    kept = Care(Level.STILLS, toggles=True, hour=5, unwanted=frozenset({Harm.NUDITY, Harm.SELF_HARM}))
    assert bounds_of(reviewer).care == kept
    page = signed_in.get(ADDRESS).content.decode()
    assert page.count(" checked") == 4
    assert 'name="hour" value="5"' in page


def test_nothing_ticked_takes_all_of_it_back(signed_in, reviewer):
    save_care(reviewer, Care(Level.GREY, toggles=True, hour=1, unwanted=frozenset(Harm)))
    signed_in.post(ADDRESS, {"veil": "none", "toggles": ""})
    assert bounds_of(reviewer).care == Care()


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("hour", "21", "At most 20, as for everybody; your own may only be lower."),
        ("day", "121", "At most 120, as for everybody"),
        ("hour", "0", "greater than or equal to 1"),
        ("veil", "thin", "Select a valid choice"),
        ("unwanted", "mondays", "Select a valid choice"),
    ],
)
def test_odd_input_is_refused_and_nothing_typed_is_lost(field, value, why, signed_in, reviewer):
    answer = signed_in.post(ADDRESS, ASKED | {field: value})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert why in page
    assert 'value="self_harm"' in page
    assert not Preferences.objects.filter(user=reviewer).exists()
    assert not Event.objects.filter(verb="care_chosen").exists()


def test_the_settings_lead_there(signed_in):
    assert f'href="{ADDRESS}"' in signed_in.get("/settings/").content.decode()


def test_it_promises_no_protection(signed_in):
    page = signed_in.get(ADDRESS).content.decode()
    assert "Studies find no less harm behind a veil." in page


def test_nobody_else_reads_it(signed_in, reviewer, moderator, client):
    signed_in.post(ADDRESS, ASKED)
    User.objects.filter(pk=moderator.pk).update(is_staff=True, is_superuser=True)
    moderator.refresh_from_db()
    client.force_login(moderator)
    kept = Preferences.objects.get(user=reviewer)
    for address in ("/audit/", "/queues/", "/p/harbour/people/", f"/admin/studio/preferences/{kept.pk}/change/"):
        page = client.get(address, follow=True)
        assert page.status_code == 200
        assert "self_harm" not in page.content.decode()
