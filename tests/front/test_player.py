"""Number and picture agree: clips carry their frame number as a barcode, read back from the browser's own pixels."""

import json
import random
from fractions import Fraction
from types import SimpleNamespace

import av
import pytest
from django.template.loader import render_to_string

from studio.templatetags.dailies import bindings_script
from tests.clips import draw_clip

from .conftest import ORIGIN

READ = """() => {
  const video = document.querySelector("video");
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(video, 0, 0);
  const cell = video.videoWidth / 8;
  let number = 0;
  for (let row = 0; row < 2; row++) {
    for (let column = 0; column < 5; column++) {
      const [bright] = pen.getImageData((column + 0.5) * cell, (row + 0.5) * cell, 1, 1).data;
      number = number * 2 + (bright > 127 ? 1 : 0);
    }
  }
  return [number, Number(document.querySelector("[data-part=frame]").textContent)];
}"""
STILL = """() => new Promise((done) => {
  const video = document.querySelector("video");
  let last = "", same = 0;
  const look = () => {
    const now = document.querySelector("[data-part=frame]").textContent + video.currentTime;
    same = now === last && video.paused && !video.seeking ? same + 1 : 0;
    last = now;
    same > 10 ? done() : setTimeout(look, 12);
  };
  look();
})"""
PAGE = """<!doctype html>
<link rel=stylesheet href=/static/css/tokens.css>
<link rel=stylesheet href=/static/css/base.css>
<link rel=stylesheet href=/static/css/room.css>
<body data-scopes="player">{bindings}
<dialog id=keys></dialog><div id=said></div><div id=alarm></div>
{parts}
<script type=module src=/static/js/app.js></script>"""


def frame_table(path, fps):
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.pts is not None]
        scale = container.streams.video[0].time_base
    times = [packet.pts * scale.numerator for packet in packets]
    end = times[-1] + packets[-1].duration * scale.numerator
    table = {"timescale": scale.denominator, "count": len(times), "times": times, "end": end}
    return {"fps": str(Fraction(fps)), **table}


@pytest.fixture
def open_player(page, serve, tmp_path):
    def start(*, fps, frames=60, times_ms=None, findings=(), **attributes):
        clip = draw_clip(
            tmp_path / "clip.mp4", frames=frames, size=(320, 180), fps=fps, times_ms=times_ms, keyframe_every=24
        )
        table = frame_table(clip, fps)
        context = {
            "candidate": SimpleNamespace(name="Take 1", facts={"has_audio": False}),
            "frames": {"duration": float(frames / Fraction(fps)), "fps": str(Fraction(fps)), "count": frames},
            "findings": findings,
            "lanes": [{"title": "Frozen", "findings": findings}] if findings else [],
            "notes": [],
            "media": {"proxy": "/clip.mp4", "poster": "", "sprite": "/sprite.jpg", "frames": "/frames.json"},
            **attributes,
        }
        parts = "".join(render_to_string(f"reviews/_{name}.html", context) for name in ("player", "timeline"))
        html = PAGE.format(parts=parts, bindings=bindings_script())
        serve({"/": html, "/clip.mp4": clip, "/frames.json": json.dumps(table)})
        page.goto(ORIGIN)
        page.wait_for_function("document.querySelector('.transport').hasAttribute('data-playing')")
        return page

    return start


def pause(page):
    page.keyboard.press("Space")
    page.evaluate(STILL)


def press(page, key):
    page.keyboard.press(key)
    page.evaluate(STILL)


def test_the_browser_plays_our_proxies(page, serve):
    serve({"/": "<!doctype html>"})
    page.goto(ORIGIN)
    codec = 'video/mp4; codecs="avc1.640028, mp4a.40.2"'
    assert page.evaluate("(codec) => document.createElement('video').canPlayType(codec)", codec) == "probably"


@pytest.mark.parametrize("fps", ["24000/1001", 24, 25, "30000/1001", 60])
def test_number_and_picture_agree_after_steps_jumps_and_pauses(open_player, fps):
    page = open_player(fps=fps)
    for _ in range(3):
        page.wait_for_timeout(90)
        pause(page)
        picture, number = page.evaluate(READ)
        assert picture == number
        page.keyboard.press("Space")
    pause(page)
    press(page, "Home")
    for frame in range(1, 27):
        press(page, "ArrowRight")
        assert page.evaluate(READ) == [frame, frame]
    press(page, "End")
    assert page.evaluate(READ) == [59, 59]
    for frame in (0, 23, 24, 47, 48, *random.Random(7).sample(range(60), 4)):
        jump_to(page, frame, of=60)
        assert page.evaluate(READ) == [frame, frame]


def jump_to(page, frame, *, of):
    field = page.locator(".field-of-frames").bounding_box()
    page.mouse.click(field["x"] + field["width"] * (frame + 0.5) / of, field["y"] + 8)
    page.evaluate(STILL)


def test_uneven_times_and_a_late_start_keep_their_frames(open_player):
    times = [500 + 40 * n + (25 if n % 3 else 0) for n in range(30)]
    page = open_player(fps=25, frames=30, times_ms=times)
    pause(page)
    for frame in (0, 1, 2, 7, 29, 13):
        jump_to(page, frame, of=30)
        assert page.evaluate(READ) == [frame, frame]


def test_a_held_key_adds_up(open_player):
    page = open_player(fps=24)
    pause(page)
    press(page, "Home")
    for _ in range(12):
        page.keyboard.down(".")
    page.keyboard.up(".")
    page.evaluate(STILL)
    assert page.evaluate(READ) == [12, 12]


def test_playback_loops_inside_the_marked_range(open_player):
    page = open_player(fps=24)
    pause(page)
    press(page, "Home")
    press(page, "Shift+ArrowRight")
    press(page, "i")
    press(page, "Shift+ArrowRight")
    press(page, "o")
    page.evaluate(
        "() => { window.seen = [];"
        " new MutationObserver(() => window.seen.push(Number(document.querySelector('[data-part=frame]').textContent)))"
        ".observe(document.querySelector('[data-part=frame]'), { childList: true }); }"
    )
    page.keyboard.press("Space")
    page.wait_for_function("window.seen.filter((frame) => frame <= 11).length > 4")
    # In 10, out 20: the range is [10, 21). Frame 21 may flash once, 22 is a fault; a slow machine may skip 10 itself.
    first, last = page.evaluate("[Math.min(...window.seen), Math.max(...window.seen)]")
    assert first in (10, 11)
    assert last in (19, 20, 21)


def test_keys_sleep_while_somebody_types(open_player):
    page = open_player(fps=24)
    pause(page)
    press(page, "Home")
    page.evaluate("document.body.append(document.createElement('textarea'))")
    page.locator("textarea").focus()
    page.keyboard.type("l.l.")
    page.evaluate(STILL)
    assert page.evaluate(READ) == [0, 0]
    assert page.locator("textarea").input_value() == "l.l."


def test_the_slider_says_where_it_is(open_player):
    page = open_player(fps="30000/1001")
    pause(page)
    jump_to(page, 57, of=60)
    assert page.locator("[role=slider]").get_attribute("aria-valuetext") == "00:00:01;27, frame 57 of 60"
