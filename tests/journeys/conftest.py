"""One process tree a session and one Chromium a file; a project of its own for each journey."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.chromium import launch_chromium
from tests.journeys.tree import running_tree
from tests.journeys.world import House, Inside, World

UNDO_SECONDS = 6
CODECS = 'video/mp4; codecs="avc1.640028, mp4a.40.2"'
CLEAN_STATE = {"DAILIES_UNDO_SECONDS": str(UNDO_SECONDS), "DAILIES_POLL_SECONDS": "0.5"}


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    state = tmp_path_factory.mktemp("journeys") / "state"
    begun = time.monotonic()
    with running_tree(state, "--no-takes", environment=CLEAN_STATE) as tree:
        print(f"the tree answered after {time.monotonic() - begun:.1f} s")
        inside = Inside(tree)
        yield World(tree, inside)
        inside.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """It ends with its file: while it lives an event loop does, which tests of other files must not find running."""
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        page = browser.new_page()
        assert page.evaluate("(codecs) => document.createElement('video').canPlayType(codecs)", CODECS) == "probably"
        page.close()
        yield browser
        browser.close()


@pytest.fixture
def house(world: World, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., House]]:
    """Makes a project with people: `house(ana=["author"], rui=["reviewer"])`; with a slug, the one that is there.

    Without `all_checks` its policy does without those that take long.
    Whatever the consoles of their pages complained about fails the journey at its end.
    """
    made: list[House] = []

    def make(slug: str = "", *, all_checks: bool = False, **people: list[str]) -> House:
        if not slug:
            world.houses += 1
        name = slug or f"kiln{world.houses}"
        sessions = {} if slug else world.inside.call("make_house", slug=name, people=people, all_checks=all_checks)
        made.append(House(world, chromium, name, sessions))
        return made[-1]

    begun = time.monotonic()
    yield make
    for each in made:
        each.close()
    print(f"{request.node.name}: {time.monotonic() - begun:.1f} s")
    assert [complaint for each in made for complaint in each.complaints] == []


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clips")
