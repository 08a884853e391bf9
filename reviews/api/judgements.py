"""What people said of a take: notes with their marks, and decisions that are in effect. To read; nothing here decides.

Whoever may still be asked for a judgement of their own hears nothing of others, here as on the pages.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema

from reviews.models import Comment, Decision, DecisionReason
from reviews.queues import still_judged_by
from reviews.rules.queues import Queue
from reviews.rules.verbs import Outcome
from studio.api.access import TokenRequest, needs
from studio.api.answers import Cursor, Paged, answers, page_of
from studio.api.takes import takes_by_address
from studio.errors import NotPermitted
from studio.models import Candidate
from studio.rules.scopes import Scope

router = Router(tags=["takes"])


class NoteOut(Schema):
    """`start_frame` is the frame it is about; `end_frame` the first after its range, null for one frame.

    `answers` is the note that it answers. `reason` and `drawing` are its mark; x and y: 0 to 1 of the upright picture.
    """

    id: int
    answers: int | None
    author: str
    body: str
    sha256: str
    start_frame: int
    end_frame: int | None
    reason: str | None
    drawing: dict[str, Any] | None
    created_at: datetime
    resolved_at: datetime | None


class ReasonOut(Schema):
    """`end_frame` is the first after the range; both are null for a reason about the whole clip."""

    slug: str
    label: str
    start_frame: int | None
    end_frame: int | None


class DecisionOut(Schema):
    """`sha256` names the bytes that were judged; `policy` the version of the project's policy."""

    id: int
    queue: Queue
    outcome: Outcome
    note: str
    reasons: list[ReasonOut]
    sha256: str
    policy: int
    decided_at: datetime


@router.get("/takes/{uuid:uuid}/notes", response=answers(Paged[NoteOut]), **needs(Scope.CANDIDATES_READ))
def list_notes(request: TokenRequest, uuid: UUID, cursor: Query[Cursor]) -> dict[str, Any]:
    """Notes and answers; one's own alone while one may still be asked to judge the take."""
    take = get_object_or_404(takes_by_address(request), uuid=uuid)
    notes = Comment.objects.filter(candidate=take).select_related("author", "mark__reason")
    if _may_judge(request, take):
        notes = notes.filter(author=request.auth.user)
    return page_of(request, notes, cursor, _notes)


@router.get("/takes/{uuid:uuid}/decisions", response=answers(Paged[DecisionOut]), **needs(Scope.CANDIDATES_READ))
def list_decisions(request: TokenRequest, uuid: UUID, cursor: Query[Cursor]) -> dict[str, Any]:
    """Those in effect. Refused while one may still be asked to judge the take."""
    take = get_object_or_404(takes_by_address(request), uuid=uuid)
    if _may_judge(request, take):
        raise NotPermitted(
            "You may still be asked to judge this take: what others decided stays hidden until you have."
        )
    made = Decision.objects.filter(review__candidate=take, review__settled_at__isnull=False, superseded_by=None)
    made = made.exclude(outcome=Outcome.UNDONE).select_related("review", "policy").prefetch_related("reasons__reason")
    return page_of(request, made, cursor, _decisions)


def _may_judge(request: TokenRequest, take: Candidate) -> bool:
    return still_judged_by(request.auth.user).filter(candidate=take).exists()


def _notes(rows: Sequence[Comment]) -> list[NoteOut]:
    same = ("id", "body", "sha256", "start_frame", "end_frame", "created_at", "resolved_at")
    return [
        NoteOut(
            answers=note.parent_id,
            author=note.author.username,
            reason=mark.reason.slug if (mark := getattr(note, "mark", None)) and mark.reason else None,
            drawing=mark.drawing or None if mark else None,
            **{name: getattr(note, name) for name in same},
        )
        for note in rows
    ]


def _decisions(rows: Sequence[Decision]) -> list[DecisionOut]:
    same = ("id", "outcome", "note", "sha256")
    return [
        DecisionOut(
            queue=Queue(decision.review.queue),
            reasons=[_reason(given) for given in decision.reasons.all()],
            policy=decision.policy.version,
            decided_at=decision.created_at,
            **{name: getattr(decision, name) for name in same},
        )
        for decision in rows
    ]


def _reason(given: DecisionReason) -> ReasonOut:
    return ReasonOut(
        slug=given.reason.slug, label=given.reason.label, start_frame=given.start_frame, end_frame=given.end_frame
    )
