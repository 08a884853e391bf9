"""Caps on spending: which stretch of time a cap counts, what is missing, and how that is said. US dollars, UTC days."""

from datetime import date
from decimal import ROUND_UP, Decimal

from django.db.models import TextChoices

CENT = Decimal("0.01")
BEGINNING = date(1970, 1, 1)
"""Where the one window of a cap in all begins."""


class Period(TextChoices):
    DAY = "day", "a day"
    MONTH = "month", "a month"
    EVER = "ever", "in all"


def window_start(period: Period, today: date) -> date:
    """First day of the window of `period` in which `today` lies."""
    match period:
        case Period.DAY:
            return today
        case Period.MONTH:
            return today.replace(day=1)
        case Period.EVER:
            return BEGINNING


def missing(left: Decimal, wanted: Decimal) -> Decimal:
    """What has to be added to `left` before `wanted` fits; nothing when it fits. A cap may be overdrawn by a bill."""
    return max(wanted - left, Decimal(0))


def over_budget(whose: str, period: Period, *, cap: Decimal, left: Decimal, wanted: Decimal) -> str:
    """The sentence of a refusal. What is missing is rounded up, so that the figure named is enough."""
    lacking = missing(left, wanted).quantize(CENT, rounding=ROUND_UP)
    stands = f"has ${left:,.2f} left" if left >= 0 else f"is overdrawn by ${-left:,.2f}"
    return f"The budget of {whose}, ${cap:,.2f} {period.label}, {stands}: ${lacking:,.2f} is missing."
