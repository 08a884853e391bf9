"""`/healthz`: whether this installation does its work, for machines that watch it."""

from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError
from django.db.models import Min
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from studio import clock
from studio.broker import broker_answers
from studio.models import Heartbeat
from studio.models.leased import LeasedRow, due

SILENT_SECONDS = 60.0
"""Beat asks for a sweep every 2 s; a busy worker may be late by one task, not by a minute."""
OVERDUE_SECONDS = 900.0
"""Above the longest task (720 s): a row due for longer is one that nobody takes."""


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 — a view's shape
    """200 when all is well, else 503. Ages are seconds; null: never, or nothing is due.

    A silent poller alone is no illness: the workers look at its jobs, only fewer of them.
    """
    report: dict[str, Any] = {
        "database": True,
        "broker": broker_answers(settings.BROKER_URL),
        "beat_age_seconds": None,
        "poller_age_seconds": None,
        "oldest_due_seconds": None,
    }
    try:
        at = clock.now()
        signs = dict(Heartbeat.objects.values_list("name", "at"))
        report["beat_age_seconds"] = _age(at, signs.get("sweep"))
        report["poller_age_seconds"] = _age(at, signs.get("poller"))
        report["oldest_due_seconds"] = _age(at, min(_due_since(at), default=None))
    except DatabaseError:
        report["database"] = False
    report["ok"] = _is_well(report)
    return JsonResponse(report, status=HTTPStatus.OK if report["ok"] else HTTPStatus.SERVICE_UNAVAILABLE)


def _due_since(at: datetime) -> Iterator[datetime]:
    """Since when the oldest row of each kind is due."""
    for model in apps.get_models():
        if issubclass(model, LeasedRow):
            oldest = model._default_manager.filter(due(at)).aggregate(oldest=Min("run_after"))["oldest"]
            if oldest is not None:
                yield oldest


def _age(at: datetime, since: datetime | None) -> float | None:
    return None if since is None else round((at - since).total_seconds(), 3)


def _is_well(report: dict[str, Any]) -> bool:
    beat, oldest = report["beat_age_seconds"], report["oldest_due_seconds"]
    moves = beat is not None and beat <= SILENT_SECONDS and (oldest is None or oldest <= OVERDUE_SECONDS)
    return bool(report["database"] and report["broker"] and moves)
