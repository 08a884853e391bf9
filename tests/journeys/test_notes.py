"""Journey 5: notes and drawings belong to the frame that caused them, and to the picture whatever its size."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.drawing import frozen_clip
from tests.journeys.test_pages import AXE, RUN
from tests.journeys.tree import wait_until
from tests.journeys.world import House, open_room, start, token_of

pytestmark = pytest.mark.journey
SIZES = ({"width": 1280, "height": 720}, {"width": 1440, "height": 900}, {"width": 390, "height": 844})
HOSTILE = "<img src=x onerror=alert(1)>"
PICTURE = """() => {
  const video = document.querySelector("#stage video"), box = video.getBoundingClientRect();
  const scale = Math.min(box.width / video.videoWidth, box.height / video.videoHeight);
  const [width, height] = [video.videoWidth * scale, video.videoHeight * scale];
  return [box.x + (box.width - width) / 2, box.y + (box.height - height) / 2, width, height];
}"""
"""Where the picture itself stands on the screen, without the bars beside it: left, top, width, height."""
DRAWN = """(line) => [...line.points].map((point) => {
  const { x, y } = point.matrixTransform(line.getScreenCTM());
  return [x, y];
})"""


def enter(kiln: House, review: int, **options: object) -> Page:
    page = kiln.page("rui", **options)
    start(page)
    assert page.locator("#room").get_attribute("data-review") == str(review)
    return page


def is_paused(page: Page) -> bool:
    return bool(page.evaluate("document.querySelector('#stage video').paused"))


def frame_of(page: Page) -> int:
    return int(page.locator(".transport").get_attribute("data-frame") or -1)


def at(page: Page, x: float, y: float) -> tuple[float, float]:
    left, top, width, height = page.evaluate(PICTURE)
    return left + x * width, top + y * height


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*at(page, *start))
    page.mouse.down()
    page.mouse.move(*at(page, *end), steps=4)
    page.mouse.up()


def test_a_note_and_two_drawings_keep_their_frame_and_their_place(house: Callable[..., House], clips: Path) -> None:
    kiln = house(ana=["author"], rui=["reviewer"], edda=["editor"])
    take = kiln.bring("ana", frozen_clip(clips, 71), "drawn.mp4")
    review = kiln.review_of(take)
    page = enter(kiln, review)

    wait_until(lambda: not is_paused(page))
    page.keyboard.press("c")
    page.keyboard.type("T")
    assert is_paused(page)
    wait_until(lambda: f"on frame {frame_of(page)}" in page.locator("[data-part=note-range]").inner_text())
    pinned = frame_of(page)
    page.keyboard.type(f"he wave melts {HOSTILE} @edda-{kiln.slug}")
    page.keyboard.press("Enter")
    expect(page.locator(".note")).to_contain_text(HOSTILE)
    expect(page.locator(".note .mention")).to_have_text(f"@{kiln.username('edda')}")
    assert page.locator(".note img").count() == 0
    wait_until(lambda: not is_paused(page))
    note = kiln.inside.row("reviews.Comment", "start_frame", "end_frame", "sha256", candidate__uuid=take)
    assert (note["start_frame"], note["end_frame"]) == (pinned, None)
    assert note["sha256"] == kiln.inside.row("studio.Candidate", "sha256", uuid=take)["sha256"]

    by_pointer = drawn_by_pointer(page)
    by_keys = drawn_by_keys(page)
    saved = kiln.inside.rows("reviews.Mark", "drawing", "comment__start_frame", comment__candidate__uuid=take)
    assert [mark["comment__start_frame"] for mark in saved] == [by_pointer, by_keys]
    boxes = [mark["drawing"]["shapes"][0]["points"] for mark in saved]
    assert boxes[0] == [pytest.approx([0.2, 0.3], abs=0.004), pytest.approx([0.6, 0.9], abs=0.004)]
    assert boxes[1] == [[0.36, 0.35], [0.66, 0.65]]
    assert all(0 <= share <= 1 for box in boxes for point in box for share in point)

    for size in SIZES:
        page.set_viewport_size(size)  # type: ignore[arg-type]  # a mapping of the two
        page.reload()
        open_room(page)
        for box, frame in zip(boxes, (by_pointer, by_keys), strict=True):
            stands_where_it_was_drawn(page, box, frame)
    stands_on_the_record(kiln, take, boxes[0], by_pointer)
    mention_is_seen(kiln, take, pinned)
    refuses_what_is_no_drawing(kiln, page, take)


def is_accessible(page: Page) -> None:
    page.evaluate(AXE)
    assert page.evaluate(RUN, {}) == []


def drawn_by_pointer(page: Page) -> int:
    """The frame of a box that is drawn from (0.2, 0.3) to (0.6, 0.9) of the picture."""
    page.keyboard.press("d")
    expect(page.locator("#drawing")).to_be_visible()
    is_accessible(page)
    page.locator("#drawing label", has_text="Box").click()
    drag(page, (0.2, 0.3), (0.6, 0.9))
    frame = frame_of(page)
    page.locator("#drawing").get_by_role("button", name="Save").click()
    expect(page.locator("#note-list .note-mark")).to_have_count(1)
    return frame


def drawn_by_keys(page: Page) -> int:
    """The frame of a box that was put in the middle and moved."""
    page.keyboard.press("Space")
    wait_until(lambda: is_paused(page))
    page.keyboard.press("End")
    wait_until(lambda: frame_of(page) == 71)
    page.keyboard.press("d")
    expect(page.locator("#drawing")).to_be_visible()
    for key in ("b", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#note-list .note-mark")).to_have_count(2)
    return 71


def stands_where_it_was_drawn(page: Page, box: list[list[float]], frame: int) -> None:
    row = page.locator(f".note:has(.note-mark)[data-start='{frame}']")
    row.locator(".note-frame").click()
    wait_until(lambda: frame_of(page) == frame)
    line = page.locator(f"#drawn [data-start='{frame}'] polyline")
    expect(line).to_be_visible()
    assert page.locator("#drawn polyline:visible").count() == 1  # the other one's frame is another
    corners = line.evaluate(DRAWN)
    assert corners[0] == [pytest.approx(each, abs=1) for each in at(page, *box[0])]
    assert corners[2] == [pytest.approx(each, abs=1) for each in at(page, *box[1])]


def stands_on_the_record(kiln: House, take: str, box: list[list[float]], frame: int) -> None:
    page = kiln.page("ana")
    page.goto(f"/candidates/{take}/?frame={frame}")
    page.wait_for_selector(f".transport[data-frame='{frame}']")
    assert is_paused(page)
    corners = page.locator(f"#drawn [data-start='{frame}'] polyline").evaluate(DRAWN)
    assert corners[0] == [pytest.approx(each, abs=1) for each in at(page, *box[0])]
    assert page.locator(".note img").count() == 0
    page.locator(".note details").first.evaluate("(details) => { details.open = true; }")
    is_accessible(page)


def mention_is_seen(kiln: House, take: str, frame: int) -> None:
    """The editor is told, led to the frame, and no longer told after a press."""
    page = kiln.page("edda")
    page.goto("/")
    row = page.locator(".mentions li")
    expect(row).to_contain_text(f"{kiln.full_name('rui')} names you on drawn.mp4")
    assert page.locator(".mentions img").count() == 0
    is_accessible(page)
    row.get_by_role("link").click()
    page.wait_for_url(f"**/candidates/{take}/?frame={frame}")
    page.goto("/")
    row.get_by_role("button", name="Seen").click()
    expect(page.locator(".mentions")).to_have_count(0)


def refuses_what_is_no_drawing(kiln: House, page: Page, take: str) -> None:
    outside = {"kind": "box", "points": [[0.2, 0.2], [1.2, 0.5]]}
    inside = {"kind": "box", "points": [[0.2, 0.2], [0.5, 0.5]]}
    before = kiln.inside.rows("reviews.Comment", "pk", candidate__uuid=take)
    for shapes in ([outside], [inside] * 65):
        refused = page.request.post(
            f"/candidates/{take}/marks/",
            form={
                "csrfmiddlewaretoken": token_of(page),
                "start_frame": "3",
                "drawing": json.dumps({"v": 1, "shapes": shapes}),
            },
            headers={"Referer": page.url},
        )
        assert refused.status == 422
    assert kiln.inside.rows("reviews.Comment", "pk", candidate__uuid=take) == before


def test_a_draft_survives_a_crash_and_a_lost_claim_and_not_the_signing_out(
    house: Callable[..., House], clips: Path
) -> None:
    kiln = house(ana=["author"], rui=["reviewer"])
    take = kiln.bring("ana", frozen_clip(clips, 72), "unsent.mp4")
    review = kiln.review_of(take)
    page = enter(kiln, review)
    page.keyboard.press("c")
    page.keyboard.type("The vase me")
    said = page.locator("[data-part=note-range]").inner_text()
    kept = "() => Object.keys(localStorage).filter((key) => key.startsWith('dailies.draft.')).length"
    wait_until(lambda: page.evaluate(kept) == 1)

    again = page.context.new_page()
    page.close()  # as after a crash: nothing was said good-bye to
    kiln.inside.call("let_claim_expire", review=review)
    open_room(again, f"/reviews/{review}/")
    expect(again.locator("#note-body")).to_have_value("The vase me")
    expect(again.locator("[data-part=draft]")).to_have_text(re.compile(r"Draft of \d\d:\d\d restored"))
    expect(again.locator("[data-part=note-range]")).to_have_text(said)
    again.locator("#note-body").press("Enter")
    expect(again.locator(".note")).to_contain_text("The vase me")
    note = kiln.inside.row("reviews.Comment", "start_frame", candidate__uuid=take)
    assert said.endswith(f"on frame {note['start_frame']}")
    wait_until(lambda: again.evaluate(kept) == 0)

    again.locator("#note-body").fill("Half a")
    wait_until(lambda: again.evaluate(kept) == 1)
    again.locator(".menu summary", has_text=kiln.full_name("rui")).click()
    again.get_by_role("button", name="Sign out").click()
    again.wait_for_url("**/sign-in/**")
    assert again.evaluate(kept) == 0
