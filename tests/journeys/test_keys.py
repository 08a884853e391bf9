"""Every row of the `?` sheet acts, every verb shows its key, and letters in a note are letters."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from studio.rules.keys import BINDINGS
from tests.journeys.drawing import FRAMES, STILL_FROM, clean_clip, frozen_clip
from tests.journeys.tree import wait_until
from tests.journeys.world import PATIENCE, House, open_room

pytestmark = pytest.mark.journey
NAMED = {"Plus": "+", "Space": " "}


def press_binding(page: Page, combo: str) -> None:
    *shift, key = combo.split("+")
    if key.isdigit():
        key = f"Digit{key}"
    elif len(key) == 1 and key.isalpha():
        key = key.upper() if shift else key.lower()
    page.keyboard.press("+".join([*shift, NAMED.get(key, key)]))


def combos_of(name: str) -> tuple[str, ...]:
    return next(binding.combos for binding in BINDINGS if binding.id == name)


class Hands:
    """Presses what the table says, by the binding's name, and remembers which names it pressed.

    Ten digits with one meaning are one row of the sheet.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed: set[str] = set()

    def press(self, name: str) -> Iterator[str]:
        """Each combination of the binding, pressed; what it did is for the caller to see."""
        for combo in combos_of(name):
            press_binding(self.page, combo)
            self.pressed.add(name)
            yield combo

    def once(self, name: str) -> None:
        press_binding(self.page, combos_of(name)[0])
        self.pressed.add(name)


def frame_is(page: Page, frame: int) -> None:
    expect(page.locator("#room .transport")).to_have_attribute("data-frame", str(frame))


def enter(kiln: House, queue: str, name: str) -> Page:
    page = kiln.page(name)
    page.goto(f"/queues/{queue}/")
    page.get_by_role("button", name="Start").click()
    open_room(page)
    return page


def room_is(page: Page, review: int) -> None:
    page.wait_for_selector(f"#room[data-review='{review}'] .transport[data-frame]")


def test_every_row_of_the_sheet_acts(house: Callable[..., House], clips: Path) -> None:
    kiln = house(ana=["author"], rui=["reviewer"], edda=["editor"])
    takes = [kiln.bring("ana", frozen_clip(clips, 50 + n), f"take {n}.mp4") for n in range(6)]
    clean = kiln.bring("ana", clean_clip(clips, 59), "clean.mp4")
    reviews = [kiln.review_of(take) for take in takes]
    page = enter(kiln, "flagged", "rui")
    hands = Hands(page)

    sheet_lists_the_table(page, hands)
    player_keys(page, hands)
    room_keys(page, hands)
    verbs_show_their_keys(page)
    reason_keys(kiln, page, hands, takes, reviews)
    hands.once("room.pass")
    room_is(page, reviews[4])
    for _ in hands.press("everywhere.undo"):
        room_is(page, reviews[3])
        press_binding(page, "A")
        room_is(page, reviews[4])
    assert [row["outcome"] for row in kiln.decisions_on(takes[3])] == ["pass", "undone", "pass", "undone", "pass"]
    hands.once("room.escalate")
    expect(page.locator("#sheet")).to_contain_text("Question")
    page.keyboard.type("Whose waves are these?")
    page.keyboard.press("Enter")
    room_is(page, reviews[5])
    assert kiln.decisions_on(takes[4], "outcome", "note") == [{"outcome": "escalate", "note": "Whose waves are these?"}]
    hands.once("room.skip")
    page.wait_for_url("**/queues/flagged/")
    assert kiln.decisions_on(takes[5]) == []
    skips = kiln.inside.rows("studio.Event", "data", verb="skipped", subject=f"review:{reviews[5]}")
    assert len(skips) == 1

    kiln.review_of(clean)
    desk = enter(kiln, "editor", "edda")
    at_the_desk = Hands(desk)
    at_the_desk.once("room.send_back")
    expect(desk.locator("#sheet")).to_contain_text("Question")
    desk.keyboard.type("Look at the end again.")
    desk.keyboard.press("Enter")
    wait_until(lambda: kiln.decisions_on(clean), PATIENCE)
    assert kiln.decisions_on(clean) == [{"outcome": "send_back"}]
    pressed = hands.pressed | at_the_desk.pressed
    assert {binding.label for binding in BINDINGS if binding.id in pressed} == {each.label for each in BINDINGS}


def sheet_lists_the_table(page: Page, hands: Hands) -> None:
    hands.once("everywhere.sheet")
    rows = page.locator("#keys dt")
    expect(rows.first).to_be_visible()
    assert set(rows.all_inner_texts()) == {binding.label for binding in BINDINGS}
    hands.once("everywhere.close")
    expect(page.locator("#keys")).to_be_hidden()


def player_keys(page: Page, hands: Hands) -> None:
    video = page.locator("#stage video")
    expect(page.locator("#room .transport[data-playing]")).to_have_count(1)
    for _ in hands.press("player.toggle"):
        wait_until(lambda: video.evaluate("video => video.paused"))
        press_binding(page, "Space")
        wait_until(lambda: not video.evaluate("video => video.paused"))
    press_binding(page, "Space")
    press_binding(page, "/")
    moves = {
        "player.last": FRAMES - 1,
        "player.back": FRAMES - 2,
        "player.forward": FRAMES - 1,
        "player.back_ten": FRAMES - 11,
        "player.forward_ten": FRAMES - 1,
        "player.back_second": FRAMES - 25,
        "player.forward_second": FRAMES - 1,
        "player.first": 0,
    }
    for name, frame in moves.items():
        hands.once(name)
        frame_is(page, frame)
    press_binding(page, combos_of("player.forward")[1])
    frame_is(page, 1)
    press_binding(page, combos_of("player.back")[1])
    frame_is(page, 0)
    speed = page.locator("[data-part=speed]")
    for name, shown in (("faster", "1.5×"), ("slower", "1×"), ("slower", "0.5×"), ("normal", "1×")):
        hands.once(f"player.{name}")
        expect(speed).to_have_text(shown)
    loop = page.locator("[data-part=loop]")
    for pressed in ("false", "true"):
        hands.once("player.loop")
        expect(loop).to_have_attribute("aria-pressed", pressed)
    was_muted = video.evaluate("video => video.muted")
    hands.once("player.sound")
    wait_until(lambda: video.evaluate("video => video.muted") is not was_muted)
    hands.once("player.in")
    press_binding(page, "Shift+ArrowRight")
    frame_is(page, 10)
    hands.once("player.out")
    expect(page.locator("[data-part=range]")).to_have_text("range 0–10")
    hands.once("player.clear")
    expect(page.locator("[data-part=range]")).to_have_text("")
    hands.once("player.fullscreen")
    wait_until(lambda: page.evaluate("() => document.fullscreenElement?.id === 'stage'"))
    hands.once("player.fullscreen")
    wait_until(lambda: page.evaluate("() => document.fullscreenElement === null"))


def room_keys(page: Page, hands: Hands) -> None:
    selected = page.locator(".finding[data-selected]")
    for name in ("next_finding", "previous_finding"):
        press_binding(page, "Home")
        frame_is(page, 0)
        hands.once(f"room.{name}")
        frame_is(page, STILL_FROM)
        expect(selected).to_have_count(1)
    for name, verdict in (("confirm", "confirmed"), ("dismiss", "dismissed"), ("dismiss", "")):
        hands.once(f"room.{name}")
        expect(selected).to_have_attribute("data-verdict", verdict)
    hands.once("room.overlays")
    expect(page.locator("#stage.bare")).to_have_count(1)
    hands.once("room.overlays")
    expect(page.locator("#stage.bare")).to_have_count(0)
    for frame in (0, 10):
        press_binding(page, "/")
        press_binding(page, "Home")
        if frame:
            press_binding(page, "Shift+ArrowRight")
        frame_is(page, frame)
        hands.once("room.note")
        expect(page.locator("#note-body")).to_be_focused()
        page.keyboard.type(f"axre at {frame}")
        page.keyboard.press("Enter")
        expect(page.locator(".note", has_text=f"axre at {frame}")).to_be_visible()
    press_binding(page, "Home")
    frame_is(page, 0)
    hands.once("room.next_note")
    frame_is(page, 10)
    hands.once("room.previous_note")
    frame_is(page, 0)


def verbs_show_their_keys(page: Page) -> None:
    for button in page.locator("#decide button").all():
        key = button.locator("kbd").inner_text()
        assert re.fullmatch("[A-Z]", key)
        assert button.get_attribute("aria-keyshortcuts") == key


def reason_keys(kiln: House, page: Page, hands: Hands, takes: list[str], reviews: list[int]) -> None:
    """Three refusals: by a digit, by ticks, by what is suggested; the eleven other digits are shown to tick."""
    sheet = page.locator("#sheet")
    ten = sheet.locator("[data-part=ten] input")
    slugs = [str(box.get_attribute("value")) for box in ten.all()]
    hands.once("room.reject")
    expect(sheet).to_have_attribute("data-open", "")
    hands.once("everywhere.close")
    expect(page.locator("#sheet[data-open]")).to_have_count(0)
    hands.once("room.reject")
    for place, digit in enumerate("1234567890"):
        hands.once(f"reasons.tick_{digit}")
        expect(ten.nth(place)).to_be_checked()
        if place > 1:
            hands.once(f"reasons.tick_{digit}")
            expect(ten.nth(place)).not_to_be_checked()
    hands.once("reasons.all")
    expect(sheet.get_by_label("Filter the reasons")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    press_binding(page, "Shift+1")
    press_binding(page, "Shift+2")
    hands.once("reasons.send")
    room_is(page, reviews[1])
    assert reasons_given(kiln, takes[0]) == sorted(slugs[:2])

    for digit in "150":
        hands.once("room.request_changes")
        expect(page.locator("#sheet[data-open]")).to_have_count(1)
        hands.once(f"reasons.choose_{digit}")
        if slugs[int(digit) - 1] == "other":
            expect(sheet.locator("[data-part=range-said]")).to_have_text("Say what it is.")
            page.keyboard.type("The waves have no shore.")
            page.keyboard.press("Enter")
        room_is(page, reviews[2])
        assert reasons_given(kiln, takes[1]) == [slugs[int(digit) - 1]]
        if digit != "0":
            press_binding(page, "Z")
            room_is(page, reviews[1])
    page.keyboard.press("x")
    expect(page.locator("#sheet .reason[data-suggested]")).to_have_count(1)
    page.keyboard.press("Enter")
    room_is(page, reviews[3])
    assert reasons_given(kiln, takes[2]) == ["freeze"]


def reasons_given(kiln: House, take: str) -> list[str]:
    """Of the decision that stands."""
    standing = {"decision__review__candidate__uuid": take, "decision__superseded_by": None}
    return sorted(row["reason__slug"] for row in kiln.inside.rows("reviews.DecisionReason", "reason__slug", **standing))


def test_letters_in_a_note_decide_nothing(house: Callable[..., House], clips: Path) -> None:
    kiln = house(ana=["author"], rui=["reviewer"])
    take = kiln.bring("ana", frozen_clip(clips, 61), "typed.mp4")
    review = kiln.review_of(take)
    page = enter(kiln, "flagged", "rui")
    page.keyboard.press("c")
    letters = "axre qsyunp ABCDEFGHIJKLMNOPQRSTUVWXYZ 1234567890 ,.?/<>="
    page.keyboard.type(letters)
    assert page.locator("#note-body").input_value() == letters
    assert kiln.decisions_on(take) == []
    assert page.locator("#room").get_attribute("data-review") == str(review)
    page.keyboard.press("Enter")
    expect(page.locator(".note")).to_contain_text(letters)
    page.keyboard.press("x")
    page.locator("#sheet textarea").click()
    page.keyboard.type("axre 123")
    assert page.locator("#sheet textarea").input_value() == "axre 123"
    assert page.locator("#sheet input[name=reasons]:checked").count() == 0
    assert kiln.decisions_on(take) == []
