"""Notes on a frame or a range of a take."""

from reviews.models import Comment
from studio.actions.events import Actor, action, record_event
from studio.errors import Invalid, NotPermitted
from studio.models import Candidate, User, roles_of
from studio.rules.roles import Role

LONGEST_NOTE = 4000


@action
def add_note(candidate: Candidate, *, by: User, body: str, start_frame: int, end_frame: int | None = None) -> Comment:
    """Raises NotPermitted for auditors and outsiders, Invalid for an empty or long text or frames outside the clip."""
    if not roles_of(by, candidate.prompt.project) - {Role.AUDITOR}:
        raise NotPermitted("You may read this project, not write in it.")
    if not body.strip():
        raise Invalid("Write something first.")
    if len(body) > LONGEST_NOTE:
        raise Invalid(f"A note has at most {LONGEST_NOTE} characters; this one has {len(body)}.")
    frames = int(candidate.facts["frames"])
    if not 0 <= start_frame < frames or (end_frame is not None and not start_frame < end_frame <= frames):
        raise Invalid(f"The frames must lie within 0 and {frames}, the first before the last.")
    note = Comment.objects.create(
        candidate=candidate,
        author=by,
        body=body.strip(),
        sha256=candidate.sha256,
        start_frame=start_frame,
        end_frame=end_frame,
    )
    record_event(note, verb="noted", actor=Actor.of(by), data={"candidate": candidate.pk})
    return note
