"""A person's keys: their profile and what they changed."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render

from studio.actions.accounts import save_keys
from studio.http import UserRequest, see_other
from studio.key_forms import KeysForm
from studio.models import Preferences
from studio.rules.keys import BY_ID


@login_required
def keys(request: UserRequest) -> HttpResponse:
    kept = Preferences.objects.filter(user=request.user).values_list("keys", flat=True).first() or {}
    form = KeysForm(request.POST if request.method == "POST" else None, kept=kept)
    if form.is_bound and form.is_valid():
        save_keys(request.user, profile=form.chosen_profile(), remaps=form.remaps())
        messages.success(request, "Saved.")
        return see_other(request, request.path + _place(request))
    return render(request, "studio/keys.html", {"form": form}, status=422 if form.is_bound else 200)


def _place(request: UserRequest) -> str:
    """Back to the row whose button was pressed."""
    pressed = request.POST.get("off") or request.POST.get("reset", "")
    return f"#id_{pressed}" if pressed in BY_ID else ""
