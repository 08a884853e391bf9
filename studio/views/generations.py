"""One paid call: what was sent, what came back, what it cost, and what a person may do about it."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseStopPolling

from studio.actions.settling_generations import (
    adopt_late_clip,
    ask_again,
    forget_at_provider,
    is_forgettable,
    request_cancel,
    settle_unknown,
)
from studio.errors import Invalid
from studio.generators import can_search
from studio.http import UserRequest, is_partial, see_other
from studio.models import Generation, Project, roles_of
from studio.rules.generation import GenerationState
from studio.rules.generation_verbs import offers
from studio.views.places import READERS, project_for

PAGE = "studio/generation.html"


@login_required
@require_GET
def generation(request: UserRequest, project_slug: str, pk: int) -> HttpResponse:
    project = project_for(request, project_slug, *READERS)
    context = _context(request, project, _generation(project, pk))
    if not is_partial(request):
        return render(request, PAGE, context)
    if context["is_moving"]:
        return render(request, f"{PAGE}#progress", context)
    return HttpResponseStopPolling(render_to_string(f"{PAGE}#progress", context, request))


@login_required
@require_POST
def generation_cancel(request: UserRequest, project_slug: str, pk: int) -> HttpResponse:
    return _act(request, project_slug, pk, partial(request_cancel, by=request.user))


@login_required
@require_POST
def generation_ask(request: UserRequest, project_slug: str, pk: int) -> HttpResponse:
    return _act(request, project_slug, pk, partial(ask_again, by=request.user))


@login_required
@require_POST
def generation_settle(request: UserRequest, project_slug: str, pk: int) -> HttpResponse:
    """`charged=yes`: the provider took the money and no clip will come; `no`: it did not."""
    charged = {"yes": True, "no": False}.get(request.POST.get("charged", ""))
    if charged is None:
        raise Invalid("Say whether the provider charged for it.")
    return _act(request, project_slug, pk, partial(settle_unknown, by=request.user, charged=charged))


@login_required
@require_POST
def generation_adopt(request: UserRequest, project_slug: str, pk: int) -> HttpResponse:
    """Makes a take of a clip that came although its generation had been cancelled."""
    return _act(request, project_slug, pk, partial(adopt_late_clip, by=request.user))


@login_required
@require_POST
def generation_forget(request: UserRequest, project_slug: str, pk: int) -> HttpResponse:
    """Deletes the ended job at its provider; what we have of it stays."""
    return _act(request, project_slug, pk, partial(forget_at_provider, by=request.user))


def _act(request: UserRequest, slug: str, pk: int, do: Callable[[Generation], None]) -> HttpResponse:
    project = project_for(request, slug, *READERS)
    row = _generation(project, pk)
    do(row)
    return see_other(request, reverse("generation", args=[project.slug, row.pk]))


def _generation(project: Project, pk: int) -> Generation:
    found = Generation.objects.filter(prompt__project=project)
    return get_object_or_404(found.select_related("prompt__project", "requested_by"), pk=pk)


def _context(request: UserRequest, project: Project, row: Generation) -> dict[str, object]:
    verbs = offers(
        GenerationState(row.state),
        roles=roles_of(request.user, project),
        can_be_found=bool(row.remote_id) or can_search(row.provider),
        is_being_cancelled=row.cancel_requested_at is not None,
        has_late_clip=bool(row.delivered_sha256)
        and row.state == GenerationState.CANCELLED
        and not row.candidates.exists(),
        can_be_forgotten=is_forgettable(row),
    )
    seen = [
        (GenerationState(step["state"]).label, datetime.fromisoformat(step["at"]), step.get("said", ""))
        for step in row.states_seen
    ]
    return {
        "project": project,
        "generation": row,
        "seen": seen,
        "verbs": verbs,
        "is_unknown": row.state == GenerationState.UNKNOWN,
        "is_moving": row.run_after is not None,
    }
