"""The room's scripts against drawn clips: what each key sends. The server's side of it is tested where it lives."""

import json
from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from playwright.sync_api import expect

from reviews.forms import SkipForm
from reviews.rules.veil import Level, Veil
from reviews.views.sheet import laid_out
from tests.clips import draw_clip

from .conftest import ORIGIN, frame_table

FIRST, NEXT = UUID(int=1), UUID(int=2)
REASONS = [
    SimpleNamespace(slug=slug, label=slug.title(), needs_range=needs, group="TECH", for_moderators=slug == "minors")
    for slug, needs in [("freeze", True), ("flicker", True), ("length", False), ("minors", True)]
]


def finding(pk, start, end, reason):
    return SimpleNamespace(
        pk=pk,
        label=reason,
        severity="major",
        start_frame=start,
        end_frame=end,
        start_seconds=start / 24,
        end_seconds=end / 24,
        score=0.9,
        threshold=0.5,
        unit="",
        box=[0.25, 0.25, 0.5, 0.5],
        message="Something is wrong.",
        verdict=None,
        reason=reason,
    )


def room(pk, uuid, findings, *, allowed=True, veiled="", veil=None, numbered=REASONS, **more):
    names = ("frames.json", "proxy.mp4", "poster.jpg", "sprite.jpg")
    verbs = [
        SimpleNamespace(
            slug=slug, title=slug.title(), key_id=f"room.{slug}", allowed=allowed, why="" if allowed else "Not you."
        )
        for slug in ("pass", "request_changes", "reject", "escalate")
    ]
    context = {
        "csrf_token": "token",
        "user": SimpleNamespace(pk=7, is_authenticated=True, username="rina", get_full_name="Rina"),
        "review": SimpleNamespace(
            pk=pk, queue="flagged", get_queue_display="Flagged", due_at=timezone.now() + timedelta(hours=1), question=""
        ),
        "candidate": SimpleNamespace(
            uuid=uuid,
            name=f"Take {pk}",
            sha256="ab12",
            facts={"width": 320, "height": 180, "has_audio": False, "audio_codec": None},
        ),
        "prompt": SimpleNamespace(text="A vase.", direction={}, project="Kiln"),
        "frames": {"duration": 2.5, "fps": "24", "count": 60},
        "findings": findings,
        "lanes": [{"check": "any", "title": "Any", "findings": findings}],
        "notes": [],
        "drawing_height": 562.5,
        "severity": "major",
        "verbs": verbs,
        "reasons": numbered,
        "all_reasons": REASONS,
        "skips": SkipForm.CAUSES,
        "claim": {"mine": True, "holder": "", "expires_at": timezone.now() + timedelta(minutes=10), "closed": False},
        "seen": {"seen": "signed"},
        "recent": [],
        "veiled": veiled,
        "veil": veil or (Veil(Level.BLUR_GREY) if veiled else Veil()),
        **more,
        "media": dict(zip(("frames", "proxy", "poster", "sprite"), (f"/{uuid}/{name}" for name in names), strict=True)),
    }
    return render_to_string("reviews/review.html", context)


@pytest.fixture
def open_room(page, serve, tmp_path):
    """The room on a clip of 60 frames with two findings; every decision brings the clip of review 2."""

    def start(ahead="", answers=None, **how):
        clip = draw_clip(tmp_path / "clip.mp4", frames=60, size=(320, 180), fps=24, keyframe_every=24)
        table = json.dumps(frame_table(clip, 24))
        files = {
            f"/{uuid}/{name}": each
            for uuid in (FIRST, NEXT)
            for name, each in (("proxy.mp4", clip), ("frames.json", table))
        }
        after = room(2, NEXT, [])
        posted = serve(
            {
                **files,
                "/reviews/1/": room(1, FIRST, [finding(11, 30, 36, "freeze"), finding(12, 50, 54, "flicker")], **how),
                "/reviews/1/ahead/": json.dumps({"ahead": ["/reviews/2/"] if ahead else []}),
                "/reviews/2/": ahead,
                "/reviews/1/claim/": json.dumps({"expires_at": (timezone.now() + timedelta(minutes=10)).isoformat()}),
                "/reviews/1/decide/": after,
                "/reviews/1/skip/": after,
                "/sign-out/": "<p>Signed out.</p>",
                "/findings/11/label/": "{}",
                f"/candidates/{FIRST}/notes/": after,
                f"/candidates/{FIRST}/marks/": after,
                f"/candidates/{FIRST}/people/": '<li><button type="button" data-name="mina">@mina</button></li>',
                **(answers or {}),
            }
        )
        page.goto(f"{ORIGIN}/reviews/1/")
        page.wait_for_selector("#room[data-ready] .finding[data-selected]")
        page.wait_for_function("document.querySelector('.transport').dataset.frame >= 6")  # a second before the finding
        return posted

    return start


def sent(posted, ending):
    return [fields for path, fields in posted if path.endswith(ending)]


def test_a_reasoned_refusal_is_two_keys_and_takes_the_finding_s_own_frames(page, open_room):
    posted = open_room()
    page.keyboard.press("x")
    page.keyboard.press("Enter")
    page.wait_for_selector("#room[data-review='2']")
    (fields,) = sent(posted, "/decide/")
    assert fields["outcome"] == ["reject"]
    assert fields["reasons"] == ["freeze"]
    assert (fields["start_frame"], fields["end_frame"], fields["finding"]) == (["30"], ["36"], ["11"])
    assert fields["seen"] == ["signed"]


def test_a_digit_chooses_and_sends(page, open_room):
    posted = open_room()
    page.keyboard.press("r")
    page.keyboard.press("3")
    page.wait_for_selector("#room[data-review='2']")
    assert sent(posted, "/decide/")[0]["reasons"] == ["length"]


def test_shift_and_digits_tick_several(page, open_room):
    posted = open_room()
    page.keyboard.press("x")
    page.keyboard.press("Shift+Digit2")
    page.keyboard.press("Shift+Digit3")
    page.keyboard.press("Enter")
    page.wait_for_selector("#room[data-review='2']")
    assert sent(posted, "/decide/")[0]["reasons"] == ["flicker", "length"]


def test_a_decision_waits_for_the_labels_before_it(page, open_room):
    posted = open_room()
    page.evaluate(
        """() => {
          const { fetch } = window;
          window.fetch = (address, options) => String(address).endsWith("/label/")
            ? new Promise((done) => { window.answerLabel = () => done(fetch(address, options)); })
            : fetch(address, options);
        }"""
    )
    for key in ("y", "x", "Enter"):
        page.keyboard.press(key)
    page.wait_for_selector("#decide[data-busy]")
    assert sent(posted, "/decide/") == []
    page.evaluate("window.answerLabel()")
    page.wait_for_selector("#room[data-review='2']")
    assert [path for path, _ in posted if path.endswith(("/label/", "/decide/"))] == [
        "/findings/11/label/",
        "/reviews/1/decide/",
    ]


def test_what_enter_would_send_is_said_even_when_it_has_no_digit(page, open_room):
    open_room(numbered=[None] * 10)
    page.keyboard.press("x")
    said = page.locator("[data-part=range-said]")
    expect(said).to_have_text("Enter: Freeze. Frames 30–35.")
    page.keyboard.press("+")
    page.locator(".reason", has_text="Length").click()
    expect(said).to_have_text("Frames 30–35.")


def test_a_reason_of_moderators_becomes_a_question_to_one(page, open_room):
    posted = open_room()
    page.keyboard.press("x")
    page.keyboard.press("4")
    sheet = page.locator("#sheet")
    expect(sheet.locator("h2")).to_have_text("Escalate: what is the question?")
    expect(sheet.locator("textarea")).to_have_value("Minors, frames 30–35.")
    assert sent(posted, "/decide/") == []
    page.keyboard.press("Enter")
    page.wait_for_selector("#room[data-review='2']")
    (fields,) = sent(posted, "/decide/")
    assert fields["outcome"] == ["escalate"]
    assert fields["note"] == ["Minors, frames 30–35."]
    assert "reasons" not in fields


def test_a_confirmed_finding_is_the_one_that_is_cited(page, open_room):
    posted = open_room()
    page.keyboard.press("y")
    page.wait_for_selector(".finding[data-finding='12'][data-selected]")
    page.keyboard.press("x")
    page.keyboard.press("Enter")
    page.wait_for_selector("#room[data-review='2']")
    assert sent(posted, "/label/") == [{"csrfmiddlewaretoken": ["token"], "next": [""], "verdict": ["confirmed"]}]
    assert sent(posted, "/decide/")[0]["finding"] == ["11"]


def test_a_double_press_decides_once(page, open_room):
    posted = open_room()
    page.locator("#stage").evaluate(
        "(stage) => ['a', 'a'].forEach((key) =>"
        " stage.dispatchEvent(new KeyboardEvent('keydown', { key, code: 'KeyA', bubbles: true, cancelable: true })))"
    )
    page.wait_for_selector("#room[data-review='2']")
    assert len(sent(posted, "/decide/")) == 1


def test_typing_a_note_pauses_and_decides_nothing(page, open_room):
    posted = open_room()
    page.keyboard.press("c")
    page.keyboard.type("axre")
    assert page.evaluate("document.querySelector('video').paused")
    page.keyboard.press("Enter")
    page.wait_for_function("!document.querySelector('#note-body').value")
    (fields,) = sent(posted, "/notes/")
    assert fields["body"] == ["axre"]
    assert 6 <= int(fields["start_frame"][0]) < 49
    assert sent(posted, "/decide/") == []


def kept(page):
    return page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('dailies.draft.'))")


def wait_for_drafts(page, count):
    page.wait_for_function(
        f"Object.keys(localStorage).filter((key) => key.startsWith('dailies.draft.')).length === {count}"
    )


def test_a_note_that_was_not_sent_comes_back_with_its_frame_after_a_reload(page, open_room):
    posted = open_room()
    page.keyboard.press("c")
    page.keyboard.type("the vase me")
    said = page.locator("[data-part=note-range]").inner_text()
    wait_for_drafts(page, 1)
    assert kept(page) == ["dailies.draft.7.1.ab12.note"]
    page.reload()
    page.wait_for_function("document.querySelector('#note-body').value === 'the vase me'")
    page.wait_for_selector(".finding[data-selected]")
    assert page.locator("[data-part=note-range]").inner_text() == said
    assert "Draft of" in page.locator("[data-part=draft]").inner_text()
    page.locator("#note-body").press("Enter")
    page.wait_for_function("!document.querySelector('#note-body').value")
    assert f"on frame {sent(posted, '/notes/')[0]['start_frame'][0]}" in said
    wait_for_drafts(page, 0)
    assert page.locator("[data-part=draft]").inner_text() == ""


def test_a_draft_belongs_to_one_person_one_review_and_one_clip(page, open_room):
    open_room()
    kept = json.dumps({"at": 1, "state": {"typed": [["note-body", "x"]], "pinned": None, "shapes": []}})
    for place in ("8.1.ab12", "7.2.ab12", "7.1.cd34"):
        page.evaluate("([key, kept]) => localStorage.setItem(key, kept)", [f"dailies.draft.{place}.note", kept])
    page.reload()
    page.wait_for_selector(".finding[data-selected]")
    assert page.locator("#note-body").input_value() == ""


def test_signing_out_leaves_no_draft_behind(page, open_room):
    open_room()
    page.keyboard.press("c")
    page.keyboard.type("secret")
    wait_for_drafts(page, 1)
    page.evaluate("document.querySelector('[data-sign-out]').requestSubmit()")
    page.wait_for_url("**/sign-out/")
    page.go_back()
    page.wait_for_selector(".finding[data-selected]")
    assert kept(page) == []


def test_the_frame_is_that_of_the_first_keystroke_even_after_all_was_wiped_out(page, open_room):
    posted = open_room()
    page.keyboard.press("c")
    page.keyboard.type("a")
    page.keyboard.press("Backspace")
    page.keyboard.press("Escape")
    page.keyboard.press("Home")
    page.wait_for_selector(".transport[data-frame='0']")
    page.keyboard.press("c")
    page.keyboard.type("b")
    page.keyboard.press("Enter")
    page.wait_for_function("!document.querySelector('#note-body').value")
    assert sent(posted, "/notes/")[0]["start_frame"] == ["0"]


def drawn(posted, ending="/marks/"):
    return [json.loads(fields["drawing"][0]) for fields in sent(posted, ending)]


SCRIBBLE = """([[left, top], [right, bottom]]) => {
  for (let place = 0; place < 700; place += 1) {
    const at = { clientX: place % 2 ? right : left, clientY: top + (bottom - top) * place / 700 };
    document.elementFromPoint(at.clientX, at.clientY)
      .dispatchEvent(new PointerEvent("pointermove", { ...at, pointerId: 1, isPrimary: true, bubbles: true }));
  }
}"""
"""Seven hundred moves of the held pointer; from outside each would wait for a frame."""


def stroke(page, *points):
    """One press, a way, and a release; places in 0-1 of the picture, which fills the stage's height or width."""
    for place, (x, y) in enumerate(points):
        page.mouse.move(*on_screen(page, x, y))
        if not place:
            page.mouse.down()
    page.mouse.up()


def on_screen(page, x, y):
    return page.evaluate(
        """([x, y]) => {
          const video = document.querySelector("#stage video"), box = video.getBoundingClientRect();
          const scale = Math.min(box.width / video.videoWidth, box.height / video.videoHeight);
          const [width, height] = [video.videoWidth * scale, video.videoHeight * scale];
          return [box.x + (box.width - width) / 2 + x * width, box.y + (box.height - height) / 2 + y * height];
        }""",
        [x, y],
    )


def begin_drawing(page):
    page.keyboard.press("Home")
    page.wait_for_selector(".transport[data-frame='0']")
    page.keyboard.press("d")
    page.wait_for_selector("#drawing[data-open]")


def is_saved(page):
    page.wait_for_function("!document.querySelector('#unfinished').childElementCount")


def test_a_box_is_put_moved_sized_and_saved_by_keys_alone(page, open_room):
    posted = open_room()
    begin_drawing(page)
    for key in ("b", "ArrowRight", "ArrowDown", "ArrowDown", "Shift+ArrowLeft", "Shift+ArrowDown", "Enter"):
        page.keyboard.press(key)
    is_saved(page)
    assert drawn(posted) == [{"v": 1, "shapes": [{"kind": "box", "points": [[0.36, 0.37], [0.65, 0.68]]}]}]
    (fields,) = sent(posted, "/marks/")
    assert (fields["start_frame"], fields["end_frame"]) == (["0"], [""])
    assert sent(posted, "/decide/") == []
    assert page.locator("#drawing[data-open]").count() == 0


def test_nothing_is_moved_out_of_the_picture(page, open_room):
    posted = open_room()
    begin_drawing(page)
    page.keyboard.press("b")
    for _ in range(40):
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Enter")
    is_saved(page)
    assert drawn(posted)[0]["shapes"][0]["points"] == [[0.7, 0.35], [1, 1]]


def test_pen_and_arrow_are_drawn_by_pointer_and_one_is_rubbed_out(page, open_room):
    posted = open_room()
    begin_drawing(page)
    stroke(page, (0.1, 0.1), (0.1, 0.101), (0.2, 0.3), (0.4, 0.1))
    page.click("label:has([value=arrow])")
    stroke(page, (0.8, 0.8), (0.6, 0.6))
    page.click("label:has([value=box])")
    stroke(page, (0.5, 0.2), (0.9, 0.4))
    page.click("label:has([value=rub])")
    stroke(page, (0.7, 0.2))
    page.locator("[data-save]").click()
    is_saved(page)
    pen, arrow = drawn(posted)[0]["shapes"]
    assert (pen["kind"], arrow["kind"]) == ("pen", "arrow")
    assert len(pen["points"]) == 4  # the press itself twice, and no point as near as the second
    assert pen["points"][-1] == pytest.approx([0.4, 0.1], abs=0.002)
    assert arrow["points"] == [pytest.approx([0.8, 0.8], abs=0.002), pytest.approx([0.6, 0.6], abs=0.002)]


def test_two_presses_draw_a_box_without_a_drag(page, open_room):
    posted = open_room()
    begin_drawing(page)
    page.click("label:has([value=box])")
    stroke(page, (0.2, 0.2))
    stroke(page, (0.4, 0.6))
    page.keyboard.press("Enter")
    is_saved(page)
    assert drawn(posted)[0]["shapes"][0]["points"] == [
        pytest.approx([0.2, 0.2], abs=0.002),
        pytest.approx([0.4, 0.6], abs=0.002),
    ]


def test_a_long_stroke_keeps_no_more_points_than_the_server_takes(page, open_room):
    posted = open_room()
    begin_drawing(page)
    page.mouse.move(*on_screen(page, 0.1, 0))
    page.mouse.down()
    page.evaluate(SCRIBBLE, [on_screen(page, 0.1, 0), on_screen(page, 0.9, 1)])
    page.mouse.up()
    page.keyboard.press("Enter")
    is_saved(page)
    assert 250 <= len(drawn(posted)[0]["shapes"][0]["points"]) <= 500


def test_the_sixty_fifth_shape_is_not_taken(page, open_room):
    posted = open_room()
    begin_drawing(page)
    for _ in range(65):
        page.keyboard.press("b")
    page.wait_for_function("document.querySelector('#said').textContent.includes('at most 64')")
    page.keyboard.press("Enter")
    is_saved(page)
    assert len(drawn(posted)[0]["shapes"]) == 64


def test_while_drawing_the_room_sleeps_and_frames_are_stepped(page, open_room):
    posted = open_room()
    begin_drawing(page)
    page.keyboard.press(".")
    page.wait_for_selector(".transport[data-frame='1']")
    for key in ("a", "x", "z", "Backspace"):  # an arrow, nothing, nothing, and the arrow is gone
        page.keyboard.press(key)
    assert page.locator("#unfinished polyline").count() == 0
    assert sent(posted, "/decide/") == []
    page.keyboard.press("b")
    page.keyboard.press("Escape")
    assert page.locator("#drawing[data-open]").count() == 0
    assert page.locator("#unfinished polyline").count() == 0
    page.keyboard.press("a")
    page.wait_for_selector("#room[data-review='2']")
    assert sent(posted, "/marks/") == []


def test_a_drawing_goes_with_the_note_that_is_being_written(page, open_room):
    posted = open_room()
    begin_drawing(page)
    page.keyboard.press("b")
    page.locator("#note-body").click()
    page.keyboard.type("this hand")
    page.keyboard.press("Enter")
    page.wait_for_function("!document.querySelector('#note-body').value")
    is_saved(page)
    assert len(drawn(posted, "/notes/")) == 1
    assert page.locator("#drawing[data-open]").count() == 0
    assert sent(posted, "/marks/") == []


def test_an_unfinished_drawing_comes_back_and_wakes_no_tool(page, open_room):
    posted = open_room()
    begin_drawing(page)
    page.keyboard.press("b")
    wait_for_drafts(page, 1)
    page.reload()
    page.wait_for_selector("#unfinished polyline", state="attached")
    assert "with a drawing" in page.locator("[data-part=draft]").inner_text()
    assert page.locator("#drawing[data-open]").count() == 0
    page.wait_for_selector(".finding[data-selected]")
    page.keyboard.press("d")
    page.wait_for_selector("#drawing[data-open]")
    page.keyboard.press("Enter")
    wait_for_drafts(page, 0)
    assert len(drawn(posted)) == 1
    assert sent(posted, "/marks/")[0]["start_frame"] == ["0"]


def test_a_name_that_is_begun_is_completed_by_tab_and_enter(page, open_room):
    posted = open_room()
    page.keyboard.press("c")
    page.keyboard.type("Look, @mi")
    page.wait_for_selector("#people button")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator("#note-body").input_value() == "Look, @mina "
    assert page.locator("#people button").count() == 0
    page.keyboard.type("here")
    page.keyboard.press("Enter")
    page.wait_for_function("!document.querySelector('#note-body').value")
    assert sent(posted, "/notes/")[0]["body"] == ["Look, @mina here"]


def test_a_verb_that_is_not_allowed_says_why_and_sends_nothing(page, open_room):
    posted = open_room(allowed=False)
    page.keyboard.press("a")
    page.keyboard.press("x")
    assert page.locator("#outcome").inner_text() == "Not you."
    assert sent(posted, "/decide/") == []


def test_nothing_needs_scrolling(page, open_room):
    open_room()
    for width, height in ((1280, 720), (1440, 900), (2560, 1440), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == [
            width,
            height,
        ]
        box = page.locator(".verbs").bounding_box()
        assert box["y"] + box["height"] <= height


FILTERS = """() => {
  window.seen = new Set();
  const look = () => {
    const video = document.querySelector("#stage video");
    if (video) window.seen.add([getComputedStyle(video).filter !== "none", video.muted, video.paused].join());
    requestAnimationFrame(look);
  };
  look();
}"""


def is_blurred(page):
    return page.evaluate("getComputedStyle(document.querySelector('#stage video')).filter !== 'none'")


def test_what_may_harm_is_blurred_silent_and_still_from_the_first_paint_on(page, open_room):
    page.add_init_script(f"({FILTERS})()")
    open_room(veiled="It may show nudity.")
    page.wait_for_timeout(600)
    assert page.evaluate("[...window.seen]") == ["true,true,true"]  # blurred, muted, paused: never anything else
    page.keyboard.down("h")
    assert not is_blurred(page)
    page.keyboard.up("h")
    assert is_blurred(page)
    page.keyboard.press("Shift+H")
    assert not is_blurred(page)
    page.evaluate("window.dispatchEvent(new Event('blur'))")
    assert is_blurred(page)
    page.get_by_label("Lift the veil").check()
    assert not is_blurred(page)


def test_the_veil_lifts_while_the_button_is_held(page, open_room):
    open_room(veiled="It may show nudity.")
    page.locator("[data-hold]").hover()
    page.mouse.down()
    page.wait_for_function("document.querySelector('#stage').hasAttribute('data-held')")
    assert not is_blurred(page)
    page.mouse.up()
    page.wait_for_function("!document.querySelector('#stage').hasAttribute('data-held')")
    assert is_blurred(page)


@pytest.mark.parametrize(("veiled", "loaded"), [("", 1), ("It may show nudity.", 0)])
def test_the_next_clip_is_loaded_ahead_unless_it_may_harm(page, open_room, serve, veiled, loaded):
    asked = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(ORIGIN)))
    open_room(ahead=room(2, NEXT, [], veiled=veiled))
    page.wait_for_function("performance.getEntriesByName(location.origin + '/reviews/2/').length")
    page.wait_for_timeout(300)
    assert page.locator(".shelf video").count() == loaded
    assert (f"/{NEXT}/proxy.mp4" in asked) == bool(loaded)


def test_a_skip_says_why_by_a_digit(page, open_room):
    posted = open_room()
    page.get_by_role("button", name="Skip and say why").click()
    page.wait_for_selector("#sheet[data-open] .causes")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+S")
    page.wait_for_selector("#sheet[data-open] .causes")
    assert page.locator("#sheet h2").inner_text() == "Skip: why?"
    assert not page.locator("#sheet [data-part=ten]").is_visible()
    for key in ("Shift+1", "6", "+"):  # no reason is ticked, there is no sixth cause, and no more to show
        page.keyboard.press(key)
    page.keyboard.press("3")
    page.wait_for_selector("#room[data-review='2']")
    (told,) = sent(posted, "/reviews/1/skip/")
    assert told["cause"] == ["distress"]
    assert "reasons" not in told


def test_a_skip_in_one_key_is_not_sure(page, open_room):
    posted = open_room()
    page.keyboard.press("s")
    page.wait_for_selector("#room[data-review='2']")
    assert [told["cause"] for told in sent(posted, "/reviews/1/skip/")] == [["unsure"]]


def test_a_key_without_a_reason_chooses_nothing(page, open_room):
    posted = open_room(numbered=[*REASONS[:2], None, REASONS[2]])
    page.keyboard.press("x")
    page.keyboard.press("3")
    page.keyboard.press("4")
    page.wait_for_selector("#room[data-review='2']")
    assert [told["reasons"] for told in sent(posted, "/reviews/1/decide/")] == [["length"]]


def test_a_cause_is_chosen_with_the_mouse(page, open_room):
    posted = open_room()
    page.keyboard.press("Shift+S")
    page.get_by_role("button", name="It does not play").click()
    page.wait_for_selector("#room[data-review='2']")
    assert [told["cause"] for told in sent(posted, "/reviews/1/skip/")] == [["technical"]]


def filter_of(page, part="video"):
    return page.evaluate(f"getComputedStyle(document.querySelector('#stage {part}')).filter")


@pytest.mark.parametrize(
    ("level", "filtered"),
    [(Level.GREY, "grayscale(1)"), (Level.BLUR, "blur(28px)"), (Level.BLUR_GREY, "blur(28px) grayscale(1)")],
)
def test_each_level_has_its_filter(page, open_room, level, filtered):
    open_room(veiled="It may contain nudity.", veil=Veil(level))
    assert filter_of(page) == filtered
    page.keyboard.press("Shift+H")
    assert filter_of(page) == "none"


def test_one_press_reveals_and_the_next_veils_for_who_asked_so(page, open_room):
    open_room(veiled="It may contain nudity.", toggles=True)
    assert page.locator("[data-hold]").count() == 0
    page.keyboard.press("h")
    assert not is_blurred(page)
    page.keyboard.press("h")
    assert is_blurred(page)
    page.keyboard.press("h")
    page.evaluate("window.dispatchEvent(new Event('blur'))")
    assert is_blurred(page)


SHEET = laid_out({"width": 160, "height": 90, "columns": 10, "rows": 2, "tiles": 20})


def is_seen(page, part):
    return page.evaluate(
        "(part) => { const { visibility, display } = getComputedStyle(document.querySelector(`#stage ${part}`));"
        " return visibility === 'visible' && display !== 'none'; }",
        part,
    )


def test_sixteen_stills_stand_before_the_clip_until_somebody_plays_it(page, open_room):
    open_room(veiled="It may contain nudity.", veil=Veil(Level.BLUR_GREY, stills=True), sheet=SHEET)
    assert page.locator("#stage .contact-sheet image").count() == 16
    assert (is_seen(page, ".contact-sheet"), is_seen(page, "video")) == (True, False)
    assert filter_of(page, ".contact-sheet") == "blur(28px) grayscale(1)"
    page.keyboard.down("h")
    assert filter_of(page, ".contact-sheet") == "none"
    page.keyboard.up("h")
    page.keyboard.press("Space")
    page.wait_for_function("document.querySelector('.clip-shown').checked")
    assert (is_seen(page, ".contact-sheet"), is_seen(page, "video")) == (False, True)
    assert is_blurred(page)


def test_what_flashes_stands_still_at_less_contrast_and_is_not_blurred(page, open_room):
    open_room(veiled="It may contain flashing light.", veil=Veil(stills=True), sheet=SHEET, flashing=True)
    page.wait_for_timeout(300)
    assert page.evaluate("document.querySelector('#stage video').paused")
    assert filter_of(page, ".contact-sheet") == "contrast(0.35)"
    assert page.locator(".unveil").count() == 0
    page.get_by_label("The clip, instead of stills").check()
    assert (is_seen(page, ".contact-sheet"), is_seen(page, "video")) == (False, True)
    assert filter_of(page) == "contrast(0.35)"
    page.get_by_label("Full contrast").check()
    assert filter_of(page) == "none"


def test_a_clip_may_flash_and_show_nudity(page, open_room):
    veil = Veil(Level.BLUR_GREY, stills=True)
    open_room(veiled="It may contain nudity and flashing light.", veil=veil, sheet=SHEET, flashing=True)
    assert filter_of(page, ".contact-sheet") == "blur(28px) grayscale(1) contrast(0.35)"


def card(**more):
    context = {
        "review": SimpleNamespace(pk=2, queue="flagged", get_queue_display="Flagged"),
        "candidate": SimpleNamespace(name="Take 2"),
        "claim": {"mine": True, "holder": "Rina"},
        "may_contain": "violence",
        "number": 3,
        "bounds": SimpleNamespace(pause=None, caps=SimpleNamespace(hour=20)),
        "csrf_token": "token",
    }
    return render_to_string("reviews/card.html", context | more)


def test_an_answer_that_names_the_clip_on_screen_does_not_bring_it_again(page, open_room):
    told = {"next": "/reviews/2/", "toast": "", "recent": "<p class='recent'></p>", "beside": "", "claimed_for": 600}
    answers = {
        "/reviews/1/decide/": json.dumps(told),
        "/reviews/2/ahead/": json.dumps({"ahead": ["/reviews/2/", "/reviews/3/"]}),
        "/reviews/3/": room(3, FIRST, []),
    }
    open_room(ahead=room(2, NEXT, []), answers=answers)
    page.wait_for_selector(".shelf video[data-ready]", state="attached")
    asked = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(ORIGIN)))
    page.keyboard.press("a")
    page.wait_for_selector("#room[data-review='2']")
    page.wait_for_selector(".shelf video[data-ready]", state="attached")
    assert [url for url in asked if url in ("/reviews/2/", "/reviews/3/")] == ["/reviews/3/"]


def test_a_card_comes_instead_of_the_next_clip_and_its_key_passes_it_on(page, open_room, serve):
    open_room(ahead=card())
    asked = []
    page.on("request", lambda request: asked.append((request.url.removeprefix(ORIGIN), request.post_data or "")))
    serve({"/reviews/1/decide/": card(), "/reviews/2/skip/": "<p>The next.</p>"})
    page.keyboard.press("a")
    page.keyboard.press("a")
    page.wait_for_selector(".before")
    assert page.evaluate("document.activeElement.textContent") == "Open"
    assert not [url for url, _ in asked if url.endswith((".mp4", ".jpg"))]
    with page.expect_response("**/static/js/card.js"):
        page.reload()
    page.wait_for_timeout(100)
    page.keyboard.press("s")
    page.wait_for_url(f"{ORIGIN}/reviews/2/skip/")
    assert "cause=distress" in dict(asked)["/reviews/2/skip/"]


def test_without_its_style_sheet_nothing_of_it_is_seen(page, open_room):
    open_room(veiled="It may contain nudity.", veil=Veil(Level.BLUR_GREY, stills=True), sheet=SHEET)
    page.route("**/css/room.css", lambda route: route.abort())
    page.reload()
    assert not is_seen(page, "video")
    assert not is_seen(page, ".contact-sheet")
