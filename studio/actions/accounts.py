"""What people choose for themselves."""

from collections.abc import Mapping

from studio.actions.events import Actor, action, record_event
from studio.errors import Invalid
from studio.models import Preferences, Theme, User
from studio.models.person import SPEEDS_PERCENT
from studio.rules.keymaps import bindings_for, combo_under, conflicts
from studio.rules.keys import BY_ID, Profile


@action
def save_preferences(user: User, *, theme: Theme, undo_seconds: int) -> Preferences:
    """Keep what `user` chose for their own pages."""
    chosen = {"theme": theme, "undo_seconds": undo_seconds}
    preferences, _ = Preferences.objects.update_or_create(user=user, defaults=chosen)
    record_event(preferences, verb="preferred", actor=Actor.of(user), data=chosen)
    return preferences


@action
def save_speed(user: User, *, percent: int) -> Preferences:
    """Keep how fast `user` last let clips play. Raises Invalid for a speed that no player has."""
    if percent not in SPEEDS_PERCENT:
        raise Invalid(f"Clips play at {', '.join(map(str, SPEEDS_PERCENT))} per cent of their speed.")
    preferences, _ = Preferences.objects.update_or_create(user=user, defaults={"speed_percent": percent})
    record_event(preferences, verb="speed_chosen", actor=Actor.of(user), data={"percent": percent})
    return preferences


@action
def save_keys(user: User, *, profile: Profile, remaps: Mapping[str, str]) -> Preferences:
    """Keep `user`'s profile and the keys that differ from it, by binding id ("" switches one off).

    Raises Invalid, naming both actions, when a key would mean two things or belongs to the browser.
    """
    own = {name: combo for name, combo in remaps.items() if combo != combo_under(profile, BY_ID[name])}
    chosen = {"profile": profile.value, "remaps": own}
    if found := conflicts(bindings_for(chosen)):
        raise Invalid(" ".join(map(str, found)))
    preferences, _ = Preferences.objects.update_or_create(user=user, defaults={"keys": chosen})
    record_event(preferences, verb="keys_chosen", actor=Actor.of(user), data=chosen)
    return preferences
