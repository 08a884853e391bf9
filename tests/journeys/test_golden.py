"""A rejected take becomes a golden clip: a reviewer judges it among the others, and hears later how that went."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.drawing import frozen_clip
from tests.journeys.tree import wait_until
from tests.journeys.world import House, open_room, room_is

pytestmark = [pytest.mark.journey, pytest.mark.slow]
TELLTALES = ("golden", "calibration", "momo")


def test_a_golden_clip_is_judged_unknowing_and_told_when_it_has_settled(
    house: Callable[..., House], clips: Path
) -> None:
    kiln = house(ana=["author"], rui=["reviewer"], mina=["reviewer"], momo=["moderator"])
    known = kiln.bring("ana", frozen_clip(clips, 81), "harbour.mp4", "A harbour at dawn")
    kiln.review_of(known)
    mina = kiln.page("mina")
    mina.goto("/queues/flagged/")
    mina.get_by_role("button", name="Start").click()
    open_room(mina)
    mina.keyboard.press("x")
    mina.locator("#sheet").wait_for()
    mina.keyboard.press("Enter")
    kiln.await_status(known, "rejected")

    momo = kiln.page("momo")
    momo.goto(f"/candidates/{known}/")
    momo.get_by_role("link", name="Use as a golden clip").click()
    expect(momo.get_by_label("Refused, for the reasons below")).to_be_checked()
    expect(momo.get_by_label("From frame").first).to_have_value("20")
    momo.get_by_label("Told with the answer").fill("The waves stop.")
    momo.get_by_role("button", name="Use as a golden clip").click()
    expect(momo.locator("tbody tr")).to_contain_text("The picture stands still frames 20–44")
    kiln.inside.call("screen", project=kiln.slug, golden_share=1)

    other = kiln.bring("ana", frozen_clip(clips, 82), "pier.mp4", "A pier at noon")
    kiln.review_of(other)
    rui = kiln.page("rui")
    rui.goto("/queues/flagged/")
    rui.get_by_role("button", name="Start").click()
    open_room(rui)
    showing = kiln.inside.rows("reviews.Review", "pk", golden__isnull=False)[-1]["pk"]
    rui.keyboard.press("a")
    room_is(rui, showing)
    body = rui.content().lower()
    for word in TELLTALES:
        assert word not in body, word
    rui.keyboard.press("a")
    expect(rui.locator("main")).to_contain_text("That was the last one.")
    rui.keyboard.press("z")
    open_room(rui)
    rui.keyboard.press("x")
    rui.locator("#sheet").wait_for()
    rui.keyboard.press("Enter")
    expect(rui.locator("main")).to_contain_text("That was the last one.")
    rui.goto("/")
    expect(rui.get_by_role("heading", name="Calibration")).to_have_count(0)
    wait_until(lambda: kiln.inside.rows("reviews.GoldenScore", "pk", decision__review=showing), 60)
    rui.goto("/")
    block = rui.locator("#calibration")
    expect(block).to_contain_text("1 of 1: between 2 % and 100 % of all such clips")
    expect(block).to_contain_text("You caught it.")
    expect(block).to_contain_text("The waves stop.")
    block.get_by_role("link", name="harbour.mp4").click()
    expect(rui.locator("main")).to_contain_text("This was a golden clip")

    kiln.await_status(other, "with_editor")
    assert kiln.status(known) == "rejected"
    ana = kiln.page("ana")
    ana.goto("/")
    expect(ana.locator(".returned > li")).to_have_count(1)
    ana.goto(f"/p/{kiln.slug}/prompts/")
    expect(ana.locator("tbody tr")).to_have_count(2)
    assert not [word for word in TELLTALES if word in ana.content().lower()]
    momo.goto("/moderation/golden/")
    expect(momo.locator("tbody tr")).to_contain_text("1 of 1")
    assert kiln.full_name("rui") not in momo.content()
    assert kiln.inside.call("verify_audit") == ""
