"""The projects that a token reaches."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ninja import Query, Router, Schema

from studio.api.access import TokenRequest, needs, projects_of
from studio.api.answers import Cursor, Paged, answers, page_of
from studio.models import Membership, Project
from studio.rules.roles import Role

router = Router(tags=["projects"])


class ProjectOut(Schema):
    slug: str
    name: str
    roles: list[Role]
    """Those of the token's owner."""
    created_at: datetime


@router.get("/projects", response=answers(Paged[ProjectOut]), **needs(None))
def list_projects(request: TokenRequest, cursor: Query[Cursor]) -> dict[str, Any]:
    """Every project within reach, with the roles that the token's owner holds there."""

    def show(rows: Sequence[Project]) -> list[ProjectOut]:
        held = _roles(request, rows)
        return [ProjectOut(slug=row.slug, name=row.name, roles=held[row.pk], created_at=row.created_at) for row in rows]

    return page_of(request, projects_of(request), cursor, show)


def _roles(request: TokenRequest, rows: Sequence[Project]) -> dict[int, list[Role]]:
    user = request.auth.user
    if user.is_superuser:
        return {row.pk: list(Role) for row in rows}
    held: dict[int, list[Role]] = {row.pk: [] for row in rows}
    for membership in Membership.objects.filter(user=user, project__in=rows).order_by("role"):
        held[membership.project_id].append(Role(membership.role))
    return held
