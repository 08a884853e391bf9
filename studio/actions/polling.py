"""The poller's side of the rows: jobs that are due to be looked at are taken and written in bulk.

Only what changes nothing is written here. Whatever a job's end calls for (downloading, booking, telling) is a worker's:
the row is handed over with a new errand, and the worker looks again for itself.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from providers.base import Snapshot
from providers.errors import ProviderError
from studio import clock
from studio.actions.concluding import backed_off, poll_delay
from studio.actions.leasing import LASTS
from studio.actions.watching import is_news, is_overdue
from studio.enqueue import after_commit
from studio.models import Errand, Generation, Heartbeat
from studio.models.leased import due
from studio.rules.generation import GenerationState

FETCH = "studio.tasks.fetch_generation"
NEEDED = (
    "pk", "attempt", "provider", "remote_id", "state", "progress", "explanation", "poll_failures", "deadline_at",
    "cancel_requested_at", "cancel_told_at", "run_after", "leased_until",
)  # fmt: skip


def take_due(limit: int) -> list[Generation]:
    """Lease up to `limit` jobs that are due to be looked at, those of waiting people first."""
    at = clock.now()
    with transaction.atomic():
        rows = Generation.objects.filter(due(at), errand=Errand.POLL).order_by("priority", "run_after")
        picked = list(rows.values_list("pk", flat=True)[:limit])
        until = at + LASTS
        taken = Generation.objects.filter(due(at), pk__in=picked, errand=Errand.POLL)
        taken.update(attempt=F("attempt") + 1, leased_until=until)
        return list(Generation.objects.filter(pk__in=picked, leased_until=until).only(*NEEDED))


def write_looks(looks: Sequence[tuple[Generation, Snapshot | ProviderError]]) -> None:
    """What a round of looks brought. A row that another attempt has overtaken is left alone."""
    at = clock.now()
    with transaction.atomic():
        for row, seen in looks:
            if isinstance(seen, ProviderError):
                _write_failure(row, seen, at)
            elif _changes_nothing(row, seen, at):
                _rest(row, at + poll_delay(seen), **_progress(row, seen))
            else:
                _hand_over(row, at)


def put_off(rows: Iterable[Generation], until: datetime) -> None:
    """Their provider is left alone until then."""
    with transaction.atomic():
        for row in rows:
            _rest(row, until)


def leave_sign_of_life() -> None:
    Heartbeat.objects.update_or_create(name="poller", defaults={"at": clock.now()})


def _changes_nothing(row: Generation, snapshot: Snapshot, at: datetime) -> bool:
    is_same = not snapshot.state.is_terminal and not is_news(row, snapshot)
    return is_same and not is_overdue(row, at) and not (row.cancel_requested_at and not row.cancel_told_at)


def _progress(row: Generation, snapshot: Snapshot) -> dict[str, object]:
    """Columns whose value is another than before; most looks change none."""
    said = " ".join(snapshot.warnings)
    columns: dict[str, object] = {}
    if snapshot.progress is not None and snapshot.progress > row.progress:
        columns["progress"] = snapshot.progress
    if row.poll_failures:
        columns["poll_failures"] = 0
    if said != row.explanation and row.state != GenerationState.UNKNOWN:
        columns["explanation"] = said
    return columns


def _write_failure(row: Generation, error: ProviderError, at: datetime) -> None:
    """Trouble of the line is looked at again, later each time; anything that may be an end is a worker's to judge."""
    if not error.retryable or error.code == "mismatch" or is_overdue(row, at):
        _hand_over(row, at)
        return
    failures = row.poll_failures + 1
    again_at = backed_off(failures, error.retry_after_seconds)
    _rest(row, again_at, poll_failures=failures, explanation=error.message)


def _rest(row: Generation, again_at: datetime, **columns: object) -> None:
    held = Generation.objects.filter(
        pk=row.pk, attempt=row.attempt, leased_until__isnull=False, run_after=row.run_after
    )
    if not held.update(run_after=again_at, leased_until=None, **columns):
        _let_go(row)


def _let_go(row: Generation) -> None:
    """It was brought forward meanwhile, by a cancellation or a call: whoever is to take it up need not wait for us."""
    Generation.objects.filter(pk=row.pk, attempt=row.attempt).update(leased_until=None)


def _hand_over(row: Generation, at: datetime) -> None:
    held = Generation.objects.filter(pk=row.pk, attempt=row.attempt, leased_until__isnull=False)
    if held.update(errand=Errand.FETCH, run_after=at, leased_until=None):
        after_commit(FETCH, row.pk)
