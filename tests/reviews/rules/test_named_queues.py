"""Which named queue takes a review: the first whose rule matches."""

from dataclasses import replace

import pytest

from reviews.rules.named_queues import Case, QueueRule, first_match, in_words, matches

CASE = Case(
    project=1,
    checks={"faces", "not_checked"},
    labels={"extra_face"},
    severity_rank=3,
    provider="runway",
    model="gen4",
)


@pytest.mark.parametrize(
    ("conditions", "matched"),
    [
        ({}, True),
        ({"project": 1}, True),
        ({"project": 2}, False),
        ({"checks": frozenset({"faces", "hands"})}, True),
        ({"checks": frozenset({"hands"})}, False),
        ({"labels": frozenset({"extra_face"})}, True),
        ({"labels": frozenset({"melted_hand"})}, False),
        ({"at_least": "minor"}, True),
        ({"at_least": "major"}, True),
        ({"at_least": "blocking"}, False),
        ({"provider": "runway"}, True),
        ({"provider": "kling"}, False),
        ({"provider": "runway", "model": "gen4"}, True),
        ({"model": "gen3"}, False),
        ({"checks": frozenset({"faces"}), "provider": "kling"}, False),
    ],
)
def test_every_condition_that_is_given_must_hold(conditions, matched):
    assert matches(CASE, QueueRule(queue=7, **conditions)) is matched


def test_a_take_without_findings_is_no_severity():
    assert not matches(replace(CASE, severity_rank=0), QueueRule(queue=7, at_least="info"))


def test_the_first_match_wins_and_nothing_is_no_queue():
    faces, hands, rest = (QueueRule(1, checks=frozenset({each})) for each in ("faces", "hands", "not_checked"))
    assert first_match(CASE, [hands, faces, rest]) == 1
    assert first_match(CASE, [replace(rest, queue=9), faces]) == 9
    assert first_match(CASE, [hands]) is None
    assert first_match(CASE, []) is None


def test_a_rule_is_said_in_words():
    rule = QueueRule(1, checks=frozenset({"hands", "hard_cuts"}), at_least="major", provider="runway", model="gen4")
    assert in_words(rule) == "found by hands or hard cuts, major or worse, made by runway gen4"
    assert in_words(QueueRule(1)) == "everything"
