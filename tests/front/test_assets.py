import re

import pytest

from studio.paths import CODE
from studio.templatetags.dailies import SEVERITIES, STATUS_ICONS
from studio.templatetags.making import HINT_ICONS, STATE_ICONS

from .conftest import as_served

STATIC, TEMPLATES = CODE / "static", CODE / "templates"
SYMBOLS = re.findall(r'<symbol id="([\w-]+)"', (STATIC / "img/icons.svg").read_text())
PAGES = sorted(TEMPLATES.rglob("*.html"))


def with_imports(*names):
    """These modules and whatever they import when they load; not what they fetch once it is asked for."""
    found, todo = set(), list(names)
    while todo:
        if (name := todo.pop()) not in found:
            found.add(name)
            todo += re.findall(r'^import .*"\./([\w-]+\.js)"', (STATIC / "js" / name).read_text(), re.M)
    return found


ROOM = ("app.js", "player.js", "timeline.js", "room.js")
LATER = {
    "refusal.js": 1_500,
    "marks.js": 6_000,
    "lens.js": 5_500,
    "lanes.js": 3_600,
    "palette.js": 2_500,
    "sheet.js": 1_700,
}
"""Fetched only when something is refused, somebody draws, looks for an action or for the keys: each by itself."""


def served_size(name):
    return len(as_served(STATIC / "js" / name))


def test_the_scripts_of_the_screening_room_stay_small():
    assert sum(map(served_size, with_imports(*ROOM))) <= 60_000


@pytest.mark.parametrize(("name", "most"), LATER.items())
def test_what_is_seldom_used_is_small_and_comes_later(name, most):
    assert served_size(name) <= most
    assert name not in with_imports(*ROOM)


def test_the_sprite_stays_small_and_names_each_symbol_once():
    assert len(SYMBOLS) == len(set(SYMBOLS)) <= 48


def test_every_icon_that_a_template_or_a_status_asks_for_exists():
    asked = {name for page in PAGES for name in re.findall(r'{% icon "([\w-]+)"', page.read_text())}
    asked |= {*STATUS_ICONS.values(), *STATE_ICONS.values(), *HINT_ICONS.values()}
    asked |= {f"sev-{severity}" for severity in SEVERITIES}
    assert asked <= set(SYMBOLS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TEMPLATES)))
def test_pages_keep_to_the_strict_content_policy(page):
    text = page.read_text()
    assert not re.search(r"\sstyle=|\son[a-z]+=|hx-on|<style|javascript:", text)
    assert all("src=" in script for script in re.findall(r"<script[^>]*>", text))


def test_no_two_scripts_import_each_other():
    """Not even later, when asked: each carries the hash of what it imports in production, so a circle has no end."""
    needs = {
        path.name: set(re.findall(r'"\./([\w-]+\.js)"', path.read_text())) for path in (STATIC / "js").glob("*.js")
    }
    while leaves := {name for name, imports in needs.items() if not imports & needs.keys()}:
        needs = {name: imports for name, imports in needs.items() if name not in leaves}
    assert needs == {}


def test_scripts_import_by_relative_path_only():
    for script in (STATIC / "js").glob("*.js"):
        assert all(path.startswith("./") for path in re.findall(r'(?:from|import\()\s*"([^"]+)"', script.read_text()))


@pytest.mark.parametrize("folder", ["static/vendor/inter", "static/vendor/lucide", "tests/vendor/axe-core"])
def test_vendored_files_carry_version_and_licence(folder):
    assert "Version: " in (CODE / folder / "VERSION").read_text()
    assert (CODE / folder / "LICENSE").stat().st_size > 500
