"""What was spent, asked of the database: the rule of `rules/spending.py` over many rows at once. US dollars."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, DecimalField, F, Q, QuerySet, Sum, Value, When

from studio.models import Generation
from studio.rules.generation import GenerationState, is_final
from studio.rules.spending import NOTHING

MONEY = DecimalField(max_digits=14, decimal_places=4)
OPEN = [state for state in GenerationState if not is_final(state)]
SPENT = Case(
    When(cost_billed__isnull=False, then=F("cost_billed")),
    When(state__in=OPEN, then=F("cost_estimated")),
    default=Value(NOTHING, MONEY),
    output_field=MONEY,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One group of a sum: `calls` were made for it, `unsettled` of the money is only estimated so far."""

    key: Any
    calls: int
    spent: Decimal
    unsettled: Decimal


def lines_by(generations: QuerySet[Generation], *keys: str) -> Sequence[Line]:
    """Calls and money grouped by `keys` (fields or annotations); one query. A single key is not wrapped in a tuple."""
    rows = (
        generations.order_by()
        .values(*keys)
        .annotate(
            calls=Count("pk"), money=Sum(SPENT), open_money=Sum(SPENT, filter=Q(cost_billed=None), default=NOTHING)
        )
    )
    return [
        Line(
            row[keys[0]] if len(keys) == 1 else tuple(row[key] for key in keys),
            row["calls"],
            _cents(row["money"]),
            _cents(row["open_money"]),
        )
        for row in rows
    ]


def _cents(sum_of_rows: Decimal | None) -> Decimal:
    """SQLite adds up in binary fractions; four places are exact again."""
    return (sum_of_rows or NOTHING).quantize(NOTHING)
