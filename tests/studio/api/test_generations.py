from decimal import Decimal

import pytest

from studio.models import Event, Generation
from studio.rules.generation import GenerationState
from studio.rules.scopes import Scope
from tests.factories import make_candidate, make_generation, make_prompt
from tests.studio.api.conftest import software

pytestmark = pytest.mark.django_db
LIST = "/api/v1/generations"
AT = "2026-11-22T12:00:05+00:00"
SECRET = "a-secret-part-of-an-address"


@pytest.fixture
def prompt(project, author):
    return make_prompt(project, author)


@pytest.fixture
def holder(author):
    return software(author)


def act(holder, row, verb, body=None):
    return holder.post(f"{LIST}/{row.pk}/{verb}", body or {}, content_type="application/json")


def test_it_shows_states_request_answer_and_cost_but_no_secret(prompt, holder):
    row = make_generation(
        prompt,
        state=GenerationState.SUCCEEDED,
        run_after=None,
        cost_billed=Decimal("0.0125"),
        callback_token=SECRET,
        remote_id="video_7",
        states_seen=[{"state": "submitted", "at": AT, "said": "queued"}],
        request={"prompt": "A lighthouse"},
        answer={"id": "video_7"},
    )
    take = make_candidate(prompt, generation=row)
    answer = holder.get(f"{LIST}/{row.pk}")
    said = answer.json()
    assert said["states_seen"] == [{"state": "submitted", "at": "2026-11-22T12:00:05Z", "said": "queued"}]
    assert (said["request"], said["answer"]) == ({"prompt": "A lighthouse"}, {"id": "video_7"})
    assert (said["cost_estimated"], said["cost_billed"]) == ("0.0200", "0.0125")
    assert (said["takes"], said["is_final"], said["reason"]) == ([str(take.uuid)], True, None)
    assert SECRET not in answer.content.decode()
    assert str(row.client_key) not in answer.content.decode()


def test_a_running_one_is_cancelled_once(prompt, holder):
    row = make_generation(prompt, state=GenerationState.RUNNING, remote_id="v1")
    answer = act(holder, row, "cancel")
    assert answer.status_code == 200
    assert answer.json()["cancel_requested_at"] is not None
    assert (act(holder, row, "cancel").status_code, act(holder, row, "cancel").json()["error"]) == (409, "Conflict")


@pytest.mark.parametrize(("charged", "state", "billed"), [(True, "lost", "0.0200"), (False, "failed", "0.0000")])
def test_an_unknown_one_is_settled_by_a_person_with_a_token(prompt, moderator, charged, state, billed):
    row = make_generation(prompt, state=GenerationState.UNKNOWN, run_after=None)
    said = act(software(moderator, Scope.PROMPTS_WRITE), row, "settle", {"charged": charged}).json()
    assert (said["state"], said["cost_billed"], said["reason"]) == (state, billed, "settled_by_person")
    assert Event.objects.get(verb="settled_by_person").actor == f"user:{moderator.pk}"


def test_settling_wants_an_answer_and_nothing_else(prompt, holder):
    row = make_generation(prompt, state=GenerationState.UNKNOWN, run_after=None)
    for body in ({}, {"charged": None}, {"charged": True, "state": "succeeded"}):
        assert act(holder, row, "settle", body).status_code == 422
    row.refresh_from_db()
    assert row.state == "unknown"


def test_asking_again_makes_it_due_and_is_refused_where_nobody_can_be_asked(prompt, holder):
    found = make_generation(prompt, state=GenerationState.UNKNOWN, remote_id="v9", run_after=None)
    gone = make_generation(prompt, state=GenerationState.UNKNOWN, provider="nobody", run_after=None)
    assert act(holder, found, "ask").status_code == 200
    assert Generation.objects.get(pk=found.pk).run_after is not None
    assert act(holder, gone, "ask").status_code == 422


def test_there_is_nothing_to_adopt_of_one_that_goes_on(prompt, holder):
    row = make_generation(prompt, state=GenerationState.RUNNING, remote_id="v1")
    assert act(holder, row, "adopt").status_code == 409


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("", [3, 2, 1]),
        ("?state=running", [2]),
        ("?provider=nobody", [3]),
        ("?project=harbour&state=reserved", [3, 1]),
        ("?project=elsewhere", []),
        ("?model=sandbox-1", [3, 2, 1]),
        ("?batch=0f0e0d0c-0b0a-4908-8706-050403020100", []),
    ],
)
def test_the_list_can_be_narrowed(prompt, holder, query, places):
    make_generation(prompt)
    make_generation(prompt, state=GenerationState.RUNNING, remote_id="v1")
    make_generation(prompt, provider="nobody")
    assert [row["take_number"] for row in holder.get(LIST + query).json()["items"]] == places
    other = "&" if query else "?"
    assert holder.get(f"{LIST}{query}{other}prompt={prompt.pk + 1}").json()["items"] == []


@pytest.mark.parametrize("query", ["?state=done", "?provider=a b", "?limit=0", "?limit=101", "?before=0", "?stat=x"])
def test_a_filter_that_is_none_is_refused(prompt, holder, query):
    answer = holder.get(LIST + query)
    assert (answer.status_code, answer.json()["error"]) == (422, "Invalid")


@pytest.mark.parametrize("pk", ["0", "9" * 18, "9" * 30, "x"])
def test_numbers_of_nothing_are_not_found(prompt, holder, pk):
    assert holder.get(f"{LIST}/{pk}").status_code == 404
