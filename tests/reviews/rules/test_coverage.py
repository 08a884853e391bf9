"""Arithmetic of what was watched: by hand."""

from fractions import Fraction

import pytest

from reviews.rules.coverage import SLACK_SECONDS, Watched, could_be_watched, joined, unwatched


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], ()),
        ([(0, 10)], ((0, 10),)),
        ([(5, 10), (0, 5)], ((0, 10),)),
        ([(0, 6), (4, 10), (12, 13)], ((0, 10), (12, 13))),
        ([(-4, 3), (90, 120)], ((0, 3), (90, 100))),
        ([(7, 7), (9, 4)], ()),
        ([(0, 20), (3, 5)], ((0, 20),)),
    ],
)
def test_ranges_are_joined_inside_the_clip(given, expected):
    assert joined(given, 100) == expected


@pytest.mark.parametrize(
    ("wanted", "watched", "missing"),
    [
        ((10, 20), (), ((10, 20),)),
        ((10, 20), ((0, 100),), ()),
        ((10, 20), ((0, 10),), ((10, 20),)),
        ((10, 20), ((0, 12),), ((12, 20),)),
        ((10, 20), ((12, 15), (18, 30)), ((10, 12), (15, 18))),
        ((10, 20), ((40, 50),), ((10, 20),)),
        ((10, 20), ((10, 20),), ()),
    ],
)
def test_what_of_a_range_was_not_watched(wanted, watched, missing):
    assert unwatched(wanted, watched) == missing


def test_nobody_sees_more_than_twice_what_time_allows():
    half_a_minute = Watched(((0, 720),))  # 30 s at 24 a second: 15 s at twice the speed
    assert could_be_watched(half_a_minute, Fraction(24), 15 - SLACK_SECONDS)
    assert not could_be_watched(half_a_minute, Fraction(24), 14.9 - SLACK_SECONDS)
