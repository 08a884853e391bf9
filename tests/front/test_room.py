"""The room's scripts against drawn clips: what each key sends. The server's side of it is tested where it lives."""

import json
from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from tests.clips import draw_clip

from .conftest import ORIGIN
from .test_player import frame_table

FIRST, NEXT = UUID(int=1), UUID(int=2)
REASONS = [
    SimpleNamespace(slug=slug, label=slug.title(), needs_range=needs, group="TECH")
    for slug, needs in [("freeze", True), ("flicker", True), ("length", False)]
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


def room(pk, uuid, findings, *, allowed=True):
    names = ("frames.json", "proxy.mp4", "poster.jpg", "sprite.jpg")
    verbs = [
        SimpleNamespace(
            slug=slug, title=slug.title(), key_id=f"room.{slug}", allowed=allowed, why="" if allowed else "Not you."
        )
        for slug in ("pass", "request_changes", "reject", "escalate")
    ]
    context = {
        "csrf_token": "token",
        "user": SimpleNamespace(is_authenticated=True, username="rina", get_full_name="Rina"),
        "review": SimpleNamespace(
            pk=pk, queue="flagged", get_queue_display="Flagged", due_at=timezone.now() + timedelta(hours=1), question=""
        ),
        "candidate": SimpleNamespace(
            uuid=uuid, name=f"Take {pk}", facts={"width": 320, "height": 180, "has_audio": False, "audio_codec": None}
        ),
        "prompt": SimpleNamespace(text="A vase.", direction={}, project="Kiln"),
        "frames": {"duration": 2.5, "fps": "24", "count": 60},
        "findings": findings,
        "lanes": [{"check": "any", "title": "Any", "findings": findings}],
        "notes": [],
        "severity": "major",
        "verbs": verbs,
        "reasons": REASONS,
        "all_reasons": REASONS,
        "claim": {"mine": True, "holder": "", "expires_at": timezone.now() + timedelta(minutes=10), "closed": False},
        "seen": {"seen": "signed"},
        "recent": [],
        "media": dict(zip(("frames", "proxy", "poster", "sprite"), (f"/{uuid}/{name}" for name in names), strict=True)),
    }
    return render_to_string("reviews/review.html", context)


@pytest.fixture
def open_room(page, serve, tmp_path):
    """The room on a clip of 60 frames with two findings; every decision brings the clip of review 2."""

    def start(**how):
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
                "/reviews/1/decide/": after,
                "/reviews/1/skip/": after,
                "/findings/11/label/": "{}",
                f"/candidates/{FIRST}/notes/": after,
            }
        )
        page.goto(f"{ORIGIN}/reviews/1/")
        page.wait_for_selector(".finding[data-selected]")
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
