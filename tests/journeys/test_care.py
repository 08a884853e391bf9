"""Journey 7: what may harm opens by an act, veiled, silent and still; and nobody is given more of it than they bear."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.drawing import frozen_clip
from tests.journeys.test_pages import look
from tests.journeys.world import House, open_room, token_of

pytestmark = pytest.mark.journey

STATES = """() => {
  window.states = new Set();
  const look = () => {
    const video = document.querySelector("#stage video");
    const covers = [...document.querySelectorAll("[data-cover] img")];
    if (video) window.states.add([getComputedStyle(video).filter, video.muted, video.paused].join(" "));
    for (const each of covers) window.states.add(getComputedStyle(each).filter);
    requestAnimationFrame(look);
  };
  look();
}"""
"""Of every animation frame since the document began."""
VEILED, LISTED = "blur(28px) grayscale(1)", "blur(16px) grayscale(1)"
FILTER = "getComputedStyle(document.querySelector('#stage video')).filter"


@pytest.fixture
def violent(house: Callable[..., House], clips: Path) -> tuple[House, int]:
    """One waiting take in which an examiner saw violence."""
    kiln = house(ana=["author"], rui=["reviewer"], momo=["moderator"])
    review = kiln.review_of(kiln.bring("ana", frozen_clip(clips, 170), "fight.mp4"))
    kiln.inside.call("find_violence", review=review)
    return kiln, review


def start(page: Page) -> None:
    page.goto("/queues/flagged/")
    page.get_by_role("button", name="Start").click()
    page.locator(".before").wait_for()


def test_nothing_is_seen_before_it_is_asked_for(violent: tuple[House, int]) -> None:
    kiln, review = violent
    page = kiln.page("rui")
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.add_init_script(f"({STATES})()")
    page.goto("/queues/flagged/?view=grid")
    page.wait_for_timeout(300)
    assert page.evaluate("[...window.states]") == [LISTED]
    start(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("May contain: violence.")
    expect(page.get_by_text("1 of 20 this hour.")).to_be_visible()
    assert page.evaluate("document.activeElement.textContent") == "Open"
    fetched.clear()
    page.reload()
    assert not [url for url in fetched if "/candidates/" in url]
    page.keyboard.press("Enter")
    open_room(page)
    events = len(kiln.inside.rows("studio.Event", "seq", subject=f"review:{review}"))
    page.wait_for_timeout(500)
    assert page.evaluate("[...window.states]") == [f"{VEILED} true true"]
    page.keyboard.down("h")
    assert page.evaluate(FILTER) == "none"
    page.keyboard.up("h")
    assert page.evaluate(FILTER) == VEILED
    page.keyboard.press("Shift+H")
    assert page.evaluate(FILTER) == "none"
    page.evaluate("window.dispatchEvent(new Event('blur'))")
    assert page.evaluate(FILTER) == VEILED
    assert len(kiln.inside.rows("studio.Event", "seq", subject=f"review:{review}")) == events
    assert len(kiln.inside.rows("reviews.Exposure", "pk", review=review)) == 1


def test_without_scripts_it_is_veiled_too(violent: tuple[House, int]) -> None:
    kiln, review = violent
    page = kiln.page("rui", java_script_enabled=False)
    start(page)
    page.get_by_role("button", name="Open").click()
    video = page.locator("#stage video")
    video.wait_for()
    filters = "(each) => getComputedStyle(each).filter"
    assert video.evaluate(filters) == VEILED
    assert video.evaluate("(each) => [each.muted, each.paused, each.autoplay]") == [True, True, False]
    page.get_by_label("Lift the veil").check()
    assert video.evaluate(filters) == "none"
    page.goto("/queues/flagged/")
    assert page.locator(f"tr[data-href='/reviews/{review}/'] img").evaluate(filters) == LISTED


def test_above_the_cap_nothing_severe_is_given_and_a_card_says_until_when(
    violent: tuple[House, int], clips: Path
) -> None:
    kiln, review = violent
    page = kiln.page("rui", reduced_motion="reduce")
    start(page)
    wrong = look(page, ("dark",))
    page.get_by_role("button", name="Not this kind").click()
    page.wait_for_url("**/queues/flagged/")
    (skipped,) = kiln.inside.rows("studio.Event", "data", verb="skipped", subject=f"review:{review}")
    assert skipped["data"] == {"cause": "distress"}

    other = kiln.review_of(kiln.bring("ana", frozen_clip(clips, 171), "brawl.mp4"))
    kiln.inside.call("find_violence", review=other)
    kiln.inside.call("have_opened", review=review, by=kiln.username("rui"), times=20)
    page.goto("/queues/flagged/")
    expect(page.get_by_role("heading", name="20 severe clips this hour.")).to_be_visible()
    wrong += look(page)
    answer = page.request.post(
        f"/reviews/{other}/claim/",
        form={"csrfmiddlewaretoken": token_of(page)},
        headers={"Referer": page.url},
    )
    assert answer.status == 429
    assert kiln.inside.row("reviews.Review", "claimed_by", pk=other)["claimed_by"] is None

    page.goto("/settings/wellness/")
    page.get_by_label("Violence").check()
    page.get_by_label("In an hour").fill("5")
    wrong += look(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    momo = kiln.page("momo")
    momo.goto("/queues/")
    expect(momo.get_by_text("clips that may contain violence have nobody to review them now")).to_be_visible()
    page.goto(f"/reviews/{other}/")
    expect(page.get_by_text("You asked not to be given such clips")).to_be_visible()
    wrong += look(page, ("dark",))
    assert wrong == []
