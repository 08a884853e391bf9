"""Where a checked take goes: to a reviewer, to a moderator, or straight to the editor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from reviews.rules.queues import DUE_IN, Queue, due_in
from reviews.rules.severity import Route, Severity


@dataclass(frozen=True, slots=True)
class Flag:
    """One finding as triage sees it."""

    check: str
    severity: Severity
    route: Route
    sentence: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A check of the policy that failed, did not report or could not run here, and why."""

    check: str
    why: str


@dataclass(frozen=True, slots=True)
class Placement:
    queue: Queue
    severity_rank: int
    """0 when nothing was found, else 1 (info) to 4 (blocking)."""
    due_in: timedelta
    reasons: tuple[tuple[str, str], ...]
    """Pairs of code and sentence."""

    @property
    def needs_reviewer(self) -> bool:
        return self.queue is not Queue.EDITOR


def triage(flags: Sequence[Flag], missing: Sequence[Missing]) -> Placement:
    """Decide the route. A check that did not report always needs a person: we fail closed."""
    stopping = [flag for flag in flags if flag.route is not Route.NOTE]
    if not stopping and not missing:
        return Placement(
            Queue.EDITOR,
            _rank(flags),
            DUE_IN[Severity.MINOR],
            (("clean", "Every instrument reported and none stopped it."),),
        )
    blocked = any(flag.route is Route.BLOCK for flag in stopping)
    worst = max(
        [flag.severity for flag in stopping] + [Severity.MAJOR] * bool(missing), key=lambda severity: severity.rank
    )
    reasons = [(flag.check, flag.sentence) for flag in sorted(stopping, key=lambda flag: -flag.severity.rank)]
    reasons += [("not_checked", f"{_words(each.check)} did not report: {each.why or 'no answer'}") for each in missing]
    queue = Queue.ESCALATIONS if blocked else Queue.FLAGGED
    return Placement(queue, worst.rank + 1, DUE_IN[worst], tuple(reasons))


def as_if_flagged(flags: Sequence[Flag]) -> Placement:
    """Where a take goes that nothing stopped and that is drawn for an audit: before a reviewer, as any other.

    Its reasons are the remarks that were made. It waits behind those that something was found in.
    """
    remarks = tuple((flag.check, flag.sentence) for flag in sorted(flags, key=lambda flag: -flag.severity.rank))
    rank = max(_rank(flags), 1)
    return Placement(Queue.FLAGGED, rank, due_in(rank), remarks)


def _rank(flags: Sequence[Flag]) -> int:
    return max((flag.severity.rank + 1 for flag in flags), default=0)


def _words(check: str) -> str:
    return check.replace("_", " ").capitalize()
