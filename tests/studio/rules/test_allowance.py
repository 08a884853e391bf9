from datetime import UTC, datetime, timedelta

import pytest

from studio.rules.allowance import WRITES_A_MINUTE, refilled, wait_for_write

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "seconds", "then"),
    [(0, 0, 0), (0, 1, 2), (10, 30, 70), (0, 60, 120), (100, 60, 120), (5, -60, 5), (0, 1e9, WRITES_A_MINUTE)],
)
def test_two_writes_a_second_come_back_until_it_is_full(left, seconds, then):
    assert refilled(left, since=AT, at=AT + timedelta(seconds=seconds)) == then


@pytest.mark.parametrize(("left", "wait"), [(1, None), (120, None), (0, 0.5), (0.5, 0.25)])
def test_it_says_how_long_until_the_next(left, wait):
    assert wait_for_write(left) == (None if wait is None else timedelta(seconds=wait))
