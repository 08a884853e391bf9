"""Paging by cursor: an address names the last row seen, so that pages do not shift while rows come in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

Row = TypeVar("Row", bound=Model)
PAGE_ROWS = 25


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows, newest first, and the addresses of the pages beside them ("" where there is none)."""

    rows: Sequence[Row]
    previous_url: str
    next_url: str


def page_of(rows: "QuerySet[Row]", request: HttpRequest, *, size: int = PAGE_ROWS) -> Page[Row]:
    """The page that the address asks for: `before` a key going to older rows, `after` one coming back."""
    before, after = (_key(request, name) for name in ("before", "after"))
    if after:
        found = list(rows.filter(pk__gt=after).order_by("pk")[: size + 1])
        shown = found[:size][::-1]
        newer, older = len(found) > size, True
    else:
        found = list((rows.filter(pk__lt=before) if before else rows).order_by("-pk")[: size + 1])
        shown = found[:size]
        newer, older = bool(before), len(found) > size
    return Page(
        shown,
        _address(request, after=shown[0].pk) if newer and shown else "",
        _address(request, before=shown[-1].pk) if older and shown else "",
    )


def _key(request: HttpRequest, name: str) -> int | None:
    """A row's key from the address; anything that is none is left aside."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _address(request: HttpRequest, **cursor: int) -> str:
    """This page's address with the cursor put in place of the one it had."""
    query = request.GET.copy()
    for name in ("before", "after"):
        query.pop(name, None)
    query.update({name: str(value) for name, value in cursor.items()})
    return f"?{query.urlencode()}"
