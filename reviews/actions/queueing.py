"""Opening reviews, and people's claims on them."""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat

from reviews.actions.permitting import facts_of
from reviews.models import Decision, Finding, Review, ReviewReason
from reviews.rules.conflicts import not_own_work, not_passed_by_me
from reviews.rules.queues import WORKED_BY, Queue
from reviews.rules.verbs import Outcome, has_queue_role
from studio import clock
from studio.actions.events import Actor, action, record_event
from studio.errors import ClaimLost, NotPermitted
from studio.models import Candidate, Event, Membership, User


def open_review(
    candidate: Candidate,
    *,
    queue: Queue,
    severity_rank: int,
    due_in: timedelta,
    comes_first: bool = False,
    reasons: Sequence[tuple[str, str]],
    question: str = "",
    sent_by: User | None = None,
    actor: Actor,
) -> Review:
    """Put `candidate` into `queue`, inside the caller's action. `reasons` are pairs of code and sentence."""
    review = Review.objects.create(
        candidate=candidate,
        queue=queue,
        severity_rank=severity_rank,
        comes_first=comes_first,
        due_at=clock.now() + due_in,
        question=question,
        sent_by=sent_by,
    )
    findings = {finding.message: finding for finding in Finding.objects.current(candidate)}
    ReviewReason.objects.bulk_create(
        ReviewReason(review=review, code=code, sentence=sentence, finding=findings.get(sentence))
        for code, sentence in reasons
    )
    record_event(review, verb="opened", actor=actor, data={"queue": queue.value, "candidate": candidate.pk})
    return review


@action
def claim(review: Review, *, by: User) -> Review:
    """Take or renew the right to decide `review`. Raises NotPermitted, or ClaimLost when somebody else has it."""
    review.refresh_from_db()
    facts = facts_of(review, by)
    if why := has_queue_role(facts) or not_own_work(facts) or not_passed_by_me(facts):
        raise NotPermitted(why)
    if facts.claim_is_mine:
        _renew(review, by)
        return review
    at = clock.now()
    expires = at + timedelta(seconds=settings.CLAIM_SECONDS)
    taken = Review.objects.claimable(at).filter(pk=review.pk).update(claimed_by=by, claim_expires_at=expires)
    if not taken:
        raise ClaimLost(_who_has(review))
    review.refresh_from_db()
    record_event(review, verb="claimed", actor=Actor.of(by))
    return review


def _renew(review: Review, by: User) -> None:
    at = clock.now()
    expires = at + timedelta(seconds=settings.CLAIM_SECONDS)
    Review.objects.open().filter(pk=review.pk, claimed_by=by, claim_expires_at__gt=at).update(claim_expires_at=expires)
    review.claim_expires_at = expires


@action
def release(review: Review, *, by: User) -> None:
    """Give a claim back. Does nothing when it is not ours any more: a page that closes late must not fail."""
    released = Review.objects.open().filter(pk=review.pk, claimed_by=by).update(claimed_by=None, claim_expires_at=None)
    if released:
        record_event(review, verb="released", actor=Actor.of(by))


@action
def claim_next(queue: Queue, *, by: User) -> Review | None:
    """Claim the first review of `queue` that `by` may decide; None when there is none.

    One live claim a person: a review already held in this queue comes first.
    """
    held = Review.objects.in_queue(queue).filter(claimed_by=by, claim_expires_at__gt=clock.now()).first()
    if held:
        return held
    pk = _claim_first(offered_to(by, queue), by)
    if pk is None:
        return None
    review = Review.objects.get(pk=pk)
    record_event(review, verb="claimed", actor=Actor.of(by))
    return review


def offered_to(user: User, queue: Queue) -> QuerySet[Review]:
    """Claimable reviews of `queue` in order, without those `user` may not judge: they are never offered."""
    reviews = Review.objects.in_queue(queue).claimable(clock.now())
    reviews = reviews.exclude(Exists(skipped_by(user)))
    if not user.is_superuser:
        projects = Membership.objects.filter(user=user, role=WORKED_BY[queue]).values("project")
        reviews = reviews.filter(candidate__prompt__project__in=projects)
    if settings.ALLOW_SELF_REVIEW:
        return reviews
    made = Candidate.objects.made_by(user).filter(sha256=OuterRef("candidate__sha256"))
    passed = Decision.objects.filter(
        review__candidate_id=OuterRef("candidate_id"), decided_by=user, outcome=Outcome.PASS, superseded_by=None
    )
    reviews = reviews.exclude(Exists(made)).exclude(sent_by=user)
    return reviews if queue is Queue.FLAGGED else reviews.exclude(Exists(passed))


def skipped_by(user: User) -> QuerySet[Event]:
    """The events by which `user` skipped the review of the outer query."""
    subject = Concat(Value("review:"), Cast(OuterRef("pk"), CharField()))
    return Event.objects.filter(subject=subject, verb="skipped", actor=Actor.of(user).name)


def _claim_first(reviews: QuerySet[Review], by: User) -> int | None:
    """One conditional UPDATE … RETURNING: two people asking at once never get the same review. The only raw SQL."""
    chosen, parameters = reviews.values("pk")[:1].query.sql_with_params()
    skip = " FOR UPDATE OF reviews_review SKIP LOCKED" if connection.vendor == "postgresql" else ""
    at = clock.now()
    expires = at + timedelta(seconds=settings.CLAIM_SECONDS)
    sql = (
        f"UPDATE reviews_review SET claimed_by_id = %s, claim_expires_at = %s WHERE id = ({chosen}{skip}) "  # noqa: S608 — compiled by the ORM
        "AND closed_at IS NULL AND (claim_expires_at IS NULL OR claim_expires_at <= %s) RETURNING id"
    )
    adapt = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.execute(sql, (by.pk, adapt(expires), *parameters, adapt(at)))
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _who_has(review: Review) -> str:
    review.refresh_from_db()
    if review.closed_at:
        return "This review has been decided."
    holder = review.claimed_by.display_name if review.claimed_by else "Somebody else"
    return f"{holder} took this clip a moment ago."
