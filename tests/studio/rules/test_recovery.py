from datetime import UTC, datetime, timedelta

import pytest

from providers.base import JobState, Snapshot
from studio.rules.recovery import Window, sole_match

SENT = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
WINDOW = Window(SENT, until=SENT + timedelta(seconds=30))


def job(remote_id, *, prompt="Sea", seconds=1.0, client_id=""):
    created = SENT + timedelta(seconds=seconds)
    return Snapshot(remote_id, JobState.QUEUED, prompt=prompt, created_at=created, client_id=client_id)


def matched(*listed, rivals=0):
    found = sole_match(listed, client_key="K", prompt="Sea", window=WINDOW, rivals=rivals)
    return found and found.remote_id


@pytest.mark.parametrize(("seconds", "fits"), [(-61, False), (-60, True), (0, True), (90, True), (91, False)])
def test_the_window_has_a_minute_of_slack_on_both_sides(seconds, fits):
    assert matched(job("a", seconds=seconds)) == ("a" if fits else None)


def test_only_the_same_words_match():
    assert matched(job("a", prompt="sea"), job("b")) == "b"


def test_two_matches_are_no_match_and_a_rival_claim_is_none():
    assert matched(job("a"), job("b")) is None
    assert matched(job("a"), rivals=1) is None


def test_our_own_key_settles_it_whatever_else_is_alike():
    assert matched(job("a"), job("b", client_id="K"), rivals=3) == "b"
    assert matched(job("a", client_id="K"), job("b", client_id="K")) is None


def test_a_job_without_a_time_is_nobodys():
    assert matched(Snapshot("a", JobState.QUEUED, prompt="Sea")) is None
