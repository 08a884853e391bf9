"""The audit trail: readable by row, person and verb, and provable."""

import pytest
from django.db import connection

from reviews.actions.policies import active_policy
from reviews.actions.queueing import claim, release
from studio.models import Event
from studio.rules.lifecycle import Status
from tests.factories import make_candidate, make_prompt, make_review


@pytest.fixture
def case(project, author, reviewer):
    """A review that was claimed and given back: two events."""
    active_policy(project)
    case = make_review(make_candidate(make_prompt(project, author), status=Status.IN_REVIEW))
    claim(case, by=reviewer)
    release(case, by=reviewer)
    return case


def forge(column: str, value: str) -> None:
    """What an attacker with the database would do: lay the triggers aside and change an event."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'studio_event'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(f"UPDATE studio_event SET {column} = %s WHERE seq = 1", [value])


def test_it_lists_events_with_names_newest_first(case, client, auditor):
    client.force_login(auditor)
    body = client.get("/audit/").content.decode()
    assert body.index("Released") < body.index("Claimed")
    assert "Reviewer" in body
    assert "2 events" in body


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("verb=claimed", 1),
        ("row=review:1", None),
        ("person=machine", 0),
        ("verb=claimed&person=999", 0),
        ("verb=%00&row=%27", 0),
        ("before=newest", 1),
    ],
)
def test_it_filters_by_row_person_and_verb(case, client, auditor, query, shown):
    client.force_login(auditor)
    query = query.replace("review:1", f"review:{case.pk}").replace("newest", str(Event.objects.latest("seq").pk))
    answer = client.get(f"/audit/?{query}")
    assert answer.status_code == 200
    assert answer.content.decode().count('class="number seq"') == (2 if shown is None else shown)


def test_it_proves_the_chain(case, client, auditor):
    client.force_login(auditor)
    assert "All 2 events follow" in client.post("/audit/verify/").content.decode()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="drops SQLite's triggers")
def test_it_says_which_event_was_changed(case, client, auditor):
    forge("verb", "approved")
    client.force_login(auditor)
    body = client.post("/audit/verify/").content.decode()
    assert "The chain is broken." in body
    assert "Event 1 does not follow from event 0" in body


@pytest.mark.parametrize("who", ["author", "reviewer", "editor"])
def test_it_is_for_auditors_and_moderators(client, request, who, case):
    client.force_login(request.getfixturevalue(who))
    assert client.get("/audit/").status_code == 403
    assert client.post("/audit/verify/", HTTP_ACCEPT="text/html").status_code == 403
    assert Event.objects.count() == 2
