"""Releasing an approved clip, and taking it back. The row opens the route last and closes it first."""

from django.db.models import F

from reviews.actions.blocking import add_entry
from reviews.actions.opening import open_review
from reviews.actions.permitting import facts_of
from reviews.actions.seen import changed_since
from reviews.models import Publication, PublicationState, WithdrawalReason
from reviews.rules.conflicts import not_own_work, not_passed_by_me
from reviews.rules.queues import DUE_IN, Queue
from reviews.rules.severity import Severity
from reviews.rules.verbs import has_queue_role
from studio import clock
from studio.actions.events import Actor, action, record_event
from studio.actions.leasing import finish_step
from studio.actions.lifecycle import advance
from studio.actions.permitting import require_role
from studio.crashpoints import crashpoint
from studio.enqueue import after_commit
from studio.errors import Conflict, IllegalTransition, StaleCandidate
from studio.media.errors import BytesChanged
from studio.media.hashing import digest
from studio.models import Candidate, User
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from studio.store import media_store

MACHINE = Actor.system("publishing")
RENDITION, POSTER = "rendition.mp4", "poster.jpg"


def work(publication: Publication) -> None:
    """The next step of a publication under the caller's lease: release a pending one, clear away a withdrawn one."""
    match publication.state:
        case PublicationState.PENDING:
            _release(publication)
        case PublicationState.WITHDRAWN | PublicationState.VOIDED:
            media_store().withdraw(publication.uuid)
            crashpoint("publishing.after_delete")
            finish_step(publication, again_at=None)
        case _:
            finish_step(publication, again_at=None)


def _release(publication: Publication) -> None:
    """Copy the approved bytes to the public root, read the copy back, and only then open the route."""
    if why := _copy_verified(publication):
        void(publication, why)
        return
    crashpoint("publishing.after_copy")
    try:
        _go_live(publication)
        crashpoint("publishing.after_live")
    except (IllegalTransition, StaleCandidate) as moved:
        void(publication, str(moved))


def _copy_verified(publication: Publication) -> str:
    """Copy what will be public, hashing what is read; "" when every byte is the approved one, else what is wrong."""
    store, approved, uuid = media_store(), publication.decision.sha256, publication.uuid
    try:
        store.publish(uuid, store.private_path(approved), name=clip_name(publication), sha256=approved)
        _copy_derived(publication, POSTER, "poster.jpg")
        if not plays_in_browsers(publication.candidate):
            _copy_derived(publication, RENDITION, "proxy.mp4")
    except (BytesChanged, FileNotFoundError):
        return "The stored bytes are not the approved ones, or what was made of them is not what we made."
    copy = store.public_path(uuid) / clip_name(publication)
    return "" if digest(copy) == approved else "The public copy differs from the approved bytes."


def _copy_derived(publication: Publication, name: str, derived: str) -> None:
    """Held to the digest of the day it was made. Raises BytesChanged when the file is another one since."""
    source = media_store().derived_path(publication.decision.sha256, derived)
    made = publication.candidate.blob.derived.get(derived, "")
    media_store().publish(publication.uuid, source, name=name, sha256=made)


def clip_name(publication: Publication) -> str:
    """The public file's name: the published bytes under the type that our own probe gave them."""
    return "clip.webm" if publication.media_type == "video/webm" else "clip.mp4"


def plays_in_browsers(candidate: Candidate) -> bool:
    """8-bit 4:2:0 H.264 in MP4 plays everywhere; anything else is shown by its rendition."""
    facts = candidate.facts
    return (
        facts["container"] == "mp4"
        and facts["video_codec"] == "h264"
        and facts["pixel_format"] in ("yuv420p", "yuvj420p")
    )


@action
def _go_live(publication: Publication) -> None:
    """The last look before the route opens: same checks and policy, approver still entitled, still approved.

    What was put on the blocklist since it was checked counts, too.
    """
    from reviews.actions.recording import why_blocked  # brings OpenCV, which the pages that withdraw never need

    decision = publication.decision
    facts = facts_of(decision.review, decision.decided_by)
    if why := changed_since(decision) or has_queue_role(facts) or not_own_work(facts) or not_passed_by_me(facts):
        raise StaleCandidate(why)
    if why := why_blocked(publication.candidate):
        raise StaleCandidate(why)
    finish_step(publication, again_at=None, state=PublicationState.LIVE, published_at=clock.now())
    advance(publication.candidate, Status.PUBLISHED, actor=MACHINE, because="published")
    crashpoint("publishing.before_live")
    record_event(publication, verb="published", actor=MACHINE, data={"sha256": decision.sha256})


@action
def void(publication: Publication, why: str) -> None:
    """An approval that cannot be published goes back to the editor with the reason; its copy is cleared later."""
    finish_step(publication, again_at=clock.now(), state=PublicationState.VOIDED, explanation=why)
    record_event(publication, verb="voided", actor=MACHINE, data={"why": why})
    candidate = Candidate.objects.get(pk=publication.candidate_id)
    if candidate.status == Status.APPROVED:
        _back_to_editor(candidate, why, actor=MACHINE)


def void_pending(candidate: Candidate, why: str, *, actor: Actor) -> None:
    """Send an approved take back before it is public, inside the caller's action; nothing where it just went public.

    Whoever is copying it loses the lease, and the copy is cleared when that has run out.
    """
    if publication := candidate.publications.order_by("pk").last():
        pending = Publication.objects.filter(pk=publication.pk, state=PublicationState.PENDING)
        voided = {"state": PublicationState.VOIDED, "explanation": why, "run_after": clock.now()}
        if not pending.update(attempt=F("attempt") + 1, **voided):
            return
        record_event(publication, verb="voided", actor=actor, data={"why": why})
    _back_to_editor(candidate, why, actor=actor)


@action
def take_back_approval(candidate: Candidate, *, by: User) -> None:
    """Send an approved take back to the editor while it is not public yet.

    Raises NotPermitted unless `by` is an editor or moderator of its project, Conflict when it is not approved or has
    just become public.
    """
    require_role(by, candidate.prompt.project, Role.EDITOR, Role.MODERATOR)
    if Candidate.objects.filter(pk=candidate.pk, status=Status.APPROVED).exists():
        void_pending(candidate, "an editor took it back.", actor=Actor.of(by))
        if not Publication.objects.filter(candidate=candidate, state=PublicationState.LIVE).exists():
            return
    raise Conflict("No approval waits here; a public clip is withdrawn.")


def _back_to_editor(candidate: Candidate, why: str, *, actor: Actor) -> None:
    advance(candidate, Status.WITH_EDITOR, actor=actor, because="approval voided")
    open_review(
        candidate,
        queue=Queue.EDITOR,
        severity_rank=Severity.MAJOR.rank + 1,
        due_in=DUE_IN[Severity.MAJOR],
        reasons=[("voided", f"Its approval was voided: {why}")],
        actor=actor,
    )


@action
def withdraw(publication: Publication, *, by: User, reason: WithdrawalReason, shut_out: bool = False) -> None:
    """Take a clip off the public pages: denied from this COMMIT on, its copies are deleted right after.

    With `shut_out` its pictures go on the blocklist, too. Raises NotPermitted unless `by` is an editor or moderator of
    the project, a moderator to shut it out; Conflict when it is not public; Invalid when it could not be recognised.
    """
    project = publication.candidate.prompt.project
    require_role(by, project, Role.EDITOR, Role.MODERATOR)
    at = clock.now()
    changed = Publication.objects.filter(pk=publication.pk, state=PublicationState.LIVE).update(
        state=PublicationState.WITHDRAWN, withdrawn_at=at, withdrawn_by=by, withdrawal_reason=reason, run_after=at
    )
    if not changed:
        raise Conflict("This clip is not public any more.")
    advance(publication.candidate, Status.WITHDRAWN, actor=Actor.of(by), because=f"withdrawn: {reason.label.lower()}")
    record_event(publication, verb="withdrawn", actor=Actor.of(by), data={"reason": reason.value})
    if shut_out:
        why = f"Withdrawn: {reason.label.lower()}."
        add_entry(publication.candidate, by=by, reason=why, publication=publication)
    after_commit("reviews.tasks.publish_clip", publication.pk)
    crashpoint("publishing.before_deny")


@action
def reinstate(publication: Publication, *, by: User) -> None:
    """Bring a withdrawn clip back before the editor; it is public again only by a new approval.

    Raises NotPermitted unless `by` is a moderator and another than who withdrew it, Conflict when it has moved on.
    """
    candidate = publication.candidate
    require_role(by, candidate.prompt.project, Role.MODERATOR)
    if publication.withdrawn_by_id == by.pk:
        raise Conflict("You withdrew it; another moderator brings it back.")
    advance(candidate, Status.WITH_EDITOR, actor=Actor.of(by), because="reinstated")
    open_review(
        candidate,
        queue=Queue.EDITOR,
        severity_rank=Severity.MAJOR.rank + 1,
        due_in=DUE_IN[Severity.MAJOR],
        reasons=[("reinstated", "It was withdrawn and a moderator asks for a new approval.")],
        actor=Actor.of(by),
    )
