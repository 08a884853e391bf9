"""Paging along the order of a queue: an address names the last row seen, so that nothing is counted or skipped over."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from reviews.models import Review

ROWS = 50


@dataclass(frozen=True, slots=True)
class QueuePage:
    rows: list[Review]
    next_url: str
    """ "" on the last page."""
    first_url: str
    """ "" on the first page."""


def page_along(reviews: "QuerySet[Review]", request: HttpRequest) -> QueuePage:
    """`reviews` are in the order of their queue."""
    last = _last_seen(request)
    found = list((reviews.filter(_behind(last)) if last else reviews)[: ROWS + 1])
    shown = found[:ROWS]
    return QueuePage(
        shown,
        _address(request, shown[-1].pk) if len(found) > ROWS else "",
        _address(request) if last else "",
    )


def _last_seen(request: HttpRequest) -> Review | None:
    """A row is found by its key although it is decided by now: its place in the order stays."""
    text = request.GET.get("after", "")
    known = text.isascii() and text.isdigit() and len(text) < 19
    return Review.objects.filter(pk=int(text)).first() if known else None


def _behind(last: Review) -> Q:
    """Rows after `last` in the order `HANDED_OUT`."""
    same = Q(severity_rank=last.severity_rank, comes_first=last.comes_first)
    held = same & Q(was_held=last.was_held)
    behind = Q(due_at__gt=last.due_at) | Q(due_at=last.due_at, pk__gt=last.pk)
    behind = held & behind
    if last.was_held:
        behind |= same & Q(was_held=False)
    behind |= Q(comes_first=last.comes_first, severity_rank__lt=last.severity_rank)
    return behind | Q(comes_first=False) if last.comes_first else behind


def _address(request: HttpRequest, after: int | None = None) -> str:
    query = request.GET.copy()
    for name in ("polls", "after"):
        query.pop(name, None)
    if after:
        query["after"] = str(after)
    return f"{request.path}?{query.urlencode()}"
