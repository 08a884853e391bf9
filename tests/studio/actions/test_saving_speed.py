import pytest
from django.db import IntegrityError

from studio.actions.accounts import save_preferences, save_speed
from studio.errors import Invalid
from studio.models import Event, Preferences, Theme


def test_it_keeps_the_speed_beside_what_else_was_chosen(author):
    save_preferences(author, theme=Theme.DARK, undo_seconds=20)
    save_speed(author, percent=150)
    kept = Preferences.objects.get(user=author)
    assert (kept.speed_percent, kept.theme, kept.undo_seconds) == (150, Theme.DARK, 20)
    event = Event.objects.order_by("-seq").first()
    assert (event.verb, event.data) == ("speed_chosen", {"percent": 150})


@pytest.mark.parametrize("percent", [0, 99, 401, -1])
def test_it_refuses_a_speed_that_no_player_has(author, percent):
    with pytest.raises(Invalid, match="25, 50, 100, 150, 200, 400"):
        save_speed(author, percent=percent)
    assert not Preferences.objects.filter(user=author).exists()
    with pytest.raises(IntegrityError):
        Preferences.objects.create(user=author, speed_percent=abs(percent))


def test_somebody_who_has_chosen_nothing_has_the_clips_own(author):
    assert Preferences(user=author).speed_percent == 100
