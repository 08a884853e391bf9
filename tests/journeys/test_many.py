"""A reviewer's morning: clip after clip by keyboard alone, and what stands in the rows when it has settled."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.drawing import STILL_FRAMES, STILL_FROM, frozen_clip
from tests.journeys.tree import wait_until
from tests.journeys.world import PATIENCE, House, start

pytestmark = [pytest.mark.journey, pytest.mark.slow]
ROUND = (("a",), ("x", "1"), ("r", "1"), ("a",), ("s",))
"""Pass, reject and ask for changes because the picture stands still, pass, and pass it on."""
TIMES = 4
OUTCOMES = {("a",): "pass", ("x", "1"): "reject", ("r", "1"): "request_changes"}
BECOMES = {"pass": "with_editor", "reject": "rejected", "request_changes": "changes_requested"}
WATCH_LAYOUT = """
window.shift = 0;
new PerformanceObserver((list) => { for (const each of list.getEntries()) window.shift += each.value; })
  .observe({ type: "layout-shift", buffered: true });
"""


def test_twenty_clips_without_a_mouse(house: Callable[..., House], clips: Path) -> None:
    kiln = house(ana=["author"], rui=["reviewer"])
    presses = ROUND * TIMES
    takes = [kiln.bring("ana", frozen_clip(clips, 500 + n), f"take {n}.mp4") for n in range(len(presses))]
    takes = kiln.in_the_queue_s_order(takes)
    reviews = [kiln.review_of(take) for take in takes]
    page = kiln.page("rui")
    page.add_init_script(WATCH_LAYOUT)
    start(page)
    pressed: dict[int, tuple[str, ...]] = {}
    for keys in presses:
        shown = int(page.locator("#room").get_attribute("data-review") or 0)
        pressed[shown] = keys
        for key in keys:
            page.keyboard.press(key)
        if len(pressed) < len(presses):
            page.wait_for_selector(
                f"#room[data-ready]:not([data-review='{shown}']):has(#decide:not([data-busy])) .transport[data-frame]"
            )
    assert page.evaluate("window.shift") < 0.001  # a pixel of a countdown; a line that moves is more
    page.wait_for_url("**/queues/flagged/")
    expect(page.locator("body")).to_contain_text("decisions today")

    assert sorted(pressed) == sorted(reviews)
    outcomes = [OUTCOMES.get(pressed[review]) for review in reviews]
    for take, outcome in zip(takes, outcomes, strict=True):
        told = kiln.decisions_on(take, "outcome", "sha256", "check_set", "policy__is_active", "watched")
        if outcome is None:
            assert told == []
            continue
        (decision,) = told
        assert decision["outcome"] == outcome
        assert decision["sha256"] == kiln.inside.row("studio.Candidate", "sha256", uuid=take)["sha256"]
        assert len(decision["check_set"]) == 64
        assert decision["policy__is_active"]
        assert set(decision["watched"]) >= {"ranges", "seconds"}
        given = kiln.inside.rows(
            "reviews.DecisionReason",
            "reason__slug",
            "start_frame",
            "end_frame",
            decision__review__candidate__uuid=take,
        )
        still = {"reason__slug": "freeze", "start_frame": STILL_FROM, "end_frame": STILL_FROM + STILL_FRAMES + 1}
        assert given == ([] if outcome == "pass" else [still])
        kiln.await_status(take, BECOMES[outcome])
    held = {"claimed_by__username": kiln.username("rui")}
    assert kiln.inside.rows("reviews.Review", "pk", **held) == []
    skipped = kiln.inside.rows("studio.Event", "subject", verb="skipped")
    passed_on = {f"review:{review}" for review, outcome in zip(reviews, outcomes, strict=True) if outcome is None}
    assert passed_on <= {event["subject"] for event in skipped}
    wait_until(lambda: kiln.inside.call("verify_audit") == "", PATIENCE)
