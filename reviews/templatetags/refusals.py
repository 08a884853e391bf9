"""Why takes were refused, for the pages of those who made them."""

from collections.abc import Iterable

from django import template

from reviews.models import Decision
from reviews.rules.verbs import Outcome
from studio.models import Candidate
from studio.rules.lifecycle import Status

register = template.Library()


@register.simple_tag
def with_refusals(takes: Iterable[Candidate]) -> list[tuple[Candidate, Decision | None]]:
    """Each take with the decision that refused it, once that has settled; None for a take that nobody refused."""
    rows = list(takes)
    refused = [take.pk for take in rows if take.status in (Status.REJECTED, Status.CHANGES_REQUESTED)]
    decisions = _refusing(refused) if refused else {}
    return [(take, decisions.get(take.pk)) for take in rows]


def _refusing(candidate_ids: list[int]) -> dict[int, Decision]:
    """The newest settled refusal of each take. What is still to be undone is nobody's news."""
    found = (
        Decision.objects.filter(
            review__candidate__in=candidate_ids, review__settled_at__isnull=False, superseded_by=None
        )
        .filter(outcome__in=[Outcome.REJECT, Outcome.REQUEST_CHANGES])
        .select_related("review__independent_of")
        .prefetch_related("reasons__reason", "review__independent_of__reasons__reason")
        .order_by("pk")
    )
    return {decision.review.candidate_id: decision for decision in found}
