"""Claims: who gets what, in which order, and never two at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from reviews.actions.queueing import AHEAD_SECONDS, claim, claim_ahead, claim_next, offered_to, release
from reviews.models import Review
from reviews.rules.queues import Queue
from reviews.rules.verbs import Outcome
from studio.errors import ClaimLost, NotPermitted
from studio.models import Event
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from tests.factories import decide_as, let_settle, make_candidate, make_person, make_prompt, make_review


@pytest.fixture
def put(project, author):
    def put(rank: int = 3, due_in: int = 60, queue: Queue = Queue.FLAGGED, by=author) -> Review:
        candidate = make_candidate(make_prompt(project, by), status=Status.IN_REVIEW)
        due_at = timezone.now() + timedelta(minutes=due_in)
        return make_review(candidate, queue=queue, severity_rank=rank, due_at=due_at)

    return put


def test_the_worst_comes_first_then_what_is_due_then_the_oldest(put, reviewer):
    mild, late, soon, worst = put(rank=2), put(due_in=90), put(due_in=30), put(rank=4)
    order = []
    for _ in range(4):
        review = claim_next(Queue.FLAGGED, by=reviewer)
        order.append(review)
        Review.objects.filter(pk=review.pk).update(closed_at=timezone.now(), claimed_by=None, claim_expires_at=None)
    assert order == [worst, soon, late, mild]


def test_an_empty_queue_gives_nothing(reviewer):
    assert claim_next(Queue.FLAGGED, by=reviewer) is None


def test_a_held_review_comes_back_to_its_holder(put, reviewer):
    put(), put()
    assert claim_next(Queue.FLAGGED, by=reviewer) == claim_next(Queue.FLAGGED, by=reviewer)


def test_two_people_get_two_clips_and_the_third_gets_none(put, reviewer, project):
    first, second = put(), put()
    mina, tom = (make_person(name, project, Role.REVIEWER) for name in ("mina", "tom"))
    assert claim_next(Queue.FLAGGED, by=reviewer) == first
    assert claim_next(Queue.FLAGGED, by=mina) == second
    assert claim_next(Queue.FLAGGED, by=tom) is None


def test_the_two_after_a_held_clip_are_kept_for_its_holder_for_a_short_time(put, reviewer, project):
    first, second, third, fourth = put(), put(), put(), put()
    claim(first, by=reviewer)
    assert claim_ahead(first, by=reviewer) == [second, third]
    second.refresh_from_db()
    assert second.claimed_by == reviewer
    assert 0 < (second.claim_expires_at - timezone.now()).total_seconds() <= AHEAD_SECONDS
    assert claim_next(Queue.FLAGGED, by=make_person("mina", project, Role.REVIEWER)) == fourth
    events = Event.objects.filter(verb="claimed", subject__in=[f"review:{second.pk}", f"review:{third.pk}"])
    assert [event.data for event in events] == [{"ahead": True}, {"ahead": True}]


def test_asking_again_renews_what_is_kept_and_takes_no_more(put, reviewer):
    first, second, _, fourth = put(), put(), put(), put()
    claim(first, by=reviewer)
    claim_ahead(first, by=reviewer)
    Review.objects.filter(pk=second.pk).update(claim_expires_at=timezone.now() + timedelta(seconds=5))
    assert len(claim_ahead(first, by=reviewer)) == 2
    second.refresh_from_db()
    assert (second.claim_expires_at - timezone.now()).total_seconds() > 60
    fourth.refresh_from_db()
    assert fourth.claimed_by is None


def test_nothing_is_kept_for_somebody_who_does_not_hold_the_clip(put, reviewer):
    first, second = put(), put()
    with pytest.raises(ClaimLost):
        claim_ahead(first, by=reviewer)
    second.refresh_from_db()
    assert second.claimed_by is None


def test_what_was_kept_is_given_next_and_for_the_whole_time(put, reviewer):
    first, second, _ = put(), put(), put()
    claim(first, by=reviewer)
    claim_ahead(first, by=reviewer)
    Review.objects.filter(pk=first.pk).update(closed_at=timezone.now(), claimed_by=None, claim_expires_at=None)
    assert claim_next(Queue.FLAGGED, by=reviewer) == second
    second.refresh_from_db()
    assert (second.claim_expires_at - timezone.now()).total_seconds() > AHEAD_SECONDS


def test_opening_another_clip_gives_back_what_was_kept_shortest(put, reviewer):
    first, second, third, fourth = put(), put(), put(), put()
    claim(first, by=reviewer)
    claim_ahead(first, by=reviewer)
    Review.objects.filter(pk=second.pk).update(claim_expires_at=timezone.now() + timedelta(seconds=5))
    claim(fourth, by=reviewer)
    assert set(Review.objects.held_by(reviewer, timezone.now())) == {first, third, fourth}
    assert Event.objects.filter(verb="released", subject=f"review:{second.pk}").count() == 1


def test_an_expired_claim_is_given_to_the_next(put, reviewer, project):
    review = put()
    claim(review, by=reviewer)
    Review.objects.update(claim_expires_at=timezone.now() - timedelta(seconds=1))
    mina = make_person("mina", project, Role.REVIEWER)
    assert claim_next(Queue.FLAGGED, by=mina).claimed_by == mina


def test_a_released_clip_is_free_again(put, reviewer, project):
    review = put()
    claim(review, by=reviewer)
    release(review, by=reviewer)
    assert claim_next(Queue.FLAGGED, by=make_person("mina", project, Role.REVIEWER)) == review


def test_releasing_somebody_elses_claim_changes_nothing(put, reviewer, project):
    review = put()
    claim(review, by=reviewer)
    release(review, by=make_person("mina", project, Role.REVIEWER))
    assert Review.objects.get().claimed_by == reviewer


def test_claiming_again_renews_it(put, reviewer):
    review = put()
    claim(review, by=reviewer)
    Review.objects.update(claim_expires_at=timezone.now() + timedelta(seconds=5))
    review.refresh_from_db()
    claim(review, by=reviewer)
    assert Review.objects.get().claim_expires_at > timezone.now() + timedelta(minutes=9)


def test_own_work_is_never_offered(put, project):
    maker = make_person("maker", project, Role.AUTHOR, Role.REVIEWER)
    review = put(by=maker)
    assert claim_next(Queue.FLAGGED, by=maker) is None
    with pytest.raises(NotPermitted):
        claim(review, by=maker)


def test_other_projects_are_never_offered(put, outsider):
    put()
    assert claim_next(Queue.FLAGGED, by=outsider) is None


def test_who_passed_a_take_is_not_offered_its_approval(put, project):
    both = make_person("both", project, Role.REVIEWER, Role.EDITOR)
    review = put()
    decide_as(both, review, Outcome.PASS)
    let_settle(review)
    from reviews.actions.settling import settle

    settle(review.pk)
    assert claim_next(Queue.EDITOR, by=both) is None
    assert claim_next(Queue.EDITOR, by=make_person("ed", project, Role.EDITOR)) is not None


def test_a_decided_review_cannot_be_claimed(put, reviewer, project):
    review = put()
    decide_as(reviewer, review, Outcome.PASS)
    with pytest.raises(ClaimLost, match="decided"):
        claim(review, by=make_person("mina", project, Role.REVIEWER))


@pytest.mark.django_db(transaction=True)
@pytest.mark.engine
def test_eight_people_at_once_never_get_the_same_clip(put, project):
    for _ in range(8):
        put()
    people = [make_person(f"person{number}", project, Role.REVIEWER) for number in range(8)]

    def ask(person):
        try:
            return claim_next(Queue.FLAGGED, by=person).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        claimed = list(pool.map(ask, people))
    assert len(set(claimed)) == 8


def test_what_was_given_back_is_first_of_its_rank_and_not_before_what_is_worse(put, reviewer, project):
    given_back, soon, worse = put(due_in=90), put(due_in=5), put(rank=4)
    claim(given_back, by=reviewer)
    release(given_back, by=reviewer)
    assert list(Review.objects.in_queue(Queue.FLAGGED)) == [worse, given_back, soon]
    assert offered_to(make_person("mina", project, Role.REVIEWER), Queue.FLAGGED, spared=0).first() == worse


def test_a_claim_that_ran_out_puts_the_clip_in_front(put, reviewer, project):
    soon, forgotten = put(due_in=5), put(due_in=90)
    claim(forgotten, by=reviewer)
    Review.objects.filter(pk=forgotten.pk).update(claim_expires_at=timezone.now() - timedelta(seconds=1))
    mina, tom = (make_person(name, project, Role.REVIEWER) for name in ("mina", "tom"))
    assert claim_next(Queue.FLAGGED, by=mina) == forgotten
    assert claim_next(Queue.FLAGGED, by=tom) == soon


def test_the_next_one_handed_out_goes_to_the_front_when_it_is_given_back(put, reviewer, project):
    first, second = put(due_in=50), put(due_in=60)
    assert claim_next(Queue.FLAGGED, by=reviewer) == first
    Review.objects.filter(pk=first.pk).update(due_at=timezone.now() + timedelta(hours=9))
    release(first, by=reviewer)
    assert list(Review.objects.in_queue(Queue.FLAGGED)) == [first, second]


def test_what_was_only_prepared_does_not_jump_its_queue(put, reviewer):
    first, second, third = put(due_in=10), put(due_in=20), put(due_in=30)
    claim_next(Queue.FLAGGED, by=reviewer)
    assert claim_ahead(first, by=reviewer) == [second, third]
    release(third, by=reviewer)
    Review.objects.filter(pk=third.pk).update(due_at=timezone.now() + timedelta(hours=9))
    assert [review.was_held for review in (Review.objects.get(pk=each.pk) for each in (first, second, third))] == [
        True,
        False,
        False,
    ]
    release(first, by=reviewer)
    assert claim_next(Queue.FLAGGED, by=reviewer) == second
    assert Review.objects.get(pk=second.pk).was_held
