"""Questions that several pages ask of the queues: who works where, and how much waits for whom."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from reviews.actions.queueing import offered_to
from reviews.counting import Counted, read_together
from reviews.models import Decision, Review
from reviews.rules.queues import WORKED_BY, Queue
from studio import clock
from studio.errors import NotPermitted
from studio.models import Candidate, Membership, Project, User
from studio.rules.roles import Role

QUEUE_READERS = frozenset({Role.REVIEWER, Role.EDITOR, Role.MODERATOR, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class Post:
    """One project in which a person works, and as what."""

    slug: str
    name: str
    roles: frozenset[Role]

    @property
    def roles_sorted(self) -> list[Role]:
        return [role for role in Role if role in self.roles]


def posts_of(user: User) -> list[Post]:
    """Where `user` holds which roles, by the projects' names. A superuser holds every role everywhere."""
    if user.is_superuser:
        return [Post(slug, name, frozenset(Role)) for slug, name in Project.objects.values_list("slug", "name")]
    held: dict[tuple[str, str], set[Role]] = defaultdict(set)
    rows = Membership.objects.filter(user=user).order_by("project__name")
    for slug, name, role in rows.values_list("project__slug", "project__name", "role"):
        held[slug, name].add(Role(role))
    return [Post(slug, name, frozenset(roles)) for (slug, name), roles in held.items()]


def roles_anywhere(posts: Iterable[Post]) -> frozenset[Role]:
    return frozenset(role for post in posts for role in post.roles)


def readers_only(user: User, posts: Iterable[Post] | None = None) -> frozenset[Role]:
    """The roles of `user`, who holds `posts`. Raises NotPermitted for people who only make takes."""
    held = roles_anywhere(posts_of(user) if posts is None else posts)
    if not held & QUEUE_READERS:
        raise NotPermitted("Queues are for reviewers, editors, moderators and auditors.")
    return held


def waiting_for(user: User, roles: frozenset[Role], spared: int) -> Mapping[Queue, int]:
    """How many reviews of each queue `user`, who holds `roles`, has or would be offered; one query, up to a limit."""
    mine, at = [queue for queue in Queue if WORKED_BY[queue] in roles], clock.now()
    offered = {queue.value: Counted(offered_to(user, queue, spared=spared)) for queue in mine}
    held = {
        f"held_{queue.value}": Counted(Review.objects.in_queue(queue).held_by(user, at).order_by()) for queue in mine
    }
    counts = read_together(user, **offered, **held)
    return {queue: counts[queue.value] + counts[f"held_{queue.value}"] for queue in mine}


def still_judged_by(user: User) -> "QuerySet[Review]":
    """Reviews in which `user` may be asked for an independent judgement: maker, cost and others' words stay hidden.

    One that somebody else has just decided is among them, for it may be looked at twice; where it is, moderators may
    have to decide between the two.
    """
    own = Decision.objects.filter(decided_by=user, superseded_by=None)
    reviews = Review.objects.filter(settled_at=None).exclude(queue=Queue.EDITOR).exclude(sent_by=user)
    reviews = reviews.exclude(Q(closed_at__isnull=False) & Exists(own.filter(review=OuterRef("pk"))))
    reviews = reviews.exclude(Exists(own.filter(pk=OuterRef("independent_of"))))
    if not user.is_superuser:
        works = Q(pk=None)
        for queue, role in WORKED_BY.items():
            projects = Membership.objects.filter(user=user, role=role).values("project")
            works |= Q(queue=queue, project__in=projects)
            if role is Role.MODERATOR:
                works |= Q(independent_of__isnull=False, project__in=projects)
        reviews = reviews.filter(works)
    if settings.ALLOW_SELF_REVIEW:
        return reviews
    return reviews.exclude(Exists(Candidate.objects.made_by(user).filter(sha256=OuterRef("candidate__sha256"))))
