"""Money is held before anything is sent, and every window always adds up to its cap."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio import clock
from studio.actions.budgeting import (
    change_cap,
    headroom,
    missing_money,
    remove_budget,
    reserve,
    set_budget,
    settle_reservations,
    standing,
)
from studio.actions.prompting import Order, estimate, submit_prompt
from studio.errors import Invalid, NotPermitted, OverBudget
from studio.models import Budget, BudgetWindow, Event, Generation, Period, Project, Prompt, Reservation, User
from studio.rules.generation import GenerationState
from studio.rules.roles import Role
from tests.factories import make_generation, make_person, make_project, make_prompt
from tests.studio.views.conftest import PROVIDERS

ORDER = Order("sandbox-1", seconds=1, size="64x36", takes=1)
DIME = Decimal("0.1000")


def cap(project: Project, by: User, dollars: str, *, period: Period = Period.DAY, person: User | None = None) -> Budget:
    return set_budget(project=project, by=by, person=person, period=period, cap=Decimal(dollars))


def held(prompt: Prompt, cost: Decimal = DIME, by: User | None = None) -> Generation:
    """A generation with its money held, as an action would write it; all or nothing."""
    with transaction.atomic():
        made = make_generation(prompt, cost_estimated=cost, requested_by=by or prompt.author)
        reserve(made)
    return made


def settle(generation: Generation, charged: str) -> None:
    with transaction.atomic():
        settle_reservations(generation, Decimal(charged))


def left(budget: Budget) -> Decimal:
    return standing([budget])[0].left


@pytest.fixture
def prompt(project, author) -> Prompt:
    return make_prompt(project, author)


def test_the_third_dime_of_thirty_cents_is_still_there(project, moderator, prompt):
    """In binary fractions 0.3 - 0.1 - 0.1 is less than 0.1: the last one would be refused."""
    budget = cap(project, moderator, "0.30")
    for _ in range(3):
        held(prompt)
    assert left(budget) == 0
    with pytest.raises(OverBudget):
        held(prompt, Decimal("0.0001"))


def test_a_refusal_names_the_budget_and_what_is_missing(project, moderator, prompt):
    cap(project, moderator, "0.25")
    held(prompt)
    with pytest.raises(OverBudget, match=r"Harbour, \$0\.25 a day, has \$0\.15 left: \$0\.05 is missing\. Nothing"):
        held(prompt, Decimal("0.20"))
    assert Generation.objects.count() == 1


def test_the_tighter_of_several_budgets_decides_and_the_other_keeps_its_money(project, moderator, author, prompt):
    wide = cap(project, moderator, "10")
    narrow = cap(project, moderator, "0.05", person=author)
    with pytest.raises(OverBudget, match="The budget of Author"):
        held(prompt)
    assert (left(wide), left(narrow)) == (Decimal(10), Decimal("0.05"))
    assert not Reservation.objects.exists()


def test_a_cap_of_one_person_does_not_bind_another(project, moderator, author, editor, prompt):
    budget = cap(project, moderator, "0.05", person=author)
    held(prompt, by=editor)
    assert left(budget) == Decimal("0.05")


def test_a_cap_of_another_project_does_not_bind(moderator, prompt):
    elsewhere = make_project("elsewhere")
    cap(elsewhere, make_person("other", elsewhere, Role.MODERATOR), "0")
    assert held(prompt).reservations.count() == 0


def test_several_are_held_together_or_not_at_all(project, moderator, prompt):
    budget = cap(project, moderator, "0.25")
    with pytest.raises(OverBudget, match=r"\$0\.05 is missing"), transaction.atomic():
        reserve(*(make_generation(prompt, cost_estimated=DIME) for _ in range(3)))
    assert left(budget) == Decimal("0.25")
    assert not Reservation.objects.exists()


@pytest.mark.parametrize(("charged", "remains"), [("0", "1.00"), ("0.04", "0.96"), ("0.10", "0.90"), ("1.30", "-0.30")])
def test_what_was_not_charged_comes_back_and_more_is_booked(charged, remains, project, moderator, prompt):
    budget = cap(project, moderator, "1.00")
    generation = held(prompt)
    settle(generation, charged)
    settle(generation, charged)
    assert left(budget) == Decimal(remains)
    [row] = Reservation.objects.all()
    assert (row.amount, row.is_settled) == (Decimal(charged), True)


def test_a_late_bill_books_the_difference(project, moderator, prompt):
    budget = cap(project, moderator, "1.00")
    generation = held(prompt)
    settle(generation, "0")
    settle(generation, "0.10")
    assert left(budget) == Decimal("0.90")


def test_an_overdrawn_budget_refuses_until_more_is_allowed(project, moderator, prompt):
    budget = cap(project, moderator, "0.20")
    settle(held(prompt), "0.50")
    with pytest.raises(OverBudget, match=r"is overdrawn by \$0\.30: \$0\.40 is missing"):
        held(prompt)
    cap(project, moderator, "1.00")
    held(prompt)
    assert left(budget) == Decimal("0.40")


def test_what_is_unknown_stays_held(project, moderator, author, prompt):
    cap(project, moderator, "1.00")
    generation = held(prompt)
    Generation.objects.filter(pk=generation.pk).update(state=GenerationState.UNKNOWN)
    [room] = headroom(project, author)
    assert (room.left, room.held, room.gone) == (Decimal("0.90"), DIME, Decimal(0))


def test_a_new_day_begins_with_the_whole_cap_and_old_bills_go_to_their_own_day(
    project, moderator, author, prompt, monkeypatch
):
    budget = cap(project, moderator, "0.10")
    generation = held(prompt)
    tomorrow = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    assert left(budget) == Decimal("0.10")
    held(prompt)
    settle(generation, "0")
    assert left(budget) == 0
    assert sorted(BudgetWindow.objects.values_list("left", flat=True)) == [0, Decimal("0.10")]


def test_a_month_and_a_cap_in_all_count_over_midnight(project, moderator, prompt, monkeypatch):
    noon = datetime(2026, 11, 10, 12, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: noon)
    month, ever = cap(project, moderator, "1", period=Period.MONTH), cap(project, moderator, "1", period=Period.EVER)
    held(prompt)
    monkeypatch.setattr(clock, "now", lambda: noon + timedelta(days=10))
    held(prompt)
    assert (left(month), left(ever)) == (Decimal("0.80"), Decimal("0.80"))
    monkeypatch.setattr(clock, "now", lambda: noon + timedelta(days=30))
    assert (left(month), left(ever)) == (Decimal(1), Decimal("0.80"))


def test_a_new_cap_counts_what_was_spent_in_its_window_and_what_is_under_way(project, moderator, author, prompt):
    make_generation(prompt, state=GenerationState.SUCCEEDED, cost_billed=Decimal("0.30"))
    make_generation(prompt, state=GenerationState.FAILED)
    under_way = make_generation(prompt, cost_estimated=DIME)
    long_ago = make_generation(prompt, state=GenerationState.SUCCEEDED, cost_billed=Decimal(5))
    Generation.objects.filter(pk=long_ago.pk).update(created_at=clock.now() - timedelta(days=2))

    budget = cap(project, moderator, "1.00")
    assert left(budget) == Decimal("0.60")
    settle(under_way, "0.05")
    assert left(budget) == Decimal("0.65")


def test_another_cap_moves_what_is_left_by_the_difference(project, moderator, prompt):
    budget = cap(project, moderator, "1.00")
    held(prompt)
    assert cap(project, moderator, "0.50") == budget
    assert left(budget) == Decimal("0.40")
    cap(project, moderator, "0.05")
    assert left(budget) == Decimal("-0.05")
    assert [event.data["cap"] for event in Event.objects.filter(verb="budget_set").order_by("seq")] == [
        "1.0000",
        "0.5000",
        "0.0500",
    ]


def test_a_cap_that_is_lifted_stops_nothing_and_settling_still_works(project, moderator, prompt):
    budget = cap(project, moderator, "0.10")
    generation = held(prompt)
    remove_budget(budget, by=moderator)
    held(prompt, Decimal(9))
    settle(generation, "0.10")
    assert not Budget.objects.exists()
    assert Event.objects.filter(verb="budget_removed").count() == 1


@pytest.mark.parametrize("person", ["author", "editor", "reviewer", "auditor"])
def test_only_moderators_set_and_lift_caps(person, project, moderator, request):
    budget, who = cap(project, moderator, "1"), request.getfixturevalue(person)
    with pytest.raises(NotPermitted):
        cap(project, who, "100")
    with pytest.raises(NotPermitted):
        remove_budget(budget, by=who)
    assert Budget.objects.get().cap == 1


@pytest.mark.parametrize("dollars", ["-0.01", "NaN", "Infinity", "10000001"])
def test_a_cap_is_a_sum_that_makes_sense(dollars, project, moderator):
    with pytest.raises(Invalid, match="A cap is a sum"):
        cap(project, moderator, dollars)


def test_a_stranger_to_the_project_gets_no_cap(project, moderator, outsider):
    with pytest.raises(Invalid, match="Outsider has no role"):
        cap(project, moderator, "1", person=outsider)


def test_the_page_hears_beforehand_what_is_missing(project, moderator, author):
    cap(project, moderator, "0.50")
    cap(project, moderator, "0.30", person=author)
    assert missing_money(project, author, Decimal("0.30")) is None
    short = missing_money(project, author, Decimal("0.60"))
    assert short.missing == Decimal("0.30")
    assert short.sentence == "The budget of Author, $0.30 a day, has $0.30 left: $0.30 is missing."
    assert [room.left for room in headroom(project, author)] == [Decimal("0.30"), Decimal("0.50")]


def test_an_order_beyond_the_cap_writes_nothing(project, moderator, author, settings):
    settings.PROVIDER_SETTINGS = PROVIDERS
    cap(project, moderator, "0.015")
    order = Order("sandbox-1", seconds=1, size="64x36", takes=2)
    events = Event.objects.count()
    with pytest.raises(OverBudget):
        _submit(project, author, order)
    assert not Prompt.objects.exists()
    assert Event.objects.count() == events


def _submit(project: Project, author: User, order: Order = ORDER) -> Prompt:
    return submit_prompt(
        project=project,
        by=author,
        text="Sea",
        direction={},
        order=order,
        agreed_cost=estimate("Sea", {}, order),
        form_token=uuid4(),
    )


COSTS = st.decimals("0", "0.7", places=4)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("reserve"), COSTS),
        st.tuples(st.just("settle"), st.integers(0, 9), COSTS),
        st.tuples(st.just("cap"), st.decimals("0", "3", places=4)),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(steps=STEPS)
def test_whatever_happens_a_window_adds_up_to_its_cap(steps, project, moderator, author, prompt):
    with transaction.atomic():
        _play(steps, project, author, prompt)
        transaction.set_rollback(True)


def _play(steps, project: Project, author: User, prompt: Prompt) -> None:
    budget = Budget.objects.create(project=project, period=Period.DAY, cap=Decimal("1.5"), set_by=author)
    held_so_far: list[Generation] = []
    for word, *rest in steps:
        if word == "reserve":
            before = left(budget)
            try:
                held_so_far.append(held(prompt, rest[0]))
            except OverBudget:
                assert rest[0] > before
            else:
                assert rest[0] <= before
        elif word == "settle" and held_so_far:
            settle_reservations(held_so_far[rest[0] % len(held_so_far)], rest[1])
        elif word == "cap":
            change_cap(budget, rest[0])
        amounts = Reservation.objects.filter(window__budget=budget).values_list("amount", flat=True)
        assert left(budget) + sum(amounts) == budget.cap


@pytest.mark.django_db(transaction=True)
@pytest.mark.engine
def test_of_64_orders_at_once_ten_fit_a_cap_for_ten(project, moderator, author, settings):
    settings.PROVIDER_SETTINGS = PROVIDERS
    budget = cap(project, moderator, "0.10")
    cap(project, moderator, "5", period=Period.MONTH, person=author)

    def order(_: int) -> str:
        try:
            _submit(project, author)
        except OverBudget:
            return "refused"
        finally:
            connection.close()
        return "reserved"

    with ThreadPoolExecutor(64) as pool:
        outcomes = sorted(pool.map(order, range(64)))
    assert outcomes == ["refused"] * 54 + ["reserved"] * 10
    assert Generation.objects.count() == Prompt.objects.count() == 10
    assert left(budget) == 0
    assert Reservation.objects.count() == 20


@pytest.mark.django_db(transaction=True)
@pytest.mark.engine
def test_a_cap_set_while_orders_come_in_misses_none_of_them(project, moderator, author, settings):
    settings.PROVIDER_SETTINGS = PROVIDERS

    def act(number: int) -> None:
        try:
            if number % 6 == 5:
                cap(project, moderator, f"{number + 50}.50")
            else:
                generation = _submit(project, author).generations.get()
                settle(generation, f"0.{number:02}")
        finally:
            connection.close()

    with ThreadPoolExecutor(30) as pool:
        list(pool.map(act, range(5, 53)))
    budget = Budget.objects.get()
    amounts = Reservation.objects.filter(window__budget=budget).values_list("amount", flat=True)
    assert len(amounts) == Generation.objects.count() == 40
    assert left(budget) + sum(amounts) == budget.cap
