"""Many takes by one press: each its own row, checks and claim; what is refused stays put; one undo for all."""

from uuid import uuid4

import pytest

from reviews.actions.bulk import Picked, decide_many, undo_many
from reviews.actions.policies import active_policy
from reviews.actions.queueing import claim
from reviews.actions.seen import seen_now
from reviews.actions.settling import settle
from reviews.models import Decision, DecisionReason, Reason, Review
from reviews.rules.verbs import Outcome
from reviews.seen_many import seen_many
from studio.errors import AlreadySettled, Invalid
from studio.models import Event
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from tests.factories import let_settle, make_candidate, make_finding, make_person, make_prompt, make_review, make_run

KEY = uuid4()


@pytest.fixture
def put(project, author):
    active_policy(project)

    def put(*, frozen: tuple[int, int] | None = None, by=author, **columns) -> Review:
        take = make_candidate(make_prompt(project, by), status=Status.IN_REVIEW)
        if frozen:
            make_finding(take, frames=frozen)
        return make_review(take, **({"severity_rank": 2} | columns))

    return put


def picked(*reviews: Review) -> list[Picked]:
    return [Picked(review, seen_now(review.candidate), uuid4()) for review in reviews]


def reason(slug: str) -> list[Reason]:
    return [Reason.objects.get(slug=slug)]


def send(reviewer, picks, outcome=Outcome.PASS, **words):
    return decide_many(picks, outcome=outcome, by=reviewer, bulk_key=KEY, **words)


def whys(result) -> dict[int, str]:
    return {each.review.pk: each.why for each in result.left_out}


def test_each_take_has_its_own_row_and_nothing_moves_before_it_settles(put, reviewer):
    takes = [put() for _ in range(3)]
    result = send(reviewer, picked(*takes))
    assert [decision.review for decision in result.decided] == takes
    rows = Decision.objects.values_list("outcome", "bulk_key", "sha256")
    assert list(rows) == [("pass", KEY, review.candidate.sha256) for review in takes]
    assert Decision.objects.values("decision_key").distinct().count() == 3
    told = Event.objects.filter(verb="decided").values_list("data__bulk", flat=True)
    assert list(told) == [str(KEY)] * 3
    assert {review.candidate.status for review in Review.objects.all()} == {Status.IN_REVIEW}
    assert not Review.objects.filter(claimed_by__isnull=False).exists()


def test_a_reason_that_needs_frames_takes_those_of_the_take_s_own_finding(put, reviewer):
    early, late, without = put(frozen=(2, 9)), put(frozen=(20, 30)), put()
    result = send(reviewer, picked(early, late, without), Outcome.REJECT, reasons=reason("freeze"))
    given = DecisionReason.objects.values_list("decision__review", "start_frame", "end_frame")
    assert list(given) == [(early.pk, 2, 9), (late.pk, 20, 30)]
    assert "needs frames" in whys(result)[without.pk]
    without.refresh_from_db()
    assert (without.claimed_by, without.was_held, without.closed_at) == (None, False, None)


def test_what_is_held_moved_or_forbidden_is_left_out_and_says_why(put, reviewer, project):
    mine = make_person("maker", project, Role.AUTHOR)
    both = make_person("both", project, Role.AUTHOR, Role.REVIEWER)
    free, held, own, major, checked, unseen = (
        put(),
        put(),
        put(by=both),
        put(severity_rank=3),
        put(by=mine),
        put(),
    )
    claim(held, by=reviewer)
    picks = picked(free, held, own, major, checked)
    make_run(checked.candidate, "blur", attempt=2)
    result = send(both, [*picks, Picked(unseen, None, uuid4())])
    assert [decision.review for decision in result.decided] == [free]
    expected = {
        held: "Reviewer took this clip",
        own: "You made this take",
        major: "major finding",
        checked: "checked again",
        unseen: "not as you were shown it",
    }
    told = whys(result)
    assert told.keys() == {review.pk for review in expected}
    for review, why in expected.items():
        assert why in told[review.pk]
    assert Decision.objects.count() == 1
    assert list(Review.objects.filter(claimed_by__isnull=False)) == [held]


def test_a_take_that_one_holds_oneself_stays_held_when_it_is_left_out(put, reviewer):
    held = claim(put(), by=reviewer)
    picks = picked(held)
    make_run(held.candidate, "blur", attempt=2)
    assert not send(reviewer, picks).decided
    assert Review.objects.get().claimed_by == reviewer


def test_the_same_form_twice_is_one_decision_each(put, reviewer):
    picks = picked(put(), put())
    first, second = send(reviewer, picks), send(reviewer, picks)
    assert [each.pk for each in first.decided] == [each.pk for each in second.decided]
    assert Decision.objects.count() == 2


@pytest.mark.parametrize(
    ("outcome", "words", "why"),
    [
        (Outcome.REJECT, {}, "Choose a reason"),
        (Outcome.REQUEST_CHANGES, {}, "Choose a reason"),
        (Outcome.ESCALATE, {"note": " "}, "Ask the moderator"),
        (Outcome.REJECT, {"reasons": ["other"]}, "say what in the note"),
    ],
)
def test_words_that_are_missing_are_missing_for_all_and_nothing_is_written(put, reviewer, outcome, words, why):
    slugs = words.pop("reasons", [])
    with pytest.raises(Invalid, match=why):
        send(reviewer, picked(put()), outcome, reasons=list(Reason.objects.filter(slug__in=slugs)), **words)
    assert not Decision.objects.exists()
    assert not Review.objects.filter(was_held=True).exists()


def test_nothing_and_too_much_are_refused(put, reviewer, monkeypatch):
    monkeypatch.setattr("reviews.actions.bulk.MOST_AT_ONCE", 1)
    for picks in ([], picked(put(), put())):
        with pytest.raises(Invalid):
            send(reviewer, picks)
    assert not Decision.objects.exists()


def test_one_undo_takes_back_each_that_has_not_settled(put, reviewer):
    settled, *others = takes = [put() for _ in range(3)]
    result = send(reviewer, picked(*takes), Outcome.ESCALATE, note="Is it real?")
    let_settle(settled)
    settle(settled.pk)
    assert undo_many(result.decided, by=reviewer) == (2, 1)
    assert Decision.objects.filter(outcome=Outcome.UNDONE).count() == 2
    still_open = Review.objects.open().filter(claimed_by=reviewer)
    assert {review.pk for review in still_open} == {review.pk for review in others}


def test_an_undo_that_is_too_late_for_all_of_them_says_so(put, reviewer):
    review = put()
    result = send(reviewer, picked(review))
    let_settle(review)
    settle(review.pk)
    with pytest.raises(AlreadySettled):
        undo_many(result.decided, by=reviewer)
    assert not Decision.objects.filter(outcome=Outcome.UNDONE).exists()


def test_a_page_of_many_binds_to_the_same_as_each_alone(put):
    reviews = [put(frozen=(1, 4)), put()]
    make_run(reviews[0].candidate, "blur", attempt=2)
    many = seen_many(reviews)
    for review in reviews:
        alone = seen_now(review.candidate)
        assert (many[review.pk].sha256, many[review.pk].check_set) == (alone.sha256, alone.check_set)
        assert many[review.pk].policy_id == alone.policy_id
