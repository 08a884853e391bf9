"""What happens to people between two clicks: nothing they typed is lost, and the page says what became of the clip."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.drawing import frozen_clip
from tests.journeys.tree import wait_until
from tests.journeys.world import House, open_room, room_is, start

pytestmark = pytest.mark.journey
PROMISE = "The waves stop at the left edge."


@pytest.fixture
def two_clips(house: Callable[..., House], clips: Path) -> tuple[House, list[str], list[int]]:
    kiln = house(ana=["author"], rui=["reviewer"], mina=["reviewer"])
    takes = [kiln.bring("ana", frozen_clip(clips, 430 + n), f"take {n}.mp4") for n in range(2)]
    takes = kiln.in_the_queue_s_order(takes)
    return kiln, takes, [kiln.review_of(take) for take in takes]


def begin(page: Page) -> None:
    """Until the other clip is loaded ahead, so that nothing is on its way."""
    start(page)
    page.wait_for_selector(".shelf video[data-ready]", state="attached")


def test_a_session_that_ends_in_a_comment_costs_a_sign_in_and_no_word(two_clips) -> None:
    kiln, takes, reviews = two_clips
    page = kiln.page("rui")
    begin(page)
    page.keyboard.press("c")
    page.keyboard.type(PROMISE)
    session = next(each for each in page.context.cookies() if each["name"] == "sessionid")
    page.context.clear_cookies(name="sessionid")
    page.keyboard.press("Enter")
    dialog = page.locator("#signed-out")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("what you typed stay here")
    assert page.locator("#note-body").input_value() == PROMISE
    assert kiln.inside.rows("reviews.Comment", "pk", candidate__uuid=takes[0]) == []

    page.context.add_cookies([session])  # as signing in beside it does
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(dialog).to_be_hidden()
    page.locator("#note-body").press("Enter")
    expect(page.locator(".note")).to_contain_text(PROMISE)
    assert [row["body"] for row in kiln.inside.rows("reviews.Comment", "body", candidate__uuid=takes[0])] == [PROMISE]

    page.context.clear_cookies(name="sessionid")
    page.keyboard.press("a")
    expect(dialog).to_be_visible()
    expect(page.locator("#room")).to_have_attribute("data-review", str(reviews[0]))
    page.context.add_cookies([session])
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(dialog).to_be_hidden()
    page.keyboard.press("a")
    room_is(page, reviews[1])
    assert [row["outcome"] for row in kiln.decisions_on(takes[0])] == ["pass"]


def test_reasons_and_their_frames_survive_a_reload(two_clips) -> None:
    kiln, takes, reviews = two_clips
    page = kiln.page("rui", reduced_motion="reduce")
    begin(page)
    for key in ("Home", "i", "Shift+ArrowRight", "o", "x", "Shift+3"):
        page.keyboard.press(key)
    page.locator("#sheet textarea").fill(PROMISE)
    wait_until(lambda: page.evaluate("Object.keys(localStorage).some((key) => key.endsWith('.reasons'))"))
    page.wait_for_timeout(600)
    page.reload()
    open_room(page)
    expect(page.locator("#claim")).to_contain_text("Yours")
    room_is(page, reviews[0])
    expect(page.locator("[data-part=range]")).to_have_text("range 0–10")
    page.keyboard.press("x")
    expect(page.locator("#sheet [data-part=kept]")).to_contain_text("restored")
    assert page.locator("#sheet textarea").input_value() == PROMISE
    expect(page.locator("#sheet input[name=reasons]:checked")).to_have_count(1)
    page.keyboard.press("Enter")
    room_is(page, reviews[1])
    given = {"decision__review": reviews[0]}
    (reason,) = kiln.inside.rows("reviews.DecisionReason", "reason__slug", "start_frame", "end_frame", **given)
    assert reason == {"reason__slug": "jump_cut", "start_frame": 0, "end_frame": 11}
    assert kiln.decisions_on(takes[0], "note") == [{"note": PROMISE}]
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.endsWith('.reasons'))") == []


def test_two_tabs_are_one_decision_and_closing_one_keeps_the_clip(two_clips) -> None:
    kiln, takes, reviews = two_clips
    page = kiln.page("rui")
    begin(page)
    other = page.context.new_page()
    open_room(other, page.url)
    expect(other.locator("#claim")).to_contain_text("Yours")
    other.goto("/gallery/")
    left = {"verb": "left", "subject": f"review:{reviews[0]}"}
    wait_until(lambda: kiln.inside.rows("studio.Event", "pk", **left))
    later = f"{datetime.now(UTC) + timedelta(minutes=1)}"
    own = {"pk": reviews[0], "claimed_by__username": kiln.username("rui"), "claim_expires_at__gt": later}
    wait_until(lambda: kiln.inside.rows("reviews.Review", "pk", **own))
    page.bring_to_front()
    expect(page.locator("#claim")).to_contain_text("Yours")

    open_room(other, page.url)
    page.bring_to_front()
    page.keyboard.press("a")
    room_is(page, reviews[1])
    other.bring_to_front()
    other.keyboard.press("a")
    expect(other.locator(".refusal .problem")).to_contain_text("decided")
    assert [row["outcome"] for row in kiln.decisions_on(takes[0])] == ["pass"]


def test_the_back_button_shows_what_was_decided_and_forward_goes_on(two_clips) -> None:
    kiln, takes, reviews = two_clips
    page = kiln.page("rui")
    begin(page)
    page.keyboard.press("a")
    room_is(page, reviews[1])
    page.go_back()
    page.wait_for_selector(f"#room[data-ready][data-review='{reviews[0]}'] .transport[data-frame]")
    expect(page.locator("#decide button[value=pass]")).to_have_attribute("aria-disabled", "true")
    page.go_forward()
    room_is(page, reviews[1])
    expect(page.locator("#claim")).to_contain_text("Yours")
    page.keyboard.press("a")
    page.wait_for_url("**/queues/flagged/")
    assert [[row["outcome"] for row in kiln.decisions_on(take)] for take in takes] == [["pass"], ["pass"]]


def test_a_page_from_before_the_clip_was_checked_again_says_so_and_keeps_the_words(two_clips) -> None:
    kiln, takes, reviews = two_clips
    page = kiln.page("rui")
    begin(page)
    page.keyboard.press("x")
    page.locator("#sheet textarea").fill(PROMISE)
    kiln.inside.call("look_again", take=takes[0])
    page.keyboard.press("Enter")
    problem = page.locator(".refusal .problem")
    expect(problem).to_contain_text("again")
    assert kiln.decisions_on(takes[0]) == []
    problem.get_by_role("button", name="Show it as it is now").click()
    room_is(page, reviews[0])
    page.keyboard.press("x")
    assert page.locator("#sheet textarea").input_value() == PROMISE
