"""The providers of this installation: how each stands, and for moderators how it is set."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from providers.base import Health
from studio.actions.providing import configure_provider, may_read, may_set
from studio.actions.providing import open_again as open_provider_again
from studio.errors import Invalid, NotPermitted
from studio.http import UserRequest, see_other
from studio.models import User
from studio.provider_forms import ProviderForm
from studio.providing import Standing, health_of, standing_of, standings


@login_required
@require_GET
def providers(request: UserRequest) -> HttpResponse:
    _readers_only(request.user)
    context = {"standings": standings(), "may_set": may_set(request.user)}
    return render(request, "studio/providers.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def provider_settings(request: UserRequest, slug: str) -> HttpResponse:
    """Reads by GET; a POST keeps what was typed."""
    _readers_only(request.user)
    standing = _standing(slug)
    if request.method != "POST":
        return _page(request, standing)
    _moderators_only(request.user)
    form = ProviderForm(request.POST, standing=standing)
    if not form.is_valid():
        return _page(request, standing, form, status=422)
    try:
        configure_provider(slug, form.choice(), by=request.user)
    except Invalid as error:
        form.add_error(None, str(error))
        return _page(request, standing, form, status=422)
    messages.success(request, "Saved.")
    return see_other(request, request.path)


@login_required
@require_POST
def provider_test(request: UserRequest, slug: str) -> HttpResponse:
    """Ask the provider once whether it answers. Answers at once: nothing is changed, and reloading only asks again."""
    _moderators_only(request.user)
    standing = _standing(slug)
    return _page(request, standing, health=health_of(standing))


@login_required
@require_POST
def provider_open(request: UserRequest, slug: str) -> HttpResponse:
    _moderators_only(request.user)
    standing = _standing(slug)
    open_provider_again(slug, by=request.user)
    messages.success(request, f"Calls to {standing.info.label} pass again.")
    return see_other(request, reverse("provider_settings", args=[slug]))


def _page(
    request: UserRequest,
    standing: Standing,
    form: ProviderForm | None = None,
    *,
    health: Health | None = None,
    status: int = 200,
) -> HttpResponse:
    may = may_set(request.user)
    context = {
        "standing": standing,
        "health": health,
        "may_set": may,
        "form": (form or ProviderForm(standing=standing)) if may else None,
    }
    return render(request, "studio/provider.html", context, status=status)


def _standing(slug: str) -> Standing:
    if standing := standing_of(slug):
        return standing
    raise Http404


def _readers_only(user: User) -> None:
    if not may_read(user):
        raise NotPermitted("Providers are for moderators and auditors.")


def _moderators_only(user: User) -> None:
    if not may_set(user):
        raise NotPermitted("Only a moderator may set providers.")
