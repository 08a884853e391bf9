"""Caps that stop spending: money is held when a generation is reserved, and given back or booked when it has ended.

For every window, `left` and what its reservations hold or were charged always add up to the cap. All who move money of
a project take the lock on its row first, so a cap that is set meanwhile misses nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal

from django.db.models import DecimalField, ExpressionWrapper, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Round

from studio import clock
from studio.actions.events import Actor, action, record_event
from studio.actions.permitting import require_role
from studio.errors import Invalid, OverBudget
from studio.models import Budget, BudgetWindow, Generation, Membership, Project, Reservation, User
from studio.rules.budget import Period, missing, over_budget, window_start
from studio.rules.generation import GenerationState, is_final
from studio.rules.roles import Role
from studio.rules.spending import NOTHING, spent

MONEY = DecimalField(max_digits=12, decimal_places=4)
MOST = Decimal(10_000_000)
"""US dollars; anything above is a slip of the finger, and would not fit the column."""


@dataclass(frozen=True, slots=True)
class Headroom:
    """How a budget stands in its present window."""

    budget: Budget
    left: Decimal
    held: Decimal = NOTHING
    """Of what is gone: reserved for takes that have not ended."""

    @property
    def gone(self) -> Decimal:
        return self.budget.cap - self.left - self.held

    @property
    def overdrawn(self) -> Decimal:
        """What bills above their estimates, or a lower cap, took beyond the cap."""
        return max(-self.left, NOTHING)


@dataclass(frozen=True, slots=True)
class Shortage:
    """Why an order cannot be paid: the sum, and the sentence for the page."""

    missing: Decimal
    sentence: str


def reserve(*generations: Generation) -> None:
    """Hold the estimates of these generations, all of one project and one person, in every budget that applies.

    Inside the caller's transaction, all or nothing. Raises OverBudget with what is missing for all of them together.
    """
    first = generations[0]
    project, total = first.prompt.project, sum((each.cost_estimated for each in generations), NOTHING)
    _lock(project)
    held = []
    for budget in _applying_to(project, first.requested_by):
        window = _window(budget)
        if not _take(window, total):
            window.refresh_from_db()
            raise OverBudget(f"{_shortage(budget, window.left, total).sentence} Nothing was sent.")
        held += [Reservation(generation=each, window=window, amount=each.cost_estimated) for each in generations]
    Reservation.objects.bulk_create(held)


def settle_reservations(generation: Generation, charged: Decimal) -> None:
    """Book what a generation was `charged` in the end, and give back the rest of what was held for it.

    Inside the caller's transaction. A bill above the estimate is booked too and may leave less than nothing. The same
    sum again changes nothing; another sum (a late bill) books the difference.
    """
    _lock(generation.prompt.project)
    rows = Reservation.objects.filter(generation=generation).select_related("window").order_by("window_id")
    for row in rows:
        _move(row.window, row.amount - charged)
        row.amount, row.is_settled = charged, True
        row.save(update_fields=["amount", "is_settled"])


@action
def set_budget(*, project: Project, by: User, person: User | None, period: Period, cap: Decimal) -> Budget:
    """Set or change a cap. It counts what this window spent already. Raises NotPermitted, Invalid."""
    require_role(by, project, Role.MODERATOR)
    if not (cap.is_finite() and 0 <= cap <= MOST):
        raise Invalid(f"A cap is a sum from $0.00 to ${MOST:,.0f}.")
    if person and not Membership.objects.filter(project=project, user=person).exists():
        raise Invalid(f"{person.display_name} has no role in {project}.")
    _lock(project)
    cap = cap.quantize(NOTHING)
    budget = Budget.objects.filter(project=project, person=person, period=period).first()
    before = budget.cap if budget else None
    if budget is None:
        budget = Budget.objects.create(project=project, person=person, period=period, cap=cap, set_by=by)
        _adopt(budget)
    elif budget.cap != cap:
        budget.set_by = by
        change_cap(budget, cap)
    said = {"before": None if before is None else str(before), "cap": str(cap), "period": period.value}
    record_event(budget, verb="budget_set", actor=Actor.of(by), data=said | {"person": person.pk if person else None})
    return budget


@action
def remove_budget(budget: Budget, *, by: User) -> None:
    """Lift a cap; what was spent stays on the generations. Raises NotPermitted."""
    require_role(by, budget.project, Role.MODERATOR)
    _lock(budget.project)
    data = {"cap": str(budget.cap), "period": budget.period, "person": budget.person_id}
    record_event(budget, verb="budget_removed", actor=Actor.of(by), data=data)
    budget.delete()


def headroom(project: Project, user: User) -> list[Headroom]:
    """What each budget that binds `user` in `project` leaves now, the tightest first."""
    return sorted(standing(_applying_to(project, user)), key=lambda room: room.left)


def standing(budgets: Iterable[Budget]) -> list[Headroom]:
    """How these budgets stand in their present windows. A window in which nobody spent yet has no row."""
    rows = list(budgets)
    starts = {budget.pk: _starts_on(budget) for budget in rows}
    held = Sum("reservations__amount", filter=Q(reservations__is_settled=False))
    found = BudgetWindow.objects.filter(budget__in=rows, starts_on__in=set(starts.values())).annotate(held=held)
    windows = {(row.budget_id, row.starts_on): row for row in found}
    return [_headroom(budget, windows.get((budget.pk, starts[budget.pk]))) for budget in rows]


def _headroom(budget: Budget, window: "BudgetWindow | None") -> Headroom:
    if window is None:
        return Headroom(budget, budget.cap)
    held: Decimal = getattr(window, "held", None) or NOTHING
    return Headroom(budget, window.left, held.quantize(NOTHING))


def missing_money(project: Project, user: User, amount: Decimal) -> Shortage | None:
    """Why `user` cannot order for `amount` now; None when every budget has room."""
    short = [_shortage(room.budget, room.left, amount) for room in headroom(project, user) if room.left < amount]
    return max(short, key=lambda each: each.missing, default=None)


def _lock(project: Project) -> None:
    """SQLite's immediate transaction holds the one lock already."""
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)


def _applying_to(project: Project, user: User) -> QuerySet[Budget]:
    found = Budget.objects.filter(Q(person=None) | Q(person=user), project=project)
    return found.select_related("project", "person").order_by("pk")


def change_cap(budget: Budget, cap: Decimal) -> None:
    """What is left moves by the difference, below nothing if need be. Inside the caller's transaction."""
    budget.windows.update(left=_left_and(cap - budget.cap))
    budget.cap = cap
    budget.save(update_fields=["cap", "set_by", "set_at"])


def _starts_on(budget: Budget) -> date:
    return window_start(Period(budget.period), clock.now().date())


def _window(budget: Budget) -> BudgetWindow:
    window, _ = BudgetWindow.objects.get_or_create(
        budget=budget, starts_on=_starts_on(budget), defaults={"left": budget.cap}
    )
    return window


def _adopt(budget: Budget) -> None:
    """A new cap counts what its window has seen before it was set: paid takes as settled, those under way as held."""
    window = _window(budget)
    found = Generation.objects.filter(
        prompt__project=budget.project,
        created_at__gte=datetime.combine(window.starts_on, time(), UTC),
    )
    if budget.person:
        found = found.filter(requested_by=budget.person)
    rows = [_counted(each, window) for each in found.only("state", "cost_estimated", "cost_billed").order_by("pk")]
    Reservation.objects.bulk_create([row for row in rows if row.amount or not row.is_settled], batch_size=500)
    _move(window, -sum((row.amount for row in rows), NOTHING))


def _counted(generation: Generation, window: BudgetWindow) -> Reservation:
    state = GenerationState(generation.state)
    amount = spent(state, estimated=generation.cost_estimated, billed=generation.cost_billed)
    return Reservation(generation=generation, window=window, amount=amount, is_settled=is_final(state))


def _shortage(budget: Budget, left: Decimal, wanted: Decimal) -> Shortage:
    whose = budget.person.display_name if budget.person else str(budget.project)
    sentence = over_budget(whose, Period(budget.period), cap=budget.cap, left=left, wanted=wanted)
    return Shortage(missing(left, wanted), sentence)


def _take(window: BudgetWindow, amount: Decimal) -> bool:
    """One conditional UPDATE: whoever reads the same `left` at the same time cannot both have it."""
    return bool(BudgetWindow.objects.filter(pk=window.pk, left__gte=amount).update(left=_left_and(-amount)))


def _move(window: BudgetWindow, amount: Decimal) -> None:
    if amount:
        BudgetWindow.objects.filter(pk=window.pk).update(left=_left_and(amount))


def _left_and(amount: Decimal) -> Round:
    """Rounded, for SQLite reckons in binary fractions: there 0.3 - 0.1 - 0.1 leaves less than 0.1."""
    return Round(ExpressionWrapper(F("left") + Value(amount, MONEY), output_field=MONEY), precision=4)
