"""How a refusal leaves as JSON: the words and the status of `studio/http.py`, whatever the request says it accepts."""

import math
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from studio.api.access import TooManyWrites
from studio.errors import DailiesError
from studio.http import STATUS

UNUSABLE = "This cannot be used as it is"


class Unusable(Exception):
    """What was sent has `problems`, by field, as a form found them."""

    def __init__(self, problems: dict[str, list[str]]) -> None:
        super().__init__(problems)
        self.problems = problems


def problems_of(form: Form, names: Mapping[str, str] | None = None) -> dict[str, list[str]]:
    """The sentences of a form by field; `names` are those of its fields that are called otherwise here."""
    called = {"__all__": ""} | dict(names or {})
    problems: dict[str, list[str]] = {}
    for name, errors in form.errors.items():
        problems.setdefault(called.get(name, name), []).extend(str(error) for error in errors)
    return problems


def refusal(
    status: HTTPStatus, error: str, title: str, message: str, problems: dict[str, list[str]] | None = None
) -> HttpResponse:
    document = {"error": error, "title": title, "message": message, "problems": problems or {}}
    return JsonResponse(document, status=status, headers={"Cache-Control": "no-store"})


def _refused(_: HttpRequest, error: DailiesError) -> HttpResponse:
    for kind, status, title in STATUS:
        if isinstance(error, kind):
            return refusal(status, type(error).__name__, title, str(error))
    raise error


def _unusable(_: HttpRequest, error: Unusable) -> HttpResponse:
    said = " ".join(sentence for sentences in error.problems.values() for sentence in sentences)
    return refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid", UNUSABLE, said, error.problems)


def _malformed(_: HttpRequest, error: ValidationError) -> HttpResponse:
    """Of the wrong type, missing or unknown: the field by its path, without repeating what was sent."""
    problems: dict[str, list[str]] = {}
    for each in error.errors:
        place = ".".join(str(part) for part in each["loc"][2:] or each["loc"][1:] or each["loc"])
        problems.setdefault(place, []).append(each["msg"])
    said = "; ".join(f"{place}: {', '.join(sentences)}" for place, sentences in problems.items())
    return refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid", UNUSABLE, said, problems)


def _not_found(_: HttpRequest, error: Http404) -> HttpResponse:  # noqa: ARG001 — handlers take both
    return refusal(HTTPStatus.NOT_FOUND, "NotFound", "Not found", "There is no such thing within this token's reach.")


def _no_token(_: HttpRequest, error: AuthenticationError) -> HttpResponse:  # noqa: ARG001 — as above
    sentence = "Send a live token: “Authorization: Bearer dly_…”. Tokens are made at /settings/tokens/."
    answer = refusal(HTTPStatus.UNAUTHORIZED, "NoToken", "No token, or none that opens anything", sentence)
    answer.headers["WWW-Authenticate"] = 'Bearer realm="Dailies"'
    return answer


def _too_many(_: HttpRequest, error: TooManyWrites) -> HttpResponse:
    sentence = "This token has changed as much as it may in a minute. Nothing was done; try again shortly."
    answer = refusal(HTTPStatus.TOO_MANY_REQUESTS, "TooMany", "Too many at once", sentence)
    answer.headers["Retry-After"] = str(math.ceil(error.seconds))
    return answer


def _unreadable(_: HttpRequest, error: HttpError) -> HttpResponse:
    return refusal(HTTPStatus(error.status_code), "Unreadable", "The request could not be read", error.message)


def _too_large(_: HttpRequest, error: RequestDataTooBig) -> HttpResponse:  # noqa: ARG001 — as above
    sentence = "This request is larger than this address takes."
    return refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "TooLarge", "Too large", sentence)


HANDLERS: tuple[tuple[type[Exception], Callable[[HttpRequest, Any], HttpResponse]], ...] = (
    (DailiesError, _refused),
    (Unusable, _unusable),
    (ValidationError, _malformed),
    (Http404, _not_found),
    (AuthenticationError, _no_token),
    (TooManyWrites, _too_many),
    (HttpError, _unreadable),
    (RequestDataTooBig, _too_large),
)


def refuse_in_json(api: NinjaAPI) -> None:
    """Teach `api` every refusal; what is left is an error of ours and stays one."""
    for kind, handle in HANDLERS:
        api.add_exception_handler(kind, handle)
