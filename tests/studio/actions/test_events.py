"""The chain: every change with its event, and every tampering found."""

from datetime import UTC, datetime

import pytest
from django.db import Error, connection, transaction

from studio.actions.enrolling import create_project
from studio.actions.events import Actor, action, record_event, verify_chain
from studio.models import ChainHead, Event, Project
from studio.rules.chain import FIRST, event_digest

MACHINE = Actor.system("test")


def test_the_digests_of_the_published_vectors():
    first = event_digest(
        FIRST,
        seq=1,
        at=datetime(2026, 11, 22, 12, tzinfo=UTC),
        actor="system:triage",
        verb="advanced",
        subject="candidate:7",
        data={"from": "checking", "to": "in_review"},
    )
    assert first == "633535f14cb9cd503d5279042e3cd501fc9d08d40674695617b789b16377844b"
    at = datetime(2026, 11, 22, 12, 5, tzinfo=UTC)
    second = event_digest(
        first, seq=2, at=at, actor="user:3", verb="claimed", subject="review:9", data={"note": "Hände"}
    )
    assert second == "f0c76d67b3bb2b40ce5c8b1204f98512a4a018bd2258e5bf303f39aefcd879da"


@pytest.fixture
def three_events(db):
    for slug in ("one", "two", "three"):
        create_project(slug=slug, name=slug, actor=MACHINE)


def test_a_chain_of_actions_verifies(three_events):
    assert [event.seq for event in Event.objects.all()] == [1, 2, 3]
    assert verify_chain() == ""


def test_an_action_that_fails_leaves_neither_change_nor_event(db):
    @action
    def half() -> None:
        project = Project.objects.create(slug="half", name="half")
        record_event(project, verb="created", actor=MACHINE)
        raise ValueError

    with pytest.raises(ValueError):
        half()
    assert not Project.objects.exists()
    assert not Event.objects.exists()


def test_an_event_outside_an_action_is_refused(project):
    with pytest.raises(RuntimeError, match="outside an action"):
        record_event(project, verb="created", actor=MACHINE)


@pytest.mark.django_db(transaction=True)
def test_an_action_inside_a_transaction_is_refused():
    with transaction.atomic(), pytest.raises(RuntimeError):
        create_project(slug="nested", name="nested", actor=MACHINE)


@pytest.mark.engine
@pytest.mark.parametrize("statement", ["UPDATE studio_event SET verb = 'x'", "DELETE FROM studio_event"])
def test_the_database_refuses_to_change_or_delete_events(three_events, statement):
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Event.objects.count() == 3


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE studio_event SET verb = 'x' WHERE seq = 2",
        """UPDATE studio_event SET data = '{"slug": "other"}' WHERE seq = 2""",
        "UPDATE studio_event SET actor = 'user:1' WHERE seq = 3",
        "DELETE FROM studio_event WHERE seq = 2",
        "DELETE FROM studio_event WHERE seq = 3",
        "UPDATE studio_event SET seq = 9 WHERE seq = 3",
        "UPDATE studio_chainhead SET seq = 2",
    ],
)
def test_every_tampering_is_found(three_events, tampering):
    if connection.vendor != "sqlite":
        pytest.skip("lays SQLite's triggers aside")
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER studio_event_no_update")
        cursor.execute("DROP TRIGGER studio_event_no_delete")
        cursor.execute(tampering)
    assert verify_chain() != ""


def test_an_empty_chain_verifies(db):
    assert verify_chain() == ""
    ChainHead.objects.create(pk=1, seq=4)
    assert "cut off" in verify_chain()
