"""What the rules need to know about a review and a person, read from the rows; and the refusal that follows."""

from django.conf import settings
from django.db.models import Exists, FilteredRelation, Q, Subquery, Value

from reviews.models import Decision, Golden, Policy, Review
from reviews.rules.conflicts import Facts
from reviews.rules.queues import Queue
from reviews.rules.screening import Screening
from reviews.rules.verbs import Outcome, refusal, verb_for
from studio import clock
from studio.errors import ClaimLost, NotPermitted
from studio.models import Candidate, Round, User, roles_among
from studio.rules.lifecycle import Status


def facts_of(review: Review, user: User) -> Facts:
    candidate = review.candidate
    live = review.claim_expires_at is not None and review.claim_expires_at > clock.now()
    holder = review.claimed_by if live else None
    passed = Decision.objects.filter(
        review__candidate=candidate, decided_by=user, outcome=Outcome.PASS, superseded_by=None
    ).exclude(review=review)
    made = Candidate.objects.made_by(user).filter(sha256=candidate.sha256)
    here = FilteredRelation("memberships", condition=Q(memberships__project=candidate.prompt.project))
    asked = User.objects.filter(pk=user.pk).annotate(here=here)
    screening = Policy.objects.active_in(candidate.prompt.project).values("screening")[:1]
    wanted = ("here__role", Exists(made), Exists(passed), Round(Value(candidate.prompt_id)), Subquery(screening))
    roles, made_it, passed_it, rounds, screenings = zip(*asked.values_list(*wanted), strict=True)
    return Facts(
        status=Status(candidate.status),
        queue=Queue(review.queue),
        is_open=review.closed_at is None,
        roles=roles_among(user, filter(None, roles)) if user.is_active else frozenset(),
        made_it=made_it[0],
        passed_it=passed_it[0],
        round=rounds[0],
        max_rounds=Screening.from_json(screenings[0] or {}).max_rounds,
        escalated_it=review.sent_by_id == user.pk,
        claim_is_mine=holder is not None and holder.pk == user.pk,
        claim_holder=holder.display_name if holder else "",
        self_review_allowed=settings.ALLOW_SELF_REVIEW,
        closed_because=review.closed_because,
        judged_it=any(each.decided_by_id == user.pk for each in review.waiting_judgements()) or _knows_it(review, user),
    )


def _knows_it(review: Review, user: User) -> bool:
    """Whether it is a golden clip whose answer `user` gave, or knows since it was put to them."""
    if review.golden_id is None:
        return False
    others = Golden.objects.filter(pk=review.golden_id).unknown_to(user, but=review)
    return not others.exists()


def require(outcome: Outcome, review: Review, by: User) -> Facts:
    """The facts, when `by` may give `outcome`. Raises NotPermitted by rule, ClaimLost when the world moved."""
    facts = facts_of(review, by)
    refused = refusal(verb_for(outcome), facts)
    if refused is None:
        return facts
    raise ClaimLost(refused.why) if refused.is_conflict else NotPermitted(refused.why)
