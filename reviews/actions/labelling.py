"""Who may say what they think of a finding: whoever holds the clip, and may judge it."""

from reviews.actions.permitting import facts_of
from reviews.models import Finding, FindingLabel, Review, Verdict
from reviews.rules.conflicts import not_own_work, not_passed_by_me
from reviews.rules.verbs import has_queue_role, holds_claim, is_open
from studio.actions.events import Actor, action, record_event
from studio.errors import ClaimLost, NotPermitted
from studio.models import User


@action
def label(finding: Finding, *, verdict: Verdict, by: User) -> FindingLabel:
    """Confirm or dismiss a finding; the same verdict again takes it back. Labels never move the take.

    Raises NotPermitted when `by` may not judge this take, ClaimLost when they do not hold it now.
    """
    _require_judge(finding, by)
    newest = FindingLabel.objects.filter(finding=finding, labelled_by=by).last()
    if newest and newest.verdict == verdict:
        verdict = Verdict.TAKEN_BACK
    label = FindingLabel.objects.create(finding=finding, verdict=verdict, labelled_by=by)
    record_event(label, verb="labelled", actor=Actor.of(by), data={"finding": finding.pk, "verdict": verdict.value})
    return label


def _require_judge(finding: Finding, by: User) -> None:
    reviews = Review.objects.select_related("candidate__prompt__project", "claimed_by")
    review = reviews.filter(candidate=finding.candidate_id).last()
    if review is None:
        raise ClaimLost("This take waits for nobody.")
    facts = facts_of(review, by)
    if why := has_queue_role(facts) or not_own_work(facts) or not_passed_by_me(facts):
        raise NotPermitted(why)
    if why := is_open(facts) or holds_claim(facts):
        raise ClaimLost(why)
