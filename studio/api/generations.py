"""Paid calls: how they stand, what they cost, and what their people may do about one."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema
from pydantic import Field

from studio.actions.permitting import require_role
from studio.actions.settling_generations import adopt_late_clip, ask_again, request_cancel, settle_unknown
from studio.api.access import TokenRequest, needs, projects_of, projects_to_read
from studio.api.answers import LARGEST_KEY, SLUG, Body, Cursor, Paged, answers, page_of
from studio.models import Generation
from studio.rules.generation import GenerationState, Reason
from studio.rules.scopes import Scope
from studio.views.places import READERS

router = Router(tags=["generations"])


class GenerationOut(Schema):
    id: int
    project: str
    prompt: int
    take_number: int
    batch: UUID | None
    provider: str
    model: str
    parameters: dict[str, Any]
    seed: int | None
    samples: int
    withheld: int
    state: GenerationState
    is_final: bool
    reason: Reason | None
    explanation: str
    progress: int
    cost_estimated: Decimal
    cost_billed: Decimal | None
    requested_by: str
    retry_of: int | None
    created_at: datetime
    sent_at: datetime | None
    cancel_requested_at: datetime | None


class StateSeen(Schema):
    state: GenerationState
    at: datetime
    said: str = ""


class GenerationDetail(GenerationOut):
    """With what was sent and answered, secrets removed, and the takes that came of it."""

    remote_id: str
    states_seen: list[StateSeen]
    request: dict[str, Any]
    answer: dict[str, Any]
    takes: list[UUID]


class GenerationFilter(Cursor):
    project: str | None = Field(None, pattern=SLUG)
    prompt: int | None = Field(None, ge=1, le=LARGEST_KEY)
    batch: UUID | None = None
    state: GenerationState | None = None
    provider: str | None = Field(None, pattern=SLUG)
    model: str | None = Field(None, pattern=r"^[-\w.]{1,80}$")


class Settlement(Body):
    charged: bool = Field(description="True: the provider took the money and no clip will come; false: it did not.")


@router.get("/generations", response=answers(Paged[GenerationOut]), **needs(Scope.GENERATIONS_READ))
def list_generations(request: TokenRequest, wanted: Query[GenerationFilter]) -> dict[str, Any]:
    """The calls of every project that the token's owner may read as its author, editor, moderator or auditor."""
    rows = Generation.objects.filter(prompt__project__in=projects_to_read(request, *READERS))
    return page_of(request, _narrowed(rows, wanted).select_related(*BESIDE), wanted, shown_all)


BESIDE = ("prompt__project", "requested_by", "batch")


def _narrowed(rows: "QuerySet[Generation]", wanted: GenerationFilter) -> "QuerySet[Generation]":
    columns = {
        "prompt__project__slug": wanted.project,
        "prompt": wanted.prompt,
        "batch__uuid": wanted.batch,
        "state": wanted.state,
        "provider": wanted.provider,
        "model": wanted.model,
    }
    return rows.filter(**{name: value for name, value in columns.items() if value is not None})


@router.get("/generations/{int:pk}", response=answers(GenerationDetail), **needs(Scope.GENERATIONS_READ))
def get_generation(request: TokenRequest, pk: int) -> GenerationDetail:
    return _detail(_generation(request, pk))


@router.post("/generations/{int:pk}/cancel", response=answers(GenerationDetail), **needs(Scope.PROMPTS_WRITE))
def cancel_generation(request: TokenRequest, pk: int) -> GenerationDetail:
    """Ask for a cancellation; it is done when the provider confirms. 409 when it has ended or was asked for."""
    return _act(request, pk, lambda row: request_cancel(row, by=request.auth.user))


@router.post("/generations/{int:pk}/ask", response=answers(GenerationDetail), **needs(Scope.PROMPTS_WRITE))
def ask_generation(request: TokenRequest, pk: int) -> GenerationDetail:
    """Look again for an unknown one. It costs nothing and never sends it again."""
    return _act(request, pk, lambda row: ask_again(row, by=request.auth.user))


@router.post("/generations/{int:pk}/settle", response=answers(GenerationDetail), **needs(Scope.PROMPTS_WRITE))
def settle_generation(request: TokenRequest, pk: int, settlement: Settlement) -> GenerationDetail:
    """Close an unknown one as the provider's account says: charged ends `lost`, not charged ends `failed`."""
    return _act(request, pk, lambda row: settle_unknown(row, by=request.auth.user, charged=settlement.charged))


@router.post("/generations/{int:pk}/adopt", response=answers(GenerationDetail), **needs(Scope.PROMPTS_WRITE))
def adopt_generation(request: TokenRequest, pk: int) -> GenerationDetail:
    """Make a take of a clip that came although its generation had been cancelled."""
    return _act(request, pk, lambda row: adopt_late_clip(row, by=request.auth.user))


def _act(request: TokenRequest, pk: int, do: Callable[[Generation], None]) -> GenerationDetail:
    do(_generation(request, pk))
    return _detail(_generation(request, pk))


def _generation(request: TokenRequest, pk: int) -> Generation:
    """Http404 out of reach, NotPermitted for those who only review."""
    reachable = Generation.objects.filter(prompt__project__in=projects_of(request)).select_related(*BESIDE)
    row = get_object_or_404(reachable, pk=pk)
    require_role(request.auth.user, row.prompt.project, *READERS)
    return row


def shown_all(rows: Sequence[Generation]) -> list[GenerationOut]:
    return [GenerationOut(**_columns(row)) for row in rows]


def _detail(row: Generation) -> GenerationDetail:
    takes = list(row.candidates.order_by("sample").values_list("uuid", flat=True))
    more = {"remote_id": row.remote_id, "states_seen": row.states_seen, "request": row.request, "answer": row.answer}
    return GenerationDetail(**_columns(row), **more, takes=takes)


def _columns(row: Generation) -> dict[str, Any]:
    same = (
        *("id", "take_number", "provider", "model", "parameters", "seed", "samples", "withheld", "state", "is_final"),
        *("explanation", "progress", "cost_estimated", "cost_billed", "created_at", "sent_at", "cancel_requested_at"),
    )
    return {name: getattr(row, name) for name in same} | {
        "project": row.prompt.project.slug,
        "prompt": row.prompt_id,
        "batch": row.batch.uuid if row.batch else None,
        "reason": row.reason or None,
        "requested_by": row.requested_by.username,
        "retry_of": row.retry_of_id,
    }
