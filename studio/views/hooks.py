"""Where providers call. Nobody is signed in here: a signature, or an address that nobody can guess, is the key."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from studio.actions.hearing import hear_account, hear_job

MAX_BODY_BYTES = 256 * 1024
"""Kling sends the whole job, the others a few lines."""


@csrf_exempt
@require_POST
def account_hook(request: HttpRequest, provider: str) -> HttpResponse:
    return _answer(request, lambda headers, body: hear_account(provider, headers, body))


@csrf_exempt
@require_POST
def job_hook(request: HttpRequest, provider: str, token: str) -> HttpResponse:
    return _answer(request, lambda headers, body: hear_job(provider, token, headers, body))


def _answer(request: HttpRequest, hear: Callable[[dict[str, str], bytes], bool]) -> HttpResponse:
    """202 for what was heard, 404 for everything else: a stranger learns nothing about what is here."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY_BYTES:
        return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    body = request.read(MAX_BODY_BYTES + 1)
    if len(body) > MAX_BODY_BYTES:
        return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    heard = hear(dict(request.headers.items()), body)
    return HttpResponse(status=HTTPStatus.ACCEPTED if heard else HTTPStatus.NOT_FOUND)
