"""A person's saved views: keep one, call it something else, let it go."""

from reviews.models import SavedView
from studio.actions.events import Actor, action, record_event
from studio.errors import Conflict, Invalid
from studio.models import User

MOST_VIEWS = 30
LONGEST_NAME = 60


@action
def save_view(*, by: User, name: str, place: str, query: str) -> SavedView:
    """Raises Invalid without a name or with too many, Conflict when `by` has one of this name."""
    if SavedView.objects.filter(user=by).count() >= MOST_VIEWS:
        raise Invalid(f"You have {MOST_VIEWS} saved views. Delete one first.")
    name = _free_name(by, name)
    view = SavedView.objects.create(user=by, name=name, place=place, query=query)
    record_event(view, verb="saved", actor=Actor.of(by), data={"place": place, "query": query})
    return view


@action
def rename_view(view: SavedView, *, by: User, name: str) -> None:
    """Raises as `save_view` does."""
    if name.strip() == view.name:
        return
    SavedView.objects.filter(pk=view.pk, user=by).update(name=_free_name(by, name))
    record_event(view, verb="renamed", actor=Actor.of(by))


@action
def delete_view(view: SavedView, *, by: User) -> None:
    record_event(view, verb="deleted", actor=Actor.of(by))
    SavedView.objects.filter(pk=view.pk, user=by).delete()


def _free_name(by: User, name: str) -> str:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise Invalid(f"Give the view a name of at most {LONGEST_NAME} characters.")
    if SavedView.objects.filter(user=by, name=name).exists():
        raise Conflict(f"You have a view called “{name}” already.")
    return name
