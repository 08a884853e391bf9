"""What every journey needs: the running tree, people in a project of their own, and their browser pages."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Response, expect

from studio.paths import CODE
from tests.journeys.tree import Tree, wait_until

PATIENCE = 120
"""Seconds that a busy machine may take for what takes one."""
REFUSAL = re.compile(
    r"Failed to load resource: the server responded with a status of (40[1349]|410|422)"
    r"|Failed to load resource: net::ERR_INTERNET_DISCONNECTED"
    r"|htmx:(afterRequest|sendAbort)(, \[object \w+\])?$"
)
"""No errors of the page: what a journey asks for, and answers that htmx no longer waits for."""

expect.set_options(timeout=PATIENCE * 1000)


class Inside:
    """Calls into the tree's own environment; `Inside.rows(...)` is `inside.rows` there."""

    def __init__(self, tree: Tree) -> None:
        pairs = (pair.partition("=") for pair in _environment_of(tree.pids()["web"]).split("\0") if pair)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.journeys.inside"],
            cwd=CODE,
            env={name: value for name, _, value in pairs},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def call(self, call: str, /, **arguments: object) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps([call, arguments]), file=self._process.stdin, flush=True)
        answer = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def rows(self, model: str, *fields: str, **where: object) -> list[dict[str, Any]]:
        return list(self.call("rows", model=model, where=where, fields=list(fields)))

    def row(self, model: str, *fields: str, **where: object) -> dict[str, Any]:
        (only,) = self.rows(model, *fields, **where)
        return only

    def close(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            assert stream
            stream.close()
        self._process.wait(20)


def _environment_of(pid: int) -> str:
    return Path(f"/proc/{pid}/environ").read_text()


@dataclass
class World:
    tree: Tree
    inside: Inside
    houses: int = 0

    @property
    def url(self) -> str:
        return self.tree.url


@dataclass
class House:
    """A project of one journey. People are called by the short names of `make_house`."""

    world: World
    browser: Browser
    slug: str
    sessions: Mapping[str, str]
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    @property
    def inside(self) -> Inside:
        return self.world.inside

    def username(self, name: str) -> str:
        return f"{name}-{self.slug}"

    def full_name(self, name: str) -> str:
        return f"{name.title()} {self.slug.title()}"

    def page(self, name: str = "", **options: Any) -> Page:
        """A browser of their own at the dashboard's door: signed in, or nobody's for ""."""
        context = self.browser.new_context(
            base_url=self.world.url, **({"viewport": {"width": 1440, "height": 900}} | options)
        )
        self.contexts.append(context)
        context.set_default_timeout(PATIENCE * 1000)
        context.set_default_navigation_timeout(PATIENCE * 1000)
        if name:
            context.add_cookies([{"name": "sessionid", "value": self.sessions[name], "url": self.world.url}])
        page = context.new_page()
        if options.get("java_script_enabled", True):
            _wait_for_modules(page)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda said: self._hear(page, said.type, said.text, said.location["url"]))
        return page

    def _hear(self, page: Page, kind: str, text: str, source: str) -> None:
        """Errors of scripts and violations of the content policy are both logged as errors."""
        if kind == "error" and not REFUSAL.match(text):
            self.complaints.append(f"{page.url}: {text} ({source})")

    def bring(self, by: str, clip: Path, name: str, text: str = "") -> str:
        return str(
            self.inside.call("bring_in", project=self.slug, by=self.username(by), path=str(clip), name=name, text=text)
        )

    def decide(self, take: str, by: str, outcome: str, reasons: tuple[str, ...] = (), note: str = "") -> None:
        self.inside.call("decide", take=take, by=self.username(by), outcome=outcome, reasons=list(reasons), note=note)

    def status(self, take: str) -> str:
        return str(self.inside.row("studio.Candidate", "status", uuid=take)["status"])

    def await_status(self, take: str, *statuses: str) -> None:
        wait_until(lambda: self.status(take) in statuses, PATIENCE)

    def review_of(self, take: str) -> int:
        """The open review of a take, as soon as triage opened one."""
        found: list[dict[str, Any]] = []

        def is_open() -> bool:
            found[:] = self.inside.rows("reviews.Review", "pk", candidate__uuid=take, closed_at=None)
            return bool(found)

        wait_until(is_open, PATIENCE)
        return int(found[0]["pk"])

    def in_the_queue_s_order(self, takes: list[str]) -> list[str]:
        """The takes as they wait: the one that was checked first comes first."""
        return sorted(takes, key=self.review_of)

    def decisions_on(self, take: str, *fields: str) -> list[dict[str, Any]]:
        return self.inside.rows("reviews.Decision", *(fields or ("outcome",)), review__candidate__uuid=take)

    def close(self) -> None:
        for context in self.contexts:
            context.close()


def _wait_for_modules(page: Page) -> None:
    """From now on `page.goto` returns when what the address shows acts, too: a key pressed sooner is lost."""
    goto = page.goto

    def go(address: str, **how: Any) -> Response | None:
        answer = goto(address, **how)
        page.wait_for_selector("[data-module]:not([data-attached])", state="detached")
        return answer

    page.goto = go  # type: ignore[method-assign]


def open_room(page: Page, address: str = "") -> None:
    """The room is open when its keys act and its player shows the first frame."""
    if address:
        page.goto(address)
    page.wait_for_selector("#room[data-ready] .transport[data-frame]")


def start(page: Page, queue: str = "flagged") -> None:
    """The first of a queue, from its page; until the claim is renewed, as it is once after a page has come."""
    page.goto(f"/queues/{queue}/")
    with page.expect_response(re.compile(r"/reviews/\d+/claim/$")):
        page.get_by_role("button", name="Start").click()
    open_room(page)


def room_is(page: Page, review: int) -> None:
    """Shown, the judgement before it is received, and its own verbs act."""
    page.wait_for_selector(
        f"#room[data-ready][data-review='{review}']:has(#decide:not([data-busy])) .transport[data-frame]"
    )


def token_of(page: Page) -> str:
    return str(page.locator("input[name=csrfmiddlewaretoken]").first.get_attribute("value"))
