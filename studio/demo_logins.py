"""The invented people of the demo. They and their password exist only where `DAILIES_DEMO=1` made them."""

from collections.abc import Mapping
from dataclasses import dataclass

from studio.models import Membership
from studio.rules.roles import Role

DEMO_PASSWORD = "dailies-demo"  # noqa: S105 — printed on the sign-in page of the demo, refused everywhere else
DEMO_PROJECT = "harbour"
DEMO_DOMAIN = "demo.invalid"
"""Of every demo person's e-mail address, so that production knows them again. `.invalid` is reserved (RFC 2606)."""


@dataclass(frozen=True, slots=True)
class DemoPerson:
    username: str
    name: str
    roles: str


def demo_people() -> list[DemoPerson]:
    """Who can sign in, with their roles in words, in the order of the roles."""
    held: dict[str, tuple[str, list[Role]]] = {}
    for membership in Membership.objects.filter(user__is_active=True).select_related("user").order_by("pk"):
        _, roles = held.setdefault(membership.user.username, (membership.user.display_name, []))
        roles.append(Role(membership.role))
    people = [DemoPerson(username, name, _words(roles)) for username, (name, roles) in held.items()]
    return sorted(people, key=lambda person: _rank(held, person.username))


def _rank(held: Mapping[str, tuple[str, list[Role]]], username: str) -> int:
    return min(list(Role).index(role) for role in held[username][1])


def _words(roles: list[Role]) -> str:
    words = " and ".join(dict.fromkeys(role.label.lower() for role in roles))
    return words[:1].upper() + words[1:]
