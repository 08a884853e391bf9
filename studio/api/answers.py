"""What every operation answers with: rows a page at a time, and refusals in one wording."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from ninja import Schema
from pydantic import BaseModel, ConfigDict, Field

from studio.errors import Invalid

ROWS, MOST_ROWS = 25, 100
LARGEST_KEY = 2**63 - 1
SLUG = r"^[-a-zA-Z0-9_]{1,50}$"
_BYTES = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
WHOLE_OR_PART = {200: {"description": "The file", **_BYTES}, 206: {"description": "A part of it", **_BYTES}}
Item = TypeVar("Item")
Row = TypeVar("Row", bound=Model)


class Refusal(Schema):
    """Why a request was refused: `error` for programs, `title` and `message` for people."""

    error: str
    title: str
    message: str
    problems: dict[str, list[str]] = Field(default={}, description="Sentences by the field they are about.")


class Body(BaseModel):
    """What is sent. A field that nobody knows is refused: a typing mistake must not become an order."""

    model_config = ConfigDict(extra="forbid")


class Cursor(Schema):
    """Which part of a list. Newest first; rows that come in meanwhile shift nothing."""

    before: int | None = Field(None, ge=1, le=LARGEST_KEY, description="Rows older than this one: as `next` says.")
    limit: int = Field(ROWS, ge=1, le=MOST_ROWS)


class Paged(Schema, Generic[Item]):
    items: list[Item]
    next: str | None = Field(description="The address of the next page; null on the last.")


def answers(model: Any, *statuses: int) -> dict[Any, Any]:
    """The documented answers of an operation: `model` (200 unless said otherwise), or a refusal."""
    return {(statuses or (200,)): model, (401, 403, 404, 409, 422, 429): Refusal}


def page_of(
    request: HttpRequest,
    rows: "QuerySet[Row]",
    cursor: Cursor,
    show: Callable[[Sequence[Row]], list[Any]],
) -> dict[str, Any]:
    """The rows that `cursor` asks for, as `show` makes them. Raises Invalid for a filter that it has not."""
    only_known(request, type(cursor))
    older = rows.filter(pk__lt=cursor.before) if cursor.before else rows
    found = list(older.order_by("-pk")[: cursor.limit + 1])
    shown = found[: cursor.limit]
    return {"items": show(shown), "next": _next(request, shown[-1].pk) if len(found) > cursor.limit else None}


def only_known(request: HttpRequest, asked: type[BaseModel]) -> None:
    """Raises Invalid for a part of the address that nobody reads: a typing mistake must not widen what is shown."""
    if unknown := sorted(set(request.GET) - set(asked.model_fields)):
        raise Invalid(f"There is no filter “{unknown[0][:40]}” here.")


def only_form(request: HttpRequest, *known: str) -> None:
    """As `only_known`, of the parts of a multipart form."""
    if unknown := sorted({*request.POST, *request.FILES} - set(known)):
        raise Invalid(f"There is no field “{unknown[0][:40]}” here.")


def _next(request: HttpRequest, before: int) -> str:
    query = request.GET.copy()
    query["before"] = str(before)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
