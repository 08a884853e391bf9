import pytest

from studio.actions.accounts import save_keys, save_preferences
from studio.errors import Invalid
from studio.models import Event, Preferences, Theme
from studio.rules.keys import Profile

pytestmark = pytest.mark.django_db


def test_it_keeps_profile_and_changes_with_an_event(author):
    save_preferences(author, theme=Theme.DARK, undo_seconds=30)
    chosen = {"profile": "edit_suite", "remaps": {"room.pass": "W", "room.skip": ""}}
    kept = save_keys(author, profile=Profile.EDIT_SUITE, remaps=chosen["remaps"])
    kept.refresh_from_db()
    assert (kept.keys, kept.theme, kept.undo_seconds) == (chosen, "dark", 30)
    event = Event.objects.latest("seq")
    assert (event.verb, event.actor, event.data) == ("keys_chosen", f"user:{author.pk}", chosen)


def test_it_keeps_no_change_that_is_none(author):
    kept = save_keys(author, profile=Profile.WEB_VIDEO, remaps={"player.back": ",", "room.pass": "A"})
    assert kept.keys == {"profile": "web_video", "remaps": {}}


@pytest.mark.parametrize(
    ("profile", "remaps", "said"),
    [
        (Profile.DAILIES, {"room.pass": "X"}, "X would mean both “Pass; at the editor's desk: approve” and “Reject”."),
        (Profile.EDIT_SUITE, {"room.skip": "Alt+X"}, "Alt+X would mean both “Clear the range” and “Skip”."),
        (Profile.DAILIES, {"room.skip": "Control+T"}, "Control+T belongs to the browser and cannot mean “Skip”."),
    ],
)
def test_it_refuses_conflicts_and_writes_nothing(author, profile, remaps, said):
    before = save_keys(author, profile=Profile.DAILIES, remaps={}).keys
    with pytest.raises(Invalid, match=said.replace("+", r"\+")):
        save_keys(author, profile=profile, remaps=remaps)
    assert Preferences.objects.get().keys == before
    assert Event.objects.count() == 1
