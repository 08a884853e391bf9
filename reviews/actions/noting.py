"""Notes and marks on a frame or a range of a take; answers, and whether a thread is resolved."""

from collections.abc import Mapping
from typing import Any

from reviews.actions.mentioning import named_in, tell_people
from reviews.models import Comment, Mark, Reason
from reviews.rules import drawings
from studio import clock
from studio.actions.events import Actor, action, record_event
from studio.errors import Invalid, NotPermitted
from studio.models import Candidate, User, roles_of
from studio.rules.roles import Role

LONGEST_NOTE = 4000


@action
def add_note(
    candidate: Candidate,
    *,
    by: User,
    body: str,
    start_frame: int,
    end_frame: int | None = None,
    drawing: object = None,
    reason: str = "",
) -> Comment:
    """A note, with a mark on its frames where `drawing` (as it was sent) or `reason` (a slug) is given.

    Raises NotPermitted for auditors and outsiders, Invalid for an empty or long text, frames outside the clip, a
    drawing that is none of ours or an unknown reason.
    """
    note = _note(candidate, by, _words(body), start_frame, end_frame)
    if drawing is not None or reason:
        _mark(note, drawing, reason)
    record_event(note, verb="noted", actor=Actor.of(by), data={"candidate": candidate.pk})
    return note


@action
def add_mark(
    candidate: Candidate,
    *,
    by: User,
    start_frame: int,
    end_frame: int | None = None,
    drawing: object = None,
    reason: str = "",
) -> Mark:
    """A mark without words. Raises as `add_note` does, and Invalid when it says nothing."""
    note = _note(candidate, by, "", start_frame, end_frame)
    mark = _mark(note, drawing, reason)
    record_event(note, verb="marked", actor=Actor.of(by), data={"candidate": candidate.pk})
    return mark


@action
def reply(note: Comment, *, by: User, body: str) -> Comment:
    """Answer the thread of `note`, on its frames. Raises as `add_note` does."""
    root = note.parent or note
    answer = _note(root.candidate, by, _words(body), root.start_frame, root.end_frame, root)
    record_event(answer, verb="replied", actor=Actor.of(by), data={"candidate": root.candidate_id, "note": root.pk})
    return answer


@action
def resolve(note: Comment, *, by: User) -> None:
    """Nothing happens to a thread that is resolved already. Raises NotPermitted for auditors and outsiders."""
    _require_writer(note.candidate, by)
    threads = Comment.objects.filter(pk=note.parent_id or note.pk, resolved_at=None)
    _stamped(note, "resolved", by, threads.update(resolved_at=clock.now(), resolved_by=by))


@action
def reopen(note: Comment, *, by: User) -> None:
    """The inverse of `resolve`."""
    _require_writer(note.candidate, by)
    threads = Comment.objects.filter(pk=note.parent_id or note.pk, resolved_at__isnull=False)
    _stamped(note, "reopened", by, threads.update(resolved_at=None, resolved_by=None))


def _stamped(note: Comment, verb: str, by: User, changed: int) -> None:
    if changed:
        record_event(note.parent or note, verb=verb, actor=Actor.of(by), data={"candidate": note.candidate_id})


def _note(
    candidate: Candidate, by: User, body: str, start_frame: int, end_frame: int | None, parent: Comment | None = None
) -> Comment:
    _require_writer(candidate, by)
    _require_frames(candidate, start_frame, end_frame)
    named = named_in(body, candidate.prompt.project)
    note = Comment.objects.create(
        candidate=candidate,
        author=by,
        parent=parent,
        body=body,
        named=[person.username for person in named],
        sha256=candidate.sha256,
        start_frame=start_frame,
        end_frame=end_frame,
    )
    tell_people(note, named)
    return note


def _mark(note: Comment, drawing: object, reason: str) -> Mark:
    if drawing is None and not reason:
        raise Invalid("Draw something, or choose a reason.")
    return Mark.objects.create(comment=note, reason=_reason(reason), drawing=_drawing(drawing))


def _require_writer(candidate: Candidate, by: User) -> None:
    if not roles_of(by, candidate.prompt.project) - {Role.AUDITOR}:
        raise NotPermitted("You may read this project, not write in it.")


def _words(body: str) -> str:
    if not body.strip():
        raise Invalid("Write something first.")
    if len(body) > LONGEST_NOTE:
        raise Invalid(f"A note has at most {LONGEST_NOTE} characters; this one has {len(body)}.")
    return body.strip()


def _require_frames(candidate: Candidate, start_frame: int, end_frame: int | None) -> None:
    frames = int(candidate.facts["frames"])
    if not 0 <= start_frame < frames or (end_frame is not None and not start_frame < end_frame <= frames):
        raise Invalid(f"The frames must lie within 0 and {frames}, the first before the last.")


def _drawing(told: object) -> Mapping[str, Any]:
    if told is None:
        return {}
    if fault := drawings.fault_in(told):
        raise Invalid(fault)
    return drawings.rounded(told)  # type: ignore[arg-type]  # fault_in() has looked


def _reason(slug: str) -> Reason | None:
    if not slug:
        return None
    reason = Reason.objects.filter(slug=slug).first()
    if reason is None:
        raise Invalid("There is no such reason.")
    return reason
