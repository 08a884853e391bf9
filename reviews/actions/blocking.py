"""Shutting pictures out of the house, and letting them in again."""

from reviews.actions.wording import required_reason
from reviews.models import BlockEntry, Fingerprint, Publication
from reviews.rules.fingerprints import VERSION, telling_hashes
from studio import clock
from studio.actions.events import Actor, action, record_event
from studio.actions.permitting import require_role
from studio.errors import Conflict, Invalid
from studio.models import Blob, Candidate, User
from studio.rules.roles import Role


@action
def block(candidate: Candidate, *, by: User, reason: str) -> BlockEntry:
    """Put a take's pictures on the blocklist: whatever looks like them goes to a moderator from now on.

    Raises NotPermitted unless `by` is a moderator of its project, Invalid without a reason or when nothing in the take
    could be recognised, Conflict when it is on the list already.
    """
    return add_entry(candidate, by=by, reason=reason)


def add_entry(candidate: Candidate, *, by: User, reason: str, publication: Publication | None = None) -> BlockEntry:
    """The same inside the caller's action; `publication` is the withdrawn release that gave cause."""
    require_role(by, candidate.prompt.project, Role.MODERATOR)
    reason = required_reason(reason)
    hashes = recognisable(candidate.blob)
    if not hashes:
        raise Invalid("Nothing in this take could be recognised: it has not been looked at yet, or is too plain.")
    if BlockEntry.objects.active().filter(source=candidate).exists():
        raise Conflict("This take is on the blocklist already.")
    entry = BlockEntry.objects.create(
        hashes=hashes, reason=reason, source=candidate, publication=publication, added_by=by, added_at=clock.now()
    )
    record_event(entry, verb="blocked", actor=Actor.of(by), data={"candidate": candidate.pk, "reason": reason})
    return entry


@action
def unblock(entry: BlockEntry, *, by: User, because: str) -> None:
    """Take an entry off the list; it stays on record. What it stopped stays where it is.

    Raises NotPermitted unless `by` is a moderator of the project it came from, Invalid without a reason, Conflict when
    it is off already.
    """
    require_role(by, entry.source.prompt.project, Role.MODERATOR)
    because = required_reason(because)
    removed = {"removed_at": clock.now(), "removed_by": by, "removed_because": because}
    if not BlockEntry.objects.active().filter(pk=entry.pk).update(**removed):
        raise Conflict("This entry has been removed already.")
    record_event(entry, verb="unblocked", actor=Actor.of(by), data={"why": because})


def recognisable(blob: Blob) -> bytes:
    """The pictures of a file that show enough to be recognised, packed; empty for none."""
    row = Fingerprint.objects.filter(blob=blob, version=VERSION).first()
    return telling_hashes(row.hashes, row.qualities) if row else b""
