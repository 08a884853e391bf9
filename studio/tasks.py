"""Edges of the engine: an id in, a lease taken, an action called, nothing else. Running one twice is harmless."""

from celery import shared_task

from studio import clock
from studio.actions import generating
from studio.actions.hearing import forget_old_events
from studio.actions.leasing import leased
from studio.models import Generation
from studio.statistics import refresh_statistics
from studio.store import media_store


@shared_task
def step_generation(generation_id: int) -> None:
    """One step of one generation."""
    with leased(Generation, generation_id) as generation:
        if generation:
            generating.step(generation)


@shared_task
def fetch_generation(generation_id: int) -> None:
    """The same step, in the lane of what was paid for and lies ready at the provider: links do not live for ever."""
    step_generation(generation_id)


@shared_task
def tidy() -> None:
    """Remove temporary files that no running process can still own, and notes of calls that are past their keeping.

    And let the database look at how its tables grew.
    """
    media_store().sweep_tmp(now=clock.now())
    forget_old_events()
    refresh_statistics()
