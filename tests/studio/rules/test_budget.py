from datetime import date
from decimal import Decimal

import pytest

from studio.rules.budget import Period, missing, over_budget, window_start


@pytest.mark.parametrize(
    ("period", "start"),
    [(Period.DAY, date(2026, 2, 28)), (Period.MONTH, date(2026, 2, 1)), (Period.EVER, date(1970, 1, 1))],
)
def test_a_window_begins_with_its_day_its_month_or_time_itself(period, start):
    assert window_start(period, date(2026, 2, 28)) == start


@pytest.mark.parametrize(
    ("left", "wanted", "lacking"), [("1", "0.6", "0"), ("0.4", "0.6", "0.2"), ("-0.1", "0.6", "0.7")]
)
def test_what_is_missing_is_never_less_than_nothing(left, wanted, lacking):
    assert missing(Decimal(left), Decimal(wanted)) == Decimal(lacking)


def test_the_sentence_names_a_sum_that_is_enough():
    said = over_budget("Harbour", Period.DAY, cap=Decimal(5), left=Decimal("0.0075"), wanted=Decimal("0.02"))
    assert said == "The budget of Harbour, $5.00 a day, has $0.01 left: $0.02 is missing."


def test_an_overdrawn_budget_says_so():
    said = over_budget("Ana", Period.EVER, cap=Decimal(1), left=Decimal("-0.5"), wanted=Decimal("0.5"))
    assert said == "The budget of Ana, $1.00 in all, is overdrawn by $0.50: $1.00 is missing."
