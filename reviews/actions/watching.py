"""What must have been watched before a clip is passed on as good."""

from fractions import Fraction

from reviews.actions.seen import Seen
from reviews.models import Finding, Policy
from reviews.rules.coverage import Watched, could_be_watched, unwatched
from reviews.rules.screening import Coverage, Screening
from reviews.rules.severity import Severity
from reviews.rules.verbs import Outcome
from studio import clock
from studio.errors import Invalid
from studio.models import Candidate

FAVOURABLE = (Outcome.PASS, Outcome.APPROVE)
FLAGGED = [each.value for each in Severity if each.rank >= Severity.MAJOR.rank]


def require_watched(candidate: Candidate, outcome: Outcome, seen: Seen, watched: Watched) -> None:
    """Raises Invalid when more is said to be watched than there was time for, or less than the policy demands."""
    within = (clock.now() - seen.at).total_seconds()
    if not could_be_watched(watched, Fraction(candidate.facts["fps"]), within):
        raise Invalid("More of the clip is said to be watched than there was time for. Load the clip again.")
    if outcome in FAVOURABLE and _demanded(seen) and (missing := _first_unwatched(candidate, watched)):
        raise Invalid(
            f"The policy wants every major finding watched before this: frames {missing[0]}–{missing[1] - 1}."
        )


def _demanded(seen: Seen) -> bool:
    stored = Policy.objects.values_list("screening", flat=True).get(pk=seen.policy_id)
    return Screening.from_json(stored).coverage is Coverage.REQUIRE


def _first_unwatched(candidate: Candidate, watched: Watched) -> tuple[int, int] | None:
    flagged = Finding.objects.current(candidate).filter(severity__in=FLAGGED).order_by("start_frame")
    for start, end in flagged.values_list("start_frame", "end_frame"):
        if missing := unwatched((start, max(end, start + 1)), watched.ranges):
            return missing[0]
    return None
