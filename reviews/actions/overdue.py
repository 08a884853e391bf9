"""Promises that were not kept: each review that becomes overdue is noticed once, and stays the first of its rank."""

from reviews.models import Review
from studio import clock
from studio.actions.events import Actor, action, record_event

MACHINE = Actor.system("overdue")
MOST_AT_ONCE = 200


@action
def notice_missed() -> int:
    """Mark what is overdue by now and say so in the trail, once a review, the latest of all first. How many."""
    at = clock.now()
    late = list(Review.objects.overdue(at).filter(missed_at=None).order_by("due_at")[:MOST_AT_ONCE])
    for review in late:
        if Review.objects.open().filter(pk=review.pk, missed_at=None).update(missed_at=at):
            data = {"queue": review.queue, "due_at": review.due_at.isoformat()}
            record_event(review, verb="due_date_missed", actor=MACHINE, data=data)
    return len(late)
