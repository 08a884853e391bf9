"""A batch of takes is checked again under a new version, a few at a time, and nothing is lost on the way."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from reviews.actions import checking, rechecking
from reviews.actions.deciding import decide
from reviews.actions.governing import activate_policy, propose_policy
from reviews.actions.policies import active_policy
from reviews.actions.queueing import claim
from reviews.actions.rechecking import cancel_recheck, resume_recheck, start_recheck
from reviews.actions.replanning import Asked, affected
from reviews.actions.seen import seen_now
from reviews.actions.settling import settle
from reviews.checks.base import Stage
from reviews.checks.findings import CheckReport
from reviews.models import CheckRun, CheckStatus, Publication, PublicationState, Recheck, RecheckItem, Review
from reviews.rules.queues import Queue
from reviews.rules.severity import Route, Severity
from reviews.rules.verbs import Outcome
from reviews.tasks import DUE, step_recheck
from studio.actions.events import verify_chain
from studio.errors import ClaimLost, Conflict, NotPermitted
from studio.models import Candidate, Event
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from tests.factories import decide_as, let_settle, make_candidate, make_finding, make_person, make_prompt, make_review


@pytest.fixture
def second(project):
    return make_person("second", project, Role.MODERATOR)


@pytest.fixture
def checked(project, author):
    """A take that every instrument has looked at as the version in force asks, with its open review."""

    def checked(status=Status.WITH_EDITOR, queue=Queue.EDITOR, **review: object) -> Candidate:
        policy = active_policy(project)
        candidate = make_candidate(make_prompt(project, author), status=status, checked=False)
        runs = checking.planned_runs(candidate, policy, checking.wanted_of(policy.terms()))
        for run in runs:
            run.status, run.attempt = CheckStatus.CLEAN, 1
        CheckRun.objects.bulk_create(runs)
        if status in (Status.IN_REVIEW, Status.WITH_EDITOR):
            make_review(candidate, queue=queue, **review)
        return candidate

    return checked


@pytest.fixture
def change(project, moderator, second):
    """Another version comes into force."""

    def change(dial: float | None = 9.0, route: Route | None = None, **terms: object):
        base = active_policy(project)

        def changed(rule):
            if (rule.check, rule.label) != ("noise", "noise"):
                return rule
            parameters = {"levels_above": dial} if dial else rule.parameters
            return replace(rule, parameters=parameters, route=route or rule.route)

        new = replace(base.terms(), rules=tuple(changed(rule) for rule in base.terms().rules), **terms)
        proposal = propose_policy(project, by=moderator, terms=new, based_on=base.pk, note="Grain.")
        activate_policy(proposal, by=second)
        return active_policy(project)

    return change


def let_step(recheck: Recheck) -> None:
    """As if two seconds had passed, and the hint had come."""
    Recheck.objects.filter(pk=recheck.pk, run_after__isnull=False).update(run_after=timezone.now())
    step_recheck(recheck.pk)
    recheck.refresh_from_db()


def report_all(candidate: Candidate, **statuses: str) -> None:
    """As a checker would when the instruments found nothing, unless told otherwise."""
    candidate.refresh_from_db()
    pending = CheckRun.objects.filter(candidate=candidate, status=CheckStatus.PENDING)
    reports = [
        CheckReport(run.check_key, run.version, statuses.get(run.check_key, "clean"), 0.1, "", run.parameters)
        for run in pending
    ]
    checking.conclude(candidate, reports, checking.policy_of(candidate), stages=tuple(Stage))


def test_only_what_changed_is_planned_and_what_is_pending_is_pinned(checked, change, project, moderator):
    candidate = checked()
    policy = change()
    recheck = start_recheck(project, by=moderator)
    let_step(recheck)
    candidate.refresh_from_db()
    assert candidate.status == Status.CHECKING
    pending = CheckRun.objects.get(candidate=candidate, status=CheckStatus.PENDING)
    assert (pending.check_key, pending.policy, pending.parameters) == ("noise", policy, {"levels_above": 9.0})
    assert candidate.run_after is not None


def test_it_runs_to_its_end_with_progress_and_events(checked, change, project, moderator):
    takes = [checked(), checked(Status.IN_REVIEW, Queue.FLAGGED)]
    change()
    recheck = start_recheck(project, by=moderator)
    assert recheck.items.count() == 2
    let_step(recheck)
    assert recheck.items.filter(done_at=None).count() == 2
    report_all(takes[0])
    let_step(recheck)
    assert recheck.items.filter(done_at=None).count() == 1
    report_all(takes[1])
    let_step(recheck)
    assert recheck.finished_at is not None
    assert recheck.run_after is None
    assert Event.objects.get(verb="recheck_started").data == {"version": 2, "takes": 2}
    assert Event.objects.filter(verb="recheck_finished").count() == 1
    for take in takes:
        take.refresh_from_db()
        assert take.status == Status.WITH_EDITOR
        assert Review.objects.open().get(candidate=take).queue == Queue.EDITOR
    assert affected([take.pk for take in takes], Asked.by(active_policy(project))) == []
    assert verify_chain() == ""


def test_a_take_moves_where_the_new_version_sends_it(checked, change, project, moderator):
    candidate = checked()
    change(required=frozenset({"noise"}))
    recheck = start_recheck(project, by=moderator)
    let_step(recheck)
    report_all(candidate, noise="skipped")
    candidate.refresh_from_db()
    assert candidate.status == Status.IN_REVIEW
    assert Review.objects.open().get(candidate=candidate).queue == Queue.FLAGGED


def test_nothing_to_do_is_said_and_nothing_is_written(checked, project, moderator):
    checked()
    with pytest.raises(Conflict, match="Nothing has to be looked at again"):
        start_recheck(project, by=moderator)
    assert not Recheck.objects.exists()
    assert not Event.objects.filter(verb="recheck_started").exists()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.MODERATOR])
def test_only_moderators_start_stop_and_resume(checked, change, project, moderator, role):
    checked()
    change()
    somebody = make_person("somebody", project, role)
    with pytest.raises(NotPermitted):
        start_recheck(project, by=somebody)
    recheck = start_recheck(project, by=moderator)
    for verb in (cancel_recheck, resume_recheck):
        with pytest.raises(NotPermitted):
            verb(recheck, by=somebody)
    recheck.refresh_from_db()
    assert (recheck.cancelled_at, Recheck.objects.count()) == (None, 1)


def test_one_runs_at_a_time(checked, change, project, moderator, second):
    checked()
    change()
    start_recheck(project, by=moderator)
    with pytest.raises(Conflict, match="running already"):
        start_recheck(project, by=second)
    assert Recheck.objects.count() == 1


def test_public_takes_and_those_sent_back_to_the_author_stay(checked, change, project, moderator):
    for status in (Status.PUBLISHED, Status.CHANGES_REQUESTED, Status.WITHDRAWN, Status.CHECKING, Status.REJECTED):
        checked(status)
    change()
    with pytest.raises(Conflict, match="Nothing has to be"):
        start_recheck(project, by=moderator)


def test_rejected_ones_come_along_when_asked_for(checked, change, project, moderator):
    candidate = checked(Status.REJECTED)
    change()
    recheck = start_recheck(project, by=moderator, with_rejected=True)
    let_step(recheck)
    report_all(candidate)
    candidate.refresh_from_db()
    assert candidate.status == Status.WITH_EDITOR


def test_a_route_alone_is_asked_again_only_of_takes_with_such_a_finding(checked, change, project, moderator):
    noisy, quiet = checked(), checked()
    make_finding(noisy, check_key="noise", label="noise", severity="minor", route="note")
    change(dial=None, route=Route.REVIEW)
    recheck = start_recheck(project, by=moderator)
    assert [item.candidate_id for item in recheck.items.all()] == [noisy.pk]
    assert quiet.pk not in affected([noisy.pk, quiet.pk], Asked.by(active_policy(project)))


def test_a_check_that_is_off_says_nothing_any_more(checked, change, project, moderator):
    candidate = checked(Status.IN_REVIEW, Queue.FLAGGED)
    make_finding(candidate, check_key="noise", label="noise", severity=Severity.MAJOR, route=Route.REVIEW)
    change(dial=None, off=frozenset({"noise"}))
    let_step(start_recheck(project, by=moderator))
    candidate.refresh_from_db()
    assert candidate.status == Status.WITH_EDITOR  # nothing had to be looked at: it was placed at once
    last = CheckRun.objects.filter(candidate=candidate, check_key="noise").latest("pk")
    assert (last.status, last.reason) == (CheckStatus.SKIPPED, "The policy does not ask for it any more.")
    assert affected([candidate.pk], Asked.by(active_policy(project))) == []


def test_back_to_earlier_parameters_is_a_new_run(checked, change, project, moderator):
    candidate = checked()
    for dial in (9.0, 8.0, 9.0):
        change(dial=dial)
        recheck = start_recheck(project, by=moderator)
        let_step(recheck)
        checking._begin_attempt(checking._pending(candidate))
        report_all(candidate)
        let_step(recheck)
        assert recheck.finished_at is not None
    assert CheckRun.objects.filter(candidate=candidate, check_key="noise").count() == 4


def test_off_and_on_and_off_again(checked, change, project, moderator):
    candidate = checked()
    for off in ({"noise"}, set(), {"noise"}):
        change(dial=None, off=frozenset(off))
        recheck = start_recheck(project, by=moderator)
        let_step(recheck)
        if not off:
            checking._begin_attempt(checking._pending(candidate))
            report_all(candidate)
            let_step(recheck)
        assert recheck.finished_at is not None or not off
    assert CheckRun.objects.filter(candidate=candidate, check_key="noise").latest("pk").status == CheckStatus.SKIPPED


def test_who_held_the_clip_is_told_why(checked, change, project, moderator, reviewer):
    candidate = checked(Status.IN_REVIEW, Queue.FLAGGED)
    change()
    case = Review.objects.get(candidate=candidate)
    claim(case, by=reviewer)
    seen = seen_now(candidate)
    let_step(start_recheck(project, by=moderator))
    case.refresh_from_db()
    assert (case.claimed_by, case.closed_at is None, case.settled_at is None) == (None, False, False)
    from uuid import uuid4

    with pytest.raises(ClaimLost, match="being checked again, under version 2"):
        decide(case, outcome=Outcome.PASS, by=reviewer, seen=seen, decision_key=uuid4())
    with pytest.raises(ClaimLost, match="being checked again, under version 2"):
        claim(case, by=reviewer)
    assert Event.objects.get(verb="closed").subject == f"review:{case.pk}"


def test_a_question_survives_the_re_check(checked, change, project, moderator, reviewer):
    candidate = checked(
        Status.IN_REVIEW, Queue.ESCALATIONS, question="Whose lighthouse?", sent_by=reviewer, comes_first=False
    )
    change()
    let_step(start_recheck(project, by=moderator))
    report_all(candidate)
    case = Review.objects.open().get(candidate=candidate)
    assert (case.queue, case.question, case.sent_by) == (Queue.ESCALATIONS, "Whose lighthouse?", reviewer)


def test_a_take_that_was_sent_back_stays_with_the_reviewers(checked, change, project, moderator, editor):
    candidate = checked(Status.IN_REVIEW, Queue.FLAGGED, question="The end?", sent_by=editor, comes_first=True)
    change()
    let_step(start_recheck(project, by=moderator))
    report_all(candidate)
    candidate.refresh_from_db()
    case = Review.objects.open().get(candidate=candidate)
    assert (candidate.status, case.queue, case.comes_first) == (Status.IN_REVIEW, Queue.FLAGGED, True)


def test_a_decision_that_has_not_settled_goes_first(checked, change, project, moderator, reviewer):
    candidate, other = checked(Status.IN_REVIEW, Queue.FLAGGED), checked()
    change()
    recheck = start_recheck(project, by=moderator)
    case = Review.objects.get(candidate=candidate)
    decide_as(reviewer, case, Outcome.PASS)
    let_step(recheck)
    for take, status in ((candidate, Status.IN_REVIEW), (other, Status.CHECKING)):
        take.refresh_from_db()
        assert take.status == status
    let_settle(case)
    settle(case.pk)
    let_step(recheck)
    candidate.refresh_from_db()
    assert candidate.status == Status.CHECKING


def test_who_decides_in_this_very_moment_goes_first(checked, change, project, moderator, monkeypatch):
    """Between our reading of the open review and our closing it somebody else closed it."""
    candidate = checked(Status.IN_REVIEW, Queue.FLAGGED)
    change()
    recheck = start_recheck(project, by=moderator)
    calls, real = [], Review.objects.open

    def open_late():
        calls.append(1)
        if len(calls) == 2:
            Review.objects.filter(candidate=candidate).update(closed_at=timezone.now())
        return real()

    monkeypatch.setattr(Review.objects, "open", open_late)
    let_step(recheck)
    candidate.refresh_from_db()
    assert candidate.status == Status.IN_REVIEW
    assert recheck.items.get().begun_at is None
    assert not CheckRun.objects.filter(candidate=candidate, status=CheckStatus.PENDING).exists()
    monkeypatch.undo()
    let_step(recheck)
    candidate.refresh_from_db()
    assert candidate.status == Status.CHECKING


def test_an_approval_given_meanwhile_is_voided(checked, change, project, moderator, editor):
    candidate = checked()
    change()
    recheck = start_recheck(project, by=moderator)
    case = Review.objects.open().get(candidate=candidate)
    decide_as(editor, case, Outcome.APPROVE)
    let_settle(case)
    settle(case.pk)
    let_step(recheck)
    candidate.refresh_from_db()
    assert candidate.status == Status.CHECKING
    assert Publication.objects.get(candidate=candidate).state == PublicationState.VOIDED
    assert not Review.objects.filter(candidate=candidate, settled_at=None).exists()


def test_what_moved_on_meanwhile_is_left_out_with_the_reason(checked, change, project, moderator):
    candidate = checked()
    change()
    recheck = start_recheck(project, by=moderator)
    Candidate.objects.filter(pk=candidate.pk).update(status=Status.PUBLISHED)
    let_step(recheck)
    assert RecheckItem.objects.get().left_out == "It moved on meanwhile: published."
    assert recheck.finished_at is not None


def test_so_many_are_with_the_checkers_at_once(checked, change, project, moderator, monkeypatch):
    monkeypatch.setattr(rechecking, "MOST_AT_ONCE", 2)
    takes = [checked() for _ in range(5)]
    change()
    recheck = start_recheck(project, by=moderator)
    let_step(recheck)
    let_step(recheck)
    assert Candidate.objects.filter(status=Status.CHECKING).count() == 2
    report_all(takes[0])
    let_step(recheck)
    assert Candidate.objects.filter(status=Status.CHECKING).count() == 2
    assert recheck.items.filter(begun_at__isnull=False).count() == 3


def test_cancelling_stops_what_has_not_begun_and_resuming_goes_on(checked, change, project, moderator, monkeypatch):
    monkeypatch.setattr(rechecking, "MOST_AT_ONCE", 1)
    takes = [checked(), checked()]
    change()
    recheck = start_recheck(project, by=moderator)
    let_step(recheck)
    cancel_recheck(recheck, by=moderator)
    with pytest.raises(Conflict, match="does not run any more"):
        cancel_recheck(recheck, by=moderator)
    report_all(takes[0])
    let_step(recheck)
    takes[1].refresh_from_db()
    assert takes[1].status == Status.WITH_EDITOR
    resume_recheck(recheck, by=moderator)
    with pytest.raises(Conflict, match="was not stopped"):
        resume_recheck(recheck, by=moderator)
    let_step(recheck)
    report_all(takes[1])
    let_step(recheck)
    assert recheck.finished_at is not None
    assert recheck.items.filter(done_at=None).count() == 0


def test_a_step_that_is_cancelled_under_its_hands_begins_no_more(checked, change, project, moderator, monkeypatch):
    takes = [checked(), checked()]
    change()
    recheck = start_recheck(project, by=moderator)
    begin = rechecking.begin

    def begin_and_be_cancelled(item, held, asked):
        done = begin(item, held, asked)
        cancel_recheck(recheck, by=moderator)
        return done

    monkeypatch.setattr(rechecking, "begin", begin_and_be_cancelled)
    let_step(recheck)
    assert [Candidate.objects.get(pk=take.pk).status for take in takes] == [Status.CHECKING, Status.WITH_EDITOR]
    assert (recheck.run_after, recheck.finished_at) == (None, None)


def test_whoever_dies_between_two_takes_loses_nothing(checked, change, project, moderator, monkeypatch):
    takes = [checked(), checked(), checked()]
    change()
    recheck = start_recheck(project, by=moderator)
    plan = rechecking.plan_again

    def die_at_the_second(candidate, *rest):
        plan(candidate, *rest)
        if candidate.pk == takes[1].pk:
            raise KeyboardInterrupt

    monkeypatch.setattr(rechecking, "plan_again", die_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        let_step(recheck)
    second = Candidate.objects.get(pk=takes[1].pk)
    assert second.status == Status.WITH_EDITOR
    assert Review.objects.open().filter(candidate=second).count() == 1
    assert not CheckRun.objects.filter(candidate=second, status=CheckStatus.PENDING).exists()
    monkeypatch.setattr(rechecking, "plan_again", plan)
    Recheck.objects.update(leased_until=timezone.now())  # the dead one's lease runs out
    let_step(recheck)
    for take in takes:
        report_all(take)
    let_step(recheck)
    assert recheck.finished_at is not None
    assert Event.objects.filter(verb="advanced", data__to="checking").count() == 3
    assert verify_chain() == ""


def test_another_version_ends_it(checked, change, project, moderator, monkeypatch):
    monkeypatch.setattr(rechecking, "MOST_AT_ONCE", 1)
    takes = [checked(), checked()]
    change()
    recheck = start_recheck(project, by=moderator)
    let_step(recheck)
    cancelled = change(dial=7.0)
    let_step(recheck)
    assert recheck.finished_at is not None
    assert Event.objects.filter(verb="recheck_overtaken").count() == 1
    report_all(takes[0])
    assert start_recheck(project, by=moderator).policy == cancelled


def test_a_stopped_one_of_another_version_is_not_resumed_but_makes_room(checked, change, project, moderator):
    checked()
    change()
    recheck = start_recheck(project, by=moderator)
    cancel_recheck(recheck, by=moderator)
    change(dial=7.0)
    with pytest.raises(Conflict, match="start a new re-check"):
        resume_recheck(recheck, by=moderator)
    assert start_recheck(project, by=moderator).pk != recheck.pk
    recheck.refresh_from_db()
    assert recheck.finished_at is not None


def test_the_sweeper_finds_what_is_due(checked, change, project, moderator):
    checked()
    change()
    recheck = start_recheck(project, by=moderator)
    (due,) = (kind for kind in DUE if kind.task == "reviews.tasks.step_recheck")
    assert list(due.rows(timezone.now())) == [recheck]
    cancel_recheck(recheck, by=moderator)
    assert not due.rows(timezone.now()).exists()


def test_other_projects_are_left_alone(checked, change, project, moderator, author):
    from tests.factories import make_project

    checked()
    other = make_candidate(make_prompt(make_project("elsewhere"), author), status=Status.WITH_EDITOR)
    change()
    recheck = start_recheck(project, by=moderator)
    assert other.pk not in recheck.items.values_list("candidate_id", flat=True)


def test_the_database_keeps_one_unfinished_a_project(checked, change, project, moderator):
    checked()
    recheck = start_recheck_of(change, project, moderator)
    with pytest.raises(IntegrityError), transaction.atomic():
        Recheck.objects.create(project=project, policy=recheck.policy, started_by=moderator, started_at=timezone.now())


def start_recheck_of(change, project, moderator) -> Recheck:
    change()
    return start_recheck(project, by=moderator)


def test_it_asks_two_queries_a_few_hundred_takes(checked, change, project, django_assert_num_queries):
    keys = [checked().pk for _ in range(5)]
    change()
    asked = Asked.by(active_policy(project))
    with django_assert_num_queries(2):
        assert affected(keys, asked) == keys
