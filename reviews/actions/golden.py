"""Making golden clips of takes, and retiring them. How they are put to people: `calibrating.py`."""

from collections.abc import Sequence

from reviews.actions.deciding import ReasonGiven, require_range
from reviews.actions.placing import placed_before_a_reviewer
from reviews.actions.policies import active_policy
from reviews.actions.wording import short_note
from reviews.models import Decision, Golden, GoldenReason, Reason, Review
from reviews.rules.golden import REFUSALS, is_severe, why_not_golden
from reviews.rules.queues import Queue
from studio import clock
from studio.actions.events import Actor, action, record_event
from studio.actions.permitting import require_role
from studio.errors import Conflict, Invalid
from studio.models import Candidate, User
from studio.rules.lifecycle import Status
from studio.rules.roles import Role

WITHDRAWN_FROM_QUEUE = "It has left the queue."


@action
def make_golden(
    candidate: Candidate, *, by: User, passes: bool, reasons: Sequence[ReasonGiven] = (), note: str = ""
) -> Golden:
    """Let a take whose answer is known be put to people who did not judge it.

    Raises NotPermitted unless `by` is a moderator of its project, Conflict while it is judged or when it is one
    already, Invalid for an answer that is none: a refusal without reasons, reasons of what passes, frames out of it.
    """
    require_role(by, candidate.prompt.project, Role.MODERATOR)
    require_fit(candidate)
    golden = Golden.objects.create(
        candidate=candidate,
        project=candidate.prompt.project,
        sha256=candidate.sha256,
        passes=passes,
        note=short_note(note),
        made_by=by,
        made_at=clock.now(),
    )
    _attach(golden, reasons)
    data = {"candidate": candidate.pk, "passes": passes, "reasons": [given.slug for given in reasons]}
    record_event(golden, verb="made_golden", actor=Actor.of(by), data=data)
    return golden


def require_fit(candidate: Candidate) -> None:
    """Raises Conflict, with a sentence, when no golden clip can be made of the take now."""
    is_judged = Review.objects.filter(candidate=candidate, settled_at=None).exists()
    if why := why_not_golden(Status(candidate.status), is_copy=candidate.copy_of_id is not None, is_judged=is_judged):
        raise Conflict(why)
    if Golden.objects.active().filter(sha256=candidate.sha256).exists():
        raise Conflict("This clip is a golden one already.")
    placed = placed_before_a_reviewer(candidate, active_policy(candidate.prompt.project).terms())
    if placed.queue is not Queue.FLAGGED:
        raise Conflict("What was found in it sends it to a moderator: reviewers are not shown such clips.")


def refused_for(candidate: Candidate) -> list[ReasonGiven]:
    """The reasons of the refusal that is in effect; none for a take that was passed last."""
    settled = Decision.objects.filter(review__candidate=candidate, review__settled_at__isnull=False, superseded_by=None)
    last = settled.select_related("review__independent_of").order_by("pk").last()
    if last is None or last.outcome not in REFUSALS:
        return []
    return [ReasonGiven(each.reason.slug, each.start_frame, each.end_frame) for each in last.reasons_shared]


def _attach(golden: Golden, reasons: Sequence[ReasonGiven]) -> None:
    if golden.passes and reasons:
        raise Invalid("A clip that passes has no reasons: leave them empty, or say that it is refused.")
    if not golden.passes and not reasons:
        raise Invalid("Choose at least one reason for which it is refused.")
    if len({given.slug for given in reasons}) != len(reasons):
        raise Invalid("Give each reason once.")
    frames = int(golden.candidate.facts["frames"])
    known = {reason.slug: reason for reason in Reason.objects.filter(slug__in=[given.slug for given in reasons])}
    for given in reasons:
        if (reason := known.get(given.slug)) is None:
            raise Invalid(f"There is no reason “{given.slug}”.")
        if reason.for_moderators:
            raise Invalid(f"“{reason.label}”: reviewers escalate that, so none could give the answer.")
        require_range(reason, given.start_frame, given.end_frame, frames)
        GoldenReason.objects.create(
            golden=golden, reason=reason, start_frame=given.start_frame, end_frame=given.end_frame
        )
    golden.is_severe = any(is_severe(reason.group, reason.severity) for reason in known.values())
    golden.save(update_fields=["is_severe"])


@action
def retire(golden: Golden, *, by: User) -> None:
    """Show it to nobody any more; what waits unheld leaves the queue, and what somebody holds is still scored.

    Raises NotPermitted unless `by` is a moderator of its project, Conflict when it is retired already.
    """
    require_role(by, golden.project, Role.MODERATOR)
    at = clock.now()
    if not Golden.objects.active().filter(pk=golden.pk).update(retired_at=at, retired_by=by):
        raise Conflict("This golden clip is retired already.")
    waiting = Review.objects.claimable(at).filter(golden=golden)
    closed = {"closed_at": at, "settled_at": at, "closed_because": WITHDRAWN_FROM_QUEUE}
    waiting.update(claimed_by=None, claim_expires_at=None, **closed)
    record_event(golden, verb="retired", actor=Actor.of(by))
