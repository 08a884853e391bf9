"""Triage as a table."""

from datetime import timedelta

import pytest

from reviews.rules.queues import Queue
from reviews.rules.severity import Route, Severity
from reviews.rules.triage import Flag, Missing, triage


def flag(severity: Severity, route: Route, check: str = "frozen_frames") -> Flag:
    return Flag(check, severity, route, f"{check} is {severity}")


NOTE = flag(Severity.MINOR, Route.NOTE)
MINOR = flag(Severity.MINOR, Route.REVIEW)
MAJOR = flag(Severity.MAJOR, Route.REVIEW)
BLOCK = flag(Severity.BLOCKING, Route.BLOCK, "container")
SILENT = Missing("hard_cuts", "The decoder crashed on this file.")


@pytest.mark.parametrize(
    ("flags", "missing", "queue", "rank", "hours"),
    [
        ([], [], Queue.EDITOR, 0, 24),
        ([NOTE], [], Queue.EDITOR, 2, 24),
        ([MINOR], [], Queue.FLAGGED, 2, 24),
        ([MINOR, MAJOR], [], Queue.FLAGGED, 3, 4),
        ([MAJOR, BLOCK], [], Queue.ESCALATIONS, 4, 1),
        ([], [SILENT], Queue.FLAGGED, 3, 4),
        ([NOTE], [SILENT], Queue.FLAGGED, 3, 4),
        ([MINOR], [SILENT], Queue.FLAGGED, 3, 4),
    ],
)
def test_the_route_follows_the_worst_finding_and_fails_closed(flags, missing, queue, rank, hours):
    placement = triage(flags, missing)
    assert (placement.queue, placement.severity_rank, placement.due_in) == (queue, rank, timedelta(hours=hours))


def test_the_reasons_name_the_worst_first_and_what_did_not_report():
    reasons = triage([MINOR, MAJOR, NOTE], [SILENT]).reasons
    assert [code for code, _ in reasons] == ["frozen_frames", "frozen_frames", "not_checked"]
    assert reasons[0][1] == "frozen_frames is major"
    assert reasons[-1][1] == "Hard cuts did not report: The decoder crashed on this file."
