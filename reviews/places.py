"""What an address under /queues/ names: a queue as it is worked, or a named part of the flagged one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from reviews.actions.queueing import offered_to
from reviews.models import NamedQueue, Review
from reviews.rules.named_queues import in_words
from reviews.rules.queues import WORKED_BY, Queue
from studio import clock
from studio.models import User
from studio.rules.roles import Role

MOST_NAMED = 20
PURPOSE: Mapping[Queue, str] = {
    Queue.FLAGGED: "Takes that an instrument stopped, or could not look at.",
    Queue.EDITOR: "Takes that are clean or were passed, waiting for approval.",
    Queue.ESCALATIONS: "Questions to a moderator, and takes that a rule blocks.",
}


@dataclass(frozen=True, slots=True)
class Place:
    """`stage` decides who works it and how; `named` narrows it. A stage holds its named parts as well."""

    slug: str
    title: str
    purpose: str
    stage: Queue
    named: NamedQueue | None = None

    @property
    def worked_by(self) -> Role:
        return WORKED_BY[self.stage]

    def waiting(self, user: User) -> "QuerySet[Review]":
        """In the order in which they are handed out."""
        return Review.objects.visible_to(user).in_queue(self.stage, self.named)

    def offered(self, user: User, spared: int) -> "QuerySet[Review]":
        return offered_to(user, self.stage, self.named, spared=spared)

    def held(self, user: User) -> "QuerySet[Review]":
        """What `user` has of it: it was prepared for them, or a page with it is open."""
        return Review.objects.in_queue(self.stage, self.named).held_by(user, clock.now())


def _stage(queue: Queue) -> Place:
    return Place(queue.value, queue.label, PURPOSE[queue], queue)


def _named(queue: NamedQueue) -> Place:
    purpose = queue.purpose or f"Flagged takes: {in_words(queue.rule())}."
    return Place(queue.slug, queue.name, purpose, Queue.FLAGGED, queue)


def place_of(slug: str, user: User) -> Place | None:
    """None for an address that names no queue, a removed one, or one of a project that is foreign to `user`."""
    if slug in Queue.values:
        return _stage(Queue(slug))
    found = NamedQueue.objects.in_force().visible_to(user).filter(slug=slug).first()
    return _named(found) if found else None


def places_for(user: User) -> Sequence[Place]:
    """Every queue that `user` may see; the named ones stand below the flagged one, in the order of their rules."""
    named = [_named(queue) for queue in NamedQueue.objects.in_force().visible_to(user)[:MOST_NAMED]]
    return [
        place for queue in Queue for place in ([_stage(queue), *named] if queue is Queue.FLAGGED else [_stage(queue)])
    ]
