"""The record of one take: what it is, what was measured, what people decided, what happened, where it came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from reviews.actions import publishing
from reviews.actions.permitting import facts_of
from reviews.forms import WithdrawForm
from reviews.models import CheckRun, Comment, Decision, Publication, PublicationState, Review, WithdrawalReason
from reviews.rules.conflicts import Facts, not_own_work
from reviews.rules.queues import Queue
from reviews.rules.verbs import Outcome, has_queue_role
from reviews.views.room import findings_shown, lanes_of, not_checked, picture_context
from reviews.views.trail import Line, lines_of
from studio.errors import Conflict, Invalid
from studio.http import UserRequest, see_other
from studio.models import Candidate, Event, Prompt, User, roles_of
from studio.rules.roles import Role


@dataclass(frozen=True, slots=True)
class Lineage:
    """The revisions of a prompt, newest first, each with its takes."""

    prompt: Prompt
    takes: Sequence[Candidate]
    is_this: bool


@require_safe
@login_required
def take(request: UserRequest, uuid: UUID) -> HttpResponse:
    candidate = get_object_or_404(_takes(request.user), uuid=uuid)
    runs = CheckRun.objects.newest_of(candidate)
    findings = findings_shown(runs, request.user)
    review = _open_review(candidate)
    facts = facts_of(review, request.user) if review else None
    roles = roles_of(request.user, candidate.prompt.project)
    publication = candidate.publications.order_by("pk").last()
    blind = facts is not None and may_still_judge(facts)
    notes = Comment.objects.filter(candidate=candidate).select_related("author")
    context = picture_context(candidate, findings) | {
        "open_frame": 0,
        "loop_end": None,
        "runs": runs,
        "lanes": lanes_of(findings),
        "not_checked": not_checked(runs),
        "blind": blind,
        "notes": notes.filter(author=request.user) if blind else notes,
        "decisions": [] if blind else _decisions(candidate),
        "lines": [] if blind else _lines(candidate),
        "lineage": _lineage(candidate.prompt),
        "review": review,
        "opens": facts is not None and not has_queue_role(facts),
        "own_work": bool(facts and not_own_work(facts)),
        "publication": publication,
        "may_withdraw": _is(publication, PublicationState.LIVE) and bool(roles & {Role.EDITOR, Role.MODERATOR}),
        "may_reinstate": _is(publication, PublicationState.WITHDRAWN) and Role.MODERATOR in roles,
        "may_note": bool(roles - {Role.AUDITOR}),
        "reasons": WithdrawalReason.choices,
    }
    return render(request, "reviews/take.html", context)


def _takes(user: User) -> "QuerySet[Candidate]":
    wanted = ("prompt__project", "prompt__author", "generation", "blob", "made_by")
    return Candidate.objects.visible_to(user).select_related(*wanted)


def _open_review(candidate: Candidate) -> Review | None:
    return (
        Review.objects.open()
        .select_related("candidate__prompt__project", "claimed_by")
        .filter(candidate=candidate)
        .first()
    )


def may_still_judge(facts: Facts) -> bool:
    """Whether this person may be asked for an independent judgement: then maker, cost and others' words stay hidden."""
    return (
        facts.queue is not Queue.EDITOR
        and not has_queue_role(facts)
        and not not_own_work(facts)
        and not facts.escalated_it
    )


def _is(publication: Publication | None, state: PublicationState) -> bool:
    return publication is not None and publication.state == state


def _decisions(candidate: Candidate) -> Sequence[Decision]:
    rows = Decision.objects.filter(review__candidate=candidate).exclude(outcome=Outcome.UNDONE)
    rows = rows.select_related("decided_by", "review", "policy", "superseded_by").prefetch_related("reasons__reason")
    return list(rows.order_by("-pk"))


def _lines(candidate: Candidate) -> Sequence[Line]:
    subjects = [f"candidate:{candidate.pk}"]
    subjects += [f"review:{pk}" for pk in candidate.reviews.values_list("pk", flat=True)]
    subjects += [
        f"decision:{pk}" for pk in Decision.objects.filter(review__candidate=candidate).values_list("pk", flat=True)
    ]
    subjects += [f"publication:{pk}" for pk in candidate.publications.values_list("pk", flat=True)]
    return lines_of(Event.objects.filter(subject__in=subjects).order_by("-seq"))


def _lineage(prompt: Prompt) -> Sequence[Lineage]:
    return [Lineage(each, list(each.candidates.order_by("pk")), each.pk == prompt.pk) for each in prompt.ancestry()]


@require_POST
@login_required
def withdraw(request: UserRequest, uuid: UUID) -> HttpResponse:
    candidate = get_object_or_404(_takes(request.user), uuid=uuid)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        raise Invalid("Choose why it is withdrawn.")
    publishing.withdraw(_publication(candidate), by=request.user, reason=WithdrawalReason(form.cleaned_data["reason"]))
    messages.info(request, "Withdrawn. The public pages refuse it from now on.")
    return see_other(request, reverse("take", args=[uuid]))


@require_POST
@login_required
def reinstate(request: UserRequest, uuid: UUID) -> HttpResponse:
    candidate = get_object_or_404(_takes(request.user), uuid=uuid)
    publishing.reinstate(_publication(candidate), by=request.user)
    messages.info(request, "Back with the editor, who may approve it anew.")
    return see_other(request, reverse("take", args=[uuid]))


def _publication(candidate: Candidate) -> Publication:
    """The newest release of this take. Raises Conflict when it was never approved."""
    newest = (
        Publication.objects.filter(candidate=candidate)
        .select_related("candidate__prompt__project")
        .order_by("pk")
        .last()
    )
    if newest is None:
        raise Conflict("This take was never published.")
    return newest
