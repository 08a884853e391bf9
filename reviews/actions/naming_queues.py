"""Named queues: make one, change its rule, order them, remove one. Each sorts again what waits and nobody holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from reviews.actions.sorting import Moves, moves_under, rules_in_force, sort_again
from reviews.models import NamedQueue
from reviews.rules.named_queues import QueueRule
from reviews.rules.queues import Queue
from studio import clock
from studio.actions.events import Actor, action, record_event
from studio.actions.permitting import moderates
from studio.errors import Conflict, Invalid, NotPermitted
from studio.models import Project, User

TAKEN = frozenset({*Queue.values, "mine", "named", "views"})
"""Slugs that are addresses already."""


@dataclass(frozen=True, slots=True)
class QueueDraft:
    name: str
    slug: str
    purpose: str = ""
    project: Project | None = None
    checks: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    at_least: str = ""
    provider: str = ""
    model: str = ""

    def columns(self) -> dict[str, Any]:
        """All but slug and project, which stay what they were when it was made."""
        return {
            "name": self.name,
            "purpose": self.purpose,
            "checks": list(self.checks),
            "labels": list(self.labels),
            "at_least": self.at_least,
            "provider": self.provider,
            "model": self.model,
        }


def _require_editor(user: User, project: Project | None) -> None:
    if not moderates(user, project):
        whose = f"of {project}" if project else "of every project"
        raise NotPermitted(f"Only a moderator {whose} edits these queues.")


def preview(draft: QueueDraft, queue: NamedQueue | None = None) -> Moves:
    """What would move if `draft` were made, or put in place of what `queue` says. Writes nothing."""
    project = queue.project if queue else draft.project
    rule = QueueRule(
        queue=queue.pk if queue else 0,
        project=project.pk if project else None,
        checks=frozenset(draft.checks),
        labels=frozenset(draft.labels),
        at_least=draft.at_least,
        provider=draft.provider,
        model=draft.model,
    )
    rules = rules_in_force()
    if queue:
        rules = [rule if each.queue == queue.pk else each for each in rules]
    else:
        at = next((place for place, each in enumerate(rules) if project and each.project is None), len(rules))
        rules.insert(at, rule)
    return moves_under(rules, project)


@action
def create_queue(draft: QueueDraft, *, by: User) -> tuple[NamedQueue, int]:
    """The new queue, last of its project's or of the house's, and how many reviews it moved.

    Raises NotPermitted unless `by` moderates there, Invalid without a name, Conflict when the slug is taken.
    """
    _require_editor(by, draft.project)
    _require_name(draft)
    if draft.slug in TAKEN or NamedQueue.objects.filter(slug=draft.slug).exists():
        raise Conflict(f"“{draft.slug}” is the address of another queue, perhaps of one that was removed.")
    last = NamedQueue.objects.filter(project=draft.project).aggregate(last=Max("position"))["last"]
    place = {"project": draft.project, "slug": draft.slug, "position": (last or 0) + 1}
    queue = NamedQueue.objects.create(**place, **draft.columns())
    return queue, _sorted(queue, "queue_made", by, {"rule": draft.columns()})


@action
def change_queue(queue: NamedQueue, draft: QueueDraft, *, by: User) -> int:
    """How many reviews moved. Raises as `create_queue` does, Conflict when it was removed meanwhile."""
    _require_editor(by, queue.project)
    _require_name(draft)
    if not NamedQueue.objects.in_force().filter(pk=queue.pk).update(**draft.columns()):
        raise Conflict("This queue was removed meanwhile.")
    return _sorted(queue, "queue_changed", by, {"rule": draft.columns()})


@action
def move_queue(queue: NamedQueue, *, by: User, up: bool) -> int:
    """Ask its rule one place earlier or later among its project's or the house's; at the end nothing changes."""
    _require_editor(by, queue.project)
    siblings = list(NamedQueue.objects.in_force().filter(project=queue.project))
    at = next((place for place, each in enumerate(siblings) if each.pk == queue.pk), None)
    if at is None:
        raise Conflict("This queue was removed meanwhile.")
    to = at - 1 if up else at + 1
    if not 0 <= to < len(siblings):
        return 0
    siblings.insert(to, siblings.pop(at))
    for position, each in enumerate(siblings, start=1):
        NamedQueue.objects.filter(pk=each.pk).update(position=position)
    return _sorted(queue, "queue_moved", by, {"to": to + 1})


@action
def remove_queue(queue: NamedQueue, *, by: User) -> int:
    """Its free reviews go where the other rules put them; one that is held waits in its stage. The row stays."""
    _require_editor(by, queue.project)
    if not NamedQueue.objects.in_force().filter(pk=queue.pk).update(removed_at=clock.now()):
        raise Conflict("This queue was removed already.")
    return _sorted(queue, "queue_removed", by, {})


def _sorted(queue: NamedQueue, verb: str, by: User, data: Mapping[str, object]) -> int:
    moved = sort_again(queue.project)
    record_event(queue, verb=verb, actor=Actor.of(by), data={**data, "moved": moved})
    return moved


def _require_name(draft: QueueDraft) -> None:
    if not draft.name.strip() or not draft.slug:
        raise Invalid("Give the queue a name.")
