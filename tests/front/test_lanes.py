"""The timeline: closer about the pointer, exact at every size, every lane in register, and a lane for the rest."""

import json
from types import SimpleNamespace

import pytest

from .test_player import READ, pause, press

FRAMES = 240
FIELD = """() => {
  const [window, field] = [".window", ".field-of-frames"].map((each) => document.querySelector(each));
  const [seen, all] = [window, field].map((each) => each.getBoundingClientRect());
  return { left: seen.left, width: seen.width, start: all.left, whole: all.width };
}"""


def flaw(pk, check, start, end):
    return SimpleNamespace(
        pk=pk,
        check_key=check,
        label=check,
        severity="minor",
        start_frame=start,
        end_frame=end,
        box=None,
        score=1,
        threshold=1,
        verdict=None,
    )


def lanes_named(*names):
    return [
        {"title": name, "findings": [flaw(number, name, 10 * number, 10 * number + 20)]}
        for number, name in enumerate(names, 1)
    ]


@pytest.fixture
def at_rest(open_player):
    def start(**attributes):
        page = open_player(fps=24, frames=FRAMES, **attributes)
        pause(page)
        press(page, "Home")
        return page

    return start


def larger(page, times):
    page.wait_for_function("(said) => document.querySelector('[data-part=lanes]').textContent === said", arg=times)


def place_of(page, frame):
    """The middle of a frame's part of the field, in pixels of the window."""
    field = page.evaluate(FIELD)
    return field["start"] + field["whole"] * (frame + 0.5) / FRAMES


def row(page, lane):
    box = page.locator(lane).first.bounding_box()
    return box["y"] + box["height"] / 2


def turn(page, way):
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100 * way)
    page.keyboard.up("Control")


def test_the_wheel_keeps_the_frame_under_the_pointer_and_a_click_there_shows_it(at_rest):
    page = at_rest()
    x = round(place_of(page, 150))
    page.mouse.move(x, row(page, ".lane-marks"))
    field = page.evaluate(FIELD)
    share = (x - field["start"]) / field["whole"]
    for times in ("2×", "4×"):
        turn(page, 1)
        larger(page, times)
        field = page.evaluate(FIELD)
        assert field["start"] + share * field["whole"] == pytest.approx(x, abs=1)
    page.mouse.click(place_of(page, 150), row(page, ".lane-marks"))
    page.wait_for_function(f"({READ})()[1] === 150")
    assert page.evaluate(READ)[0] == 150
    assert page.locator("[role=slider]").get_attribute("aria-valuetext") == "00:00:06:06, frame 150 of 240"


def test_a_range_dragged_close_up_is_exact(at_rest):
    page = at_rest()
    page.mouse.move(place_of(page, 120), row(page, ".lane-marks"))
    for times in ("2×", "4×", "8×"):
        turn(page, 1)
        larger(page, times)
    page.mouse.move(place_of(page, 118), row(page, ".lane-marks"))
    page.mouse.down()
    page.mouse.move(place_of(page, 123), row(page, ".lane-marks"), steps=3)
    page.mouse.up()
    assert page.locator("[data-part=range]").inner_text() == "range 118–123"


def test_keys_and_buttons_zoom_about_the_playhead_and_end_where_a_frame_is_wide_enough(at_rest):
    page = at_rest()
    press(page, "End")
    for _ in range(9):
        page.keyboard.press("Shift+ArrowUp")
    larger(page, "8×")
    field = page.evaluate(FIELD)
    assert 24 <= field["whole"] / FRAMES < 48
    assert field["left"] <= place_of(page, 239) <= field["left"] + field["width"]
    page.locator(".lane-zoom [data-act='player.lanes_out']").click()
    larger(page, "4×")
    assert page.evaluate(FIELD)["whole"] == pytest.approx(field["whole"] / 2, abs=1)
    for _ in range(9):
        page.keyboard.press("Shift+ArrowDown")
    larger(page, "")
    field = page.evaluate(FIELD)
    assert (field["start"], field["whole"]) == (field["left"], field["width"])


def test_the_playhead_stays_in_the_window_while_it_plays_and_when_it_jumps(at_rest):
    page = at_rest()
    for times in ("2×", "4×", "8×"):
        page.keyboard.press("Shift+ArrowUp")
        larger(page, times)
    for key, frame in (("End", 239), ("Home", 0)):
        press(page, key)
        field = page.evaluate(FIELD)
        assert field["left"] <= place_of(page, frame) <= field["left"] + field["width"]
    page.keyboard.press("Space")
    page.wait_for_function("document.querySelector('.window').scrollLeft > 0")
    pause(page)
    frame = page.evaluate(READ)[1]
    field = page.evaluate(FIELD)
    assert field["left"] <= place_of(page, frame) <= field["left"] + field["width"]


def test_every_lane_is_in_register_with_the_ruler_close_up(at_rest):
    page = at_rest(lanes=lanes_named("Blur"), findings=[flaw(1, "Blur", 10, 30)])
    page.mouse.move(place_of(page, 12), row(page, ".lane-marks"))
    for times in ("2×", "4×", "8×"):
        turn(page, 1)
        larger(page, times)
    field = page.evaluate(FIELD)
    left = page.locator(".mark .bar").first.bounding_box()["x"]
    assert left == pytest.approx(field["start"] + field["whole"] * 10 / FRAMES, abs=1)
    labels = page.locator(".lane-ruler text").all_text_contents()
    ticks = page.locator(".lane-ruler line")
    assert 5 <= len(labels) <= 30
    for number, label in enumerate(labels):
        frame = sum(int(part) * unit for part, unit in zip(label.split(":"), (86400, 1440, 24, 1), strict=True))
        x = ticks.nth(number).evaluate("(line) => line.getBoundingClientRect().left")
        assert x == pytest.approx(field["start"] + field["whole"] * frame / FRAMES, abs=1)


def test_beyond_three_lanes_the_rest_is_gathered_and_can_be_opened(at_rest):
    names = ("Blur", "Noise", "Flicker", "Banding", "Light")
    lanes = lanes_named(*names)
    page = at_rest(lanes=lanes, findings=[each for lane in lanes for each in lane["findings"]])
    bars = page.locator(".lane-gathered .mark")
    extra = page.locator("svg.lane-extra")
    assert [bars.nth(place).get_attribute("data-finding") for place in range(2)] == ["4", "5"]
    assert (bars.first.is_visible(), extra.first.is_visible()) == (True, False)
    assert page.locator(".lane-more").inner_text().startswith("2 more")
    page.get_by_label("2 more lanes of findings").check(force=True)
    assert (bars.first.is_visible(), extra.first.is_visible(), extra.nth(1).is_visible()) == (False, True, True)
    shown = [name for name in page.locator(".lane-name:not(.lane-zoom, .lane-more)").all() if name.is_visible()]
    assert [name.inner_text() for name in shown][:5] == list(names)
    for name in names[3:]:
        number = names.index(name) + 1
        label = page.locator(".lane-extra", has_text=name).first.bounding_box()
        bar = page.locator(f".lane-extra [data-finding='{number}']").bounding_box()
        assert label["y"] <= bar["y"]
        assert bar["y"] + bar["height"] <= label["y"] + label["height"] + 1


def test_three_lanes_need_no_other(at_rest):
    lanes = lanes_named("Blur", "Noise", "Flicker")
    page = at_rest(lanes=lanes, findings=[])
    assert page.locator(".more-lanes, .lane-gathered, .lane-extra").count() == 0


def test_the_sound_has_a_lane_where_a_waveform_was_made_and_says_its_peak(at_rest):
    media = {"proxy": "/clip.mp4", "poster": "", "sprite": "/sprite.jpg", "frames": "/frames.json"}
    candidate = SimpleNamespace(name="Take 1", facts={"has_audio": True, "sound_peak": 0.7})
    page = at_rest(audio="tone", candidate=candidate, media=media | {"waveform": "/waveform.png"})
    lane = page.locator("div.lane-sound")
    assert lane.get_attribute("title") == "Sound, peak −3.1 dBFS"
    field, wave = page.evaluate(FIELD), lane.locator("img").bounding_box()
    assert (wave["x"], wave["width"]) == pytest.approx((field["start"], field["whole"]), abs=0.5)


def test_without_a_waveform_there_is_no_lane(at_rest):
    assert at_rest(audio="tone").locator(".lane-sound").count() == 0


def test_the_tile_under_the_pointer_shows_at_once_and_a_drag_on_the_ruler_scrubs(at_rest, page):
    sprite = {"columns": 10, "rows": 3, "width": 160, "height": 90, "every": 10, "tiles": 24}
    page.add_init_script(
        "const own = Response.prototype.json; Response.prototype.json = async function () {"
        f" return {{ ...await own.call(this), sprite: {json.dumps(sprite)} }}; }};"
    )
    at_rest()
    still = page.locator(".still")
    tile = """() => new Promise((done) => requestAnimationFrame(() => {
      const still = document.querySelector(".still");
      done([still.hidden, still.style.backgroundPosition, still.dataset.timecode]);
    }))"""
    page.mouse.move(place_of(page, 127), row(page, ".lane-marks"))
    assert page.evaluate(tile) == [False, "-320px -90px", "00:00:05:07"]  # tile 12: third in the second row
    page.mouse.move(place_of(page, 5), row(page, ".lane-ruler"))
    page.mouse.down()
    page.mouse.move(place_of(page, 200), row(page, ".lane-ruler"), steps=3)
    assert page.evaluate(tile) == [False, "0px -180px", "00:00:08:08"]
    assert page.evaluate(READ)[1] == 0
    page.mouse.up()
    page.wait_for_function(f"({READ})()[1] === 200")
    assert page.locator("[data-part=range]").inner_text() == ""
    page.mouse.move(5, 5)
    assert still.is_hidden()
