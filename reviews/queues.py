"""Questions that several pages ask of the queues: who works where, and how much waits for whom."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q

from reviews.actions.queueing import offered_to
from reviews.models import Review
from reviews.rules.queues import WORKED_BY, Queue
from studio.models import Membership, Project, User
from studio.rules.roles import Role


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


def waiting_for(user: User, roles: frozenset[Role]) -> Mapping[Queue, int]:
    """How many reviews of each queue would be offered to `user`, who holds `roles`; in one query."""
    mine = [queue for queue in Queue if WORKED_BY[queue] in roles]
    if not mine:
        return {}
    counts = {queue.value: Count("pk", filter=Q(pk__in=offered_to(user, queue).values("pk"))) for queue in mine}
    return {Queue(slug): count for slug, count in Review.objects.open().aggregate(**counts).items()}
