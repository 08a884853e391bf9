"""The bar under the clip says what was really shown; a pass says once what is missing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.drawing import FRAMES, frozen_clip
from tests.journeys.tree import wait_until
from tests.journeys.world import House, open_room

pytestmark = pytest.mark.journey
BAR = f"""() => [...document.querySelectorAll("#watched-lane rect")].map((bar) => {{
  const frames = (name) => Math.round((parseFloat(bar.getAttribute(name)) * {FRAMES}) / 100);
  return [frames("x"), frames("x") + frames("width")];
}})"""


def test_a_pass_says_once_what_was_not_watched_and_keeps_what_was(house: Callable[..., House], clips: Path) -> None:
    kiln = house(ana=["author"], rui=["reviewer"])
    kiln.inside.call("ask_for_watching", project=kiln.slug, coverage="ask")
    take = kiln.bring("ana", frozen_clip(clips, 400), "watched.mp4")
    review = kiln.review_of(take)
    page = kiln.page("rui")
    page.goto("/queues/flagged/")
    page.get_by_role("button", name="Start").click()
    open_room(page)
    page.keyboard.press("Space")
    page.keyboard.press("a")
    expect(page.locator("#outcome")).to_contain_text("Not watched:")
    expect(page.locator("[data-part=range]")).to_be_empty()  # a reason would cite it
    assert kiln.decisions_on(take) == []
    page.keyboard.press("/")
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    page.wait_for_function(f"() => ({BAR})()[0]?.[1] > 40")
    page.keyboard.press("Space")
    page.wait_for_timeout(600)  # the bar is drawn four times a second
    shown = page.evaluate(BAR)
    page.keyboard.press("a")
    page.keyboard.press("a")
    wait_until(lambda: kiln.decisions_on(take))
    decision = kiln.inside.row("reviews.Decision", "outcome", "watched", review=review)
    assert decision["outcome"] == "pass"
    stored = decision["watched"]
    first, last = stored["ranges"][0], stored["ranges"][-1]
    assert shown[0][0] == first[0] == 0
    assert shown[0][1] <= last[1]
    assert stored["seconds"] > 0
    assert stored["heard_seconds"] == 0  # no sound
