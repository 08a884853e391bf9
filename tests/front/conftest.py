"""A Chromium page that is served from the repository: static files as they are, pages as the test gives them."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from playwright.sync_api import Browser, Page, Request, Route, sync_playwright

from tests.chromium import launch_chromium

Posted = tuple[str, dict[str, list[str]]]
ORIGIN = "http://dailies.test"
TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".mp4": "video/mp4",
    ".json": "application/json",
    ".html": "text/html; charset=utf-8",
}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, which decodes H.264. It ends with its module, and its event loop with it."""
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A fresh page; an error that a script throws fails the test."""
    errors: list[str] = []
    page = chromium.new_page(viewport={"width": 1440, "height": 900})
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.context.close()
    assert errors == []


@pytest.fixture
def serve(page: Page) -> Callable[[dict[str, str | Path]], list[Posted]]:
    """Answer requests to ORIGIN: `/static/…` as Django finds it, the rest from a mapping of address to content.

    The list that it returns grows by every POST: address and fields.
    """

    def start(contents: dict[str, str | Path]) -> list[Posted]:
        posted: list[Posted] = []

        def answer(route: Route) -> None:
            path = re.sub(r"[?#].*", "", route.request.url.removeprefix(ORIGIN))
            if path.startswith("/static/"):
                found = finders.find(path.removeprefix("/static/"))
                return send(route, Path(found).read_bytes(), Path(path).suffix) if found else route.fulfill(status=404)
            if route.request.method == "POST":
                posted.append((path, fields_of(route.request)))
            if path not in contents:
                return route.fulfill(status=404)
            content = contents[path]
            data = content.encode() if isinstance(content, str) else content.read_bytes()
            return send(route, data, Path(path).suffix or ".html")

        page.route(f"{ORIGIN}/**", answer)
        return posted

    return start


def fields_of(request: Request) -> dict[str, list[str]]:
    """The fields of a form sent by `fetch`, in which no value holds a line break."""
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="([^"]+)"\r\n\r\n(.*?)\r\n', request.post_data or ""):
        fields.setdefault(name, []).append(value)
    return fields


def send(route: Route, data: bytes, suffix: str) -> None:
    headers = {"Content-Type": TYPES[suffix], "Accept-Ranges": "bytes"}
    asked = re.fullmatch(r"bytes=(\d+)-(\d*)", route.request.headers.get("range", ""))
    if not asked:
        return route.fulfill(body=data, headers=headers)
    first, last = int(asked[1]), int(asked[2] or len(data) - 1)
    headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
    return route.fulfill(status=206, body=data[first : last + 1], headers=headers)
