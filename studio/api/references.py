"""Files that guide takes: bringing them in with a note on the right to use them, reading and fetching them."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import File, Form, Query, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import Field

from studio.actions.assets import LONGEST_NOTE, add_asset
from studio.actions.permitting import require_role
from studio.api.access import TokenRequest, needs, project_for, projects_of, projects_to_read
from studio.api.answers import SLUG, WHOLE_OR_PART, Body, Cursor, Paged, Refusal, answers, only_form, page_of
from studio.models import Asset, AssetKind
from studio.rules.scopes import Scope
from studio.views.places import BRINGERS, READERS
from studio.views.references import NAMES, file_of

router = Router(tags=["references"])


class AssetOut(Schema):
    id: int
    uuid: UUID
    project: str
    kind: AssetKind
    name: str
    width: int
    height: int
    duration_seconds: Decimal | None
    rights_note: str
    sha256: str
    size_bytes: int
    media_type: str
    added_by: str
    created_at: datetime
    files: dict[str, str] = Field(description="The address of each file; it wants the same token.")


class AssetFilter(Cursor):
    project: str | None = Field(None, pattern=SLUG)
    kind: AssetKind | None = None


class NoteIn(Body):
    rights_note: str = Field(max_length=LONGEST_NOTE, description="Why we may use it: whose it is, or its licence.")


@router.get("/references", response=answers(Paged[AssetOut]), **needs(Scope.GENERATIONS_READ))
def list_references(request: TokenRequest, wanted: Query[AssetFilter]) -> dict[str, Any]:
    rows = Asset.objects.filter(project__in=projects_to_read(request, *READERS))
    columns = {"project__slug": wanted.project, "kind": wanted.kind}
    rows = rows.filter(**{name: value for name, value in columns.items() if value is not None})

    def show(found: Sequence[Asset]) -> list[AssetOut]:
        return [_shown(request, asset) for asset in found]

    return page_of(request, rows.select_related("project", "blob", "added_by"), wanted, show)


@router.get("/references/{uuid:uuid}", response=answers(AssetOut), **needs(Scope.GENERATIONS_READ))
def get_reference(request: TokenRequest, uuid: UUID) -> AssetOut:
    return _shown(request, _asset(request, uuid))


@router.get(
    "/references/{uuid:uuid}/files/{name}",
    response={(401, 403, 404): Refusal},
    url_name="get_reference_file",
    **needs(Scope.GENERATIONS_READ, responses=WHOLE_OR_PART),
)
def get_reference_file(request: TokenRequest, uuid: UUID, name: str) -> HttpResponseBase:
    return file_of(request, _asset(request, uuid), name)


@router.post("/projects/{slug:slug}/references", response=answers(AssetOut, 201), **needs(Scope.PROMPTS_WRITE))
def add_reference(
    request: TokenRequest,
    slug: str,
    file: File[UploadedFile],
    note: Form[NoteIn],
) -> Any:
    """A still or a clip, as multipart form. The same file twice is one reference: the first stays."""
    project = project_for(request, slug, *BRINGERS)
    only_form(request, "rights_note", "file")
    asset = add_asset(
        file.chunks(), project=project, by=request.auth.user, name=file.name or "file", rights_note=note.rights_note
    )
    return Status(201, _shown(request, asset))


def _asset(request: TokenRequest, uuid: UUID) -> Asset:
    """Http404 out of reach, NotPermitted for those who only review."""
    reachable = Asset.objects.filter(project__in=projects_of(request)).select_related("project", "blob", "added_by")
    asset = get_object_or_404(reachable, uuid=uuid)
    require_role(request.auth.user, asset.project, *READERS)
    return asset


def _shown(request: TokenRequest, asset: Asset) -> AssetOut:
    same = ("id", "uuid", "kind", "name", "width", "height", "duration_seconds", "rights_note", "created_at")
    columns = {name: getattr(asset, name) for name in same}
    files = {name: reverse("api:get_reference_file", args=[asset.uuid, name]) for name in NAMES[AssetKind(asset.kind)]}
    return AssetOut(
        **columns,
        project=asset.project.slug,
        sha256=asset.blob.sha256,
        size_bytes=asset.blob.size,
        media_type=asset.blob.media_type,
        added_by=asset.added_by.username,
        files={name: request.build_absolute_uri(address) for name, address in sorted(files.items())},
    )
