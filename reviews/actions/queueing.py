"""People's claims on reviews."""

from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat

from reviews.actions.calibrating import kept_from, mix_in
from reviews.actions.caring import Bounds, bounds_of, require_bearable
from reviews.actions.permitting import facts_of
from reviews.models import Decision, NamedQueue, Review
from reviews.models.review import HANDED_OUT
from reviews.rules.conflicts import not_own_work, not_passed_by_me
from reviews.rules.queues import WORKED_BY, Queue
from reviews.rules.verbs import Outcome, has_queue_role
from studio import clock
from studio.actions.events import Actor, action, record_event
from studio.errors import ClaimLost, NotPermitted
from studio.models import Candidate, Event, Membership, User

AHEAD = 2
"""Clips that a page may prepare while one is judged."""
AHEAD_SECONDS = 120
"""How long a prepared clip is kept from others; the page renews it while its own clip is worked on."""
LEAVING_SECONDS = 5
"""How long a clip stays with whoever closed its page: time for a reload to come back, or for another tab to say so."""
MOST_HELD = 1 + AHEAD
WHOLE, ORDINARY, HARMFUL = Q(), Q(shows=None), Q(shows__isnull=False)
"""A queue, and the two parts of it for somebody who is spared something: each has an index of its own."""


@action
def claim(review: Review, *, by: User) -> Review:
    """Take or renew the right to decide `review`. Raises NotPermitted, or ClaimLost when somebody else has it.

    CapReached while `by` rests from severe clips and this is one, OptedOut where they asked not to see such.
    """
    review.refresh_from_db()
    facts = facts_of(review, by)
    if facts.claim_is_mine:
        _renew(review, by)
        return review
    if why := has_queue_role(facts) or not_own_work(facts) or not_passed_by_me(facts):
        raise NotPermitted(why)
    require_bearable(review, by)
    _make_room(by)
    at = clock.now()
    expires = at + timedelta(seconds=settings.CLAIM_SECONDS)
    held = {"claimed_by": by, "claim_expires_at": expires, "was_held": True}
    taken = Review.objects.claimable(at).filter(pk=review.pk).update(**held)
    if not taken:
        raise ClaimLost(_who_has(review))
    review.refresh_from_db()
    record_event(review, verb="claimed", actor=Actor.of(by))
    return review


def _renew(review: Review, by: User) -> None:
    at = clock.now()
    expires = at + timedelta(seconds=settings.CLAIM_SECONDS)
    Review.objects.held_by(by, at).filter(pk=review.pk).update(claim_expires_at=expires, was_held=True)
    review.claim_expires_at = expires


def _make_room(by: User) -> None:
    """Before one more claim what was prepared longest ago is given back: nobody holds more than `MOST_HELD`."""
    held = Review.objects.held_by(by, clock.now()).order_by("-claim_expires_at", "-pk")
    for review in held[MOST_HELD - 1 :]:
        _give_back(review, by)


def _give_back(review: Review, by: User) -> None:
    if Review.objects.open().filter(pk=review.pk, claimed_by=by).update(claimed_by=None, claim_expires_at=None):
        record_event(review, verb="released", actor=Actor.of(by))


@action
def release(review: Review, *, by: User) -> None:
    """Give a claim back. Does nothing when it is not ours any more: a page that closes late must not fail."""
    _give_back(review, by)


@action
def leave(review: Review, *, by: User) -> None:
    """A page with it was closed: the claim soon ends, unless a page renews it. Does nothing when it is not ours."""
    at = clock.now()
    soon = at + timedelta(seconds=LEAVING_SECONDS)
    held = Review.objects.held_by(by, at).filter(pk=review.pk, claim_expires_at__gt=soon)
    if held.update(claim_expires_at=soon):
        record_event(review, verb="left", actor=Actor.of(by))


@action
def claim_next(queue: Queue, *, by: User, named: NamedQueue | None = None) -> Review | None:
    """Claim the first review of `queue`, or of its part `named`, that `by` may decide; None when there is none.

    A review already held in this queue comes first: it was prepared, or a page with it is open. What `by` asked not to
    see, or rests from, is passed over, and given back where it was prepared.
    """
    bounds = bounds_of(by)
    if held := _first_held(by, queue, named, bounds):
        _renew(held, by)
        return held
    _make_room(by)
    return _take_first(queue, named, by, bounds, for_seconds=settings.CLAIM_SECONDS)


@action
def claim_ahead(review: Review, *, by: User, named: NamedQueue | None = None) -> list[Review]:
    """Hold, for a short time, the next reviews of the queue, or of its part `named`, so that a page can load them.

    Those held already are renewed. In the queue's order, at most `AHEAD`. Raises ClaimLost unless `by` holds `review`.
    """
    at, queue, bounds = clock.now(), Queue(review.queue), bounds_of(by)
    held = Review.objects.held_by(by, at)
    if not held.filter(pk=review.pk).exists():
        raise ClaimLost("Your claim on this clip has ended.")
    beside = Review.objects.in_queue(queue, named).held_by(by, at).exclude(pk=review.pk).order_by()
    _return_unbearable(beside, by, bounds)
    lease = at + timedelta(seconds=AHEAD_SECONDS)
    beside.filter(claim_expires_at__lt=lease).update(claim_expires_at=lease)
    for _ in range(MOST_HELD - held.count()):
        if _take_first(queue, named, by, bounds, for_seconds=AHEAD_SECONDS, ahead=True) is None:
            break
    return sorted(beside.select_related("candidate"), key=Review.place_in_queue)[:AHEAD]


def _return_unbearable(held: QuerySet[Review], by: User, bounds: Bounds) -> None:
    for review in held.filter(HARMFUL) if bounds.spared else ():
        if not bounds.allow(review):
            _give_back(review, by)


def _take_first(
    queue: Queue, named: NamedQueue | None, by: User, bounds: Bounds, *, for_seconds: float, ahead: bool = False
) -> Review | None:
    pk = _claim_first(_offered_first(by, queue, named, bounds.spared), by, for_seconds, shown=not ahead)
    if pk is None:
        return None
    review = Review.objects.get(pk=pk)
    record_event(review, verb="claimed", actor=Actor.of(by), data={"ahead": True} if ahead else {})
    if queue is Queue.FLAGGED:
        mix_in(review, by=by, skipped=Exists(skipped_by(by)))
    return review


def _first_held(user: User, queue: Queue, named: NamedQueue | None, bounds: Bounds) -> Review | None:
    """In the order of the queue; sorted here, since a database that sorts may walk the whole queue for these few."""
    held = Review.objects.in_queue(queue, named).held_by(user, clock.now()).order_by()
    _return_unbearable(held, user, bounds)
    return min(held, key=Review.place_in_queue, default=None)


def offered_to(
    user: User,
    queue: Queue,
    named: NamedQueue | None = None,
    *,
    spared: int,
    part: Q = WHOLE,
    project: OuterRef | Subquery | None = None,
) -> QuerySet[Review]:
    """Claimable reviews of `queue` in order, without those `user` may not judge: they are never offered.

    Nor is what shows any of `spared`, the bits of `bounds_of(user)`. With `part`, of that part alone; with `project`,
    in which `user` works the queue, of that one alone.
    """
    reviews = Review.objects.in_queue(queue, named).claimable(clock.now()).filter(part)
    if spared:
        reviews = reviews.alias(unwanted=F("shows").bitand(spared)).filter(Q(shows=None) | Q(unwanted=0))
    reviews = reviews.exclude(Exists(skipped_by(user)))
    if queue is Queue.FLAGGED and (kept := kept_from(user)):
        reviews = reviews.exclude(pk__in=kept)
    if project is not None:
        reviews = reviews.filter(project=project)
    elif not user.is_superuser:
        projects = Membership.objects.filter(user=user, role=WORKED_BY[queue]).values("project")
        reviews = reviews.filter(project__in=projects)
    if settings.ALLOW_SELF_REVIEW:
        return reviews
    made = Candidate.objects.made_by(user).filter(sha256=OuterRef("candidate__sha256"))
    passed = Decision.objects.filter(
        review__candidate_id=OuterRef("candidate_id"), decided_by=user, outcome=Outcome.PASS, superseded_by=None
    )
    reviews = reviews.exclude(Exists(made)).exclude(sent_by=user)
    for waiting in ("independent_of", "independent_of__review__independent_of")[: 1 + (queue is Queue.ESCALATIONS)]:
        reviews = reviews.exclude(Exists(Decision.objects.filter(pk=OuterRef(waiting), decided_by=user)))
    return reviews if queue is Queue.FLAGGED else reviews.exclude(Exists(passed))


def _offered_first(user: User, queue: Queue, named: NamedQueue | None, spared: int) -> QuerySet[Review]:
    """What `offered_to` gives, of the part whose first is the first of both where `user` is spared something.

    However many unwanted clips stand before it, the first ordinary one is one look into an index away.
    """
    if not spared:
        return _offered_by_project(user, queue, named, spared, WHOLE)
    parts = [_offered_by_project(user, queue, named, spared, part) for part in (ORDINARY, HARMFUL)]
    firsts = [(first.place_in_queue(), at) for at, part in enumerate(parts) if (first := part.first())]
    return parts[min(firsts)[1]] if firsts else parts[0]


def _offered_by_project(user: User, queue: Queue, named: NamedQueue | None, spared: int, part: Q) -> QuerySet[Review]:
    """What `offered_to` gives of the project whose first is the first of all.

    One look into an index for each project of `user`, where walking the queue would pass every clip of the others.
    """
    if user.is_superuser or named:
        return offered_to(user, queue, named, spared=spared, part=part)
    here = offered_to(user, queue, spared=spared, part=part, project=OuterRef("project"))
    first = here.values("pk")[:1]
    works_in = Membership.objects.filter(user=user, role=WORKED_BY[queue]).annotate(first=Subquery(first))
    foremost = Review.objects.filter(pk__in=works_in.values("first")).order_by(*HANDED_OUT)
    project = Subquery(foremost.values("project")[:1])
    return offered_to(user, queue, spared=spared, part=part, project=project)


def skipped_by(user: User) -> QuerySet[Event]:
    """The events by which `user` skipped the review of the outer query."""
    subject = Concat(Value("review:"), Cast(OuterRef("pk"), CharField()))
    return Event.objects.filter(subject=subject, verb="skipped", actor=Actor.of(user).name)


def _claim_first(reviews: QuerySet[Review], by: User, for_seconds: float, *, shown: bool) -> int | None:
    """One conditional UPDATE … RETURNING: two people asking at once never get the same review. The only raw SQL.

    What is only prepared, and not `shown`, does not jump its queue when it is given back.
    """
    chosen, parameters = reviews.values("pk")[:1].query.sql_with_params()
    skip = " FOR UPDATE OF reviews_review SKIP LOCKED" if connection.vendor == "postgresql" else ""
    at = clock.now()
    expires = at + timedelta(seconds=for_seconds)
    sql = (
        "UPDATE reviews_review SET claimed_by_id = %s, claim_expires_at = %s, was_held = (was_held OR %s) "  # noqa: S608 — compiled by the ORM
        f"WHERE id = ({chosen}{skip}) "
        "AND closed_at IS NULL AND (claim_expires_at IS NULL OR claim_expires_at <= %s) RETURNING id"
    )
    adapt = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.execute(sql, (by.pk, adapt(expires), shown, *parameters, adapt(at)))
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _who_has(review: Review) -> str:
    review.refresh_from_db()
    if review.closed_at:
        return review.closed_because or "This review has been decided."
    holder = review.claimed_by.display_name if review.claimed_by else "Somebody else"
    return f"{holder} took this clip a moment ago."
