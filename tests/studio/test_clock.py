"""The clock of everything that expires is the database's."""

import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from studio import clock


@pytest.fixture
def postgres(monkeypatch):
    """A database that says it is PostgreSQL and that it is noon there; how often it was asked."""
    asked = []

    class Cursor:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def execute(self, sql):
            asked.append(sql)

        def fetchone(self):
            return (datetime(2026, 11, 22, 12, tzinfo=UTC),)

    monkeypatch.setattr(clock, "connection", SimpleNamespace(vendor="postgresql", cursor=Cursor))
    monkeypatch.setattr(clock, "_last", None)
    return asked


def test_it_goes_on_from_what_the_database_said(postgres, monkeypatch):
    monkeypatch.setattr(time, "clock_gettime", lambda _: 1000.0)
    assert clock.now() == datetime(2026, 11, 22, 12, tzinfo=UTC)
    monkeypatch.setattr(time, "clock_gettime", lambda _: 1042.5)
    assert clock.now() == datetime(2026, 11, 22, 12, 0, 42, 500_000, tzinfo=UTC)
    assert postgres == ["SELECT clock_timestamp()"]


def test_it_asks_again_after_a_minute(postgres, monkeypatch):
    monkeypatch.setattr(time, "clock_gettime", lambda _: 1000.0)
    clock.now()
    monkeypatch.setattr(time, "clock_gettime", lambda _: 1060.1)
    assert clock.now() == datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert len(postgres) == 2


def test_a_wrong_clock_of_this_host_does_not_matter(postgres, monkeypatch):
    before = clock.now()
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert timedelta() <= clock.now() - before < timedelta(minutes=1)


def test_it_is_aware_and_in_utc(db):
    assert clock.now().utcoffset() == timedelta()
