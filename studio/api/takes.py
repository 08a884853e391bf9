"""Takes: what came, what our probe measured, and how each stands. Their files are served by the judging side."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import File, Form, Query, Router, Schema
from ninja import Status as Answer
from ninja.files import UploadedFile
from pydantic import Field

from studio.actions.ingesting import bring_in
from studio.api.access import TokenRequest, needs, project_for, projects_of
from studio.api.answers import LARGEST_KEY, SLUG, Body, Cursor, Paged, answers, only_form, page_of
from studio.forms import LONGEST_TEXT
from studio.models import Candidate, Source
from studio.rules.lifecycle import Status
from studio.rules.scopes import Scope
from studio.views.places import BRINGERS

router = Router(tags=["takes"])
FILES = ("original", "proxy.mp4", "poster.jpg", "sprite.jpg", "frames.json")


class TakeOut(Schema):
    id: int
    uuid: UUID
    name: str
    project: str
    prompt: int
    generation: int | None
    sample: int
    source: Source
    status: Status
    sha256: str
    size_bytes: int
    media_type: str
    facts: dict[str, Any]
    made_by: str
    created_at: datetime
    files: dict[str, str] = Field(description="The address of each file; it wants the same token.")


class TakeFilter(Cursor):
    project: str | None = Field(None, pattern=SLUG)
    prompt: int | None = Field(None, ge=1, le=LARGEST_KEY)
    generation: int | None = Field(None, ge=1, le=LARGEST_KEY)
    status: Status | None = None


class SaidIn(Body):
    text: str = Field("", max_length=LONGEST_TEXT, description="What was asked for, if it is known.")


@router.get("/takes", response=answers(Paged[TakeOut]), **needs(Scope.CANDIDATES_READ))
def list_takes(request: TokenRequest, wanted: Query[TakeFilter]) -> dict[str, Any]:
    columns = {
        "prompt__project__slug": wanted.project,
        "prompt": wanted.prompt,
        "generation": wanted.generation,
        "status": wanted.status,
    }
    rows = takes_of(request).filter(**{name: value for name, value in columns.items() if value is not None})

    def show(found: Sequence[Candidate]) -> list[TakeOut]:
        return [_shown(request, take) for take in found]

    return page_of(request, rows, wanted, show)


@router.get("/takes/{uuid:uuid}", response=answers(TakeOut), **needs(Scope.CANDIDATES_READ))
def get_take(request: TokenRequest, uuid: UUID) -> TakeOut:
    return _shown(request, get_object_or_404(takes_by_address(request), uuid=uuid))


@router.post("/projects/{slug:slug}/takes", response=answers(TakeOut, 201), **needs(Scope.PROMPTS_WRITE))
def bring_take(
    request: TokenRequest,
    slug: str,
    clip: File[UploadedFile],
    said: Form[SaidIn],
) -> Any:
    """A clip made elsewhere, as multipart form; it goes through the same instruments and people as a generated one."""
    project = project_for(request, slug, *BRINGERS)
    only_form(request, "clip", "text")
    take = bring_in(
        clip.chunks(),
        project=project,
        by=request.auth.user,
        source=Source.UPLOAD,
        name=clip.name or "clip",
        text=said.text,
    )
    return Answer(201, _shown(request, take))


def takes_of(request: TokenRequest) -> "QuerySet[Candidate]":
    """Every take within reach: whoever may open its page may read it here."""
    return _within_reach(request, Candidate.objects.all())


def takes_by_address(request: TokenRequest) -> "QuerySet[Candidate]":
    """The same with copies, which no list names."""
    return _within_reach(request, Candidate.with_copies.all())


def _within_reach(request: TokenRequest, takes: "QuerySet[Candidate]") -> "QuerySet[Candidate]":
    reachable = takes.filter(prompt__project__in=projects_of(request))
    return reachable.select_related("prompt__project", "blob", "made_by")


def _shown(request: TokenRequest, take: Candidate) -> TakeOut:
    same = ("id", "uuid", "name", "sample", "source", "status", "sha256", "facts", "created_at")
    return TakeOut(
        **{name: getattr(take, name) for name in same},
        project=take.prompt.project.slug,
        prompt=take.prompt_id,
        generation=take.generation_id,
        size_bytes=take.blob.size,
        media_type=take.blob.media_type,
        made_by=take.made_by.username,
        files={name: request.build_absolute_uri(reverse("api:get_file", args=[take.uuid, name])) for name in FILES},
    )
