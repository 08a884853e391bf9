"""Who may say what they think of a finding: whoever holds the clip, and may judge it."""

from reviews.actions.deciding import label_finding
from reviews.actions.permitting import facts_of
from reviews.models import Finding, FindingLabel, Review, Verdict
from reviews.rules.conflicts import not_own_work, not_passed_by_me
from reviews.rules.verbs import has_queue_role, holds_claim, is_open
from studio.errors import ClaimLost, NotPermitted
from studio.models import User


def label(finding: Finding, *, verdict: Verdict, by: User) -> FindingLabel:
    """Raises NotPermitted when `by` may not judge this take, ClaimLost when they do not hold it now."""
    review = (
        Review.objects.select_related("candidate__prompt__project", "claimed_by")
        .filter(candidate=finding.candidate_id)
        .last()
    )
    if review is None:
        raise ClaimLost("This take waits for nobody.")
    facts = facts_of(review, by)
    if why := has_queue_role(facts) or not_own_work(facts) or not_passed_by_me(facts):
        raise NotPermitted(why)
    if why := is_open(facts) or holds_claim(facts):
        raise ClaimLost(why)
    return label_finding(finding, verdict=verdict, by=by)
