"""An answer beside the known one: right or not, and how far the frames agree."""

import pytest

from reviews.rules.golden import NOT_SCORED, Named, Score, is_severe, may_be_shown, overlap, score, why_not_golden
from reviews.rules.verbs import Outcome
from studio.rules.lifecycle import Status

FREEZE = Named("freeze", (12, 24))
LENGTH = Named("length")


@pytest.mark.parametrize(
    ("expected", "outcome", "given", "told"),
    [
        ([], Outcome.PASS, [], Score(True, True)),
        ([], Outcome.REJECT, [FREEZE], Score(False, False)),
        ([], Outcome.REQUEST_CHANGES, [FREEZE], Score(False, False)),
        ([FREEZE], Outcome.PASS, [], Score(False, False)),
        ([FREEZE], Outcome.REJECT, [FREEZE], Score(True, True, True, 1.0)),
        ([FREEZE], Outcome.REQUEST_CHANGES, [FREEZE], Score(True, True, True, 1.0)),
        ([FREEZE], Outcome.REJECT, [Named("freeze", (18, 30))], Score(True, True, True, 6 / 18)),
        ([FREEZE], Outcome.REJECT, [Named("freeze", (24, 30))], Score(False, True, True, 0.0)),
        ([FREEZE], Outcome.REJECT, [Named("freeze")], Score(True, True, True, None)),
        ([FREEZE], Outcome.REJECT, [Named("hands", (12, 24))], Score(False, True, False, None)),
        ([FREEZE, LENGTH], Outcome.REJECT, [LENGTH], Score(True, True, True, None)),
        ([FREEZE, LENGTH], Outcome.REJECT, [Named("freeze", (0, 6)), LENGTH], Score(True, True, True, 0.0)),
        ([FREEZE], Outcome.ESCALATE, [], NOT_SCORED),
        ([], Outcome.ESCALATE, [], NOT_SCORED),
    ],
)
def test_an_answer_is_scored_by_outcome_reason_and_frames(expected, outcome, given, told):
    assert score(expected, outcome, given) == told


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ((0, 10), (0, 10), 1),
        ((0, 10), (10, 20), 0),
        ((0, 10), (15, 20), 0),
        ((0, 10), (5, 15), 1 / 3),
        ((0, 48), (12, 24), 1 / 4),
    ],
)
def test_overlap_is_what_both_say_of_what_either_says(one, other, shared):
    assert overlap(one, other) == overlap(other, one) == pytest.approx(shared)


@pytest.mark.parametrize(
    ("group", "severity", "severe"),
    [("SAFETY", "major", True), ("RIGHTS", "blocking", True), ("ANATOMY", "major", False)],
)
def test_a_safety_reason_or_a_blocking_one_is_severe(group, severity, severe):
    assert is_severe(group, severity) is severe


@pytest.mark.parametrize("status", Status)
def test_only_what_is_settled_becomes_golden_and_nothing_that_was_withdrawn(status):
    settled = {Status.REJECTED, Status.CHANGES_REQUESTED, Status.APPROVED, Status.PUBLISHED}
    assert (why_not_golden(status, is_copy=False, is_judged=False) == "") is (status in settled)
    assert why_not_golden(status, is_copy=True, is_judged=False)
    assert why_not_golden(status, is_copy=False, is_judged=True)
    assert may_be_shown(status) is (status not in {Status.CHECKING, Status.WITHDRAWN})
