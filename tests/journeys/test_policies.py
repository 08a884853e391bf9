"""A policy is changed by two people: simulated, proposed, put into force, and its takes checked again."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.drawing import frozen_clip
from tests.journeys.world import House

pytestmark = pytest.mark.journey


def test_a_change_is_simulated_agreed_on_and_takes_effect(house: Callable[..., House], clips: Path) -> None:
    kiln = house(all_checks=True, ana=["author"], momo=["moderator"], mira=["moderator"])
    take = kiln.bring("ana", frozen_clip(clips, 31), "frozen.mp4")
    kiln.await_status(take, "in_review")

    momo = kiln.page("momo")
    momo.goto(f"/moderation/policies/{kiln.slug}/")
    change(momo)
    momo.get_by_role("button", name="Simulate").click()
    told = momo.locator("#simulation")
    expect(told).to_contain_text("1 take would go to the editor instead of the reviewer.")
    expect(told).to_contain_text("Noise: levels above 8 → 12")
    expect(told.locator(f"a[href='/candidates/{take}/']").first).to_be_visible()
    assert len(kiln.inside.rows("reviews.Policy", "pk", project__slug=kiln.slug)) == 1

    momo.get_by_label("Why is it changed?").fill("Stills are wanted in this film.")
    momo.get_by_role("button", name="Propose version").click()
    expect(momo.locator("h1")).to_have_text("Version 2")
    expect(momo.locator("main")).to_contain_text("You proposed this version; another moderator puts it into force.")
    momo.get_by_role("button", name="Activate").click(force=True)
    (draft,) = kiln.inside.rows("reviews.Policy", "is_active", project__slug=kiln.slug, version=2)
    assert draft["is_active"] is False

    mira = kiln.page("mira")
    mira.goto(f"/moderation/policies/{kiln.slug}/")
    mira.get_by_role("button", name="Activate").click()
    expect(mira.locator(".page-head")).to_contain_text("Version 2 is in force")
    assert kiln.status(take) == "in_review"

    mira.get_by_role("button", name="Check affected takes again").click()
    expect(mira.locator("#recheck")).to_contain_text("1 of 1")
    expect(mira.locator("#recheck")).to_contain_text("Finished")
    expect(mira.locator("#recheck[hx-trigger]")).to_have_count(0)
    assert kiln.status(take) == "with_editor"
    version = kiln.inside.row(
        "reviews.Policy", "is_active", "proposed_by", "activated_by", project__slug=kiln.slug, version=2
    )
    assert version["is_active"] is True
    assert version["proposed_by"] != version["activated_by"]
    assert {run["policy__version"] for run in runs_of(kiln, take, "frozen_frames")} == {1, 2}
    assert {run["policy__version"] for run in runs_of(kiln, take, "blur")} == {1}


def change(page: Page) -> None:
    """Freezes are a note from now on, and noise begins later; with the filter as people use it."""
    page.get_by_label("Show only").fill("frozen")
    expect(page.locator(".check-row:visible")).to_have_count(1)
    for label in ("freeze", "freeze at start", "freeze at end"):
        page.get_by_label(f"Route of {label}", exact=True).select_option("note")
    page.get_by_label("Show only").fill("")
    page.locator("[name=noise-dial]").fill("12")


def runs_of(kiln: House, take: str, check: str) -> list[dict[str, object]]:
    return kiln.inside.rows("reviews.CheckRun", "policy__version", candidate__uuid=take, check_key=check)
