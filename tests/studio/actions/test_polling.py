"""What the poller may write, and what it hands over."""

from datetime import timedelta

import pytest
from django.utils import timezone

from providers.base import JobState, Snapshot
from providers.errors import BadAnswer, NotFound, ProviderUnavailable
from studio import clock
from studio.actions import polling
from studio.models import Errand, Generation, Priority
from studio.rules.generation import GenerationState
from tests.factories import make_generation, make_prompt


@pytest.fixture
def prompt(project, author):
    return make_prompt(project, author)


def polled(prompt, **columns) -> Generation:
    number = Generation.objects.count()
    given = {"state": GenerationState.RUNNING, "remote_id": f"v{number}", "errand": Errand.POLL}
    return make_generation(prompt, **(given | columns))


def looked(row: Generation, seen) -> Generation:
    [held] = [each for each in polling.take_due(10) if each.pk == row.pk]
    polling.write_looks([(held, seen)])
    row.refresh_from_db()
    return row


def test_it_takes_what_is_due_once_and_people_first(prompt):
    late = polled(prompt, priority=Priority.BATCH)
    person = polled(prompt)
    polled(prompt, run_after=clock.now() + timedelta(hours=1))
    polled(prompt, errand=Errand.SEND)
    assert [row.pk for row in polling.take_due(10)] == [person.pk, late.pk]
    assert polling.take_due(10) == []


def test_a_job_that_goes_on_rests_until_the_next_look(prompt):
    row = looked(polled(prompt), Snapshot("v0", JobState.RUNNING, progress=40))
    assert (row.state, row.progress, row.errand, row.leased_until) == (GenerationState.RUNNING, 40, Errand.POLL, None)
    assert row.run_after > clock.now()


def test_progress_never_goes_back(prompt):
    assert looked(polled(prompt, progress=60), Snapshot("v0", JobState.RUNNING, progress=40)).progress == 60


@pytest.mark.parametrize("state", [JobState.SUCCEEDED, JobState.FAILED, JobState.REFUSED, JobState.CANCELLED])
def test_an_end_is_a_workers(prompt, state):
    row = looked(polled(prompt), Snapshot("v0", state))
    assert (row.state, row.errand, row.leased_until) == (GenerationState.RUNNING, Errand.FETCH, None)
    assert row.run_after <= clock.now()


@pytest.mark.parametrize(
    "columns",
    [
        {"deadline_at": timezone.now()},
        {"cancel_requested_at": timezone.now()},
        {"state": GenerationState.SUBMITTED},
    ],
)
def test_whatever_calls_for_more_than_waiting_is_a_workers(prompt, columns):
    assert looked(polled(prompt, **columns), Snapshot("v0", JobState.RUNNING)).errand == Errand.FETCH


def test_a_broken_line_is_looked_at_later_each_time(prompt):
    row = looked(polled(prompt), ProviderUnavailable("Down."))
    assert (row.poll_failures, row.errand, row.explanation) == (1, Errand.POLL, "Down.")
    Generation.objects.update(run_after=clock.now())
    again = looked(row, ProviderUnavailable("Down."))
    assert again.poll_failures == 2
    Generation.objects.update(run_after=clock.now())
    assert looked(again, Snapshot("v0", JobState.RUNNING)).poll_failures == 0


@pytest.mark.parametrize("error", [NotFound("Gone."), BadAnswer("Another.", code="mismatch")])
def test_an_answer_that_may_be_an_end_is_a_workers(prompt, error):
    assert looked(polled(prompt), error).errand == Errand.FETCH


def test_a_row_that_was_overtaken_is_left_alone(prompt):
    row = polled(prompt)
    [held] = polling.take_due(10)
    Generation.objects.update(attempt=held.attempt + 1, state=GenerationState.SUCCEEDED, run_after=None)
    polling.write_looks([(held, Snapshot("v0", JobState.RUNNING, progress=90))])
    polling.write_looks([(held, Snapshot("v0", JobState.SUCCEEDED))])
    row.refresh_from_db()
    assert (row.progress, row.run_after, row.errand) == (0, None, Errand.POLL)


def test_a_cancellation_that_came_meanwhile_is_not_put_off(prompt):
    row = polled(prompt)
    [held] = polling.take_due(10)
    Generation.objects.update(cancel_requested_at=clock.now(), run_after=clock.now(), errand=Errand.SEND)
    polling.write_looks([(held, Snapshot("v0", JobState.RUNNING))])
    row.refresh_from_db()
    assert (row.errand, row.run_after <= clock.now()) == (Errand.SEND, True)
    assert row.leased_until is None  # whoever does it next need not wait until our lease is over


def test_a_round_costs_few_queries(prompt, django_assert_num_queries):
    for _ in range(20):
        polled(prompt)
    with django_assert_num_queries(5):  # savepoint, pick, lease, read, release
        rows = polling.take_due(50)
    assert len(rows) == 20
