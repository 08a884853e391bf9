"""A take is judged by the version it was planned under; a required check that was skipped is no pass."""

from dataclasses import replace

import pytest
from django.db import transaction

from reviews.actions import checking
from reviews.actions.checking import plan_checks, policy_of
from reviews.actions.placing import missing_of
from reviews.actions.policies import active_policy, install_policy
from reviews.checks.base import Stage
from reviews.checks.findings import CheckReport
from reviews.models import CheckRun, CheckStatus, Policy, PolicyCheck, Review
from reviews.rules.policy import load_policy
from reviews.rules.queues import Queue
from studio.rules.lifecycle import Status
from tests.factories import make_candidate, make_prompt, make_run


@pytest.fixture
def planned(project, author):
    candidate = make_candidate(make_prompt(project, author), checked=False)
    with transaction.atomic():
        plan_checks(candidate)
    return candidate


def put_into_force(project, **terms) -> Policy:
    """Another version, as if two moderators had agreed on it."""
    Policy.objects.filter(project=project).update(is_active=False)
    return install_policy(project, replace(load_policy(), version=2, **terms))


def reports(candidate, **statuses: str) -> list[CheckReport]:
    """Of every planned check: clean, unless told otherwise."""
    runs = CheckRun.objects.filter(candidate=candidate)
    return [
        CheckReport(run.check_key, run.version, statuses.get(run.check_key, "clean"), 0.1, "", run.parameters)
        for run in runs
    ]


def test_planning_pins_the_version_in_force(planned, project):
    assert {run.policy for run in CheckRun.objects.filter(candidate=planned)} == {active_policy(project)}


def test_a_change_meanwhile_does_not_touch_what_was_planned(planned, project):
    old = active_policy(project)
    put_into_force(project)
    assert policy_of(planned) == old


def test_runs_of_before_there_were_versions_ask_the_one_in_force(planned, project):
    CheckRun.objects.update(policy=None)
    new = put_into_force(project)
    assert policy_of(planned) == new


def test_a_check_that_is_off_is_not_planned(project, author):
    put_into_force(project, off=frozenset({"noise"}))
    candidate = make_candidate(make_prompt(project, author), checked=False)
    with transaction.atomic():
        plan_checks(candidate)
    keys = set(CheckRun.objects.filter(candidate=candidate).values_list("check_key", flat=True))
    assert "noise" not in keys
    assert "blur" in keys


@pytest.mark.parametrize(
    ("status", "required", "queue"),
    [
        ("clean", True, Queue.EDITOR),
        ("skipped", False, Queue.EDITOR),
        ("skipped", True, Queue.FLAGGED),
        ("failed", False, Queue.FLAGGED),
    ],
)
def test_a_skipped_check_that_is_required_sends_the_take_to_a_person(planned, project, status, required, queue):
    policy = active_policy(project)
    PolicyCheck.objects.create(policy=policy, check_key="noise", is_required=required)
    checking.conclude(planned, reports(planned, noise=status), policy, stages=tuple(Stage))
    planned.refresh_from_db()
    assert planned.status == (Status.WITH_EDITOR if queue == Queue.EDITOR else Status.IN_REVIEW)
    case = Review.objects.get(candidate=planned)
    assert case.queue == queue
    assert [reason.code for reason in case.reasons.all()] == ["clean" if queue == Queue.EDITOR else "not_checked"]


def test_a_required_check_that_nobody_planned_is_missing(project, author):
    candidate = make_candidate(make_prompt(project, author), checked=False)
    run = make_run(candidate, "blur")
    terms = replace(load_policy(), required=frozenset({"examiner"}))
    assert [each.check for each in missing_of([run], terms)] == ["examiner"]


def test_a_required_check_that_is_off_is_not_missed(project, author):
    candidate = make_candidate(make_prompt(project, author), checked=False)
    runs = [make_run(candidate, "blur"), make_run(candidate, "noise", status=CheckStatus.SKIPPED)]
    terms = replace(load_policy(), required=frozenset({"noise"}), off=frozenset({"noise"}))
    assert missing_of(runs, terms) == []


def test_who_killed_the_checker_three_times_is_counted_from_when_it_was_planned(planned):
    """A run that is planned again takes up the numbers of the earlier one: they are unique."""
    CheckRun.objects.filter(candidate=planned).update(attempt=4, attempts_before=4)
    pending = checking._pending(planned)
    assert [checking._begin_attempt(pending) for _ in range(3)] == [1, 2, 3]
