"""A person's tokens for other software: the list, making one (its key is shown once), taking one back."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_POST

from studio import clock
from studio.actions.tokens import NewToken, create_token, revoke_token
from studio.http import UserRequest, see_other
from studio.models import ApiToken
from studio.token_forms import TokenForm

PAGE = "studio/tokens.html"


@dataclass(frozen=True, slots=True)
class TokenRow:
    token: ApiToken
    is_over: bool


@login_required
def tokens(request: UserRequest) -> HttpResponse:
    """A key is in the answer to the POST that made it and nowhere else, so that answer is not kept by anybody."""
    form = TokenForm(request.POST if request.method == "POST" else None, user=request.user)
    if not form.is_bound:
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, status=422)
    made = create_token(
        request.user,
        name=form.cleaned_data["name"],
        scopes=form.chosen_scopes(),
        lasts_for=form.lasts_for(),
        project=form.cleaned_data["project"],
    )
    return _page(request, TokenForm(user=request.user), made=made)


@login_required
@require_POST
def token_revoke(request: UserRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken.objects.filter(user=request.user), pk=pk)
    revoke_token(token, by=request.user)
    messages.success(request, f"“{token.name}” opens nothing any more.")
    return see_other(request, reverse("tokens"))


def _page(request: UserRequest, form: TokenForm, *, made: NewToken | None = None, status: int = 200) -> HttpResponse:
    at = clock.now()
    own = ApiToken.objects.filter(user=request.user).select_related("project")
    rows = [TokenRow(token, bool(token.revoked_at) or token.expires_at <= at) for token in own]
    answer = render(request, PAGE, {"form": form, "rows": rows, "made": made}, status=status)
    add_never_cache_headers(answer)
    return answer
