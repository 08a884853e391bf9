"""Signing in and out, one's own settings, and who does what in a project."""

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from studio.actions.accounts import save_preferences, save_speed
from studio.demo_logins import DEMO_PASSWORD, demo_people
from studio.errors import Invalid
from studio.forms import PreferencesForm, SignInForm, SpeedForm
from studio.http import UserRequest, see_other
from studio.models import Membership, Preferences, Theme, User
from studio.rules.roles import Role
from studio.views.places import project_for


def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Where `next` leads is checked by Django: only addresses of this site."""
    demo = {"logins": demo_people(), "password": DEMO_PASSWORD} if settings.DEMO else {}
    view = auth.LoginView.as_view(
        template_name="studio/sign_in.html",
        authentication_form=SignInForm,
        redirect_authenticated_user=True,
        extra_context={"demo_logins": demo},
    )
    return view(request)


def sign_out(request: HttpRequest) -> HttpResponseBase:
    return auth.LogoutView.as_view()(request)


@login_required
def settings_page(request: UserRequest) -> HttpResponse:
    kept = Preferences.objects.filter(user=request.user).first() or Preferences(user=request.user)
    form = PreferencesForm(
        request.POST if request.method == "POST" else None,
        initial={"theme": kept.theme, "undo_seconds": kept.undo_seconds},
    )
    if form.is_bound and form.is_valid():
        save_preferences(
            request.user, theme=Theme(form.cleaned_data["theme"]), undo_seconds=form.cleaned_data["undo_seconds"]
        )
        messages.success(request, "Saved.")
        return see_other(request, request.path)
    return render(request, "studio/settings.html", {"form": form}, status=422 if form.is_bound else 200)


@require_POST
@login_required
def speed(request: UserRequest) -> HttpResponse:
    """Kept by the player, a second after the person has stopped trying speeds."""
    form = SpeedForm(request.POST)
    if not form.is_valid():
        raise Invalid("Say the speed in per cent.")
    save_speed(request.user, percent=form.cleaned_data["percent"])
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@login_required
@require_GET
def people(request: UserRequest, project_slug: str) -> HttpResponse:
    project = project_for(request, project_slug, Role.MODERATOR, Role.AUDITOR)
    held: dict[User, set[str]] = {}
    for membership in Membership.objects.filter(project=project).select_related("user").order_by("user__username"):
        held.setdefault(membership.user, set()).add(membership.role)
    rows = [(user, [(role, role in roles) for role in Role]) for user, roles in held.items()]
    context = {"project": project, "rows": rows, "roles": [(role, MAY[role]) for role in Role]}
    return render(request, "studio/people.html", context)


MAY = {
    Role.AUTHOR: "Writes prompts, orders takes, brings clips in",
    Role.REVIEWER: "Passes, rejects or asks for changes in the flagged queue",
    Role.EDITOR: "Approves takes, and may do what an author does",
    Role.MODERATOR: "Decides escalations, brings clips in, withdraws, sees people and the audit trail",
    Role.AUDITOR: "Reads every page, changes nothing",
}
"""What each role may do, in the words of the page."""
