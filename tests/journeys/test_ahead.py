"""The next clips are claimed and loaded while one is judged; what is refused comes back as it was."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.drawing import frozen_clip
from tests.journeys.tree import wait_until
from tests.journeys.world import House, room_is, start

pytestmark = pytest.mark.journey
READY = "() => document.querySelectorAll('.shelf video[data-ready]').length === 2"


def enter(kiln: House, name: str) -> Page:
    page = kiln.page(name)
    start(page)
    return page


@pytest.fixture
def queue_of(house: Callable[..., House], clips: Path) -> Callable[[int], tuple[House, list[str], list[int]]]:
    def made(count: int, seed: int) -> tuple[House, list[str], list[int]]:
        kiln = house(ana=["author"], rui=["reviewer"], mina=["reviewer"])
        takes = [kiln.bring("ana", frozen_clip(clips, seed + n), f"take {n}.mp4") for n in range(count)]
        takes = kiln.in_the_queue_s_order(takes)
        return kiln, takes, [kiln.review_of(take) for take in takes]

    return made


def test_a_decision_shows_the_next_clip_without_loading_it(queue_of) -> None:
    kiln, takes, reviews = queue_of(5, 300)
    page = enter(kiln, "rui")
    page.wait_for_function(READY)
    held = kiln.inside.rows("reviews.Review", "pk", claimed_by__username=kiln.username("rui"))
    assert [row["pk"] for row in held] == sorted(reviews[:3])
    rooms: list[str] = []
    page.on("request", lambda request: re.search(r"/reviews/\d+/$", request.url) and rooms.append(request.url))
    for review in reviews[1:3]:
        rooms.clear()
        page.keyboard.press("a")
        room_is(page, review)
        assert not [url for url in rooms if url.endswith(f"/reviews/{review}/")]
        expect(page.locator("#outcome .toast")).to_contain_text("Passed")
        expect(page.locator("#claim")).to_contain_text("Yours")
        assert page.url.endswith(f"/reviews/{review}/")
        page.wait_for_function(READY)
    expect(page.locator("[data-part=beside]")).to_contain_text("3 waiting")
    page.wait_for_function("() => performance.getEntriesByName('decision-to-frame').length >= 2")
    for review in (*reviews[3:], None):
        page.keyboard.press("a")
        room_is(page, review) if review else page.wait_for_url("**/queues/flagged/")
    assert [[row["outcome"] for row in kiln.decisions_on(take)] for take in takes] == [["pass"]] * 5
    assert kiln.inside.rows("reviews.Review", "pk", claimed_by__username=kiln.username("rui")) == []


def test_a_refused_decision_brings_its_clip_back_with_what_was_typed(queue_of) -> None:
    kiln, takes, reviews = queue_of(3, 320)
    page = enter(kiln, "rui")
    page.wait_for_function(READY)
    page.keyboard.press("x")
    page.locator("#sheet textarea").fill("The waves stop at the left edge.")
    kiln.inside.call("let_claim_expire", review=reviews[0])
    other = enter(kiln, "mina")
    expect(other.locator("#room")).to_have_attribute("data-review", str(reviews[0]))
    page.locator("#sheet textarea").press("Enter")
    expect(page.locator(".refusal .problem")).to_contain_text(kiln.full_name("mina"))
    expect(page.locator("#room")).to_have_attribute("data-review", str(reviews[0]))
    assert page.locator("#sheet textarea").input_value() == "The waves stop at the left edge."
    assert page.url.endswith(f"/reviews/{reviews[0]}/")
    assert kiln.decisions_on(takes[0]) == []
    page.locator(".refusal").get_by_role("button", name="Next clip").click()
    page.wait_for_url("**/queues/flagged/")
    page.get_by_role("button", name="Start").click()
    room_is(page, reviews[1])


def test_what_could_not_be_sent_is_sent_once_when_the_network_is_back(queue_of) -> None:
    kiln, takes, reviews = queue_of(3, 340)
    page = enter(kiln, "rui")
    page.wait_for_function(READY)
    page.context.set_offline(True)
    page.keyboard.press("a")
    expect(page.locator("#offline")).to_be_visible()
    expect(page.locator("#room")).to_have_attribute("data-review", str(reviews[0]))
    assert kiln.decisions_on(takes[0]) == []
    page.context.set_offline(False)
    page.locator("#offline [data-retry]").click()
    room_is(page, reviews[1])
    wait_until(lambda: kiln.decisions_on(takes[0]))
    assert [row["outcome"] for row in kiln.decisions_on(takes[0])] == ["pass"]
    expect(page.locator("#offline")).to_be_hidden()
    page.keyboard.press("a")
    room_is(page, reviews[2])


def test_an_undo_pressed_while_a_decision_is_sent_is_done_when_it_is_in(queue_of) -> None:
    kiln, takes, reviews = queue_of(3, 360)
    page = enter(kiln, "rui")
    page.wait_for_function(READY)
    on_their_way: list[Route] = []
    page.route("**/decide/", lambda route: on_their_way.append(route))
    page.keyboard.press("a")
    page.wait_for_selector(f"#room[data-review='{reviews[1]}'] #decide[data-busy]")
    page.keyboard.press("z")
    on_their_way[0].continue_()
    room_is(page, reviews[0])
    assert [row["outcome"] for row in kiln.decisions_on(takes[0])] == ["pass", "undone"]
    expect(page.locator("#claim")).to_contain_text("Yours")


def test_a_verb_pressed_while_the_one_before_is_sent_follows_it(queue_of) -> None:
    kiln, takes, reviews = queue_of(3, 380)
    page = enter(kiln, "rui")
    page.wait_for_function(READY)
    on_their_way: list[Route] = []
    page.route("**/decide/", lambda route: on_their_way.append(route))
    page.keyboard.press("a")
    page.wait_for_selector(f"#room[data-review='{reviews[1]}'] #decide[data-busy]")
    page.wait_for_function("() => performance.now() - performance.getEntriesByName('decision').at(-1).startTime > 400")
    page.keyboard.press("a")
    expect(page.locator("#room")).to_have_attribute("data-review", str(reviews[1]))
    on_their_way[0].continue_()
    page.wait_for_selector(f"#room[data-review='{reviews[2]}']")
    on_their_way[1].continue_()
    room_is(page, reviews[2])
    assert [[row["outcome"] for row in kiln.decisions_on(take)] for take in takes] == [["pass"], ["pass"], []]


def test_a_double_press_decides_one_clip(queue_of) -> None:
    kiln, takes, reviews = queue_of(3, 400)
    page = enter(kiln, "rui")
    page.wait_for_function(READY)
    press = (
        "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', code: 'KeyA', bubbles: true }))"
    )
    page.evaluate(f"() => {{ {press}; {press}; }}")
    room_is(page, reviews[1])
    assert [[row["outcome"] for row in kiln.decisions_on(take)] for take in takes] == [["pass"], [], []]
