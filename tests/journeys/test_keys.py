"""Every row of the `?` sheet acts in every profile, hints and sheet agree, and letters in a note are letters."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from string import printable

import pytest
from playwright.sync_api import Page, expect

from studio.rules.keymaps import bindings_for, by_id
from studio.rules.keys import BY_ID, Binding, Profile
from tests.journeys.drawing import FRAMES, STILL_FROM, clean_clip, frozen_clip
from tests.journeys.test_judging import tab_to
from tests.journeys.tree import wait_until
from tests.journeys.world import PATIENCE, House, open_room, room_is, start

pytestmark = pytest.mark.journey


ELSEWHERE = ("player.reveal", "player.reveal_clip")
"""Where nothing is veiled, there is nothing to reveal."""


def is_here(binding: Binding) -> bool:
    return binding.scope not in ("drawing", "board") and binding.id not in ELSEWHERE


HERE_IN = {
    profile: [each for each in bindings_for({"profile": profile}) if each.combos and is_here(each)]
    for profile in Profile
}
"""The rows of the sheet in a reviewer's or editor's room."""
OF_THE_DESK = {BY_ID["room.send_back"].label}
NAMED = {"Plus": "+", "Space": " "}
NAMES = {"Escape": "Esc", "Control+K": "Ctrl K", "Plus": "+"}
STATE = """() => [
  document.querySelector("#room").dataset.review, document.querySelector(".transport").outerHTML,
  document.querySelector("#sheet").dataset.open, document.querySelector("#stage").className,
  document.querySelectorAll("dialog[open]").length, document.activeElement.id,
]"""
"""All that a key of the room may change."""


def labels(profile: Profile) -> set[str]:
    return {each.label for each in HERE_IN[profile]}


def press_binding(page: Page, combo: str) -> None:
    *modifiers, key = combo.split("+")
    if key.isdigit():
        key = f"Digit{key}"
    elif len(key) == 1 and key.isalpha():
        key = key.upper() if "Shift" in modifiers else key.lower()
    page.keyboard.press("+".join([*modifiers, NAMED.get(key, key)]))


def combos_of(name: str, profile: Profile = Profile.DAILIES) -> tuple[str, ...]:
    return by_id({"profile": profile})[name].combos


class Hands:
    """Presses what the table says, by the binding's name, and remembers which names it pressed.

    Ten digits with one meaning are one row of the sheet.
    """

    def __init__(self, page: Page, profile: Profile = Profile.DAILIES) -> None:
        self.page = page
        self.profile = profile
        self.pressed: set[str] = set()

    def press(self, name: str) -> Iterator[str]:
        """Each combination of the binding, pressed; what it did is for the caller to see."""
        for combo in combos_of(name, self.profile):
            press_binding(self.page, combo)
            self.pressed.add(name)
            yield combo

    def once(self, name: str) -> None:
        press_binding(self.page, combos_of(name, self.profile)[0])
        self.pressed.add(name)


def frame_is(page: Page, frame: int) -> None:
    expect(page.locator("#room .transport")).to_have_attribute("data-frame", str(frame))


def enter(kiln: House, queue: str, name: str) -> Page:
    page = kiln.page(name)
    start(page, queue)
    return page


def test_every_row_of_the_sheet_acts(house: Callable[..., House], clips: Path) -> None:
    kiln = house(ana=["author"], rui=["reviewer"], edda=["editor"])
    takes = [kiln.bring("ana", frozen_clip(clips, 50 + n), f"take {n}.mp4") for n in range(6)]
    clean = kiln.bring("ana", clean_clip(clips, 59), "clean.mp4")
    takes = kiln.in_the_queue_s_order(takes)
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
    await_undo(kiln, page, takes[3])
    for _ in hands.press("everywhere.undo"):
        room_is(page, reviews[3])
        press_binding(page, "A")
        room_is(page, reviews[4])
        await_undo(kiln, page, takes[3])
    await_decisions(kiln, takes[3], "pass", "undone", "pass", "undone", "pass")
    hands.once("room.escalate")
    expect(page.locator("#sheet")).to_contain_text("Question")
    page.keyboard.type("Whose waves are these?")
    page.keyboard.press("Enter")
    room_is(page, reviews[5])
    await_undo(kiln, page, takes[4])
    await_decisions(kiln, takes[4], "escalate")
    assert kiln.decisions_on(takes[4], "note") == [{"note": "Whose waves are these?"}]
    hands.once("room.skip_because")
    expect(page.locator("#sheet .causes button")).to_have_count(5)
    press_binding(page, "Escape")
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
    assert {BY_ID[name].label for name in pressed} == labels(Profile.DAILIES)


def sheet_lists_the_table(page: Page, hands: Hands) -> None:
    hands.once("everywhere.sheet")
    rows = page.locator("#keys dt")
    expect(rows.first).to_be_visible()
    assert set(rows.all_inner_texts()) == labels(Profile.DAILIES) - OF_THE_DESK
    hands.once("everywhere.close")
    expect(page.locator("#keys")).to_be_hidden()
    hands.once("everywhere.palette")
    expect(page.locator("#palette [role=option]").first).to_be_visible()
    hands.once("everywhere.close")
    expect(page.locator("#palette")).to_be_hidden()


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
    closer_keys(page, hands)
    hands.once("player.fullscreen")
    wait_until(lambda: page.evaluate("() => document.fullscreenElement?.id === 'stage'"))
    hands.once("player.fullscreen")
    wait_until(lambda: page.evaluate("() => document.fullscreenElement === null"))


def closer_keys(page: Page, hands: Hands) -> None:
    """Of the picture, what lies over it, and the timeline."""
    stage, lanes = page.locator("#stage"), page.locator("[data-part=lanes]")
    for shown in ("1:1", "Fit", "1:1"):
        hands.once("player.zoom")
        expect(page.locator("[data-part=zoom]")).to_have_text(shown)
    corner = "() => [...document.querySelector('#stage').style.cssText.matchAll(/-?[\\d.]+px/g)].join()"
    for _ in range(3):  # 2:1, what fits, and 4:1, larger than the stage both ways
        page.locator("#stage video").dispatch_event("wheel", {"ctrlKey": True, "deltaY": -100, "bubbles": True})
    expect(stage).to_have_attribute("data-zoom", "4")
    for way in ("right", "left", "down", "up"):
        before = page.evaluate(corner)
        hands.once(f"player.pan_{way}")
        wait_until(lambda was=before: page.evaluate(corner) != was)
    hands.once("player.zoom")
    expect(page.locator("#stage[data-zoom]")).to_have_count(0)
    for guides in ("action 93 % and title 90 %", "thirds", "none"):
        hands.once("player.guides")
        expect(stage).to_have_attribute("data-guides", guides)
    hands.once("player.lanes_in")
    expect(lanes).to_have_text("2×")
    hands.once("player.lanes_out")
    expect(lanes).to_have_text("")
    frame_is(page, 10)


def room_keys(page: Page, hands: Hands) -> None:
    selected = page.locator(".finding[data-selected]")
    press_binding(page, "Home")
    frame_is(page, 0)
    hands.once("room.next_finding")
    expect(selected).to_contain_text("Credential")
    hands.once("room.previous_finding")
    frame_is(page, STILL_FROM)
    expect(selected).to_contain_text("freeze")
    freeze = page.locator(".finding", has_text="freeze")
    for name, verdict in (("confirm", "confirmed"), ("dismiss", "dismissed"), ("dismiss", "")):
        hands.once(f"room.{name}")
        expect(freeze).to_have_attribute("data-verdict", verdict)
        if verdict:
            expect(selected).to_contain_text("Credential")  # the next that nobody has judged
            hands.once("room.previous_finding")
    hands.once("room.overlays")
    expect(page.locator("#stage.bare")).to_have_count(1)
    hands.once("room.overlays")
    expect(page.locator("#stage.bare")).to_have_count(0)
    hands.once("room.draw")
    expect(page.locator("#drawing")).to_be_visible()
    press_binding(page, "Escape")
    expect(page.locator("#drawing")).to_be_hidden()
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
    for button in page.locator("#decide button[name]").all():
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
    await_undo(kiln, page, takes[0])
    await_reasons(kiln, takes[0], *slugs[:2])

    for digit in "150":
        hands.once("room.request_changes")
        expect(page.locator("#sheet[data-open]")).to_have_count(1)
        hands.once(f"reasons.choose_{digit}")
        if slugs[int(digit) - 1] == "other":
            expect(sheet.locator("[data-part=range-said]")).to_have_text("Say what it is.")
            page.keyboard.type("The waves have no shore.")
            page.keyboard.press("Enter")
        room_is(page, reviews[2])
        await_undo(kiln, page, takes[1])
        await_reasons(kiln, takes[1], slugs[int(digit) - 1])
        if digit != "0":
            press_binding(page, "Z")
            room_is(page, reviews[1])
    page.keyboard.press("x")
    expect(page.locator("#sheet .reason[data-suggested]")).to_have_count(1)
    page.keyboard.press("Enter")
    room_is(page, reviews[3])
    await_undo(kiln, page, takes[2])
    await_reasons(kiln, takes[2], "freeze")


def await_decisions(kiln: House, take: str, *outcomes: str) -> None:
    """The next clip is shown before the decision is written."""
    wait_until(lambda: [row["outcome"] for row in kiln.decisions_on(take)] == list(outcomes), PATIENCE)


def await_undo(kiln: House, page: Page, take: str) -> None:
    """Until the page offers to take back the newest decision on the take: it answers after the next clip is shown."""

    def is_offered() -> bool:
        newest = max(kiln.decisions_on(take, "pk", "outcome"), key=lambda row: row["pk"], default={"outcome": "undone"})
        if newest["outcome"] == "undone":
            return False
        return page.locator(f"#outcome [data-toast='{newest['pk']}'] [data-undo]").is_visible()

    wait_until(is_offered, PATIENCE)


def await_reasons(kiln: House, take: str, *slugs: str) -> None:
    wait_until(lambda: reasons_given(kiln, take) == sorted(slugs), PATIENCE)


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


def choose(page: Page, profile: Profile) -> None:
    page.goto("/settings/keys/")
    page.get_by_label(profile.label).check()
    page.get_by_role("button", name="Use this profile").click()
    expect(page.locator("#toasts")).to_contain_text("Saved.")


def kept(kiln: House, name: str) -> object:
    return kiln.inside.row("studio.Preferences", "keys", user__username=kiln.username(name))["keys"]


def sheet_hints_and_shortcuts_agree(page: Page, profile: Profile) -> None:
    """By the button of the account menu, which every profile has."""
    keys = by_id({"profile": profile})
    page.locator(".menu:has([data-open-keys]) summary").click()
    page.locator(".menu [data-open-keys]").click()
    rows = page.locator("#keys dt")
    expect(rows.first).to_be_visible()
    assert set(rows.all_inner_texts()) == labels(profile) - OF_THE_DESK
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.locator("#stage").focus()
    for control in page.locator("[data-key]").all():
        binding = keys[str(control.get_attribute("data-key"))]
        assert (control.get_attribute("aria-keyshortcuts") or "") == binding.combo
        shown = control.locator("kbd").all_inner_texts()
        assert shown in ([], [NAMES.get(combo, combo) for combo in binding.combos[:1]])


@pytest.mark.slow
def test_every_profile_does_what_its_sheet_says(house: Callable[..., House], clips: Path) -> None:
    """Of each profile the rows that differ from the table; the table's own are pressed above."""
    kiln = house(ana=["author"], rui=["reviewer"])
    take = kiln.bring("ana", frozen_clip(clips, 62), "profiles.mp4")
    kiln.review_of(take)
    page = kiln.page("rui", reduced_motion="reduce")
    for profile, differences in ((Profile.WEB_VIDEO, web_video_keys), (Profile.EDIT_SUITE, edit_suite_keys)):
        choose(page, profile)
        page.goto("/queues/flagged/")
        page.get_by_role("button", name="Start").click()
        open_room(page)
        sheet_hints_and_shortcuts_agree(page, profile)
        hands = Hands(page, profile)
        differences(page, hands)
        differing = {each.id for each in HERE_IN[profile] if each.combo != combos_joined(each.id)}
        assert hands.pressed >= differing
    assert kiln.decisions_on(take) == []


def combos_joined(name: str) -> str:
    return " ".join(combos_of(name))


def web_video_keys(page: Page, hands: Hands) -> None:
    press_binding(page, "End")
    frame_is(page, FRAMES - 1)
    hands.once("player.back")
    frame_is(page, FRAMES - 2)
    hands.once("player.forward")
    frame_is(page, FRAMES - 1)
    for back, on in (("back_five", "forward_five"), ("back_ten_seconds", "forward_ten_seconds")):
        hands.once(f"player.{back}")
        frame_is(page, 0)  # the clip is shorter than that
        hands.once(f"player.{on}")
        frame_is(page, FRAMES - 1)


def edit_suite_keys(page: Page, hands: Hands) -> None:
    playing = page.locator("#room .transport[data-playing]")
    speed = page.locator("[data-part=speed]")
    press_binding(page, "/")
    for shown in ("1×", "2×", "4×"):
        hands.once("player.shuttle_forward")
        expect(speed).to_have_text(shown)
    expect(playing).to_have_count(1)
    hands.once("player.shuttle_stop")
    expect(playing).to_have_count(0)
    expect(speed).to_have_text("1×")
    for count in (1, 0):
        hands.once("player.toggle")
        expect(playing).to_have_count(count)
    press_binding(page, "End")
    frame_is(page, FRAMES - 1)
    hands.once("player.shuttle_back")
    expect(speed).to_have_text("back")
    wait_until(lambda: int(page.locator("[data-part=frame]").inner_text()) < FRAMES - 4)
    press_binding(page, "Home")
    frame_is(page, 0)
    hands.once("player.forward_second")
    frame_is(page, 24)
    hands.once("player.back_second")
    frame_is(page, 0)
    press_binding(page, "I")
    expect(page.locator("[data-part=range]")).to_have_text("frame 0 set")
    hands.once("player.clear")
    expect(page.locator("[data-part=range]")).to_have_text("")


def test_with_buttons_only_no_character_acts_and_tab_reaches_everything(
    house: Callable[..., House], clips: Path
) -> None:
    kiln = house(ana=["author"], rui=["reviewer"])
    take = kiln.bring("ana", frozen_clip(clips, 63), "buttons.mp4")
    kiln.review_of(take)
    page = kiln.page("rui", reduced_motion="reduce")
    choose(page, Profile.BUTTONS)
    page.goto("/queues/flagged/")
    tab_to(page, "form[action$='/claim/'] button")
    page.keyboard.press("Enter")
    open_room(page)
    sheet_hints_and_shortcuts_agree(page, Profile.BUTTONS)

    expect(page.locator("[data-part=unseen]")).to_have_text(f"unseen 1–{FRAMES - 1}")  # a frame is seen after a moment
    before = page.evaluate(STATE)
    for character in f"{printable[:94]} ":
        page.keyboard.press(NAMED.get(character, character))
    for key in ("ArrowLeft", "Home", "End", "Enter", "Backspace"):
        page.keyboard.press(key)
    assert page.evaluate(STATE) == before
    assert kiln.decisions_on(take) == []

    page.keyboard.press("Control+k")
    page.keyboard.type("last frame")
    expect(page.locator("#palette [role=option]")).to_have_text(["Last frame"])
    page.keyboard.press("Enter")
    frame_is(page, FRAMES - 1)
    freeze = page.locator(".finding", has_text="freeze")
    tab_to(page, ".finding[data-selected] button[value=confirmed]")
    page.keyboard.press("Enter")
    expect(freeze).to_have_attribute("data-verdict", "confirmed")
    tab_to(page, "#decide button[value=reject]")
    page.keyboard.press("Enter")
    expect(page.locator("#sheet .reason[data-suggested]")).to_have_count(1)
    tab_to(page, "#sheet [data-send-sheet]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/queues/flagged/")
    await_decisions(kiln, take, "reject")
    await_reasons(kiln, take, "freeze")


def test_a_taken_key_is_refused_by_both_names_and_a_free_one_acts(house: Callable[..., House], clips: Path) -> None:
    kiln = house(ana=["author"], rui=["reviewer"])
    takes = kiln.in_the_queue_s_order([kiln.bring("ana", frozen_clip(clips, 64), "remapped.mp4")])
    page = kiln.page("rui")
    choose(page, Profile.DAILIES)
    before = kept(kiln, "rui")
    page.locator("[data-capture='room.pass']").click()
    page.keyboard.press("x")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".summary")).to_contain_text(
        "X would mean both “Pass; at the editor's desk: approve” and “Reject”."
    )
    assert page.locator("[name='room.pass']").input_value() == "X"
    assert kept(kiln, "rui") == before
    page.locator("[data-capture='room.pass']").click()
    page.keyboard.press("w")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    assert kept(kiln, "rui") == {"profile": "dailies", "remaps": {"room.pass": "W"}}

    page.goto("/queues/flagged/")
    page.get_by_role("button", name="Start").click()
    open_room(page)
    expect(page.locator("#decide button[value=pass] kbd")).to_have_text("W")
    page.keyboard.press("a")
    page.keyboard.press("w")
    page.wait_for_url("**/queues/flagged/")
    await_decisions(kiln, takes[0], "pass")
