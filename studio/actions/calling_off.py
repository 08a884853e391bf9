"""Whether somebody called a generation off while a worker was at it: the row in its hands is as old as its lease."""

from studio.models import Batch, Generation


def is_called_off(generation: Generation) -> bool:
    """Inside the caller's action: a cancellation that comes now waits for its COMMIT, and finds what it wrote."""
    locked = Generation.objects.select_for_update(no_key=True).filter(pk=generation.pk)
    generation.cancel_requested_at = locked.values_list("cancel_requested_at", flat=True).get()
    return generation.cancel_requested_at is not None


def is_batch_called_off(generation: Generation) -> bool:
    """Nothing is sent any more of a batch that was called off, whenever its row was written."""
    return Batch.objects.filter(generations=generation.pk, cancelled_at__isnull=False).exists()
