"""What stands around every page: where one may go and how much waits there, the theme, and the banners.

Everything is lazy, so a page that does not draw it asks the database nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from reviews.queues import QUEUE_READERS, Post, posts_of, waiting_for
from reviews.rules.queues import Queue
from reviews.views.bounds import bounds_for
from studio.models import Preferences, Theme, User
from studio.rules.keymaps import by_id
from studio.rules.roles import Role

MAKING = (("Prompts", "prompts"), ("Batches", "batches"), ("Spend", "spend"))
PROMPT_READERS = frozenset({Role.AUTHOR, Role.EDITOR, Role.MODERATOR, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class Entry:
    label: str
    href: str
    current: bool
    count: int = 0


def chrome(request: HttpRequest) -> Mapping[str, Any]:
    """The context processor of every page."""
    preferences = cache(lambda: _preferences(request))
    return {
        "demo": settings.DEMO,
        "self_review": settings.ALLOW_SELF_REVIEW,
        "theme": SimpleLazyObject(lambda: _theme(preferences())),
        "bindings": SimpleLazyObject(lambda: by_id(preferences().keys)),
        "speed_percent": SimpleLazyObject(lambda: preferences().speed_percent),
        "nav": SimpleLazyObject(lambda: _entries(request)),
    }


def _person(request: HttpRequest) -> User | None:
    """Who asks; None when nobody is signed in or the request broke before that was known."""
    user = getattr(request, "user", None)
    return user if isinstance(user, User) else None


def _preferences(request: HttpRequest) -> Preferences:
    user = _person(request)
    return (user and Preferences.objects.filter(user=user).first()) or Preferences()


def _theme(preferences: Preferences) -> str:
    return preferences.theme if preferences.theme != Theme.SYSTEM else "auto"


def _entries(request: HttpRequest) -> list[Entry]:
    user = _person(request)
    return _entries_of(user, request) if user else []


def _entries_of(user: User, request: HttpRequest) -> list[Entry]:
    posts, path = posts_of(user), request.path
    held = frozenset(role for post in posts for role in post.roles)
    spared = bounds_for(request, user).spared if held & QUEUE_READERS else 0
    waiting = waiting_for(user, held, spared)
    rows: list[tuple[str, str, int]] = [("Dashboard", reverse("dashboard"), 0)]
    if here := _project_slug(posts, path, PROMPT_READERS):
        rows += [(label, reverse(name, args=[here]), 0) for label, name in MAKING]
    if held & QUEUE_READERS:
        rows.append(("Queues", reverse("queues"), waiting.get(Queue.FLAGGED, 0) + waiting.get(Queue.ESCALATIONS, 0)))
    if here := _project_slug(posts, path, frozenset({Role.EDITOR})):
        rows.append(("Desk", reverse("desk", args=[here]), waiting.get(Queue.EDITOR, 0)))
    if here := _project_slug(posts, path, frozenset({Role.MODERATOR})):
        rows.append(("People", reverse("people", args=[here]), 0))
    if held & {Role.MODERATOR, Role.AUDITOR}:
        rows.append(("Providers", reverse("providers"), 0))
        if here := _project_slug(posts, path, frozenset({Role.MODERATOR, Role.AUDITOR})):
            rows.append(("Policy", reverse("policy", args=[here]), 0))
        rows.append(("Blocklist", reverse("blocklist"), 0))
        rows.append(("Audit", reverse("audit"), 0))
    rows.append(("Gallery", reverse("gallery"), 0))
    return [
        Entry(label, href, path == href or (href != "/" and path.startswith(href)), count)
        for label, href, count in rows
    ]


def _project_slug(posts: list[Post], path: str, roles: frozenset[Role]) -> str:
    """The project whose pages the entry opens: the one of this address, else the first; "" without one of `roles`."""
    slugs = [post.slug for post in posts if post.roles & roles]
    here = path.split("/")[2] if path.startswith("/p/") else ""
    return here if here in slugs else next(iter(slugs), "")
