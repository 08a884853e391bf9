"""Edges of the engine: an id in, a lease taken, an action called, nothing else. Running one twice is harmless."""

from celery import shared_task

from studio import clock
from studio.actions import generating
from studio.actions.leasing import leased
from studio.models import Generation
from studio.store import media_store


@shared_task
def step_generation(generation_id: int) -> None:
    """One step of one generation."""
    with leased(Generation, generation_id) as generation:
        if generation:
            generating.step(generation)


@shared_task
def tidy() -> None:
    """Remove temporary files that no running process can still own."""
    media_store().sweep_tmp(now=clock.now())
