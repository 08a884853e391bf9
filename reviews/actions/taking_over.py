"""A moderator's override of somebody's claim."""

from datetime import timedelta

from django.conf import settings

from reviews.actions.caring import require_bearable
from reviews.actions.permitting import facts_of
from reviews.models import Review
from reviews.rules.claims import takeover_refusal
from studio import clock
from studio.actions.events import Actor, action, record_event
from studio.errors import ClaimLost, NotPermitted
from studio.models import User


@action
def take_over(review: Review, *, by: User) -> User:
    """Move the live claim to `by`; returns who had it, whose room says so at their next step (ClaimLost).

    Raises NotPermitted unless `by` is a moderator who may judge the take, ClaimLost when there is no claim to take or
    it changed hands in this moment; OptedOut or CapReached where `by` is not given such a clip.
    """
    review = Review.objects.select_related("candidate__prompt__project", "claimed_by").get(pk=review.pk)
    if refused := takeover_refusal(facts_of(review, by)):
        raise ClaimLost(refused.why) if refused.is_conflict else NotPermitted(refused.why)
    require_bearable(review, by)
    holder, at = review.claimed_by, clock.now()
    held = Review.objects.open().filter(pk=review.pk, claimed_by=holder, claim_expires_at__gt=at)
    expires = at + timedelta(seconds=settings.CLAIM_SECONDS)
    if holder is None or not held.update(claimed_by=by, claim_expires_at=expires, was_held=True):
        raise ClaimLost("It changed hands a moment ago. Load the clip again.")
    record_event(review, verb="taken_over", actor=Actor.of(by), data={"from": holder.pk})
    return holder
