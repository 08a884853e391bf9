"""The only writer of `Candidate.status`."""

from studio.actions.events import Actor, record_event
from studio.errors import IllegalTransition, StaleCandidate
from studio.models import Candidate
from studio.rules.lifecycle import NEXT, Status


def advance(candidate: Candidate, to: Status, *, actor: Actor, because: str) -> None:
    """Move `candidate` to `to` and log it, inside the caller's action.

    Raises IllegalTransition if the table forbids it, StaleCandidate if someone moved it or its bytes first.
    """
    before = Status(candidate.status)
    if to not in NEXT[before]:
        raise IllegalTransition(before, to)
    changed = Candidate.objects.filter(pk=candidate.pk, status=before, sha256=candidate.sha256).update(status=to)
    if changed == 0:
        raise StaleCandidate("This take was moved by somebody else a moment ago.")
    candidate.status = to
    record_event(
        candidate, verb="advanced", actor=actor, data={"from": before.value, "to": to.value, "because": because}
    )
