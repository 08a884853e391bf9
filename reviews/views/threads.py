"""What people said about a take and pointed at in it, as one person may read it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from reviews.models import Comment, Mark
from reviews.rules.drawings import WIDTH, Line, in_words, lines_of
from reviews.rules.mentions import Piece, pieces_of
from studio.media.geometry import fit
from studio.models import Candidate, User


@dataclass(frozen=True, slots=True)
class Said:
    """One text of a thread, the names of people apart."""

    comment: Comment
    pieces: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class Thread:
    """A note with its mark and its answers; or a mark without words."""

    note: Comment
    pieces: Sequence[Piece]
    mark: Mark | None
    lines: Sequence[Line]
    """The drawing, in a picture of `drawings.WIDTH` by `drawing_height`."""
    replies: Sequence[Said]
    is_resolved: bool

    @property
    def until(self) -> int:
        """The first frame after it."""
        return self.note.end_frame or self.note.start_frame + 1

    @property
    def mark_words(self) -> str:
        """ "A hand is malformed: 2 boxes"; "" for no mark."""
        if self.mark is None:
            return ""
        reason = self.mark.reason.label if self.mark.reason else ""
        return ": ".join(part for part in (reason, in_words(self.mark.drawing)) if part)


def notes_context(candidate: Candidate, user: User, *, blind: bool) -> dict[str, Any]:
    """`notes` (threads in the order of the clip) and `drawing_height`, in one query.

    `blind`: this person's own judgement is still to come, so that of others nothing is told.
    """
    comments = Comment.objects.filter(candidate=candidate, sha256=candidate.sha256)
    if blind:
        comments = comments.filter(author=user)
    comments = comments.select_related("author", "resolved_by", "mark__reason").order_by("start_frame", "pk")
    height = drawing_height(candidate)
    return {"notes": threads_of(list(comments), user, height, blind=blind), "drawing_height": height}


def threads_of(comments: Sequence[Comment], user: User, height: float, *, blind: bool) -> list[Thread]:
    """An answer whose note is not to be seen stands alone."""
    shown = {comment.pk for comment in comments}
    replies: dict[int | None, list[Said]] = defaultdict(list)
    for comment in comments:
        replies[comment.parent_id].append(Said(comment, pieces_of(comment.body, comment.named)))
    threads = []
    for note in comments:
        if note.parent_id in shown:
            continue
        mark: Mark | None = getattr(note, "mark", None)
        lines = lines_of(mark.drawing, height) if mark else []
        told = note.resolved_at is not None and (not blind or note.resolved_by_id == user.pk)
        threads.append(Thread(note, pieces_of(note.body, note.named), mark, lines, replies[note.pk], told))
    return threads


def drawing_height(candidate: Candidate) -> float:
    """Of the picture as a player shows it, where it is `drawings.WIDTH` wide."""
    facts = candidate.facts
    aspect = Fraction(facts["sample_aspect"])
    sides = (int(facts["width"]), int(facts["height"]))
    width, height = fit(*sides, sample_aspect=aspect, rotation=facts["rotation"], longest=WIDTH).upright
    return round(WIDTH * height / width, 1)
