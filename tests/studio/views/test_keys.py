import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from studio.models import Event, Preferences
from studio.rules.keymaps import bindings_for
from studio.rules.keys import Profile
from tests.factories import make_person

pytestmark = pytest.mark.django_db
PAGE = "/settings/keys/"


@pytest.fixture
def page(author, sign_in):
    return sign_in(author)


def typed(kept=None, **changes):
    """The form as a browser sends it, with these fields changed."""
    profile = (kept or {}).get("profile", Profile.DAILIES)
    fields = {each.id: each.combo for each in bindings_for(kept or {})}
    return {"profile": profile, **fields, **{name.replace("__", "."): value for name, value in changes.items()}}


def kept():
    return Preferences.objects.get().keys


def test_it_shows_every_action_with_its_key(page):
    body = page.get(PAGE).content.decode()
    assert 'name="room.pass" value="A"' in body
    assert 'name="player.back_five"' in body
    assert "Choose a reason and send: 3" in body


def test_a_profile_is_taken_alone(page):
    answer = page.post(PAGE, {"profile": "edit_suite"})
    assert (answer.status_code, answer["Location"]) == (303, PAGE)
    assert kept() == {"profile": "edit_suite", "remaps": {}}
    assert 'name="player.shuttle_forward" value="L"' in page.get(PAGE).content.decode()


def test_another_profile_keeps_one_s_own_keys(page):
    page.post(PAGE, typed(room__pass="w"))
    page.post(PAGE, {"profile": "web_video"})
    assert kept() == {"profile": "web_video", "remaps": {"room.pass": "W"}}


def test_keys_are_kept_as_they_are_written_and_only_what_differs(page):
    answer = page.post(PAGE, typed(room__pass="w alt+w", room__skip="", everywhere__sheet="?"))
    assert answer.status_code == 303
    assert kept()["remaps"] == {"room.pass": "W Alt+W", "room.skip": ""}


def test_off_and_reset_stand_beside_each_action(page):
    answer = page.post(PAGE, typed(off="room.skip"))
    assert (answer["Location"], kept()["remaps"]) == (f"{PAGE}#id_room.skip", {"room.skip": ""})
    page.post(PAGE, typed(kept(), room__pass="W", reset="room.skip"))
    assert kept()["remaps"] == {"room.pass": "W"}
    page.post(PAGE, typed(kept(), reset="*"))
    assert kept()["remaps"] == {}


def test_reset_means_what_the_profile_has(page):
    page.post(PAGE, {"profile": "edit_suite"})
    page.post(PAGE, typed(kept(), player__clear="/"))
    assert kept()["remaps"] == {"player.clear": "/"}
    page.post(PAGE, typed(kept(), reset="player.clear"))
    assert kept() == {"profile": "edit_suite", "remaps": {}}


def test_a_taken_key_is_refused_by_both_names_and_what_was_typed_stays(page):
    page.post(PAGE, typed(room__skip="W"))
    before, events = kept(), Event.objects.count()
    answer = page.post(PAGE, typed(before, room__pass="x", room__note="v"))
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "X would mean both “Pass; at the editor&#x27;s desk: approve” and “Reject”." in body
    assert 'name="room.pass" value="x"' in body
    assert 'name="room.note" value="v"' in body
    assert (kept(), Event.objects.count()) == (before, events)


def test_a_profile_that_takes_one_s_own_key_is_refused_by_both_names(page):
    page.post(PAGE, typed(player__toggle="Space", room__skip="K"))
    before = kept()
    answer = page.post(PAGE, {"profile": "edit_suite"})
    assert answer.status_code == 422
    assert "K would mean both “Shuttle: stop” and “Skip”." in answer.content.decode()
    assert kept() == before


@pytest.mark.parametrize(
    ("combo", "said"),
    [
        ("foo", "“foo” is no key that a page can use."),
        ("shift+?", "of a sign write the sign itself"),
        ("Ctrl+T", "Control+T belongs to the browser and cannot mean “Skip”."),
        ("A " * 40, "at most 60 characters"),
    ],
)
def test_odd_keys_are_refused(page, combo, said):
    answer = page.post(PAGE, typed(room__skip=combo))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Preferences.objects.exists()


def test_all_that_is_wrong_is_said_at_once(page):
    body = page.post(PAGE, typed(room__skip="foo", room__pass="X")).content.decode()
    assert "“foo” is no key" in body
    assert "X would mean both" in body


def test_buttons_only_takes_no_character(page):
    page.post(PAGE, {"profile": "buttons"})
    answer = page.post(PAGE, typed(kept(), room__pass="W"))
    assert answer.status_code == 422
    assert "Under Buttons only a key needs Control or Alt." in answer.content.decode()
    assert page.post(PAGE, typed(kept(), room__pass="Alt+W")).status_code == 303
    assert kept()["remaps"] == {"room.pass": "Alt+W"}


@pytest.mark.parametrize("odd", [{}, {"profile": "gone"}, {"reset": "*"}, {"off": "room.pass"}])
def test_it_wants_a_profile(page, odd):
    assert page.post(PAGE, odd).status_code == 422
    assert not Preferences.objects.exists()


def test_keys_of_one_person_are_nobody_elses(page, project, sign_in):
    page.post(PAGE, typed(room__pass="W"))
    assert 'name="room.pass" value="A"' in sign_in(make_person("else", project)).get(PAGE).content.decode()


def test_pages_show_one_s_own_keys_for_the_query_of_the_theme(page):
    page.post(PAGE, typed(everywhere__sheet="Alt+H", everywhere__undo=""))
    with CaptureQueriesContext(connection) as captured:
        body = page.get("/gallery/").content.decode()
    assert '<kbd class="key" aria-hidden="true">Alt H</kbd>' in body
    assert 'aria-keyshortcuts="Alt+H" data-key="everywhere.sheet"' in body
    assert '"id": "everywhere.sheet", "scope": "everywhere", "combo": "Alt+H"' in body
    assert '"id": "everywhere.undo", "scope": "everywhere", "combo": ""' in body
    assert len([each for each in captured if "studio_preferences" in each["sql"]]) == 1
