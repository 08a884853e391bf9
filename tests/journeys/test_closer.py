"""The picture and the timeline close up: what is drawn there belongs to the picture, what plays follows the policy."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.clips import draw_clip
from tests.journeys.drawing import FRAMES, SIZE, STILL_FROM, drift, frozen_clip
from tests.journeys.test_notes import DRAWN, PICTURE, drag, enter, is_accessible
from tests.journeys.tree import wait_until
from tests.journeys.world import House, open_room

pytestmark = pytest.mark.journey
SAYS = "Sound is off: this project's policy plays none in the room."


def sounding_clip(folder: Path, seed: int) -> Path:
    """Frozen as `frozen_clip`, with a tone."""
    moving = drift(seed)
    return draw_clip(
        folder / f"sounding-{seed}.mp4",
        frames=FRAMES,
        size=SIZE,
        draw=lambda frame: moving(frame - min(max(frame - STILL_FROM, 0), 24)),
        audio="tone",
    )


def turn(page: Page, at: tuple[float, float], way: int) -> None:
    page.mouse.move(*at)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100 * way)
    page.keyboard.up("Control")


def middle(page: Page, selector: str) -> tuple[float, float]:
    box = page.locator(selector).first.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_what_is_drawn_close_up_lies_where_it_was_drawn(house: Callable[..., House], clips: Path) -> None:
    kiln = house(ana=["author"], rui=["reviewer"])
    take = kiln.bring("ana", frozen_clip(clips, 701), "close.mp4")
    page = enter(kiln, kiln.review_of(take))
    page.keyboard.press("Shift+G")
    page.keyboard.press("Space")
    turn(page, middle(page, "#stage"), 1)
    zoom = page.locator("[data-part=zoom]")
    expect(zoom).to_have_text("4:1")
    left, top, width, height = page.evaluate(PICTURE)
    assert (width, height) == pytest.approx((4 * SIZE[0], 4 * SIZE[1]), abs=0.01)
    page.keyboard.press("d")
    expect(page.locator("#drawing")).to_be_visible()
    is_accessible(page)
    page.locator("#drawing label", has_text="Box").click()
    drag(page, (0.3, 0.4), (0.5, 0.7))
    page.locator("#drawing").get_by_role("button", name="Save").click()
    expect(page.locator("#note-list .note-mark")).to_have_count(1)
    saved = kiln.inside.row("reviews.Mark", "drawing", comment__candidate__uuid=take)
    (box,) = saved["drawing"]["shapes"]
    assert box["points"] == [pytest.approx([0.3, 0.4], abs=0.001), pytest.approx([0.5, 0.7], abs=0.001)]

    for level in ("4:1", "Fit", "1:1"):
        expect(zoom).to_have_text(level)
        left, top, width, height = page.evaluate(PICTURE)
        corners = page.locator("#drawn polyline").first.evaluate(DRAWN)
        for corner, (x, y) in ((0, box["points"][0]), (2, box["points"][1])):
            assert corners[corner] == pytest.approx([left + x * width, top + y * height], abs=1)
        page.keyboard.press("Shift+Z")
    is_accessible(page)


def test_the_timeline_close_up_sets_exact_ranges_and_the_next_clip_begins_whole(
    house: Callable[..., House], clips: Path
) -> None:
    kiln = house(ana=["author"], rui=["reviewer"])
    takes = [kiln.bring("ana", sounding_clip(clips, 702 + number), f"lanes {number}.mp4") for number in range(2)]
    first, second = (kiln.review_of(take) for take in kiln.in_the_queue_s_order(takes))
    page = enter(kiln, first)
    page.keyboard.press("Space")
    expect(page.locator("div.lane-sound")).to_have_attribute("title", re.compile(r"^Sound, peak −[89]\.\d dBFS$"))
    assert page.locator(".lane-sound img").evaluate("(img) => img.decode().then(() => img.naturalWidth)") == 2000
    expect(page.locator("#prompt .facts")).to_contain_text("aac, peak −")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Shift+ArrowUp")
    expect(page.locator("[data-part=lanes]")).to_have_text("4×")
    field = page.locator(".field-of-frames")

    def place(frame: int) -> float:
        box = field.bounding_box()
        assert box
        return box["x"] + box["width"] * (frame + 0.5) / FRAMES

    seen = page.locator(".window").bounding_box()
    assert seen
    shown = [frame for frame in range(FRAMES) if seen["x"] < place(frame) < seen["x"] + seen["width"]]
    start, end = shown[3], shown[9]
    _, row = middle(page, ".lane-marks:not(.lane-name)")
    page.mouse.move(place(start), row)
    page.mouse.down()
    page.mouse.move(place(end), row, steps=4)
    page.mouse.up()
    expect(page.locator("[data-part=range]")).to_have_text(f"range {start}–{end}")
    is_accessible(page)
    page.keyboard.press("Shift+Z")
    expect(page.locator("#stage")).to_have_attribute("data-zoom", "1")
    page.keyboard.press("c")
    page.keyboard.type("Here.")
    page.keyboard.press("Enter")
    expect(page.locator(".note")).to_have_count(1)
    note = kiln.inside.row("reviews.Comment", "start_frame", "end_frame", candidate__uuid=takes[0])
    assert (note["start_frame"], note["end_frame"]) == (start, end + 1)
    page.keyboard.press(">")
    page.keyboard.press("a")
    page.wait_for_selector(f"#room[data-ready][data-review='{second}'] .transport[data-frame]")
    expect(page.locator("[data-part=speed]")).to_have_text("1.5×")  # though it was prepared before
    assert page.locator("#stage[data-zoom], .timeline[data-zoomed]").count() == 0
    expect(page.locator("[data-part=zoom]")).to_have_text("Fit")
    mine = {"user__username": kiln.username("rui")}
    wait_until(lambda: kiln.inside.rows("studio.Preferences", "speed_percent", **mine) == [{"speed_percent": 150}])
    elsewhere = kiln.page("rui")
    open_room(elsewhere, f"/reviews/{second}/")
    expect(elsewhere.locator("[data-part=speed]")).to_have_text("1.5×")


def test_where_the_policy_plays_no_sound_nobody_hears_any_and_the_key_says_so(
    house: Callable[..., House], clips: Path
) -> None:
    kiln = house(ana=["author"], rui=["reviewer"])
    kiln.inside.call("screen", project=kiln.slug, sound="off")
    take = kiln.bring("ana", sounding_clip(clips, 704), "silent.mp4")
    page = enter(kiln, kiln.review_of(take))
    muted = "document.querySelector('#stage video').muted"
    assert page.evaluate(muted)
    page.keyboard.press("m")
    expect(page.locator(".stage-said")).to_have_text(SAYS)
    is_accessible(page)
    assert page.evaluate(muted)
    page.wait_for_function("() => document.querySelector('#stage video').currentTime > 1")
    page.keyboard.press("a")
    wait_until(lambda: kiln.decisions_on(take))
    watched = kiln.inside.row("reviews.Decision", "watched", review__candidate__uuid=take)["watched"]
    assert watched["heard_seconds"] == 0
    assert watched["seconds"] > 0
