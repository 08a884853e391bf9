"""What the room tells of judgements that wait: both to a moderator who decides, of severe clips the seconds seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from reviews.models import Decision, DecisionReason, Review
from reviews.rules.queues import Queue
from reviews.rules.veil import is_severe
from reviews.rules.verbs import Outcome


@dataclass(frozen=True, slots=True)
class Opinion:
    """What somebody said, without who or in which order. `reasons`: words and frames, "" for the whole clip."""

    outcome: str
    reasons: Sequence[tuple[str, str]]


def opinions_on(review: Review) -> list[Opinion]:
    """The two that differ, for who decides between them; none where somebody has only asked."""
    given = review.waiting_judgements()
    if review.queue != Queue.ESCALATIONS or any(each.outcome == Outcome.ESCALATE for each in given):
        return []
    return sorted((_opinion(each) for each in given), key=lambda opinion: opinion.outcome)


def _opinion(decision: Decision) -> Opinion:
    reasons = decision.reasons.select_related("reason")
    return Opinion(decision.get_outcome_display(), [(each.reason.label, _frames(each)) for each in reasons])


def _frames(given: DecisionReason) -> str:
    if given.start_frame is None or given.end_frame is None:
        return ""
    return f"frames {given.start_frame}–{given.end_frame - 1}"


def seconds_to_watch(review: Review) -> str:
    """Of a severe clip that somebody has seen, the stretches, so that nobody watches more; "" where none are told."""
    waiting = review.waiting_judgements()
    if not is_severe(review.shows) or review.queue != Queue.FLAGGED or not waiting:
        return ""
    fps = Fraction(review.candidate.facts["fps"])
    return ", ".join(
        f"{_seconds(start, fps)}–{_seconds(end, fps)} s" for start, end in waiting[0].watched.get("ranges", ())
    )


def _seconds(frame: int, fps: Fraction) -> str:
    return f"{float(frame / fps):.1f}"
