"""Queues at work: five takes by one key and one undo, and a clip that changes hands and comes back to the front."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.drawing import STILL_FRAMES, STILL_FROM, frozen_clip
from tests.journeys.tree import wait_until
from tests.journeys.world import House, open_room, token_of

pytestmark = pytest.mark.journey
GRID = "/queues/flagged/?view=grid"


def take_a_minute_to_undo(page: Page) -> None:
    page.goto("/settings/")
    fields = {"csrfmiddlewaretoken": token_of(page), "theme": "system", "undo_seconds": "60"}
    assert page.request.post("/settings/", form=fields, headers={"Referer": page.url}).ok


@pytest.mark.slow
def test_five_are_rejected_in_the_grid_by_keyboard_and_taken_back_by_one_key(
    house: Callable[..., House], clips: Path
) -> None:
    kiln = house(ana=["author"], rui=["reviewer"])
    takes = [kiln.bring("ana", frozen_clip(clips, seed), f"still-{seed}.mp4") for seed in range(1, 6)]
    for take in takes:
        kiln.await_status(take, "in_review")
    page = kiln.page("rui")
    take_a_minute_to_undo(page)
    page.goto(GRID)
    expect(page.locator(".tile")).to_have_count(5)
    page.locator(".tile-open").first.focus()

    page.keyboard.press(".")
    scrub = page.locator(".tile").first.locator(".scrub")
    expect(scrub).to_be_visible()
    assert "sprite.jpg" in scrub.evaluate("(scrub) => scrub.style.backgroundImage")
    page.keyboard.press("Space")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(scrub).to_be_hidden()
    page.keyboard.press("Shift+Space")
    expect(page.locator("[data-part=count]")).to_have_text("5 selected")
    page.keyboard.press("x")
    expect(page.locator("#bulk-reason")).to_be_focused()
    assert kiln.inside.rows("reviews.Decision", "pk", review__candidate__uuid__in=takes) == []
    page.locator("#bulk-reason").select_option("freeze")
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    expect(page.locator(".toast").first).to_contain_text("5 takes. Rejected: The picture stands still")

    decisions = kiln.inside.rows("reviews.Decision", "outcome", "bulk_key", review__candidate__uuid__in=takes)
    assert [row["outcome"] for row in decisions] == ["reject"] * 5
    assert len({row["bulk_key"] for row in decisions}) == 1
    where = {"decision__review__candidate__uuid__in": takes}
    reasons = kiln.inside.rows("reviews.DecisionReason", "reason__slug", "start_frame", "end_frame", **where)
    still = {"reason__slug": "freeze", "start_frame": STILL_FROM, "end_frame": STILL_FROM + STILL_FRAMES + 1}
    assert reasons == [still] * 5
    assert {kiln.status(take) for take in takes} == {"in_review"}

    page.keyboard.press("z")
    expect(page.locator(".toast").first).to_contain_text("5 decisions taken back.")
    expect(page.locator(".tile", has_text="Yours")).to_have_count(5)
    rows = [kiln.decisions_on(take) for take in takes]
    assert [[row["outcome"] for row in each] for each in rows] == [["reject", "undone"]] * 5
    reviews = kiln.inside.rows(
        "reviews.Review", "closed_at", "settled_at", "claimed_by__username", candidate__uuid__in=takes
    )
    assert reviews == [{"closed_at": None, "settled_at": None, "claimed_by__username": kiln.username("rui")}] * 5
    moves = kiln.inside.rows("studio.Event", "data", verb="advanced", subject__in=subjects(kiln, takes))
    assert {move["data"]["to"] for move in moves} == {"in_review"}


def subjects(kiln: House, takes: list[str]) -> list[str]:
    return [f"candidate:{row['pk']}" for row in kiln.inside.rows("studio.Candidate", "pk", uuid__in=takes)]


def test_a_moderator_takes_a_clip_over_and_it_comes_back_to_the_front(house: Callable[..., House], clips: Path) -> None:
    kiln = house(ana=["author"], rui=["reviewer"], momo=["moderator"])
    takes = [kiln.bring("ana", frozen_clip(clips, seed), f"held-{seed}.mp4") for seed in (6, 7)]
    _, second = takes = kiln.in_the_queue_s_order(takes)
    room = f"/reviews/{kiln.review_of(second)}/"
    reviewer, moderator = kiln.page("rui"), kiln.page("momo")
    open_room(reviewer, room)
    reviewer.get_by_role("button", name="Take this clip").click()
    expect(reviewer.locator("#claim")).to_contain_text("Yours")

    open_room(moderator, room)
    expect(moderator.locator("#claim")).to_contain_text(f"{kiln.full_name('rui')} has this clip")
    moderator.get_by_role("button", name="Take over").click()
    expect(moderator.locator("#claim")).to_contain_text("Yours")
    reviewer.locator("#note-body").fill("the wave stops")
    reviewer.locator("#stage").focus()
    reviewer.keyboard.press("a")
    expect(reviewer.locator(".refusal")).to_contain_text(f"{kiln.full_name('momo')} holds this clip.")
    expect(reviewer.locator("#note-body")).to_have_value("the wave stops")
    assert kiln.decisions_on(second) == []
    (event,) = kiln.inside.rows("studio.Event", "data", verb="taken_over", subject=f"review:{kiln.review_of(second)}")
    (holder,) = kiln.inside.rows("studio.User", "pk", username=kiln.username("rui"))
    assert event["data"] == {"from": holder["pk"]}

    moderator.goto("/queues/flagged/")
    held = {"candidate__uuid": second, "closed_at": None}
    wait_until(lambda: kiln.inside.rows("reviews.Review", "pk", claim_expires_at__lt=f"{datetime.now(UTC)}", **held))
    moderator.reload()
    order = moderator.locator(".waiting tbody th a").evaluate_all("(links) => links.map((link) => link.id)")
    assert order == [f"waiting-{kiln.review_of(take)}" for take in reversed(takes)]
