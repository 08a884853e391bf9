"""Caps and rests, by hand: minutes after nine."""

from datetime import UTC, datetime, timedelta

import pytest

from reviews.rules.exposure import Caps, pause_at

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
CAPS = Caps(hour=20, day=120, rest=timedelta(minutes=10))


def at(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


def pause(opened, now, caps=CAPS):
    found = pause_at([at(each) for each in opened], caps, at(now))
    return found and ((found.until - NINE).total_seconds() / 60, found.why)


HOUR_CAP = "20 severe clips this hour."
REST = "10 minutes without severe clips in each hour."


@pytest.mark.parametrize(
    ("opened", "now", "expected"),
    [
        ([], 0, None),
        (range(19), 19, None),
        (range(20), 20, (60, HOUR_CAP)),
        (range(20), 59.9, (60, HOUR_CAP)),
        (range(20), 60, None),  # the first is an hour old
        (range(21, 41), 41, (81, HOUR_CAP)),
        ([0, 9, 18, 27, 36, 45], 49.9, None),
        ([0, 9, 18, 27, 36, 45], 50, (55, REST)),  # ten minutes since the last are a rest
        ([0, 9, 18, 27, 36, 45, 49], 50, (59, REST)),
        ([0, 9, 18, 27, 36, 45, 49], 59, None),
        ([0, 9, 20, 29, 38, 47], 51, None),  # 9 to 20 was a rest: the stretch began at 20
        ([0, 9, 20, 29, 38, 47, 56, 65], 70, (75, REST)),
    ],
)
def test_the_hour_has_a_cap_and_a_rest(opened, now, expected):
    assert pause(opened, now) == expected


def test_the_day_has_a_cap_that_frees_itself_clip_by_clip():
    """Twelve every hour with half an hour between: neither the hour's cap nor a rest."""
    opened = [60 * hour + 2 * clip for hour in range(10) for clip in range(12)]
    assert len(opened) == 120
    assert pause(opened, 600) == (1440, "120 severe clips within a day.")
    assert pause(opened, 1440) is None


def test_the_longest_pause_is_told():
    tight = Caps(hour=2, day=3, rest=timedelta(minutes=10))
    assert pause([0, 70, 71], 72, tight) == (1440, "3 severe clips within a day.")


@pytest.mark.parametrize(
    ("hour", "day", "lowered"), [(None, None, (20, 120)), (5, None, (5, 120)), (None, 7, (20, 7)), (99, 999, (20, 120))]
)
def test_a_person_s_own_caps_only_lower_the_house_s(hour, day, lowered):
    own = CAPS.lowered(hour, day)
    assert (own.hour, own.day) == lowered


def test_a_cap_lowered_below_what_was_opened_holds_at_once():
    assert pause([0, 1, 2], 3, CAPS.lowered(2, None)) == (61, "2 severe clips this hour.")
    assert pause([0], 3, CAPS.lowered(1, None)) == (60, "1 severe clip this hour.")


def test_without_a_rest_none_is_asked():
    assert pause([0, 9, 18, 27, 36, 45, 49], 50, Caps(20, 120, timedelta())) is None
