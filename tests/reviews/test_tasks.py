"""The sweep: every row that is due is told of again, and no other."""

from datetime import timedelta

import pytest
from celery import current_app
from django.utils import timezone
from kombu import Connection

from reviews.tasks import sweep
from studio.celery import QUEUES
from studio.models import Generation, Heartbeat
from tests.factories import make_candidate, make_generation, make_prompt

STEP, CHECK = "studio.tasks.step_generation", "reviews.tasks.check_candidate"


@pytest.fixture
def told(monkeypatch) -> list[tuple[str, int]]:
    """What Celery was asked to send, to a broker that lives in memory."""
    told = []
    with Connection("memory://") as left_over:  # hints of earlier tests: this broker lives as long as the process
        for queue in QUEUES:
            left_over.SimpleQueue(queue).clear()
    app = current_app._get_current_object()
    monkeypatch.setattr(app, "connection_for_write", lambda: Connection("memory://"))
    monkeypatch.setattr(type(app), "send_task", lambda _, name, args, **options: told.append((name, args[0])))
    return told


@pytest.fixture
def prompt(project, author):
    return make_prompt(project, author)


def test_it_tells_of_what_is_due(told, prompt):
    generation = make_generation(prompt)
    candidate = make_candidate(prompt, run_after=timezone.now())
    sweep()
    assert told == [(STEP, generation.pk), (CHECK, candidate.pk)]


@pytest.mark.parametrize(
    "columns",
    [
        {"run_after": None},
        {"run_after": timezone.now() + timedelta(hours=1)},
        {"leased_until": timezone.now() + timedelta(hours=1)},
    ],
)
def test_it_leaves_alone_what_is_done_or_later_or_held(told, prompt, columns):
    make_generation(prompt, **columns)
    sweep()
    assert told == []


def test_it_tells_of_a_row_whose_holder_died(told, prompt):
    generation = make_generation(prompt, attempt=1, leased_until=timezone.now() - timedelta(seconds=1))
    sweep()
    assert told == [(STEP, generation.pk)]


def test_it_tells_of_what_has_waited_longest_first(told, prompt):
    late, early = make_generation(prompt), make_generation(prompt)
    Generation.objects.filter(pk=early.pk).update(run_after=timezone.now() - timedelta(minutes=5))
    sweep()
    assert told == [(STEP, early.pk), (STEP, late.pk)]


def test_a_broker_that_died_meanwhile_does_not_end_it(monkeypatch, prompt, caplog):
    dead = Connection("redis://127.0.0.1:1/0")
    monkeypatch.setattr(current_app._get_current_object(), "connection_for_write", dead.clone)
    make_generation(prompt)
    make_candidate(prompt, run_after=timezone.now())
    sweep()
    assert [task in caplog.text for task in (STEP, CHECK)] == [True, True]


def test_it_leaves_a_sign_of_life(told, db):
    sweep()
    assert timezone.now() - Heartbeat.objects.get(name="sweep").at < timedelta(minutes=1)
