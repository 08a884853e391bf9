"""What was published, and what was taken back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from ninja import Query, Router, Schema
from pydantic import Field

from reviews.actions.publishing import clip_name
from reviews.models import Publication, PublicationState
from studio.api.access import TokenRequest, needs, projects_of
from studio.api.answers import SLUG, Cursor, Paged, answers, page_of
from studio.rules.scopes import Scope

router = Router(tags=["publications"])


class PublicationOut(Schema):
    id: int
    uuid: UUID
    project: str
    take: UUID
    state: PublicationState
    title: str
    sha256: str
    media_type: str
    published_at: datetime | None
    withdrawn_at: datetime | None
    url: str = Field(description="The public clip; empty unless it is live.")


class PublicationFilter(Cursor):
    project: str | None = Field(None, pattern=SLUG)
    state: PublicationState | None = None


@router.get("/publications", response=answers(Paged[PublicationOut]), **needs(Scope.PUBLICATIONS_READ))
def list_publications(request: TokenRequest, wanted: Query[PublicationFilter]) -> dict[str, Any]:
    rows = Publication.objects.filter(candidate__prompt__project__in=projects_of(request))
    if wanted.project is not None:
        rows = rows.filter(candidate__prompt__project__slug=wanted.project)
    if wanted.state is not None:
        rows = rows.filter(state=wanted.state)

    def show(found: Sequence[Publication]) -> list[PublicationOut]:
        return [_shown(request, row) for row in found]

    return page_of(request, rows.select_related("candidate__prompt__project"), wanted, show)


def _shown(request: TokenRequest, row: Publication) -> PublicationOut:
    same = ("id", "uuid", "state", "title", "sha256", "media_type", "published_at", "withdrawn_at")
    address = reverse("public_media", kwargs={"uuid": row.uuid, "name": clip_name(row)})
    return PublicationOut(
        **{name: getattr(row, name) for name in same},
        project=row.candidate.prompt.project.slug,
        take=row.candidate.uuid,
        url=request.build_absolute_uri(address) if row.state == PublicationState.LIVE else "",
    )
