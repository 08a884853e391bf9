"""The picture closer: pixel for pixel, in register with what lies over it, and never from under a veil."""

from io import BytesIO
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from reviews.rules.veil import Level, Veil

from .test_player import STILL, pause, press

STAGE = (640, 400)
"""Where a picture of 320x180 fits at twice its size, with 20 px above and below."""
SHOWN = """() => {
  const [stage, video, overlay] = ["#stage", "#stage video", "#stage .overlay"]
    .map((each) => document.querySelector(each).getBoundingClientRect());
  const at = ({ x, y, width, height }) => [x - stage.x, y - stage.y, width, height];
  return { video: at(video), overlay: at(overlay) };
}"""
BOX = """() => {
  const box = document.querySelector(".box"), { x, y, width, height } = box.getBBox();
  const screen = box.getScreenCTM();
  const ends = [[x, y], [x + width, y + height]].map(([a, b]) => new DOMPoint(a, b).matrixTransform(screen));
  const stage = document.querySelector("#stage").getBoundingClientRect();
  return ends.flatMap((end) => [end.x - stage.x, end.y - stage.y]);
}"""


def white_square(severity="major"):
    """A finding on the square that is white in frame 1 of a barcode: 160 to 200 across and 40 to 80 down."""
    return SimpleNamespace(
        pk=1,
        label="square",
        severity=severity,
        start_frame=0,
        end_frame=60,
        box=[160 / 320, 40 / 180, 40 / 320, 40 / 180],
        score=1,
        threshold=1,
        verdict=None,
    )


@pytest.fixture
def on_stage(open_player):
    """A player on a stage of known size, paused at frame 1."""

    def start(**attributes):
        page = open_player(fps=24, **attributes)
        page.add_style_tag(content=f"#stage {{ width: {STAGE[0]}px; height: {STAGE[1]}px }}")
        pause(page)
        press(page, "Home")
        press(page, "ArrowRight")
        return page

    return start


def level_is(page, text):
    page.wait_for_function("(text) => document.querySelector('[data-part=zoom]').textContent === text", arg=text)


def over(page, x, y):
    """Move the mouse to a point of the stage."""
    box = page.locator("#stage").bounding_box()
    page.mouse.move(box["x"] + x, box["y"] + y)


def turn(page, way):
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100 * way)
    page.keyboard.up("Control")


def painted(page):
    """The stage as it is on the screen, in grey, without what lies over the picture."""
    page.add_style_tag(content=".overlay, .zoom-bar, .stage::after { visibility: hidden }")
    page.evaluate(STILL)
    box = page.locator("#stage").bounding_box()
    clip = {"x": box["x"], "y": box["y"], "width": STAGE[0], "height": STAGE[1]}
    with Image.open(BytesIO(page.screenshot(clip=clip))) as image:
        return np.asarray(image.convert("L")).astype(int)


def white_ends(picture):
    rows, columns = np.nonzero(picture > 200)
    return [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


@pytest.mark.parametrize(("presses", "text", "scale"), [((), "Fit", 2), (("Shift+Z",), "1:1", 1)])
def test_a_press_shows_pixel_for_pixel_and_the_overlay_lies_on_the_same_picture(on_stage, presses, text, scale):
    page = on_stage(findings=[white_square()])
    for key in presses:
        page.keyboard.press(key)
    level_is(page, text)
    corner = [(STAGE[0] - 320 * scale) / 2, (STAGE[1] - 180 * scale) / 2]
    expected = [corner[axis] + end * scale for end, axis in ((160, 0), (40, 1), (200, 0), (80, 1))]
    assert page.evaluate(BOX) == pytest.approx(expected, abs=0.5)
    assert white_ends(painted(page)) == pytest.approx(expected, abs=1)


def test_closer_up_each_pixel_is_a_square_and_the_box_stays_on_its_edges(on_stage):
    page = on_stage(findings=[white_square()])
    over(page, 320 + 4, 200 - 4)
    for text in ("4:1", "8:1"):
        turn(page, 1)
        level_is(page, text)
    shown = page.evaluate(SHOWN)
    assert shown["video"] == shown["overlay"]
    left, _, width, height = shown["video"]
    assert (width, height) == (320 * 8, 180 * 8)
    box = page.evaluate(BOX)
    picture = painted(page)
    edge = white_ends(picture)[0]
    assert edge == pytest.approx(box[0], abs=1)
    row = picture[100, round(left) % 8 :]  # a line of the picture through the square
    squares = row[: len(row) // 8 * 8].reshape(-1, 8)
    assert (squares == squares[:, :1]).all()
    assert len(np.unique(row)) > 1


def test_the_wheel_keeps_what_lies_under_the_pointer(on_stage):
    page = on_stage()
    over(page, 160, 110)  # 80, 45 of the picture: a quarter of its sides
    turn(page, 1)
    level_is(page, "4:1")
    left, top, width, height = page.evaluate(SHOWN)["video"]
    assert [(160 - left) / width, (110 - top) / height] == pytest.approx([0.25, 0.25], abs=0.002)
    turn(page, -1)
    level_is(page, "Fit")
    turn(page, -1)
    level_is(page, "1:1")
    turn(page, -1)
    level_is(page, "1:1")  # nothing is smaller than its own pixels


def test_a_drag_pans_as_far_as_the_picture_goes_and_is_no_click(on_stage):
    page = on_stage()
    over(page, 320, 200)
    turn(page, 1)
    level_is(page, "4:1")
    before = page.evaluate(SHOWN)["video"]
    page.mouse.down()
    over(page, 360, 230)
    page.mouse.up()
    after = page.evaluate(SHOWN)["video"]
    assert [after[0] - before[0], after[1] - before[1]] == [40, 30]
    over(page, 20, 20)
    page.mouse.down()
    over(page, 620, 380)
    page.mouse.up()
    assert page.evaluate(SHOWN)["video"][:2] == [0, 0]
    assert page.evaluate("document.querySelector('video').paused")
    over(page, 200, 200)
    page.mouse.down()
    page.mouse.up()
    page.wait_for_function("!document.querySelector('video').paused")


def test_keys_and_buttons_pan_and_no_frame_is_stepped(on_stage):
    page = on_stage()
    over(page, 320, 200)
    turn(page, 1)
    level_is(page, "4:1")
    for name, text in (("Zoom in", "8:1"), ("Zoom out", "4:1")):
        page.get_by_role("button", name=name).click()
        level_is(page, text)
    moves = {
        "Alt+Shift+ArrowRight": (-64, 0),
        "Alt+Shift+ArrowDown": (0, -40),
        "Alt+Shift+ArrowLeft": (64, 0),
        "Alt+Shift+ArrowUp": (0, 40),
    }
    for key, moved in moves.items():
        before = page.evaluate(SHOWN)["video"]
        page.keyboard.press(key)
        page.wait_for_function(
            "([shown, before]) => String(eval(shown)().video) !== before",
            arg=[f"({SHOWN})", ",".join(map(str, before))],
        )
        after = page.evaluate(SHOWN)["video"]
        assert (after[0] - before[0], after[1] - before[1]) == moved
    page.get_by_role("button", name="Show more of the right").click()
    assert page.locator("[data-part=frame]").inner_text() == "1"


FINGERS = """(moves) => {
  const stage = document.querySelector("#stage"), { x, y } = stage.getBoundingClientRect();
  for (const [kind, id, left, top] of moves) {
    const told = { pointerId: id, pointerType: "touch", isPrimary: id === 1, buttons: 1, bubbles: true };
    stage.querySelector("video").dispatchEvent(
      new PointerEvent(`pointer${kind}`, { ...told, clientX: x + left, clientY: y + top }));
  }
}"""


def test_two_fingers_zoom_about_what_lies_between_them_and_step_no_frame(on_stage):
    page = on_stage()
    page.evaluate(FINGERS, [["down", 1, 150, 110]])
    page.wait_for_function("document.querySelector('[data-part=zoom-said]').textContent")  # the rest has come
    page.evaluate(FINGERS, [["down", 2, 170, 110], ["move", 1, 150, 110], ["move", 2, 190, 110]])
    level_is(page, "4:1")
    left, top, width, height = page.evaluate(SHOWN)["video"]
    assert [(170 - left) / width, (110 - top) / height] == pytest.approx([170 / 640, 0.25], abs=0.002)
    page.evaluate(FINGERS, [["move", 2, 165, 110], ["up", 1, 150, 110], ["up", 2, 165, 110]])
    level_is(page, "Fit")
    assert page.locator("[data-part=frame]").inner_text() == "1"


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ({}, "1:1, 320×180"),
        ({"width": 320, "height": 180}, "1:1, 320×180"),
        ({"width": 1920, "height": 1080}, "1:1 of the copy, 320×180. The original, 1920×1080, is at 17 %."),
    ],
)
def test_it_says_whose_pixels_they_are(on_stage, size, words):
    page = on_stage(original=size)
    page.keyboard.press("Shift+Z")
    level_is(page, "1:1")
    assert page.locator("[data-part=zoom-said]").inner_text() == words


def test_a_veil_lies_over_the_whole_picture_however_close_somebody_is(on_stage, open_player, page):
    page.add_init_script("addEventListener('DOMContentLoaded', () => document.querySelector('video').play())")
    on_stage(veiled="It may contain violence.", veil=Veil(Level.BLUR_GREY))
    page.keyboard.press("Shift+Z")
    level_is(page, "1:1")
    assert page.evaluate(SHOWN)["video"] == [0, 0, *STAGE]
    assert "blur(28px)" in page.evaluate("getComputedStyle(document.querySelector('video')).filter")
    page.keyboard.down("h")
    assert page.evaluate(SHOWN)["video"] == [160, 110, 320, 180]
    page.keyboard.up("h")
    assert page.evaluate(SHOWN)["video"] == [0, 0, *STAGE]


GUIDES = """() => [...document.querySelectorAll(".guide")].filter((each) => each.checkVisibility()).map((each) => {
  const { x, y, width, height } = each.getBBox(), stage = document.querySelector("#stage").getBoundingClientRect();
  return [[x, y], [x + width, y + height]].flatMap(([a, b]) => {
    const end = new DOMPoint(a, b).matrixTransform(each.getScreenCTM());
    return [end.x - stage.x, end.y - stage.y];
  });
})"""


def test_guides_lie_on_the_picture_and_not_on_the_bars_and_follow_it(on_stage):
    """The picture fits in 640x360 from (0, 20): action 93 %, titles 90 %; then thirds; then nothing."""
    page = on_stage()
    assert page.evaluate(GUIDES) == []
    page.keyboard.press("Shift+G")
    action, title = page.evaluate(GUIDES)
    assert action == pytest.approx([22.4, 32.6, 617.6, 367.4], abs=0.1)
    assert title == pytest.approx([32, 38, 608, 362], abs=0.1)
    assert page.get_by_role("button", name="Guides: action 93 % and title 90 %").is_visible()
    page.keyboard.press("Shift+Z")
    level_is(page, "1:1")
    assert page.evaluate(GUIDES)[0] == pytest.approx([171.2, 116.3, 468.8, 283.7], abs=0.1)
    page.keyboard.press("Shift+Z")
    page.keyboard.press("Shift+G")
    assert page.evaluate(GUIDES) == [pytest.approx([0, 20, 640, 380], abs=0.1)]
    page.reload()
    page.wait_for_selector("#stage[data-guides=thirds]", state="attached")
    page.locator("[data-act='player.guides']").click()
    assert page.evaluate(GUIDES) == []
