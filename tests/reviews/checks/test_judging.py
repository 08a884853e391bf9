import pytest

from reviews.checks.findings import CheckReport, Observation
from reviews.checks.judging import judge, suppress
from reviews.rules.policy import PolicyTerms, RuleTerms
from reviews.rules.severity import Route, Severity

POLICY = PolicyTerms(
    "p",
    1,
    (
        RuleTerms("hard_cuts", "cut", {}, Severity.MAJOR, Route.REVIEW),
        RuleTerms("hard_cuts", "shot_change", {}, Severity.INFO, Route.NOTE),
    ),
)


def seen(label: str, start: int, end: int) -> Observation:
    return Observation(label, start, end, start / 10, end / 10, 1.0, 0.5, "levels", "Seen.")


def report(check: str, *observations: Observation) -> CheckReport:
    return CheckReport(check, 1, "findings", 0.0, "", {}, judge(check, observations, POLICY))


def test_the_policy_says_how_bad_and_where_to():
    (finding,) = judge("hard_cuts", [seen("cut", 4, 5)], POLICY)
    assert (finding.severity, finding.route, finding.start_frame) == (Severity.MAJOR, Route.REVIEW, 4)


def test_it_shows_the_five_worst_and_counts_the_rest():
    remarks = [seen("shot_change", frame, frame + 1) for frame in (0, 10, 20, 30, 40, 50)]
    findings = judge("hard_cuts", [*remarks, seen("cut", 60, 61)], POLICY)
    assert [finding.start_frame for finding in findings] == [0, 10, 20, 30, 60]
    assert findings[3].message == "Seen. 2 more like it, the last at 5.00 s."


@pytest.mark.parametrize(("end", "explained"), [(18, True), (22, False)])
def test_black_explains_a_freeze_that_it_covers(end, explained):
    black, frozen = suppress(
        [report("black_frames", seen("black", 8, 18)), report("frozen_frames", seen("freeze", 8, end))]
    )
    assert black.status == "findings"
    assert [finding.suppressed_by for finding in frozen.suppressed] == ["black_frames"] * explained
    assert frozen.status == ("clean" if explained else "findings")


@pytest.mark.parametrize(("label", "shown"), [("too_short", 0), ("too_long", 1)])
def test_a_cut_off_file_explains_why_it_is_short(label, shown):
    reports = suppress([report("container", seen("truncated", 0, 20)), report("duration", seen(label, 0, 20))])
    assert len(reports[1].findings) == shown


def test_an_oddity_of_the_container_explains_nothing():
    reports = suppress([report("container", seen("index_at_end", 0, 20)), report("duration", seen("too_short", 0, 20))])
    assert len(reports[1].findings) == 1


@pytest.mark.parametrize("cause", [("black_frames", "black"), ("flat_frames", "flat")])
def test_a_stretch_without_a_picture_explains_that_its_frames_repeat(cause):
    check, label = cause
    _, repeats = suppress([report(check, seen(label, 8, 18)), report("duplicate_frames", seen("repeated", 9, 18))])
    assert repeats.findings == ()
    assert [finding.suppressed_by for finding in repeats.suppressed] == [check]
