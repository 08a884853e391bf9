"""Who is told of a note: people of the project whom it names, and whoever has a part in the thread it answers."""

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet
from django.db.models.functions import Lower

from reviews.models import Comment, Mention, MentionKind
from reviews.rules.mentions import names_in
from studio import clock
from studio.actions.events import Actor, action, record_event
from studio.errors import NotPermitted
from studio.models import Project, User


def people_of(project: Project) -> "QuerySet[User]":
    """Whom a note in `project` can name: everybody who holds a role in it and can still sign in."""
    return User.objects.filter(is_active=True, memberships__project=project).distinct().order_by("username")


def named_in(body: str, project: Project) -> Sequence[User]:
    """People of `project` to whom `body` speaks."""
    names = names_in(body)
    return list(people_of(project).annotate(lower=Lower("username")).filter(lower__in=names)) if names else []


def tell_people(note: Comment, named: Iterable[User]) -> None:
    """Whom the note names, and who has a part in its thread; inside the action. Nobody hears their own words."""
    told = dict.fromkeys(_thread_of(note), MentionKind.ANSWERED)
    told |= dict.fromkeys((person.pk for person in named), MentionKind.NAMED)
    Mention.objects.bulk_create(
        Mention(comment=note, person_id=person, kind=kind) for person, kind in told.items() if person != note.author_id
    )


def _thread_of(note: Comment) -> list[int]:
    if note.parent is None:
        return []
    answered = Comment.objects.filter(parent=note.parent_id).order_by("pk").values_list("author", flat=True)
    return [note.parent.author_id, *answered]


@action
def see(mention: Mention, *, by: User) -> None:
    """Take it off one's first page; nothing happens the second time. Raises NotPermitted for other people's."""
    if mention.person_id != by.pk:
        raise NotPermitted("Only the person it speaks to can say that they have seen it.")
    if Mention.objects.filter(pk=mention.pk, seen_at=None).update(seen_at=clock.now()):
        record_event(mention, verb="seen", actor=Actor.of(by))
