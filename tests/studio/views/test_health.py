from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from studio.models import Candidate, Heartbeat
from studio.views import health
from tests.factories import make_candidate, make_prompt


@pytest.fixture
def beat(db) -> Heartbeat:
    return Heartbeat.objects.create(name="sweep", at=timezone.now())


def test_it_is_well_when_all_answer_and_nothing_is_overdue(client, beat) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() | {"beat_age_seconds": 0} == {
        "database": True,
        "broker": True,
        "beat_age_seconds": 0,
        "poller_age_seconds": None,
        "oldest_due_seconds": None,
        "ok": True,
    }
    assert "no-store" in answer["Cache-Control"]


def test_a_silent_poller_is_told_of_and_is_no_illness(client, beat) -> None:
    Heartbeat.objects.create(name="poller", at=timezone.now() - timedelta(hours=1))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["poller_age_seconds"] >= 3600) == (200, True)


def test_it_is_not_well_before_beat_has_ever_ticked(client, db) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["beat_age_seconds"] is None


def test_it_is_not_well_when_beat_fell_silent(client, beat) -> None:
    Heartbeat.objects.update(at=timezone.now() - timedelta(seconds=61))
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["beat_age_seconds"] >= 61


@pytest.mark.parametrize(("overdue_seconds", "status"), [(30, 200), (901, 503)])
def test_it_tells_a_row_that_waits_from_one_that_nobody_takes(
    client, beat, author, project, overdue_seconds, status
) -> None:
    candidate = make_candidate(make_prompt(project, author))
    since = timezone.now() - timedelta(seconds=overdue_seconds)
    Candidate.objects.filter(pk=candidate.pk).update(run_after=since, leased_until=None)
    answer = client.get("/healthz")
    assert answer.status_code == status
    assert answer.json()["oldest_due_seconds"] >= overdue_seconds


@pytest.mark.parametrize(
    "url", ["redis+socket:///nowhere/broker.sock", "redis://127.0.0.1:1/0", "amqp://127.0.0.1:1//"]
)
def test_it_is_not_well_without_a_broker(client, beat, settings, url) -> None:
    settings.BROKER_URL = url
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["broker"] is False


def test_it_says_that_the_database_is_away(client, db, monkeypatch) -> None:
    def away() -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(health.clock, "now", away)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["database"] is False
