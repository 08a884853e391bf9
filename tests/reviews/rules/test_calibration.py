"""Intervals of counted answers, against published numbers."""

import pytest

from reviews.rules.calibration import Rate, at_least, clean_run, clopper_pearson


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        (18, 20, 0.683017, 0.987651),
        (0, 300, 0, 0.012221),
        (3, 1000, 0.000619, 0.008742),
        (5, 200, 0.008166, 0.057374),
        (1, 500, 0.000051, 0.011092),
        (0, 0, 0, 1),
        (0, 1, 0, 0.975),
        (1, 1, 0.025, 1),
        (20, 20, 0.831567, 1),
    ],
)
def test_the_interval_is_that_of_clopper_and_pearson(hits, n, low, high):
    assert clopper_pearson(hits, n) == pytest.approx((low, high), abs=1e-6)
    assert Rate(hits, n).interval == clopper_pearson(hits, n)


@pytest.mark.parametrize(("hits", "n"), [(3, 2), (-1, 2)])
def test_what_is_no_count_is_refused(hits, n):
    with pytest.raises(ValueError, match="no count"):
        clopper_pearson(hits, n)


def test_the_tail_of_two_coins_is_counted_by_hand():
    assert [at_least(hits, 2, 0.5) for hits in (0, 1, 2, 3)] == pytest.approx([1, 0.75, 0.25, 0])
    assert (at_least(1, 2, 0), at_least(2, 2, 1)) == (0, 1)


@pytest.mark.parametrize(("rate", "n"), [(0.9, 29), (0.95, 59), (0.99, 299)])
def test_so_many_without_a_miss_show_a_rate(rate, n):
    assert clean_run(rate) == n
