"""What the grid needs to decide on many takes at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from reviews.forms import sign_seen
from reviews.models import Reason, Review
from reviews.places import Place
from reviews.rules.bulk import MOST_AT_ONCE, bulk_verbs
from reviews.seen_many import seen_many
from studio.models import User


def bulk_context(place: Place, reviews: Sequence[Review], user: User) -> Mapping[str, Any]:
    """The verbs that this queue allows in bulk, the reasons, and what each take of the page is bound to."""
    seen = seen_many(reviews)
    return {
        "verbs": [
            {"slug": verb.outcome.value, "title": verb.title, "key_id": f"board.{verb.outcome.value}"}
            for verb in bulk_verbs(place.stage)
        ],
        "reasons": Reason.objects.offered(),
        "most": MOST_AT_ONCE,
        "tokens": {review.pk: sign_seen(review, user, seen[review.pk]) for review in reviews if review.pk in seen},
    }
