from datetime import timedelta
from decimal import Decimal

import pytest

from studio import clock
from studio.models import Budget, Event
from studio.rules.generation import GenerationState
from tests.factories import make_generation, make_prompt
from tests.studio.api.conftest import software

pytestmark = pytest.mark.django_db
SPEND, BUDGETS = "/api/v1/projects/harbour/spend", "/api/v1/projects/harbour/budgets"


@pytest.fixture
def spent(project, author):
    prompt = make_prompt(project, author)
    done = GenerationState.SUCCEEDED
    make_generation(prompt, state=done, run_after=None, cost_billed=Decimal("0.1000"))
    make_generation(prompt, cost_estimated=Decimal("0.0300"), model="sora-2")
    make_generation(prompt, state=GenerationState.UNKNOWN, run_after=None, cost_estimated=Decimal("0.0500"))


def put(holder, **said):
    return holder.post(BUDGETS, {"period": "day", "cap": "5.00"} | said, content_type="application/json")


def test_it_says_where_the_money_went(spent, author):
    said = software(author).get(SPEND).json()
    assert (said["total"], said["unsettled"], said["calls"]) == ("0.1800", "0.0800", 3)
    assert [(row["key"], row["spent"]) for row in said["days"]] == [(clock.now().date().isoformat(), "0.1800")]
    assert {row["key"]: row["spent"] for row in said["models"]} == {"sandbox-1": "0.1500", "sora-2": "0.0300"}
    assert [row["key"] for row in said["people"]] == ["author"]
    assert said["unknown"]["spent"] == "0.0500"


def test_its_days_can_be_chosen(spent, author):
    holder, today = software(author), clock.now().date()
    yesterday = today - timedelta(days=1)
    before = holder.get(f"{SPEND}?since={yesterday}&until={yesterday}").json()
    assert (before["total"], before["days"], before["unknown"]["calls"]) == ("0.0000", [], 1)
    for query in (f"since={today}&until={yesterday}", "since=2020-01-01", "since=soon", "from=2026-01-01"):
        assert holder.get(f"{SPEND}?{query}").status_code == 422


def test_a_moderator_sets_changes_and_lifts_a_cap(spent, author, moderator):
    holder = software(moderator)
    [cap] = put(holder).json()["items"]
    assert (cap["person"], cap["cap"], cap["left"], cap["held"]) == (None, "5.0000", "4.8200", "0.0800")
    [changed] = put(holder, cap="6").json()["items"]
    assert (changed["id"], changed["left"]) == (cap["id"], "5.8200")
    own = put(holder, person="author", period="ever").json()["items"]
    assert [row["person"] for row in own] == [None, "author"]
    assert holder.delete(f"/api/v1/budgets/{cap['id']}").status_code == 204
    assert [budget.person for budget in Budget.objects.all()] == [author]
    changes = Event.objects.filter(verb__startswith="budget")
    assert set(changes.values_list("actor", "verb")) == {
        (f"user:{moderator.pk}", "budget_set"),
        (f"user:{moderator.pk}", "budget_removed"),
    }


@pytest.mark.parametrize("said", [{"cap": "-1"}, {"cap": "1e9"}, {"cap": "NaN"}, {"period": "week"}, {"who": "author"}])
def test_what_is_no_cap_is_refused(moderator, said):
    assert put(software(moderator), **said).status_code == 422
    assert not Budget.objects.exists()


def test_a_person_of_another_project_is_not_found(moderator, outsider):
    assert put(software(moderator), person="outsider").status_code == 404
    assert not Budget.objects.exists()


def test_makers_see_the_caps_that_bind_them_and_set_none(author, editor, moderator, auditor):
    put(software(moderator), person="editor")
    put(software(moderator))
    assert [row["person"] for row in software(author).get(BUDGETS).json()["items"]] == [None]
    assert len(software(auditor).get(BUDGETS).json()["items"]) == 2
    assert put(software(author)).status_code == 403
    assert software(author).delete(f"/api/v1/budgets/{Budget.objects.first().pk}").status_code == 403
    assert Budget.objects.count() == 2
