"""The taxonomy as moderators edit it."""

from itertools import groupby
from operator import attrgetter

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reviews.actions import taxonomy
from reviews.models import Reason
from reviews.queues import posts_of, roles_anywhere
from reviews.reason_forms import ReasonForm
from studio.actions.permitting import moderates
from studio.errors import Conflict, NotPermitted
from studio.http import UserRequest, see_other
from studio.models import User
from studio.rules.roles import Role

READERS = frozenset({Role.MODERATOR, Role.AUDITOR})


@require_safe
@login_required
def reasons(request: UserRequest) -> HttpResponse:
    _require_reader(request.user)
    groups = [(group, list(rows)) for group, rows in groupby(Reason.objects.all(), key=attrgetter("group"))]
    return render(request, "reviews/reasons.html", {"groups": groups, "may_edit": moderates(request.user, None)})


@require_http_methods(["GET", "POST"])
@login_required
def reason_new(request: UserRequest) -> HttpResponse:
    _require_reader(request.user)
    form = ReasonForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _form(request, form)
    try:
        made = taxonomy.add_reason(form.draft(), group=form.cleaned_data["group"], by=request.user)
    except Conflict as refused:
        form.add_error("label", str(refused))
        return _form(request, form)
    return _done(request, made, "is offered from now on. The policy of a project puts it on a key.")


@require_http_methods(["GET", "POST"])
@login_required
def reason_edit(request: UserRequest, slug: str) -> HttpResponse:
    _require_reader(request.user)
    reason = get_object_or_404(Reason, slug=slug)
    form = ReasonForm(request.POST or None, reason=reason)
    if request.method != "POST" or not form.is_valid():
        return _form(request, form, reason)
    taxonomy.word_reason(reason, form.draft(), by=request.user)
    return _done(request, reason, "is changed.")


@require_POST
@login_required
def reason_retire(request: UserRequest, slug: str) -> HttpResponse:
    reason = get_object_or_404(Reason, slug=slug)
    taxonomy.retire_reason(reason, by=request.user)
    return _done(request, reason, "is offered no more; what cited it keeps it.")


@require_POST
@login_required
def reason_restore(request: UserRequest, slug: str) -> HttpResponse:
    reason = get_object_or_404(Reason, slug=slug)
    taxonomy.restore_reason(reason, by=request.user)
    return _done(request, reason, "is offered again.")


def _require_reader(user: User) -> None:
    if not roles_anywhere(posts_of(user)) & READERS:
        raise NotPermitted("The taxonomy is for moderators and auditors.")


def _form(request: UserRequest, form: ReasonForm, reason: Reason | None = None) -> HttpResponse:
    context = {"form": form, "reason": reason, "may_edit": moderates(request.user, None)}
    return render(request, "reviews/reason.html", context, status=422 if form.errors else 200)


def _done(request: UserRequest, reason: Reason, what: str) -> HttpResponse:
    messages.success(request, f"“{reason.label}” {what}")
    return see_other(request, f"{reverse('reasons')}#reason-{reason.slug}")
