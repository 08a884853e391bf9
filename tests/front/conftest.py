"""A Chromium page that is served from the repository: static files as they are, pages as the test gives them."""

import json
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import pytest
from django.contrib.staticfiles import finders
from django.template import Context
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page, Request, Route, sync_playwright
from rjsmin import jsmin

from studio.rules.keymaps import by_id
from studio.templatetags.dailies import bindings_script
from tests.chromium import launch_chromium
from tests.clips import draw_clip

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

PAGE = """<!doctype html>
<link rel=stylesheet href=/static/css/tokens.css>
<link rel=stylesheet href=/static/css/base.css>
<link rel=stylesheet href=/static/css/room.css>
<body data-scopes="player">{bindings}
<dialog id=keys></dialog><div id=said class=away></div><div id=alarm class=away></div>
<main>{parts}</main>
<script type=module src=/static/js/app.js></script>"""


def as_served(file: Path) -> bytes:
    """Our own modules as production serves them: without comments."""
    return jsmin(file.read_text()).encode() if file.suffix == ".js" and file.parent.name == "js" else file.read_bytes()


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
                return send(route, as_served(Path(found)), Path(path).suffix) if found else route.fulfill(status=404)
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


def frame_table(path: Path, fps: Fraction | int | str) -> dict[str, Any]:
    """What frames.json says of a clip that is its own proxy."""
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.pts is not None]
        scale = container.streams.video[0].time_base
    times = [packet.pts * scale.numerator for packet in packets]
    end = times[-1] + packets[-1].duration * scale.numerator
    table = {"timescale": scale.denominator, "count": len(times), "times": times, "end": end}
    return {"fps": str(Fraction(fps)), **table}


@pytest.fixture
def open_player(page, serve, tmp_path):
    def start(*, fps, frames=60, times_ms=None, findings=(), kept=None, audio=None, original=None, **attributes):
        clip = draw_clip(
            tmp_path / "clip.mp4",
            frames=frames,
            size=(320, 180),
            fps=fps,
            times_ms=times_ms,
            keyframe_every=24,
            audio=audio,
        )
        table = frame_table(clip, fps)
        context = {
            "candidate": SimpleNamespace(name="Take 1", facts={"has_audio": bool(audio)}),
            "frames": {"duration": float(frames / Fraction(fps)), "fps": str(Fraction(fps)), "count": frames}
            | (original or {}),
            "findings": findings,
            "lanes": [{"title": "Frozen", "findings": findings}] if findings else [],
            "notes": [],
            "media": {"proxy": "/clip.mp4", "poster": "", "sprite": "/sprite.jpg", "frames": "/frames.json"},
            **attributes,
        }
        parts = "".join(render_to_string(f"reviews/_{name}.html", context) for name in ("player", "timeline"))
        html = PAGE.format(parts=parts, bindings=bindings_script(Context({"bindings": by_id(kept or {})})))
        serve({"/": html, "/clip.mp4": clip, "/frames.json": json.dumps(table)})
        page.goto(ORIGIN)
        page.wait_for_function("document.querySelector('.transport').hasAttribute('data-playing')")
        return page

    return start
