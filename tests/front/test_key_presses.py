"""What keys.js, palette.js and settings.js make of presses, on a page with no server behind it."""

import pytest
from django.template import Context
from django.template.loader import render_to_string

from studio.rules.keymaps import by_id
from studio.templatetags.dailies import bindings_script

from .conftest import ORIGIN

PAGE = """<!doctype html><title>Keys</title>
<body data-scopes="player room">{bindings}
<dialog id=keys><div class=key-groups></div></dialog>
<header><a href="#desk">Desk <b>3</b></a></header>
<input id=field><button id=button>Button</button><div id=sheet data-opens-scope="{opens}"></div>
{palette}<div id=said></div>
<script type=module>
  import * as keys from "/static/js/keys.js";
  import * as palette from "/static/js/palette.js";
  import * as sheet from "/static/js/sheet.js";
  window.did = [];
  for (const id of {ids}) keys.on(id, () => did.push(id), () => did.push(`-${{id}}`));
  keys.start();
  keys.on("everywhere.sheet", () => {{
    document.getElementById("keys").showModal();
    sheet.fill(document.getElementById("keys"));
  }});
  window.openPalette = () => {{
    document.getElementById("palette").showModal();
    document.querySelector("#palette input").focus();
    palette.fill();
  }};
  Object.assign(window, {{ keys, ready: true }});
  button.onclick = () => did.push("click");
</script>"""
IDS = ["everywhere.undo", "everywhere.palette", "player.toggle", "player.back", "player.reveal", "player.clear"]
IDS += ["room.pass", "room.draw", "reasons.choose_1", "drawing.arrow", "drawing.left", "drawing.drop", "player.first"]


@pytest.fixture
def open_page(page, serve):
    def start(kept=None, opens="reasons", ids=IDS):
        context = Context({"bindings": by_id(kept or {})})
        whole = render_to_string("base.html", {"bindings": by_id({})})
        palette = whole[whole.index('<dialog class="palette"') : whole.rindex("</body>")]
        serve({"/": PAGE.format(bindings=bindings_script(context), palette=palette, ids=ids, opens=opens)})
        page.goto(ORIGIN)
        page.wait_for_function("window.ready")
        return page

    return start


def did(page):
    """What was done since it was last asked."""
    return page.evaluate("did.splice(0)")


def fire(page, **event):
    page.evaluate(
        "(event) => document.body.dispatchEvent(new KeyboardEvent('keydown', event))", {"bubbles": True} | event
    )
    return did(page)


def test_a_letter_acts_by_its_character_and_by_its_place_where_the_layout_gives_none(open_page):
    page = open_page()
    assert fire(page, key="a", code="KeyQ") == ["room.pass"]
    assert fire(page, key="ф", code="KeyA") == ["room.pass"]
    assert fire(page, key="A", code="KeyA") == ["room.pass"]  # caps lock
    assert fire(page, key="A", code="KeyA", shiftKey=True) == []


def test_a_digit_acts_by_its_place(open_page):
    page = open_page({"remaps": {"player.first": "4"}})
    assert fire(page, key="'", code="Digit4") == ["player.first"]
    assert fire(page, key="4", code="Digit4", shiftKey=True) == []


def test_a_sign_acts_by_its_character_wherever_it_is(open_page):
    page = open_page()
    assert fire(page, key="/", code="Digit7", shiftKey=True) == ["player.clear"]
    assert fire(page, key=",", code="KeyM") == []  # its letter, not ours
    assert fire(page, key=",", code="Comma") == ["player.back"]


def test_foreign_modifiers_leave_it_asleep_and_bound_ones_act(open_page):
    page = open_page({"profile": "edit_suite"})
    for foreign in ("ctrlKey", "altKey", "metaKey", "modifierAltGraph"):
        assert fire(page, key="a", code="KeyA", **{foreign: True}) == []
    assert fire(page, key="x", code="KeyX", altKey=True) == ["player.clear"]
    assert fire(page, key="≈", code="KeyX", altKey=True) == ["player.clear"]  # as a Mac sends it
    assert fire(page, key="x", code="KeyX", altKey=True, ctrlKey=True) == []
    assert fire(page, key="k", code="KeyK", ctrlKey=True) == ["everywhere.palette"]


def test_it_sleeps_while_somebody_types_or_composes(open_page):
    page = open_page()
    page.focus("#field")
    page.keyboard.type("axz ")
    assert did(page) == []
    assert fire(page, key="a", code="KeyA", isComposing=True) == []


def test_a_held_key_acts_once_unless_it_may_repeat(open_page):
    page = open_page()
    assert fire(page, key="a", code="KeyA", repeat=True) == []
    assert fire(page, key="ArrowLeft", code="ArrowLeft", repeat=True) == ["player.back"]


def test_what_is_held_ends_with_its_key_or_with_the_window_s_focus(open_page):
    page = open_page()
    for _ in range(2):
        page.keyboard.down("h")
    assert did(page) == ["player.reveal"]
    page.keyboard.press("x")
    assert did(page) == []
    page.keyboard.up("h")
    assert did(page) == ["-player.reveal"]
    page.keyboard.down("h")
    page.evaluate("window.dispatchEvent(new Event('blur'))")
    assert did(page) == ["player.reveal", "-player.reveal"]
    page.keyboard.up("h")
    page.keyboard.down("h")
    page.evaluate("keys.off('player.')")
    assert did(page) == ["player.reveal", "-player.reveal"]


def test_space_and_enter_stay_with_a_focused_button(open_page):
    page = open_page()
    page.focus("#button")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    assert did(page) == ["click", "click"]
    page.keyboard.press("k")
    assert did(page) == ["player.toggle"]


def test_an_open_sheet_masks_the_verbs_and_nothing_else(open_page):
    page = open_page()
    assert fire(page, key="1", code="Digit1") == []
    page.evaluate("sheet.dataset.open = ''")
    assert fire(page, key="1", code="Digit1") == ["reasons.choose_1"]
    assert fire(page, key="a", code="KeyA") == []
    assert fire(page, key=" ", code="Space") == ["player.toggle"]


def test_drawing_takes_arrows_and_letters_and_lets_the_player_step(open_page):
    page = open_page(opens="drawing")
    page.evaluate("sheet.dataset.open = ''")
    assert fire(page, key="a", code="KeyA") == ["drawing.arrow"]
    assert fire(page, key="ArrowLeft", code="ArrowLeft") == ["drawing.left"]
    assert fire(page, key="z", code="KeyZ") == []
    assert fire(page, key=",", code="Comma") == ["player.back"]
    assert fire(page, key="Escape", code="Escape") == ["drawing.drop"]


def test_the_sheet_lists_what_acts_here_and_has_a_key(open_page):
    page = open_page({"remaps": {"room.pass": ""}})
    page.keyboard.press("?")
    page.locator("#keys dt").first.wait_for()
    rows = page.locator("#keys dt").all_inner_texts()
    assert "Play or pause" in rows
    assert "Pass; at the editor's desk: approve" not in rows
    assert "Last frame" not in rows
    assert page.locator("#keys dt", has_text="Find an action").locator("+ dd").inner_text() == "Ctrl K"
    page.keyboard.press("a")
    page.keyboard.press("z")
    assert did(page) == []


def test_the_palette_lists_actions_awake_here_then_pages_and_acts_by_enter(open_page):
    page = open_page({"profile": "buttons"})
    page.focus("#button")
    page.evaluate("openPalette()")
    options = page.locator("#palette [role=option]")
    names = [text.split("\n")[0] for text in options.all_inner_texts()]
    assert names[-2:] == ["Show the keys", "Undo the last decision"]
    assert names[-3].startswith("Desk 3")
    assert "Pass; at the editor's desk: approve" in names
    assert not {"Reveal while held", "Find an action", "Choose a reason and send", "Arrow"} & set(names)
    page.keyboard.type("ap des")
    page.keyboard.press("Enter")
    assert did(page) == ["room.pass"]
    assert page.evaluate("document.activeElement.id") == "button"
    assert not page.locator("#palette").is_visible()


def test_the_palette_walks_by_arrows_and_says_when_nothing_fits(open_page):
    page = open_page()
    page.evaluate("openPalette()")
    chosen = page.locator("#palette [aria-selected=true]")
    first = chosen.inner_text()
    page.keyboard.press("ArrowUp")
    assert chosen.inner_text() == first
    page.keyboard.press("ArrowDown")
    assert chosen.inner_text() != first
    assert page.get_attribute("#palette input", "aria-activedescendant") == chosen.get_attribute("id") == "choice-1"
    page.keyboard.type("zzz")
    assert page.locator("#palette p").inner_text() == "Nothing here is called that."
    page.keyboard.press("Enter")
    assert page.locator("#palette").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    assert did(page) == ["room.pass"]


def test_a_page_of_the_palette_is_opened(open_page):
    page = open_page()
    page.evaluate("openPalette()")
    page.keyboard.type("desk 3")
    page.locator("#palette [role=option]").click()
    assert page.url.endswith("#desk")


FORM = """<!doctype html><body>{bindings}<dialog id=keys></dialog><div id=said></div>
<form id=form><input name="room.pass" value="A">
<button type=button data-capture="room.pass" data-title="Pass">Press keys</button>
<button id=next type=button>Next</button></form>
<script type=module>
  import {{ attach }} from "/static/js/settings.js";
  import {{ start, on }} from "/static/js/keys.js";
  start(); on("everywhere.undo", () => document.title = "undone"); attach(form); window.ready = true;
</script>"""


@pytest.fixture
def capture(page, serve):
    serve({"/": FORM.format(bindings=bindings_script(Context()))})
    page.goto(ORIGIN)
    page.wait_for_function("window.ready")
    page.focus("[data-capture]")
    page.keyboard.press("Enter")
    assert page.locator("[data-capture]").inner_text() == "Press…"
    return page


@pytest.mark.parametrize(
    ("pressed", "written"),
    [
        ("z", "Z"),
        ("Shift+ArrowLeft", "Shift+ArrowLeft"),
        ("Control+Alt+KeyJ", "Control+Alt+J"),
        ("Space", "Space"),
        ("?", "?"),
        ("+", "Plus"),
        ("Shift+Digit1", "Shift+1"),
        ("Enter", "Enter"),
    ],
)
def test_a_pressed_key_is_written_into_its_field_and_does_nothing_else(capture, pressed, written):
    capture.keyboard.press(pressed)
    assert capture.input_value("[name='room.pass']") == written
    assert capture.locator("[data-capture]").inner_text() == "Press keys"
    assert capture.title() == ""
    capture.wait_for_function("(said) => document.getElementById('said').textContent.startsWith(said)", arg=written)


def test_escape_and_tab_leave_the_field_as_it_is(capture):
    capture.keyboard.press("Escape")
    assert capture.input_value("[name='room.pass']") == "A"
    capture.keyboard.press("Enter")
    capture.keyboard.press("Tab")
    assert capture.evaluate("document.activeElement.id") == "next"
    capture.keyboard.press("z")
    assert (capture.input_value("[name='room.pass']"), capture.title()) == ("A", "undone")
