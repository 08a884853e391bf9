"""A decision takes effect once, after its window, if nothing moved."""

import pytest
from django.utils import timezone

from reviews.actions.deciding import ReasonGiven, undo
from reviews.actions.policies import active_policy
from reviews.actions.settling import due_reviews, settle
from reviews.models import Publication, Review, ReviewReason
from reviews.rules.queues import Queue
from reviews.rules.verbs import Outcome
from studio.models import Candidate, Event, Membership
from studio.rules.lifecycle import Status
from tests.factories import decide_as, let_settle, make_candidate, make_prompt, make_review, make_run


@pytest.fixture
def in_review(project, author) -> Review:
    active_policy(project)
    return make_review(make_candidate(make_prompt(project, author), status=Status.IN_REVIEW))


@pytest.fixture
def with_editor(project, author) -> Review:
    active_policy(project)
    return make_review(make_candidate(make_prompt(project, author), status=Status.WITH_EDITOR), queue=Queue.EDITOR)


FREEZE = (ReasonGiven("freeze", 12, 24),)


def settled(user, review, outcome, **words) -> Candidate:
    decide_as(user, review, outcome, **words)
    let_settle(review)
    settle(review.pk)
    return Candidate.objects.get()


def test_nothing_is_due_within_the_window(in_review, reviewer):
    decide_as(reviewer, in_review, Outcome.PASS)
    assert due_reviews() == []
    settle(in_review.pk)
    assert Candidate.objects.get().status == Status.IN_REVIEW


@pytest.mark.parametrize(
    ("outcome", "words", "status", "next_queue"),
    [
        (Outcome.PASS, {}, Status.WITH_EDITOR, Queue.EDITOR),
        (Outcome.REJECT, {"reasons": FREEZE}, Status.REJECTED, None),
        (Outcome.REQUEST_CHANGES, {"reasons": FREEZE}, Status.CHANGES_REQUESTED, None),
        (Outcome.ESCALATE, {"note": "Is this a real person?"}, Status.IN_REVIEW, Queue.ESCALATIONS),
    ],
)
def test_a_reviewers_outcome_moves_the_take(in_review, reviewer, outcome, words, status, next_queue):
    assert settled(reviewer, in_review, outcome, **words).status == status
    opened = Review.objects.open().values_list("queue", flat=True)
    assert list(opened) == ([next_queue] if next_queue else [])


@pytest.mark.parametrize(
    ("outcome", "words", "status"),
    [
        (Outcome.APPROVE, {}, Status.APPROVED),
        (Outcome.SEND_BACK, {"note": "Look at the hand again"}, Status.IN_REVIEW),
        (Outcome.REJECT, {"reasons": FREEZE}, Status.REJECTED),
        (Outcome.REQUEST_CHANGES, {"reasons": FREEZE}, Status.CHANGES_REQUESTED),
    ],
)
def test_an_editors_outcome_moves_the_take(with_editor, editor, outcome, words, status):
    assert settled(editor, with_editor, outcome, **words).status == status
    assert Publication.objects.exists() is (outcome == Outcome.APPROVE)


def test_a_take_sent_back_stands_at_the_front_of_its_queue(with_editor, editor, project, author):
    waiting = make_review(make_candidate(make_prompt(project, author), status=Status.IN_REVIEW), severity_rank=3)
    decide_as(editor, with_editor, Outcome.SEND_BACK, note="Look at the hand again")
    let_settle(with_editor)
    settle(with_editor.pk)
    first, second = Review.objects.in_queue(Queue.FLAGGED)
    assert (first.question, second) == ("Look at the hand again", waiting)


def test_settling_twice_is_settling_once(in_review, reviewer):
    settled(reviewer, in_review, Outcome.PASS)
    settle(in_review.pk)
    assert Event.objects.filter(verb="settled").count() == 1
    assert Event.objects.filter(verb="advanced").count() == 1


def test_an_undone_decision_never_settles(in_review, reviewer):
    undo(decide_as(reviewer, in_review, Outcome.PASS), by=reviewer)
    let_settle(in_review)
    settle(in_review.pk)
    assert Candidate.objects.get().status == Status.IN_REVIEW
    assert Review.objects.get().settled_at is None


@pytest.mark.parametrize("moved", ["checks", "rights", "active"])
def test_what_moved_meanwhile_voids_the_decision_and_says_so(in_review, reviewer, moved):
    decide_as(reviewer, in_review, Outcome.PASS)
    let_settle(in_review)
    match moved:
        case "checks":
            make_run(in_review.candidate, "container", attempt=2)
        case "rights":
            Membership.objects.filter(user=reviewer).delete()
        case "active":
            reviewer.is_active = False
            reviewer.save()
    settle(in_review.pk)
    review = Review.objects.get()
    assert (review.closed_at, review.settled_at, review.settles_at) == (None, None, None)
    assert "did not take effect" in ReviewReason.objects.get(code="voided").sentence
    assert Candidate.objects.get().status == Status.IN_REVIEW


def test_due_reviews_are_those_whose_window_has_passed(in_review, reviewer):
    decide_as(reviewer, in_review, Outcome.PASS)
    let_settle(in_review)
    assert Review.objects.get().settles_at < timezone.now()
    assert due_reviews() == [in_review.pk]


def test_an_escalation_of_an_approved_editor_case_can_be_approved_by_a_moderator(with_editor, editor, moderator):
    settled(editor, with_editor, Outcome.ESCALATE, note="Is this a trademark?")
    escalated = Review.objects.get(queue=Queue.ESCALATIONS)
    decide_as(moderator, escalated, Outcome.APPROVE)
    let_settle(escalated)
    settle(escalated.pk)
    assert Candidate.objects.get().status == Status.APPROVED
