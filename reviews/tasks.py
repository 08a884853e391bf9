"""Edges of the engine for judging; and the sweeper, which is what makes every message a mere hint."""

import logging

from celery import shared_task
from django.db import DatabaseError

from reviews.actions import checking, publishing, settling
from reviews.models import Publication
from studio import clock
from studio.actions.leasing import leased
from studio.enqueue import MOST_WAITING, NOT_REACHED, top_up
from studio.models import Candidate, Generation, Heartbeat
from studio.models.leased import due

log = logging.getLogger(__name__)
DUE_TASKS = (
    (Generation, "studio.tasks.step_generation"),
    (Candidate, "reviews.tasks.check_candidate"),
    (Publication, "reviews.tasks.publish_clip"),
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
def settle_due_decisions() -> None:
    """Put decisions into effect whose undo window has passed; one that fails does not hold up the others."""
    for review_id in settling.due_reviews():
        try:
            settling.settle(review_id)
        except DatabaseError:
            log.exception("Review %s could not be settled; it stays due", review_id)


@shared_task
def sweep() -> None:
    """Send what is due again. A row already taken is skipped by its lease, so sending twice is harmless."""
    at = clock.now()
    Heartbeat.objects.update_or_create(name="sweep", defaults={"at": at})
    for model, task in DUE_TASKS:
        rows = model.objects.filter(due(at)).order_by("run_after").values_list("pk", flat=True)[:MOST_WAITING]
        if waiting := list(rows):
            _tell(task, waiting)


def _tell(task: str, row_ids: list[int]) -> None:
    try:
        top_up(task, row_ids)
    except NOT_REACHED as error:
        log.warning("Broker not reached; the next sweep tells of %s again: %s", task, error)
