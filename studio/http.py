"""Where refusals become answers, once; and the few helpers that every view uses."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails

from studio.errors import CapReached, Conflict, DailiesError, Invalid, NotPermitted, OptedOut
from studio.models import User

STATUS: tuple[tuple[type[DailiesError], HTTPStatus, str], ...] = (
    (OptedOut, HTTPStatus.FORBIDDEN, "You asked not to see this"),
    (NotPermitted, HTTPStatus.FORBIDDEN, "You may not do this"),
    (CapReached, HTTPStatus.TOO_MANY_REQUESTS, "Enough of these for now"),
    (Conflict, HTTPStatus.CONFLICT, "Something changed meanwhile"),
    (Invalid, HTTPStatus.UNPROCESSABLE_ENTITY, "This cannot be used as it is"),
)
API = "/api/"


class UserRequest(HttpRequest):
    """A request of somebody signed in, through htmx or not."""

    user: User
    htmx: HtmxDetails


class DomainErrorMiddleware:
    """Turns what the actions refuse into an answer in words; everything else stays an error of ours."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if _asks_to_sign_in(response):
            return signed_out(request)
        if isinstance(response, HttpResponseNotAllowed) and request.method == "GET":
            return _only_forms(request, response)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        for kind, status, title in STATUS:
            if isinstance(error, kind):
                return refusal(request, status, title, str(error), kind=type(error).__name__)
        return None


def _asks_to_sign_in(response: HttpResponse) -> bool:
    location = response.headers.get("Location", "")
    return response.status_code == HTTPStatus.FOUND and location.startswith(f"{reverse('sign_in')}?")


def signed_out(request: HttpRequest) -> HttpResponse:
    """Loses nothing of what was typed: scripts get 401 and keep their page; a form that was sent comes back to the
    page it stood on, for the address that took it shows nothing.
    """
    if is_partial(request) or wants_json(request) or request.headers.get("X-Requested-With") == "XMLHttpRequest":
        message = {"error": "SignedOut", "title": "You are signed out", "message": "Sign in again, then repeat this."}
        return JsonResponse(message, status=HTTPStatus.UNAUTHORIZED, headers={"HX-Trigger": "sign-in"})
    following = request.get_full_path() if request.method in ("GET", "HEAD") else _back(request)
    return redirect_to_login(following)


def _only_forms(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    sentence = "This address takes what a form sends, and shows nothing by itself. Go back to the page with the form."
    answer = refusal(request, HTTPStatus.METHOD_NOT_ALLOWED, "Nothing to see here", sentence, kind="NotAllowed")
    answer.headers["Allow"] = response.headers["Allow"]
    return answer


def refusal(request: HttpRequest, status: HTTPStatus, title: str, sentence: str, *, kind: str) -> HttpResponse:
    """One wording for people, scripts (`Accept: application/json`) and htmx."""
    if wants_json(request):
        return JsonResponse({"error": kind, "title": title, "message": sentence}, status=status)
    context = {"title": title, "sentence": sentence, "kind": kind, "status": status.value, "back": _back(request)}
    template = "_problem.html" if is_partial(request) else "problem.html"
    return render(request, template, context, status=status)


def _back(request: HttpRequest) -> str:
    """Where the person came from, when that is a page of ours."""
    referer = request.META.get("HTTP_REFERER", "")
    return referer if referer.startswith(f"{request.scheme}://{request.get_host()}/") else "/"


def wants_json(request: HttpRequest) -> bool:
    """The API speaks nothing else, to whoever asks."""
    return request.path.startswith(API) or request.headers.get("Accept", "").startswith("application/json")


def is_partial(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page (not a boosted visit, not history)."""
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]  # set by HtmxMiddleware
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def page_or_partial(
    request: HttpRequest, template: str, partial: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """The named partial for htmx, the whole page otherwise; caches are told that the two differ."""
    name = f"{template}#{partial}" if is_partial(request) else template
    response = render(request, name, dict(context), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def see_other(request: HttpRequest, url: str) -> HttpResponse:
    """303 after a POST; htmx is told to go there itself."""
    if is_partial(request):
        return HttpResponse(headers={"HX-Redirect": url})
    response = HttpResponseRedirect(url)
    response.status_code = HTTPStatus.SEE_OTHER
    return response
