"""How an answer to a clip whose answer is known compares with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reviews.rules.severity import Severity
from reviews.rules.verbs import Outcome
from studio.rules.lifecycle import Status

REFUSALS = (Outcome.REJECT, Outcome.REQUEST_CHANGES)
SAFETY = "SAFETY"

Frames = tuple[int, int]
"""[start, end)."""


@dataclass(frozen=True, slots=True)
class Named:
    """A reason with the frames it is about; None: the whole clip."""

    slug: str
    frames: Frames | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """None where the question does not arise. `overlap`: 0 to 1, the best of the reasons that both named."""

    is_right: bool | None
    right_outcome: bool | None
    right_reason: bool | None = None
    overlap: float | None = None


NOT_SCORED = Score(None, None)


def score(expected: Sequence[Named], outcome: Outcome, given: Iterable[Named]) -> Score:
    """Compare `outcome` and the reasons `given` with those `expected`; none expected: the clip passes.

    A faulty clip is caught by a refusal for one of its faults; where both say frames, these must touch.
    """
    if outcome not in (Outcome.PASS, *REFUSALS):
        return NOT_SCORED
    right_outcome = (outcome is Outcome.PASS) is (not expected)
    if not expected or outcome is Outcome.PASS:
        return Score(right_outcome, right_outcome)
    said = {each.slug: each.frames for each in given}
    met = [(each.frames, said[each.slug]) for each in expected if each.slug in said]
    overlaps = [overlap(theirs, frames) for frames, theirs in met if frames and theirs]
    caught = any(not frames or not theirs or overlap(frames, theirs) > 0 for frames, theirs in met)
    return Score(caught, True, bool(met), max(overlaps, default=None))


def overlap(one: Frames, other: Frames) -> float:
    """Frames in both of all frames in either (intersection over union): 0 for ranges apart, 1 for the same."""
    shared = max(0, min(one[1], other[1]) - max(one[0], other[0]))
    return shared / (one[1] - one[0] + other[1] - other[0] - shared)


def why_not_golden(status: Status, *, is_copy: bool, is_judged: bool) -> str:
    """Why no golden clip can be made of a take now; "" when it can."""
    if is_copy or is_judged or status in (Status.CHECKING, Status.IN_REVIEW, Status.WITH_EDITOR):
        return "Its own judgement comes first: a take can be a golden clip when that is settled."
    return "" if may_be_shown(status) else "It was withdrawn: nobody else is shown it."


def may_be_shown(status: Status) -> bool:
    """Of the take it was made of: not while instruments look at it again, nor once it was taken down."""
    return status not in (Status.CHECKING, Status.WITHDRAWN)


def is_severe(group: str, severity: str) -> bool:
    """Whether a clip with such a reason is only for who has seen it before."""
    return group == SAFETY or severity == Severity.BLOCKING
