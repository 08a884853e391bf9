"""What people choose for themselves."""

from studio.actions.events import Actor, action, record_event
from studio.models import Preferences, Theme, User


@action
def save_preferences(user: User, *, theme: Theme, undo_seconds: int) -> Preferences:
    """Keep what `user` chose for their own pages."""
    chosen = {"theme": theme, "undo_seconds": undo_seconds}
    preferences, _ = Preferences.objects.update_or_create(user=user, defaults=chosen)
    record_event(preferences, verb="preferred", actor=Actor.of(user), data=chosen)
    return preferences
