"""Hints leave the request's thread at once, and a dead broker is nobody's problem but the log's."""

import logging
import threading

import pytest
from celery import current_app
from django.db import transaction
from kombu import Connection
from kombu.exceptions import OperationalError

from studio import enqueue
from studio.enqueue import MOST_WAITING, NOT_REACHED, after_commit, top_up
from tests.journeys.tree import wait_until

TASK = "studio.tasks.step_generation"


class Sent(list):
    """What Celery was asked to send: (task, row id, thread)."""

    error: Exception | None = None
    gate: threading.Event | None = None

    def __call__(self, name, args, **options) -> None:
        self.append((name, args[0], threading.get_ident()))
        if self.gate:
            self.gate.wait(30)
        if self.error:
            raise self.error


@pytest.fixture
def sent(monkeypatch) -> Sent:
    enqueue._hints.cache_clear()
    sent = Sent()
    monkeypatch.setattr(type(current_app._get_current_object()), "send_task", lambda _, *a, **k: sent(*a, **k))
    yield sent
    if sent.gate:
        sent.gate.set()
    enqueue._hints.cache_clear()


@pytest.mark.django_db(transaction=True)
def test_a_hint_is_sent_after_commit_by_another_thread(sent):
    with transaction.atomic():
        after_commit(TASK, 7)
        assert sent == []
    wait_until(lambda: sent)
    name, row_id, thread = sent[0]
    assert (name, row_id) == (TASK, 7)
    assert thread != threading.get_ident()


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_rolled_back_sends_nothing(sent):
    with transaction.atomic():
        after_commit(TASK, 7)
        transaction.set_rollback(True)
    after_commit(TASK, 8)
    wait_until(lambda: sent)
    assert [row_id for _, row_id, _ in sent] == [8]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [OperationalError("refused"), ConnectionResetError("reset")])
def test_a_dead_broker_is_logged_once_and_left_alone_for_a_while(sent, caplog, error):
    sent.error = error
    with caplog.at_level(logging.WARNING, logger="studio.enqueue"):
        after_commit(TASK, 7)
        wait_until(lambda: caplog.records)
        for row_id in range(8, 100):
            after_commit(TASK, row_id)
    assert [row_id for _, row_id, _ in sent] == [7]
    assert len(caplog.records) == 1
    assert "the sweeper will find studio.tasks.step_generation 7" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_hangs_does_not_pile_up_hints(sent):
    sent.gate = threading.Event()
    after_commit(TASK, 0)
    wait_until(lambda: sent)
    for row_id in range(1, MOST_WAITING + 50):
        after_commit(TASK, row_id)
    sent.gate.set()
    wait_until(lambda: len(sent) == MOST_WAITING + 1)
    after_commit(TASK, 9999)
    wait_until(lambda: sent[-1][1] == 9999)
    assert len(sent) == MOST_WAITING + 2


@pytest.fixture
def queue(monkeypatch):
    """The task's queue in Celery's broker that lives in memory."""
    with Connection("memory://") as connection:
        monkeypatch.setattr(current_app._get_current_object(), "connection_for_write", connection.clone)
        name = current_app.amqp.router.route({}, TASK)["queue"].name
        simple = connection.SimpleQueue(name)
        simple.clear()
        yield simple
        simple.clear()
        simple.close()


def test_the_sweeper_fills_an_empty_queue_up_to_its_bound(sent, queue):
    top_up(TASK, range(1, MOST_WAITING + 100))
    assert [row_id for _, row_id, _ in sent] == list(range(1, MOST_WAITING + 1))


def test_the_sweeper_adds_only_what_a_queue_has_room_for(sent, queue):
    for number in range(MOST_WAITING - 3):
        queue.put({"hint": number})
    top_up(TASK, [11, 12, 13, 14, 15])
    assert [row_id for _, row_id, _ in sent] == [11, 12, 13]


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "amqp://guest:guest@127.0.0.1:1//"])
def test_the_sweeper_says_when_the_broker_is_not_reached(monkeypatch, url):
    dead = Connection(url)
    monkeypatch.setattr(current_app._get_current_object(), "connection_for_write", dead.clone)
    with pytest.raises(NOT_REACHED):
        top_up(TASK, [1])
