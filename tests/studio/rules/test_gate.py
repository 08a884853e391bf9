from datetime import UTC, datetime, timedelta

import pytest

from studio.rules.gate import Door, Places, closed_for, refilled, wait_for_door, wait_for_place

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("door", "seconds", "says"),
    [
        (Door("Kling", stopped_because="No money."), 15, "until a moderator opens it: No money."),
        (Door("Kling", closed_until=NOW + timedelta(seconds=9), last_trouble="Down."), 9, "left alone"),
        (Door("Kling", tokens=0.5, per_minute=30), 1, "30 calls a minute"),
    ],
)
def test_a_door_that_is_not_open_says_when_and_why(door, seconds, says):
    wait = wait_for_door(door, NOW)
    assert wait.until == NOW + timedelta(seconds=seconds)
    assert says in wait.why


@pytest.mark.parametrize(
    "door", [Door("Kling"), Door("Kling", closed_until=NOW), Door("Kling", tokens=1.0, per_minute=30)]
)
def test_an_open_door_is_passed(door):
    assert wait_for_door(door, NOW) is None


@pytest.mark.parametrize(
    ("taken", "most", "person_waits", "is_batch", "passes"),
    [
        (5, 0, True, True, True),  # no limit
        (2, 3, False, True, True),
        (2, 3, True, True, False),  # the last place is the person's
        (2, 3, True, False, True),
        (1, 3, True, True, True),
        (3, 3, False, False, False),
    ],
)
def test_places_are_counted_and_the_last_one_is_a_persons(taken, most, person_waits, is_batch, passes):
    places = Places("Kling", taken, most, person_waits=person_waits)
    assert (wait_for_place(places, NOW, is_batch=is_batch) is None) == passes


@pytest.mark.parametrize(("failures", "seconds"), [(0, None), (2, None), (3, 5), (4, 10), (7, 80), (8, 120), (40, 120)])
def test_a_provider_is_left_alone_longer_each_time(failures, seconds):
    assert closed_for(failures) == (None if seconds is None else timedelta(seconds=seconds))


def test_the_bucket_fills_with_time_and_never_beyond_a_tenth_of_a_minute():
    assert refilled(0.0, since=None, at=NOW, per_minute=60) == 6.0
    assert refilled(0.0, since=NOW - timedelta(seconds=2), at=NOW, per_minute=60) == 2.0
    assert refilled(0.0, since=NOW - timedelta(hours=1), at=NOW, per_minute=60) == 6.0
    assert refilled(0.0, since=NOW - timedelta(hours=1), at=NOW, per_minute=5) == 1.0
    assert refilled(0.5, since=NOW + timedelta(hours=1), at=NOW, per_minute=60) == 0.5  # a clock went back
