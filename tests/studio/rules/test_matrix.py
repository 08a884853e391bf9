from decimal import Decimal

import pytest

from studio.errors import Invalid
from studio.rules.matrix import Price, Variant, combine

DIME = Price(Decimal("0.1000"))


def variants(count: int) -> list[Variant]:
    return [Variant(str(number), f"Row {number}", "Sea", {}, {}) for number in range(1, count + 1)]


def matrix(count=1, models=("a",), seeds=(), takes=1, *, price=lambda *_: DIME, **options):
    return combine(variants(count), models, seeds, takes, price=price, **options)


def test_it_lists_every_combination_with_its_cost():
    made = matrix(2, ("a", "b"), (7,), 2)
    assert [row.key for row in made.rows] == [
        *("1.a.7.1", "1.a.8.1", "1.b.7.1", "1.b.8.1"),
        *("2.a.7.1", "2.a.8.1", "2.b.7.1", "2.b.8.1"),
    ]
    assert (len(made.ordered), made.total, made.refusal) == (8, Decimal("0.80"), "")


def test_without_seeds_takes_are_counted():
    assert [(row.seed, row.take) for row in matrix(takes=3).rows] == [(None, 1), (None, 2), (None, 3)]


def test_the_same_seed_is_not_paid_twice():
    assert [row.seed for row in matrix(seeds=(1, 2, 2), takes=2).rows] == [1, 2, 3]


def test_rows_left_out_are_listed_and_not_paid():
    made = matrix(takes=3, left_out={"1.a.any.2"})
    assert [row.is_ordered for row in made.rows] == [True, False, True]
    assert made.total == Decimal("0.20")


def test_what_a_generator_would_refuse_is_listed_with_the_reason_and_never_ordered():
    def price(variant, model, seed):
        return Price(Decimal("0.10"), ("b takes no seed.",)) if model == "b" else DIME

    made = matrix(models=("a", "b"), seeds=(1,), price=price)
    assert [row.price.problems for row in made.rows] == [(), ("b takes no seed.",)]
    assert (made.impossible, made.total) == (1, Decimal("0.10"))


def test_the_limit_is_said_before_it_is_met():
    assert matrix(60).room == 4
    assert matrix(64).refusal == ""
    assert matrix(66).refusal == "66 takes are asked for; 64 at most go into one batch. Leave out 2."
    assert matrix(66, left_out={"1.a.any.1", "2.a.any.1"}).refusal == ""


def test_more_than_a_page_can_list_is_refused_before_anything_is_priced():
    def price(*_):
        raise AssertionError

    with pytest.raises(Invalid, match="384 takes; 64 at most"):
        matrix(64, ("a", "b"), (), 3, price=price)


def test_nothing_to_order_is_said():
    assert matrix(models=()).refusal == "Choose at least one model."
    assert matrix(left_out={"1.a.any.1"}).refusal == "Nothing is left to order."
