"""A browser page whose every request is answered by Django itself, in this process: real pages, no server."""

from contextvars import copy_context
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client
from playwright.sync_api import Page, Request, Route

from tests.front.conftest import ORIGIN

TYPES = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml", "woff2": "font/woff2"}
PASSED_ON = ("hx-request", "hx-target", "hx-trigger", "hx-current-url", "accept", "x-csrftoken", "content-type")


def connect(page: Page, client: Client) -> None:
    """Let `page` see the house as whoever is signed in with `client`.

    Answers are worked out in the context of the test, whose database connection is that of its transaction.
    """
    here = copy_context()

    def answer(route: Route) -> None:
        request, parts = route.request, urlsplit(route.request.url)
        if parts.path.startswith("/static/"):
            found = finders.find(parts.path.removeprefix("/static/"))
            kind = TYPES.get(parts.path.rpartition(".")[2], "application/octet-stream")
            if not found:
                return route.fulfill(status=404)
            return route.fulfill(path=found, headers={"Content-Type": kind})
        reply = here.run(ask, client, request, parts.path + (f"?{parts.query}" if parts.query else ""))
        return route.fulfill(status=reply.status_code, body=content_of(reply), headers=dict(reply.headers.items()))

    page.route(f"{ORIGIN}/**", answer)


def ask(client: Client, request: Request, address: str) -> HttpResponseBase:
    headers = {name: value for name, value in request.headers.items() if name in PASSED_ON}
    if request.method == "POST":
        content_type = headers.pop("content-type", "application/x-www-form-urlencoded")
        return client.post(address, request.post_data_buffer or b"", content_type=content_type, headers=headers)
    return client.get(address, headers=headers)


def content_of(reply: HttpResponseBase) -> bytes:
    return reply.content if isinstance(reply, HttpResponse) else b"".join(reply.streaming_content)
