"""Edges of the engine for judging; and the sweeper, which is what makes every message a mere hint."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery import shared_task
from django.db import DatabaseError
from django.db.models import QuerySet

from reviews.actions import checking, overdue, publishing, rechecking, settling
from reviews.models import Publication, Recheck
from studio import clock
from studio.actions.leasing import leased
from studio.enqueue import MOST_WAITING, NOT_REACHED, top_up
from studio.models import Candidate, Errand, Generation, Heartbeat
from studio.models.leased import due

log = logging.getLogger(__name__)
POLLER_IS_LATE = timedelta(seconds=60)
"""A job that is due to be looked at for so long has no poller: the workers look, a few at a time."""
MOST_LATE = 20
MOST_TO_SEND = 20
"""Hints of calls to be made: a person's order must not stand behind a batch of hundreds."""


@dataclass(frozen=True, slots=True)
class Due:
    """Rows that wait for a task, in the order in which they are told of; at most `most` hints lie in its queue."""

    rows: Callable[[datetime], QuerySet[Any]]
    task: str
    order: tuple[str, ...] = ("run_after",)
    most: int = MOST_WAITING


def _generations(errand: Errand, *, late: timedelta = timedelta(0)) -> Callable[[datetime], "QuerySet[Any]"]:
    return lambda at: Generation.objects.filter(due(at), errand=errand, run_after__lte=at - late)


DUE = (
    Due(_generations(Errand.FETCH), "studio.tasks.fetch_generation", ("priority", "run_after")),
    Due(_generations(Errand.SEND), "studio.tasks.step_generation", ("priority", "run_after"), MOST_TO_SEND),
    Due(_generations(Errand.POLL, late=POLLER_IS_LATE), "studio.tasks.step_generation", most=MOST_LATE),
    Due(lambda at: Candidate.objects.filter(due(at)), "reviews.tasks.check_candidate"),
    Due(lambda at: Publication.objects.filter(due(at)), "reviews.tasks.publish_clip"),
    Due(lambda at: Recheck.objects.filter(due(at)), "reviews.tasks.step_recheck"),
)


@shared_task
def check_candidate(candidate_id: int) -> None:
    """Run the instruments over one take."""
    with leased(Candidate, candidate_id) as candidate:
        if candidate:
            checking.check(candidate)


@shared_task
def publish_clip(publication_id: int) -> None:
    """One step of one publication."""
    with leased(Publication, publication_id) as publication:
        if publication:
            publishing.work(publication)


@shared_task
def step_recheck(recheck_id: int) -> None:
    """One step of one re-check: the next few takes."""
    with leased(Recheck, recheck_id) as recheck:
        if recheck:
            rechecking.step(recheck)


@shared_task
def settle_due_decisions() -> None:
    """Put decisions into effect whose undo window has passed; one that fails does not hold up the others."""
    for review_id in settling.due_reviews():
        try:
            settling.settle(review_id)
        except DatabaseError:
            log.exception("Review %s could not be settled; it stays due", review_id)


@shared_task
def notice_missed_due_dates() -> None:
    """Say once of every review that it is overdue."""
    overdue.notice_missed()


@shared_task
def sweep() -> None:
    """Send what is due again. A row already taken is skipped by its lease, so sending twice is harmless."""
    at = clock.now()
    Heartbeat.objects.update_or_create(name="sweep", defaults={"at": at})
    for kind in DUE:
        rows = kind.rows(at).order_by(*kind.order).values_list("pk", flat=True)[: kind.most]
        if waiting := list(rows):
            _tell(kind.task, waiting, kind.most)


def _tell(task: str, row_ids: list[int], most: int) -> None:
    try:
        top_up(task, row_ids, most=most)
    except NOT_REACHED as error:
        log.warning("Broker not reached; the next sweep tells of %s again: %s", task, error)
