"""Where the money went, and the caps that stop it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from studio import clock
from studio.actions.budgeting import set_budget
from studio.ledger import Line
from studio.models import Budget, Event, Generation, Period
from studio.rules.generation import GenerationState
from studio.rules.roles import Role
from studio.views import spend
from studio.views.spend import CHART_HEIGHT, bars_of
from tests.factories import make_generation, make_person, make_project, make_prompt

pytestmark = pytest.mark.django_db
SPEND, SET = "/p/harbour/spend/", "/p/harbour/spend/budgets/"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon(monkeypatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


def spent(prompt, dollars: str, *, days_ago: int = 0, **columns: object) -> Generation:
    defaults = {"state": GenerationState.SUCCEEDED, "cost_billed": Decimal(dollars)}
    made = make_generation(prompt, **(defaults | columns))
    Generation.objects.filter(pk=made.pk).update(created_at=NOON - timedelta(days=days_ago))
    return made


def money(lines: list[Line]) -> dict[object, str]:
    return {line.key: f"{line.spent:.2f}" for line in lines}


def test_each_part_adds_up_to_the_total(project, author, editor, sign_in):
    prompt = make_prompt(project, author)
    spent(prompt, "0.10")
    spent(prompt, "0.20", days_ago=1, requested_by=editor, model="other-2")
    spent(prompt, "0", state=GenerationState.SENDING, cost_billed=None, cost_estimated=Decimal("0.30"))
    spent(prompt, "0", state=GenerationState.FAILED, cost_billed=None, cost_estimated=Decimal(9))
    spent(prompt, "7", days_ago=30)

    page = sign_in(author).get(SPEND).context

    assert (page["total"], page["unsettled"], page["calls"]) == (Decimal("0.60"), Decimal("0.30"), 4)
    assert money(page["days"]) == {date(2026, 11, 20): "0.40", date(2026, 11, 19): "0.20"}
    assert money(page["models"]) == {"sandbox-1": "0.40", "other-2": "0.20"}
    assert money(page["people"]) == {"Author": "0.40", "Editor": "0.20"}
    assert money(page["projects"]) == {"Harbour": "0.60"}


def test_the_range_stands_in_the_address_and_both_days_count(project, author, sign_in):
    prompt = make_prompt(project, author)
    for days_ago in range(4):
        spent(prompt, "1", days_ago=days_ago)
    page = sign_in(author).get(f"{SPEND}?since=2026-11-18&until=2026-11-19").context
    assert (page["total"], len(page["bars"])) == (Decimal(2), 2)


@pytest.mark.parametrize(
    "query",
    [
        "since=2026-11-19&until=2026-11-18",
        "since=2026-01-01&until=2026-11-18",
        "since=2020-01-01",
        "since=2027-01-01",
        "since=0001-01-01&until=0001-01-02",
        "until=9999-12-31",
        "since=yesterday",
    ],
)
def test_a_range_that_makes_no_sense_is_refused_in_words(query, project, author, sign_in):
    assert sign_in(author).get(f"{SPEND}?{query}").status_code == 422


def test_bars_are_as_high_as_their_share_of_the_dearest_day():
    lines = [Line(date(2026, 11, 1), 1, Decimal(4), Decimal(0)), Line(date(2026, 11, 3), 1, Decimal(1), Decimal(0))]
    heights = [bar.height for bar in bars_of(lines, date(2026, 11, 1), date(2026, 11, 3))]
    assert heights == [CHART_HEIGHT, 0, CHART_HEIGHT / 4]


def test_days_without_money_draw_nothing():
    assert [bar.height for bar in bars_of([], date(2026, 11, 1), date(2026, 11, 2))] == [0, 0]


def test_other_projects_count_only_where_their_money_may_be_seen(project, author, outsider, sign_in):
    elsewhere = make_project("elsewhere")
    spent(make_prompt(project, author), "1")
    spent(make_prompt(elsewhere, outsider), "5")
    assert money(sign_in(author).get(SPEND).context["projects"]) == {"Harbour": "1.00"}
    both = make_person("both", project, Role.AUDITOR)
    elsewhere.memberships.create(user=both, role=Role.REVIEWER)
    assert money(sign_in(both).get(SPEND).context["projects"]) == {"Harbour": "1.00"}
    elsewhere.memberships.create(user=both, role=Role.AUTHOR)
    assert money(sign_in(both).get(SPEND).context["projects"]) == {"Elsewhere": "5.00", "Harbour": "1.00"}


def test_unknown_charges_are_listed_whenever_they_were_made(project, author, sign_in):
    lost = spent(
        make_prompt(project, author),
        "0",
        days_ago=200,
        state=GenerationState.UNKNOWN,
        cost_billed=None,
        cost_estimated=Decimal("0.40"),
    )
    answer = sign_in(author).get(SPEND)
    assert "1 call may have been charged, about $0.40" in answer.content.decode()
    assert f"/p/harbour/generations/{lost.pk}/" in answer.content.decode()


def test_of_many_unknown_charges_the_sum_counts_all_though_the_newest_are_listed(project, author, sign_in, monkeypatch):
    monkeypatch.setattr(spend, "MOST_UNKNOWN", 2)
    prompt = make_prompt(project, author)
    for _ in range(3):
        spent(prompt, "0", state=GenerationState.UNKNOWN, cost_billed=None, cost_estimated=Decimal("0.10"))
    body = sign_in(author).get(SPEND).content.decode()
    assert "3 calls may have been charged, about $0.30" in body
    assert body.count("/p/harbour/generations/") == 2
    assert "And 1 older ones" in body


def test_budgets_show_what_is_left_and_what_is_held(project, author, moderator, sign_in):
    prompt = make_prompt(project, author)
    spent(prompt, "0.25")
    spent(prompt, "0", state=GenerationState.SENDING, cost_billed=None, cost_estimated=Decimal("0.50"))
    set_budget(project=project, by=moderator, person=None, period=Period.DAY, cap=Decimal(1))
    [room] = sign_in(author).get(SPEND).context["rooms"]
    assert (room.left, room.held, room.gone) == (Decimal("0.25"), Decimal("0.50"), Decimal("0.25"))


def test_an_overdrawn_budget_says_by_how_much(project, author, moderator, sign_in):
    spent(make_prompt(project, author), "3.00")
    set_budget(project=project, by=moderator, person=None, period=Period.DAY, cap=Decimal(1))
    assert "$2.00 overdrawn" in sign_in(author).get(SPEND).content.decode()


def test_who_makes_takes_sees_the_caps_that_bind_them(project, author, editor, moderator, auditor, sign_in):
    for person in (None, author, editor):
        set_budget(project=project, by=moderator, person=person, period=Period.DAY, cap=Decimal(1))

    def shown(user) -> set[object]:
        return {room.budget.person for room in sign_in(user).get(SPEND).context["rooms"]}

    assert shown(author) == {None, author}
    assert shown(auditor) == shown(moderator) == {None, author, editor}


def test_a_moderator_sets_changes_and_lifts_a_cap(project, author, moderator, sign_in):
    client = sign_in(moderator)
    assert client.post(SET, {"person": author.pk, "period": "month", "cap": "25"}).status_code == 303
    client.post(SET, {"person": author.pk, "period": "month", "cap": "30.50"})
    budget = Budget.objects.get()
    assert (budget.person, budget.period, budget.cap) == (author, Period.MONTH, Decimal("30.50"))
    assert client.post(f"{SET}{budget.pk}/remove/").status_code == 303
    assert client.post(f"{SET}{budget.pk}/remove/").status_code == 404
    assert not Budget.objects.exists()
    assert Event.objects.filter(verb__startswith="budget_").count() == 3


@pytest.mark.parametrize(
    "changed", [{"cap": "-1"}, {"cap": "many"}, {"cap": "NaN"}, {"period": "hour"}, {"person": "99999"}, {"cap": "1e9"}]
)
def test_a_cap_that_cannot_be_is_refused_on_the_page(changed, project, moderator, sign_in):
    answer = sign_in(moderator).post(SET, {"period": "day", "cap": "5"} | changed)
    assert answer.status_code == 422
    assert "<h1>Spend</h1>" in answer.content.decode()
    assert not Budget.objects.exists()


@pytest.mark.parametrize("person", ["author", "editor", "auditor"])
def test_nobody_else_sets_or_lifts_caps(person, project, moderator, sign_in, request):
    budget = set_budget(project=project, by=moderator, person=None, period=Period.DAY, cap=Decimal(1))
    client = sign_in(request.getfixturevalue(person))
    assert client.post(SET, {"period": "day", "cap": "100"}).status_code == 403
    assert client.post(f"{SET}{budget.pk}/remove/").status_code == 403
    assert "Set the cap" not in client.get(SPEND).content.decode()
    assert Budget.objects.get().cap == 1


def test_a_cap_of_another_project_is_not_found(project, moderator, sign_in):
    elsewhere = make_project("elsewhere")
    theirs = make_person("their-moderator", elsewhere, Role.MODERATOR)
    budget = set_budget(project=elsewhere, by=theirs, person=None, period=Period.DAY, cap=Decimal(1))
    assert sign_in(moderator).post(f"{SET}{budget.pk}/remove/").status_code == 404
    assert Budget.objects.exists()


def test_its_queries_do_not_grow_with_the_spending(
    project, author, moderator, sign_in, django_assert_num_queries, django_assert_max_num_queries
):
    client = sign_in(moderator)
    prompt = make_prompt(project, author)
    spent(prompt, "1", state=GenerationState.UNKNOWN, cost_billed=None)
    set_budget(project=project, by=moderator, person=None, period=Period.DAY, cap=Decimal(1))
    with django_assert_max_num_queries(19) as alone:
        client.get(SPEND)
    for days_ago in range(10):
        by = make_person(f"person-{days_ago}", project, Role.AUTHOR)
        spent(prompt, "1", days_ago=days_ago, requested_by=by, model=f"model-{days_ago}")
        spent(prompt, "1", state=GenerationState.UNKNOWN, cost_billed=None)
        set_budget(project=project, by=moderator, person=by, period=Period.DAY, cap=Decimal(1))
    with django_assert_num_queries(len(alone)):
        client.get(SPEND)
