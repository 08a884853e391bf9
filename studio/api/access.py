"""Who asks: a token, and through it a person. The token narrows what the person may; it never widens it.

There is no other way in: sessions are not looked at, so no page of somebody else's can make a browser send one of these
requests with rights. That is why they need no CSRF token.
"""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja.security import HttpBearer

from studio.actions.permitting import require_role
from studio.actions.tokens import authenticate, spend_write
from studio.errors import NotPermitted
from studio.models import ApiToken, Project
from studio.rules.roles import Role
from studio.rules.scopes import Scope

READING = ("GET", "HEAD", "OPTIONS")


class TokenRequest(HttpRequest):
    """A request that `BearerToken` let through."""

    auth: ApiToken


class TooManyWrites(Exception):
    """This token has changed as much as it may in a minute."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class ScopeMissing(NotPermitted):
    pass


class BearerToken(HttpBearer):
    """`Authorization: Bearer dly_…`. Raises ScopeMissing for a token without `scope`; None: any live token will do."""

    def __init__(self, scope: Scope | None) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        found = authenticate(token.strip())
        if found is None:
            return None
        if self.scope is not None and self.scope.value not in found.scopes:
            raise ScopeMissing(f"This token may not be used for that: it lacks the scope {self.scope.value}.")
        if request.method not in READING and (wait := spend_write(found)):
            raise TooManyWrites(wait.total_seconds())
        return found


def needs(scope: Scope | None, **documented: Any) -> dict[str, Any]:
    """What an operation is declared with: the scope that guards it, and the same scope in the document."""
    return {"auth": BearerToken(scope), "openapi_extra": {"x-scope": scope.value if scope else "", **documented}}


def projects_of(request: TokenRequest) -> "QuerySet[Project]":
    """The projects of the person, or the one of them that the token is for."""
    visible = Project.objects.visible_to(request.auth.user)
    only = request.auth.project_id
    return visible if only is None else visible.filter(pk=only)


def project_for(request: TokenRequest, slug: str, *allowed: Role) -> Project:
    """Http404 for a project out of reach, NotPermitted for a role that is none of `allowed`."""
    project = get_object_or_404(projects_of(request), slug=slug)
    require_role(request.auth.user, project, *allowed)
    return project


def projects_to_read(request: TokenRequest, *allowed: Role) -> "QuerySet[Project]":
    """Those of the projects in reach where the person holds one of `allowed`."""
    found, user = projects_of(request), request.auth.user
    if user.is_superuser:
        return found
    return found.filter(memberships__user=user, memberships__role__in=allowed).distinct()
