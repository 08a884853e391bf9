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
from reviews.actions.mentioning import people_of
from reviews.actions.permitting import facts_of
from reviews.checks.credential import Credential as CredentialCheck
from reviews.forms import WithdrawForm
from reviews.models import (
    BlockEntry,
    CheckRun,
    Decision,
    Publication,
    PublicationState,
    Review,
    WithdrawalReason,
)
from reviews.queues import still_judged_by
from reviews.reach import takes_open_to
from reviews.rules.checklist import unseen
from reviews.rules.conflicts import not_own_work
from reviews.rules.verbs import Outcome, has_queue_role
from reviews.views.calibration import feedback_on, golden_beside, in_its_place, lines_before
from reviews.views.evidence import with_evidence
from reviews.views.room import answered, findings_shown, lanes_of, not_checked, picture_context
from reviews.views.threads import notes_context
from reviews.views.trail import Line, lines_of
from reviews.views.veils import covers_for
from studio.errors import Conflict, Invalid
from studio.http import UserRequest, see_other
from studio.media.credential import Credential
from studio.models import Candidate, Event, Membership, Project, Prompt, User, roles_of
from studio.rules.lifecycle import Status
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
    findings = with_evidence(findings_shown(runs, request.user), candidate)
    review = _open_review(candidate)
    facts = facts_of(review, request.user) if review else None
    roles = roles_of(request.user, candidate.prompt.project)
    publication = candidate.publications.order_by("pk").last()
    covers = covers_for(request.user, {candidate.prompt.project_id})
    blind = still_judged_by(request.user).filter(candidate=candidate).exists()
    context = picture_context(candidate, findings, runs, covers) | notes_context(candidate, request.user, blind=blind)
    context |= {
        "open_frame": _frame_asked(request, candidate),
        "stands_still": "frame" in request.GET,
        "loop_end": None,
        "runs": runs,
        "lanes": lanes_of(findings, int(candidate.facts["frames"])),
        "not_checked": not_checked(runs),
        "unseen": unseen(candidate.prompt.text, candidate.prompt.direction, answered=answered(runs)),
        "blind": blind,
        "decisions": [] if blind else _decisions(candidate),
        "lines": [] if blind else [*_lines(candidate), *lines_before(candidate)],
        "lineage": _lineage(candidate),
        "review": review,
        "opens": facts is not None and not has_queue_role(facts),
        "own_work": bool(facts and not_own_work(facts)),
        "golden": golden_beside(candidate, roles),
        "calibration": feedback_on(candidate, request.user),
        "publication": publication,
        "may_take_back": candidate.status == Status.APPROVED and bool(roles & {Role.EDITOR, Role.MODERATOR}),
        "asked": moderator_asked(request, candidate.prompt.project),
        "may_withdraw": _is(publication, PublicationState.LIVE) and bool(roles & {Role.EDITOR, Role.MODERATOR}),
        "may_reinstate": _is(publication, PublicationState.WITHDRAWN) and Role.MODERATOR in roles,
        "credential": credential_of(runs),
        "is_moderator": Role.MODERATOR in roles,
        "entry": BlockEntry.objects.active().filter(source=candidate).first(),
        "may_note": bool(roles - {Role.AUDITOR}),
        "reasons": WithdrawalReason.choices,
    }
    return render(request, "reviews/take.html", context)


def _frame_asked(request: UserRequest, candidate: Candidate) -> int:
    """`?frame=57`, as a mention links it; 0 for any other word."""
    text = request.GET.get("frame", "")
    frame = int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
    return frame if frame < int(candidate.facts["frames"]) else 0


def moderator_asked(request: UserRequest, project: Project) -> str:
    """`?ask=moderator`, as the list of own decisions links it: the name that the note begins with; "" otherwise."""
    if request.GET.get("ask") != "moderator":
        return ""
    moderators = Membership.objects.filter(project=project, role=Role.MODERATOR).exclude(user=request.user)
    first = people_of(project).filter(pk__in=moderators.values("user")).first()
    return f"@{first.username} " if first else ""


def _takes(user: User) -> "QuerySet[Candidate]":
    wanted = ("prompt__project", "prompt__author", "generation", "blob", "made_by")
    return takes_open_to(user).select_related(*wanted)


def _open_review(candidate: Candidate) -> Review | None:
    return (
        Review.objects.open()
        .select_related("candidate__prompt__project", "claimed_by")
        .filter(candidate=candidate)
        .first()
    )


def credential_of(runs: Sequence[CheckRun]) -> Credential | None:
    """What the file's own credential says; None where nobody has read it."""
    told = next((run.details for run in runs if run.check_key == CredentialCheck.key), None)
    return Credential.from_json(told) if told else None


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
    subjects += [f"blockentry:{pk}" for pk in candidate.block_entries.values_list("pk", flat=True)]
    subjects += [f"publication:{pk}" for pk in candidate.publications.values_list("pk", flat=True)]
    return lines_of(Event.objects.filter(subject__in=subjects).order_by("-seq"))


def _lineage(candidate: Candidate) -> Sequence[Lineage]:
    prompt = candidate.prompt
    return [
        Lineage(each, in_its_place(candidate, each.candidates.order_by("pk")), each.pk == prompt.pk)
        for each in prompt.ancestry()
    ]


@require_POST
@login_required
def withdraw(request: UserRequest, uuid: UUID) -> HttpResponse:
    candidate = get_object_or_404(_takes(request.user), uuid=uuid)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        raise Invalid("Choose why it is withdrawn.")
    publishing.withdraw(
        _publication(candidate),
        by=request.user,
        reason=WithdrawalReason(form.cleaned_data["reason"]),
        shut_out=form.cleaned_data["shut_out"],
    )
    messages.info(request, "Withdrawn. The public pages refuse it from now on.")
    return see_other(request, reverse("take", args=[uuid]))


@require_POST
@login_required
def take_back_approval(request: UserRequest, uuid: UUID) -> HttpResponse:
    candidate = get_object_or_404(_takes(request.user), uuid=uuid)
    publishing.take_back_approval(candidate, by=request.user)
    messages.info(request, "The approval is void. The take is back on the desk.")
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
