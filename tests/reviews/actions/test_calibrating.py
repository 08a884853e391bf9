"""Golden clips among the others: to whom, how often, what is scored, and that nothing else moves."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from reviews.actions import calibrating
from reviews.actions.deciding import ReasonGiven, undo
from reviews.actions.golden import retire
from reviews.actions.noting import add_note
from reviews.actions.policies import active_policy
from reviews.actions.queueing import claim, claim_ahead, claim_next, offered_to, release
from reviews.actions.sampling import first_drawn, is_drawn
from reviews.actions.settling import settle
from reviews.actions.skipping import skip
from reviews.models import CheckRun, Finding, FindingLabel, Golden, GoldenScore, Policy, Publication, Review
from reviews.rules.queues import Queue
from reviews.rules.verbs import Outcome
from studio.actions.events import verify_chain
from studio.errors import NotPermitted, StaleCandidate
from studio.models import Candidate, Event
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from tests.factories import (
    decide_as,
    let_settle,
    make_candidate,
    make_finding,
    make_golden,
    make_named_queue,
    make_person,
    make_prompt,
    make_review,
    make_run,
    mix_in_always,
)

FREEZE = (ReasonGiven("freeze", 12, 24),)
FLAGGED = Queue.FLAGGED


@pytest.fixture
def prompt(project, author):
    mix_in_always(project)
    return make_prompt(project, author)


@pytest.fixture
def rejected(prompt) -> Candidate:
    take = make_candidate(prompt, status=Status.REJECTED)
    make_finding(take)
    return take


@pytest.fixture
def golden(rejected, moderator) -> Golden:
    return make_golden(rejected, moderator, ("freeze", 12, 24))


@pytest.fixture
def ordinary(prompt):
    def ordinary() -> Review:
        return make_review(make_candidate(prompt, status=Status.IN_REVIEW), severity_rank=4)

    return ordinary


@pytest.fixture
def mina(project):
    return make_person("mina", project, Role.REVIEWER)


def taken_by(person, *ordinary: Review) -> None:
    for review in ordinary:
        claim_next(FLAGGED, by=person)
        decide_as(person, review, Outcome.PASS)


@pytest.fixture
def showing(golden, ordinary, reviewer) -> Review:
    """The reviewer takes and passes the one clip that waits, and the golden one comes."""
    taken_by(reviewer, ordinary())
    return Review.objects.get(golden=golden)


def settled(person, review: Review, outcome: Outcome, **words) -> None:
    decide_as(person, review, outcome, **words)
    let_settle(review)
    settle(review.pk)


# Who gets one


def test_it_joins_the_queue_with_the_clip_that_somebody_takes_and_comes_in_its_turn(golden, ordinary, reviewer):
    first = ordinary()
    assert claim_next(FLAGGED, by=reviewer) == first
    showing = Review.objects.get(golden=golden)
    assert (showing.claimed_by, showing.queue, showing.severity_rank) == (None, "flagged", 3)
    assert timedelta(hours=3, minutes=59) < showing.due_at - timezone.now() <= timedelta(hours=4)
    assert list(showing.reasons.values_list("code", "finding__check_key")) == [("frozen_frames", "frozen_frames")]
    assert claim_ahead(first, by=reviewer) == [showing]


def test_it_lies_where_a_rule_puts_such_takes(golden, ordinary, reviewer):
    named = make_named_queue()
    ordinary()
    claim_next(FLAGGED, by=reviewer)
    assert Review.objects.get(golden=golden).named_queue == named


def test_it_is_a_copy_with_what_the_instruments_said_and_nobody_s_word(golden, rejected, ordinary, reviewer, moderator):
    found = rejected.findings.get()
    FindingLabel.objects.create(finding=found, verdict="confirmed", labelled_by=moderator)
    add_note(rejected, by=moderator, body="Look here", start_frame=3)
    make_run(rejected, "frozen_frames", version=1, parameters_digest="1" * 64, attempt=1)
    runs = CheckRun.objects.newest_of(rejected)
    ordinary()
    claim_next(FLAGGED, by=reviewer)
    copy = Review.objects.get(golden=golden).candidate
    assert (copy.copy_of, copy.sha256, copy.blob, copy.status) == (
        rejected,
        rejected.sha256,
        rejected.blob,
        Status.IN_REVIEW,
    )
    assert copy.uuid != rejected.uuid
    same = ("check_key", "version", "parameters_digest", "status", "sha256")
    assert [[getattr(run, name) for name in same] for run in CheckRun.objects.newest_of(copy)] == [
        [getattr(run, name) for name in same] for run in runs
    ]
    assert not FindingLabel.objects.filter(finding__candidate=copy).exists()
    assert not copy.comments.exists()
    assert not copy.findings.exists()  # the newest run of that check is clean


def test_its_findings_come_with_their_evidence(golden, rejected, showing):
    columns = ("check_key", "start_frame", "end_frame", "message", "evidence", "boxes", "severity", "score")
    assert list(showing.candidate.findings.values_list(*columns)) == list(rejected.findings.values_list(*columns))
    assert set(showing.candidate.findings.values_list("check_run__candidate", flat=True)) == {showing.candidate_id}


def test_it_comes_once_to_a_person_and_waits_once(showing, golden, ordinary, reviewer, mina):
    taken_by(mina, ordinary())
    assert Review.objects.filter(golden=golden).count() == 1
    settled(reviewer, showing, Outcome.PASS)
    taken_by(reviewer, ordinary(), ordinary())
    assert Review.objects.filter(golden=golden).count() == 1
    taken_by(mina, ordinary())
    second = Review.objects.filter(golden=golden).last()
    assert second != showing
    assert list(offered_to(mina, FLAGGED, spared=0)) == [second]
    assert list(offered_to(reviewer, FLAGGED, spared=0)) == []
    with pytest.raises(NotPermitted, match="You have judged this take"):
        claim(second, by=reviewer)


def test_the_database_lets_it_wait_only_once(showing, golden):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_review(make_candidate(golden.candidate.prompt, status=Status.IN_REVIEW), golden=golden)


def test_two_who_draw_it_at_once_open_it_once(golden, ordinary, reviewer, monkeypatch):
    """As if another draw had been committed between the look and the lock."""
    look = calibrating._fit_for

    def looked(here, by, skipped):
        found = look(here, by, skipped)
        make_review(make_candidate(golden.candidate.prompt, status=Status.IN_REVIEW), golden=golden)
        return found

    monkeypatch.setattr(calibrating, "_fit_for", looked)
    ordinary()
    assert claim_next(FLAGGED, by=reviewer) is not None
    assert Review.objects.filter(golden=golden).count() == 1


def test_it_never_comes_to_who_gave_its_answer_made_the_take_or_judged_it(golden, rejected, ordinary, project):
    momo = make_person("momo", project, Role.REVIEWER, Role.MODERATOR)
    Golden.objects.update(made_by=momo)
    ana = make_person("ana", project, Role.REVIEWER)
    rejected.makers.add(ana)
    rui = make_person("rui", project, Role.REVIEWER)
    case = make_review(rejected, queue=Queue.FLAGGED)
    Candidate.objects.filter(pk=rejected.pk).update(status="in_review")
    settled(rui, case, Outcome.REJECT, reasons=FREEZE)
    for person in (momo, ana, rui):
        taken_by(person, ordinary())
        assert not Review.objects.filter(golden=golden).exists(), person
    new = make_person("new", project, Role.REVIEWER)
    taken_by(new, ordinary())
    showing = Review.objects.get(golden=golden)
    assert list(offered_to(new, FLAGGED, spared=0)) == [showing]
    for person in (momo, ana, rui):
        assert list(offered_to(person, FLAGGED, spared=0)) == [], person
    for person in (momo, ana):
        with pytest.raises(NotPermitted):
            claim(showing, by=person)


def test_a_severe_one_comes_only_to_who_judged_the_take(golden, rejected, ordinary, reviewer, mina):
    Golden.objects.update(is_severe=True)
    case = make_review(rejected)
    Candidate.objects.filter(pk=rejected.pk).update(status="in_review")
    settled(reviewer, case, Outcome.REJECT, reasons=FREEZE)
    taken_by(mina, ordinary())
    assert not Review.objects.filter(golden=golden).exists()
    taken_by(reviewer, ordinary())
    showing = Review.objects.get(golden=golden)
    assert list(offered_to(mina, FLAGGED, spared=0)) == []
    assert list(offered_to(reviewer, FLAGGED, spared=0)) == [showing]
    settled(reviewer, showing, Outcome.REJECT, reasons=FREEZE)
    assert GoldenScore.objects.get().is_right


def test_who_skips_it_is_not_shown_it_again_and_somebody_else_is(showing, golden, ordinary, reviewer, mina):
    claim(showing, by=reviewer)
    skip(showing, by=reviewer, cause="unsure")
    assert list(offered_to(reviewer, FLAGGED, spared=0)) == []
    assert list(offered_to(mina, FLAGGED, spared=0)) == [showing]
    settled(mina, showing, Outcome.PASS)
    taken_by(reviewer, ordinary())
    assert Review.objects.filter(golden=golden).count() == 1


def test_given_back_or_expired_it_waits_for_the_same_person_and_others(showing, reviewer, mina):
    claim(showing, by=reviewer)
    release(showing, by=reviewer)
    assert list(offered_to(reviewer, FLAGGED, spared=0)) == list(offered_to(mina, FLAGGED, spared=0)) == [showing]
    claim(showing, by=reviewer)
    Review.objects.filter(pk=showing.pk).update(claim_expires_at=timezone.now() - timedelta(seconds=1))
    assert claim_next(FLAGGED, by=mina) == showing


def test_a_clip_is_drawn_for_once_however_often_it_is_taken(golden, prompt, moderator, ordinary, reviewer):
    for _ in range(2):
        make_golden(make_candidate(prompt, status=Status.APPROVED), moderator)
    first = ordinary()
    for _ in range(4):
        claim_next(FLAGGED, by=reviewer)
        release(first, by=reviewer)
    assert Review.objects.exclude(golden=None).count() == 1


def test_a_golden_clip_draws_no_other(golden, prompt, moderator, ordinary, reviewer):
    make_golden(make_candidate(prompt, status=Status.APPROVED), moderator)
    taken_by(reviewer, ordinary())
    showing = Review.objects.exclude(golden=None).get()
    assert claim_next(FLAGGED, by=reviewer) == showing
    assert Review.objects.exclude(golden=None).count() == 1


@pytest.mark.parametrize("status", [Status.CHECKING, Status.WITHDRAWN])
def test_it_is_not_shown_while_it_is_checked_again_or_once_it_was_withdrawn(status, golden, ordinary, reviewer):
    Candidate.objects.filter(pk=golden.candidate_id).update(status=status.value)
    taken_by(reviewer, ordinary())
    assert not Review.objects.filter(golden=golden).exists()


def test_it_is_not_shown_when_it_would_go_to_a_moderator_now(golden, rejected, ordinary, reviewer):
    make_finding(rejected, route="block", severity="blocking", message="It flashes.")
    taken_by(reviewer, ordinary())
    assert not Review.objects.filter(golden=golden).exists()


def test_a_retired_one_and_one_of_another_project_are_not_shown(golden, ordinary, reviewer, moderator, outsider):
    elsewhere = outsider.memberships.get().project
    theirs = make_candidate(make_prompt(elsewhere, outsider), status=Status.REJECTED)
    make_golden(theirs, moderator)
    retire(golden, by=moderator)
    taken_by(reviewer, ordinary())
    assert not Review.objects.exclude(golden=None).exists()


def test_a_clean_one_looks_like_an_audit(prompt, moderator, ordinary, reviewer):
    golden = make_golden(make_candidate(prompt, status=Status.APPROVED), moderator)
    taken_by(reviewer, ordinary())
    showing = Review.objects.get(golden=golden)
    assert (showing.severity_rank, list(showing.reasons.all()), showing.is_audit) == (1, [], False)


@pytest.mark.parametrize(("share", "comes"), [(0, False), (1, True)])
def test_the_share_is_the_policy_s(share, comes, golden, ordinary, reviewer, project):
    Policy.objects.filter(pk=active_policy(project).pk).update(screening={"coverage": "off", "golden_share": share})
    taken_by(reviewer, ordinary())
    assert Review.objects.filter(golden=golden).exists() is comes


def test_lots_fall_evenly_and_alike():
    drawn = [is_drawn(f"{number}", share=0.05, of="golden clips") for number in range(4000)]
    assert 140 < sum(drawn) < 260
    assert drawn == [is_drawn(f"{number}", share=0.05, of="golden clips") for number in range(4000)]


def test_which_one_is_drawn_is_even_too():
    rows = [Golden(pk=number) for number in (1, 2, 3)]
    drawn = [first_drawn(f"{number}", rows, of="which golden clip").pk for number in range(900)]
    assert all(240 < drawn.count(number) < 360 for number in (1, 2, 3))


def test_without_golden_clips_taking_the_next_asks_three_short_questions_more(
    ordinary, reviewer, django_assert_max_num_queries
):
    ordinary()
    claim_next(FLAGGED, by=reviewer)
    release(Review.objects.get(), by=reviewer)
    with django_assert_max_num_queries(14) as captured:
        claim_next(FLAGGED, by=reviewer)
    asked = [query["sql"] for query in captured if "golden" in query["sql"] and "LIMIT 1" in query["sql"]]
    assert sum('SELECT 1 AS "a" FROM "reviews_golden"' in sql for sql in asked) == 1
    assert sum('"golden_id" IN (SELECT' in sql for sql in asked) == 2


# What is scored, and what moves


def test_a_refusal_for_what_is_wrong_is_caught_and_moves_nothing(showing, golden, rejected, reviewer):
    takes = list(Candidate.objects.values_list("pk", "status"))
    settled(reviewer, showing, Outcome.REJECT, reasons=(ReasonGiven("freeze", 18, 30), ReasonGiven("hands", 0, 3)))
    told = GoldenScore.objects.get()
    assert (told.golden, told.judged_by, told.is_right, told.right_outcome, told.right_reason) == (
        golden,
        reviewer,
        True,
        True,
        True,
    )
    assert told.overlap == pytest.approx(6 / 18)
    showing.refresh_from_db()
    assert showing.settled_at is not None
    assert list(Candidate.objects.values_list("pk", "status")) == takes
    assert showing.candidate.status == Status.IN_REVIEW
    assert showing.candidate.reviews.count() == 1
    assert not Event.objects.filter(verb="advanced", subject=f"candidate:{showing.candidate_id}").exists()
    assert verify_chain() == ""


@pytest.mark.parametrize("terms", [{"second_share": 1}, {"second_always": "info"}])
def test_a_pass_opens_no_editor_s_review_and_no_second_look(terms, showing, reviewer, project):
    policy = active_policy(project)
    Policy.objects.filter(pk=policy.pk).update(screening=policy.screening | terms)
    before = Review.objects.count()
    settled(reviewer, showing, Outcome.PASS)
    assert Review.objects.count() == before
    assert not Publication.objects.exists()
    assert not GoldenScore.objects.get().is_right


def test_a_question_asks_nobody_and_is_not_scored(showing, reviewer):
    settled(reviewer, showing, Outcome.ESCALATE, note="May we show this?")
    told = GoldenScore.objects.get()
    assert (told.is_right, told.right_outcome, told.right_reason, told.overlap) == (None, None, None, None)
    assert not Review.objects.filter(queue=Queue.ESCALATIONS).exists()


def test_it_is_undone_and_decided_again_like_any_other(showing, reviewer):
    first = decide_as(reviewer, showing, Outcome.PASS)
    assert not GoldenScore.objects.exists()
    undo(first, by=reviewer)
    settled(reviewer, showing, Outcome.REJECT, reasons=FREEZE)
    told = GoldenScore.objects.get()
    assert (told.is_right, told.overlap) == (True, 1.0)
    assert told.decision.outcome == Outcome.REJECT


def test_it_is_scored_once_however_often_it_settles(showing, reviewer):
    settled(reviewer, showing, Outcome.PASS)
    settle(showing.pk)
    assert GoldenScore.objects.count() == 1


def test_a_process_that_dies_while_it_settles_leaves_it_to_the_next(showing, reviewer, monkeypatch):
    decide_as(reviewer, showing, Outcome.PASS)
    let_settle(showing)

    def die(*_: object, **__: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(calibrating, "score", die)
        with pytest.raises(SystemExit):
            settle(showing.pk)
    showing.refresh_from_db()
    assert (showing.settled_at, GoldenScore.objects.count()) == (None, 0)
    settle(showing.pk)
    assert GoldenScore.objects.count() == 1


def test_a_judgement_of_what_changed_is_void_and_the_same_person_may_judge_it_again(showing, reviewer):
    decide_as(reviewer, showing, Outcome.PASS)
    make_run(showing.candidate, "frozen_frames", parameters_digest="2" * 64)
    let_settle(showing)
    settle(showing.pk)
    assert not GoldenScore.objects.exists()
    assert list(offered_to(reviewer, FLAGGED, spared=0)) == [showing]
    settled(reviewer, showing, Outcome.REJECT, reasons=FREEZE)
    assert GoldenScore.objects.get().is_right


def test_the_trail_says_that_it_was_shown_and_not_to_whom(showing, golden, reviewer):
    settled(reviewer, showing, Outcome.REJECT, reasons=FREEZE)
    of_golden = Event.objects.filter(subject=f"golden:{golden.pk}")
    assert [(event.verb, event.actor, event.data) for event in of_golden] == [("shown", "system:calibration", {})]
    own = Event.objects.filter(subject=f"review:{showing.pk}")
    assert [event.verb for event in own] == ["opened", "claimed"]
    assert not Event.objects.filter(data__icontains="golden").exists()


def test_a_copy_never_moves(showing):
    from studio.actions.events import Actor, action
    from studio.actions.lifecycle import advance

    @action
    def move() -> None:
        advance(showing.candidate, Status.REJECTED, actor=Actor.system("test"), because="")

    with pytest.raises(StaleCandidate):
        move()
    with pytest.raises(IntegrityError), transaction.atomic():
        Candidate.with_copies.filter(pk=showing.candidate_id).update(name="x", status="rejected")


def test_a_finding_of_the_copy_may_be_labelled_without_touching_the_take_s(showing, rejected, reviewer):
    mine = Finding.objects.get(candidate=showing.candidate)
    FindingLabel.objects.create(finding=mine, verdict="dismissed", labelled_by=reviewer)
    assert not FindingLabel.objects.filter(finding__candidate=rejected).exists()
