import re

import pytest

from studio.paths import CODE
from studio.templatetags.dailies import SEVERITIES, STATUS_ICONS
from studio.templatetags.making import HINT_ICONS, STATE_ICONS

STATIC, TEMPLATES = CODE / "static", CODE / "templates"
SYMBOLS = re.findall(r'<symbol id="([\w-]+)"', (STATIC / "img/icons.svg").read_text())
PAGES = sorted(TEMPLATES.rglob("*.html"))


def test_the_scripts_stay_small():
    assert sum(path.stat().st_size for path in (STATIC / "js").iterdir()) <= 60_000


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


def test_scripts_import_by_relative_path_only():
    for script in (STATIC / "js").glob("*.js"):
        assert all(path.startswith("./") for path in re.findall(r'(?:from|import\()\s*"([^"]+)"', script.read_text()))


@pytest.mark.parametrize("folder", ["static/vendor/inter", "static/vendor/lucide", "tests/vendor/axe-core"])
def test_vendored_files_carry_version_and_licence(folder):
    assert "Version: " in (CODE / folder / "VERSION").read_text()
    assert (CODE / folder / "LICENSE").stat().st_size > 500
