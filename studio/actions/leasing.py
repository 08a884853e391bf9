"""Machines' holds on rows: taken by one conditional UPDATE, fenced by the attempt number it raises.

A message may be delivered twice, late, or to two workers: only one gets the lease, and whoever lost it cannot write.
A lease is short and renewed while its holder lives, so that the row of a killed worker is free again within `LASTS`.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import TypeVar

from django.db import DatabaseError, connection
from django.db.models import F

from studio import clock
from studio.errors import LeaseLost
from studio.models.leased import LeasedRow, due

log = logging.getLogger(__name__)

Row = TypeVar("Row", bound=LeasedRow)
LASTS = timedelta(seconds=45)
RENEWED_EVERY = timedelta(seconds=12)


@contextmanager
def leased(model: type[Row], pk: int) -> Iterator[Row | None]:
    """Hold the row while the body runs; None when there is nothing to do. Losing it ends the body quietly."""
    row = take_lease(model, pk, lasts=LASTS)
    if row is None:
        yield None
        return
    done = Event()
    keeper = Thread(target=_keep, args=(row, done), name=f"lease-{model.__name__}-{pk}", daemon=True)
    keeper.start()
    try:
        yield row
    except LeaseLost as lost:
        log.info("%s", lost)
    finally:
        done.set()


def _keep(row: LeasedRow, done: Event) -> None:
    """Renew the lease until `done`; a database hiccup is tried again at the next turn."""
    model, pk, attempt = type(row), row.pk, row.attempt
    while not done.wait(RENEWED_EVERY.total_seconds()):
        try:
            held = model._default_manager.filter(pk=pk, attempt=attempt, leased_until__isnull=False)
            held.update(leased_until=clock.now() + LASTS)
        except DatabaseError as error:
            log.warning("Lease of %s %s not renewed: %s", model.__name__, pk, error)
        finally:
            connection.close()


def take_lease(model: type[Row], pk: int, *, lasts: timedelta = LASTS) -> Row | None:
    """The row with a lease of ours on it, or None when it is not due, is gone, or somebody else holds it."""
    at = clock.now()
    row = model._default_manager.filter(due(at), pk=pk).first()
    if row is None:
        return None
    mine = row.attempt + 1
    taken = model._default_manager.filter(due(at), pk=pk, attempt=row.attempt).update(
        attempt=F("attempt") + 1, leased_until=at + lasts
    )
    if not taken:
        return None
    row.attempt, row.leased_until = mine, at + lasts
    return row


def write_leased(row: LeasedRow, **columns: object) -> None:
    """Write `columns` under our lease. Raises LeaseLost when another attempt has begun; nothing is written then."""
    changed = type(row)._default_manager.filter(pk=row.pk, attempt=row.attempt).update(**columns)
    if not changed:
        raise LeaseLost(f"{type(row).__name__} {row.pk}: attempt {row.attempt} was overtaken.")
    for name, value in columns.items():
        setattr(row, name, value)


def finish_step(row: LeasedRow, *, again_at: datetime | None, **columns: object) -> None:
    """End our lease with its outcome. `again_at`: when the next step is due; None when there is none."""
    write_leased(row, run_after=again_at, leased_until=None, **columns)
