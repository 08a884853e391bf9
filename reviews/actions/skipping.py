"""Passing a clip on without judging it: the claim is given back and this person is not offered the clip again."""

from reviews.models import Review
from studio.actions.events import Actor, action, record_event
from studio.errors import ClaimLost
from studio.models import User


@action
def skip(review: Review, *, by: User, cause: str) -> None:
    """Raises ClaimLost when `by` does not hold the clip. The event is the record that `queueing.offered_to` reads."""
    released = Review.objects.open().filter(pk=review.pk, claimed_by=by).update(claimed_by=None, claim_expires_at=None)
    if not released:
        raise ClaimLost("Your claim on this clip has ended.")
    record_event(review, verb="skipped", actor=Actor.of(by), data={"cause": cause})
