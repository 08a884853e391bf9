"""Golden clips for moderators: which there are and what is caught in them, by nobody's name; making and retiring."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reviews.actions import golden as actions
from reviews.golden_form import GoldenForm
from reviews.models import Golden, GoldenScore
from reviews.models.golden import GoldenQuerySet
from reviews.queues import posts_of, roles_anywhere
from reviews.rules.calibration import Rate, clean_run
from reviews.views.calibration import Said, answer_of, in_words, rates_of
from reviews.views.veils import Cover, covers_for, harms_among
from studio.actions.permitting import require_role
from studio.errors import Invalid, NotPermitted
from studio.http import UserRequest, see_other
from studio.models import Candidate, Membership, User
from studio.rules.roles import Role
from studio.views.paging import page_of

ROWS = 50
WORTH_SHOWING = 0.9
"""A sensitivity that a house may want to show."""


@dataclass(frozen=True, slots=True)
class Row:
    golden: Golden
    answer: Said
    rate: Rate
    caught: str
    cover: Cover
    may_retire: bool


@require_safe
@login_required
def golden_clips(request: UserRequest) -> HttpResponse:
    if not roles_anywhere(posts_of(request.user)) & {Role.MODERATOR, Role.AUDITOR}:
        raise NotPermitted("Golden clips are for moderators and auditors.")
    here = _within(request.user, Role.MODERATOR, Role.AUDITOR)
    page = page_of(_counted(here), request, size=ROWS)
    faulty, good = rates_of(GoldenScore.objects.filter(golden__in=here))
    context = {
        "rows": _rows(page.rows, request.user),
        "page": page,
        "active": here.active().count(),
        "faulty": in_words(faulty),
        "good": in_words(good),
        "scored": faulty.n + good.n,
        "enough": clean_run(WORTH_SHOWING),
    }
    return render(request, "reviews/golden.html", context)


def _within(user: User, *roles: Role) -> GoldenQuerySet:
    if user.is_superuser:
        return Golden.objects.all()
    return Golden.objects.filter(project__in=Membership.objects.filter(user=user, role__in=roles).values("project"))


def _counted(found: GoldenQuerySet) -> GoldenQuerySet:
    scored = Q(scores__is_right__isnull=False)
    return (
        found.select_related("candidate", "project", "made_by", "retired_by")
        .prefetch_related("reasons__reason")
        .annotate(judged=Count("scores", filter=scored), right=Count("scores", filter=Q(scores__is_right=True)))
        .order_by("-pk")
    )


def _rows(found: Sequence[Golden], user: User) -> list[Row]:
    harms = harms_among([golden.candidate_id for golden in found])
    covers = covers_for(user, {golden.project_id for golden in found})
    mine = set(_within(user, Role.MODERATOR).active().values_list("pk", flat=True))
    return [
        Row(
            golden,
            answer_of(golden),
            rate := Rate(getattr(golden, "right", 0), getattr(golden, "judged", 0)),
            in_words(rate),
            covers.of(golden.project_id, harms[golden.candidate_id]),
            golden.pk in mine,
        )
        for golden in found
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def golden_new(request: UserRequest, uuid: UUID) -> HttpResponse:
    takes = Candidate.objects.visible_to(request.user).select_related("prompt__project", "blob")
    candidate = get_object_or_404(takes, uuid=uuid)
    require_role(request.user, candidate.prompt.project, Role.MODERATOR)
    frames = int(candidate.facts["frames"])
    if request.method != "POST":
        actions.require_fit(candidate)
        return _form(request, candidate, GoldenForm(frames=frames, known=actions.refused_for(candidate)))
    form = GoldenForm(request.POST, frames=frames)
    if not form.is_valid():
        return _form(request, candidate, form)
    try:
        made = actions.make_golden(candidate, by=request.user, **form.as_answer())
    except Invalid as refused:
        return _form(request, candidate, form, str(refused))
    messages.info(request, f"{made} is made. It joins the queue by lot, among the others.")
    return see_other(request, f"{reverse('golden_clips')}#golden-{made.pk}")


def _form(request: UserRequest, candidate: Candidate, form: GoldenForm, sentence: str = "") -> HttpResponse:
    refused = bool(sentence or form.errors)
    context: Mapping[str, Any] = {
        "candidate": candidate,
        "form": form,
        "sentence": sentence,
        "last_frame": int(candidate.facts["frames"]) - 1,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return render(request, "reviews/golden_new.html", context, status=status)


@require_POST
@login_required
def golden_retire(request: UserRequest, pk: int) -> HttpResponse:
    readable = _within(request.user, Role.MODERATOR, Role.AUDITOR).select_related("project")
    golden = get_object_or_404(readable, pk=pk)
    actions.retire(golden, by=request.user)
    messages.info(request, f"{golden} is retired: nobody else is shown it.")
    return see_other(request, reverse("golden_clips"))
