"""Which judgements wait for a second one, what both say together, and how lots fall."""

import hashlib

import pytest

from reviews.rules.queues import Queue
from reviews.rules.sampling import falls_within
from reviews.rules.screening import Screening
from reviews.rules.second_looks import differ, is_demanded, may_wait
from reviews.rules.severity import Severity
from reviews.rules.verbs import Outcome


@pytest.mark.parametrize("queue", list(Queue))
@pytest.mark.parametrize("outcome", list(Outcome))
def test_only_a_reviewers_pass_or_rejection_waits(outcome, queue):
    assert may_wait(outcome, queue) == (queue is Queue.FLAGGED and outcome in (Outcome.PASS, Outcome.REJECT))


@pytest.mark.parametrize(
    ("rank", "always", "demanded"),
    [
        (4, None, False),
        (4, Severity.BLOCKING, True),
        (3, Severity.BLOCKING, False),
        (3, Severity.MAJOR, True),
        (1, Severity.INFO, True),
        (0, Severity.INFO, False),
    ],
)
def test_the_policy_demands_it_from_a_severity_on(rank, always, demanded):
    assert is_demanded(rank, Screening(second_always=always)) is demanded


@pytest.mark.parametrize(
    ("first", "second", "differing"),
    [
        (Outcome.PASS, Outcome.PASS, False),
        (Outcome.PASS, Outcome.REJECT, True),
        (Outcome.REJECT, Outcome.PASS, True),
        (Outcome.REJECT, Outcome.REQUEST_CHANGES, True),
        (Outcome.PASS, Outcome.ESCALATE, False),
    ],
)
def test_two_verdicts_differ_and_a_question_is_none(first, second, differing):
    assert differ(first, second) is differing


def test_none_is_drawn_at_no_share_and_each_at_the_whole():
    for digest in (bytes(8), b"\xff" * 8):
        assert not falls_within(digest, 0)
        assert falls_within(digest, 1)


@pytest.mark.parametrize(("first_byte", "drawn"), [(0x00, True), (0x3F, True), (0x40, False), (0xFF, False)])
def test_a_quarter_is_the_first_quarter_of_all_digests(first_byte, drawn):
    assert falls_within(bytes([first_byte]) + b"\x00" * 7, 0.25) is drawn


def test_of_many_about_the_share_is_drawn():
    digests = [hashlib.sha256(str(number).encode()).digest() for number in range(20_000)]
    assert 950 < sum(falls_within(digest, 0.05) for digest in digests) < 1050  # 1000 ± 1.6 standard deviations
