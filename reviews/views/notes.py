"""Notes, marks and answers as people send them; who may be named; and what they were told they have seen."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from reviews.actions import mentioning, noting
from reviews.forms import MarkForm, NoteForm, ReplyForm
from reviews.models import Comment, Mention
from reviews.queues import still_judged_by
from reviews.reach import takes_open_to
from reviews.views.judging import back_to
from studio.errors import Invalid
from studio.http import UserRequest, see_other, wants_json
from studio.models import Candidate

SUGGESTED = 6


def _take(request: UserRequest, uuid: UUID) -> Candidate:
    return get_object_or_404(takes_open_to(request.user).select_related("prompt__project"), uuid=uuid)


@require_POST
@login_required
def candidate_note(request: UserRequest, uuid: UUID) -> HttpResponse:
    candidate = _take(request, uuid)
    note = noting.add_note(candidate, by=request.user, **_read(NoteForm(request.POST)))
    return JsonResponse({"note": note.pk}) if wants_json(request) else see_other(request, back_to(request, candidate))


@require_POST
@login_required
def candidate_mark(request: UserRequest, uuid: UUID) -> HttpResponse:
    candidate = _take(request, uuid)
    mark = noting.add_mark(candidate, by=request.user, **_read(MarkForm(request.POST)))
    return JsonResponse({"mark": mark.pk}) if wants_json(request) else see_other(request, back_to(request, candidate))


def _read(form: MarkForm) -> dict[str, Any]:
    if not form.is_valid():
        raise Invalid("Say which frames you mean, as whole numbers.")
    return form.cleaned_data


@require_safe
@login_required
def people(request: UserRequest, uuid: UUID) -> HttpResponse:
    """Whom a note on this take can name, by the beginning of a name that is being typed."""
    begun = request.GET.get("q", "")[:150]
    found = mentioning.people_of(_take(request, uuid).prompt.project).exclude(pk=request.user.pk)
    context = {"people": found.filter(username__istartswith=begun)[:SUGGESTED]}
    return render(request, "reviews/_people.html", context)


@require_POST
@login_required
def note_reply(request: UserRequest, pk: int) -> HttpResponse:
    note = _note(request, pk)
    form = ReplyForm(request.POST)
    form.is_valid()
    noting.reply(note, by=request.user, body=form.cleaned_data["body"])
    return see_other(request, back_to(request, note.candidate))


@require_POST
@login_required
def note_resolve(request: UserRequest, pk: int) -> HttpResponse:
    note = _note(request, pk)
    noting.resolve(note, by=request.user)
    return see_other(request, back_to(request, note.candidate))


@require_POST
@login_required
def note_reopen(request: UserRequest, pk: int) -> HttpResponse:
    note = _note(request, pk)
    noting.reopen(note, by=request.user)
    return see_other(request, back_to(request, note.candidate))


def _note(request: UserRequest, pk: int) -> Comment:
    """A note that this person may read: other people's are none while one's own judgement is to come."""
    visible = Comment.objects.filter(candidate__in=takes_open_to(request.user))
    note = get_object_or_404(visible.select_related("candidate__prompt__project", "parent"), pk=pk)
    if note.author_id != request.user.pk and still_judged_by(request.user).filter(candidate=note.candidate).exists():
        raise Http404
    return note


@require_POST
@login_required
def mention_seen(request: UserRequest, pk: int) -> HttpResponse:
    mention = get_object_or_404(Mention.objects.filter(person=request.user), pk=pk)
    mentioning.see(mention, by=request.user)
    return see_other(request, reverse("dashboard"))
