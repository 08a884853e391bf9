"""The pages that say what went wrong, in words: what happened, why, and what now."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader

from studio.http import wants_json


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 — Django passes it
    return _page(request, HTTPStatus.NOT_FOUND, "Not found", "404.html")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 — Django passes it
    return _page(request, HTTPStatus.FORBIDDEN, "You may not do this", "403.html")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 — Django passes it
    return _page(request, HTTPStatus.BAD_REQUEST, "The request could not be read", "400.html")


def broken(request: HttpRequest) -> HttpResponse:
    """Without a context: whatever broke may be what the context would ask."""
    if wants_json(request):
        return _as_json(HTTPStatus.INTERNAL_SERVER_ERROR, "Something broke")
    return HttpResponse(loader.render_to_string("500.html"), status=HTTPStatus.INTERNAL_SERVER_ERROR)


def _page(request: HttpRequest, status: HTTPStatus, title: str, template: str) -> HttpResponse:
    return _as_json(status, title) if wants_json(request) else render(request, template, status=status)


def _as_json(status: HTTPStatus, title: str) -> JsonResponse:
    return JsonResponse({"error": status.phrase, "title": title, "message": title}, status=status)
