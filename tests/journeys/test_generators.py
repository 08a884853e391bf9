"""Generators as people use them: one take now, a shot from several models, one that is gone, one that is silent."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.world import House

pytestmark = pytest.mark.journey
SHOT = "A paper boat crosses a flooded street"


def describe(page: Page, slug: str, text: str, *, model: str, seconds: str, size: str) -> None:
    page.goto(f"/p/{slug}/prompts/new/")
    page.get_by_label("Prompt", exact=True).fill(text)
    page.locator(f'input[name="model"][value="{model}"]').check()
    page.get_by_label("Seconds", exact=True).fill(seconds)
    page.get_by_label("Size").select_option(size)


def test_one_take_now_then_the_same_shot_from_several_models(house: Callable[..., House]) -> None:
    kiln = house(ana=["author"])
    page = kiln.page("ana")
    describe(page, kiln.slug, SHOT, model="sandbox-1", seconds="3", size="640x360")
    now = page.get_by_role("button", name="One take now, about $0.03")
    expect(now).to_be_visible()
    assert kiln.inside.rows("studio.Generation", "pk", prompt__project__slug=kiln.slug) == []
    now.click()
    expect(page.locator("h1")).to_have_text(SHOT)
    expect(page.locator(".take-row img")).to_have_count(1)  # it lands while one looks on

    page.get_by_role("link", name="Order a batch").click()
    for model in ("sandbox-1", "kling-3.0", "gemini-omni-1.2-flash", "gen4.5"):
        page.locator(f'input[type="checkbox"][value="{model}"]').check()
    page.get_by_label("Takes of each").fill("1")
    # Four models, one take each. Gen-4.5 makes no 640x360, and neither does Kling: both say so and are not ordered.
    rows = page.locator(".matrix-table tbody tr")
    expect(rows).to_have_count(4)
    expect(page.get_by_text("Gen-4.5 makes").first).to_be_visible()
    button = page.locator("#matrix button")
    expect(button).to_have_text("Order 2 takes, about $0.3342")  # 3 s at $0.01 and at $0.1014
    button.click()
    expect(page.get_by_text("Finished: 2 takes made.")).to_be_visible()
    expect(page.locator(".batch-take img")).to_have_count(2)

    made = kiln.inside.rows(
        "studio.Generation",
        "model",
        "provider",
        "state",
        "cost_estimated",
        prompt__project__slug=kiln.slug,
        batch__isnull=False,
    )
    assert {(row["provider"], row["model"], row["state"]) for row in made} == {
        ("sandbox", "sandbox-1", "succeeded"),
        ("google", "gemini-omni-1.2-flash", "succeeded"),
    }
    assert sum(Decimal(row["cost_estimated"]) for row in made) == Decimal("0.3342")


def test_a_model_that_is_gone_says_since_when_and_cannot_be_ordered(house: Callable[..., House]) -> None:
    kiln = house(ana=["author"])
    page = kiln.page("ana")
    page.goto(f"/p/{kiln.slug}/prompts/new/")
    gone = page.locator('input[name="model"][value="sora-2"]')
    expect(gone).to_be_disabled()
    why = page.locator(f"#{gone.get_attribute('aria-describedby')}")
    expect(why).to_contain_text("retired 2026-09-24")
    expect(why).to_contain_text("Point this provider at another server")
    # A page that was opened before its last day still sends it: refused in words, nothing written.
    page.get_by_label("Prompt", exact=True).fill(SHOT)
    page.evaluate("""() => { const radio = document.querySelector('input[value="sora-2"]');
        radio.disabled = false; radio.checked = true; }""")
    page.locator("#cost button").first.click()
    expect(page.get_by_role("alert").first).to_contain_text("This model cannot be used now")
    expect(page.get_by_label("Prompt", exact=True)).to_have_value(SHOT)
    assert kiln.inside.rows("studio.Prompt", "pk", project__slug=kiln.slug) == []


def test_a_call_whose_answer_was_lost_is_resolved_by_a_person(house: Callable[..., House]) -> None:
    kiln = house(ana=["author"])
    page = kiln.page("ana")
    text = "A ship on the horizon [sandbox:lost]"
    describe(page, kiln.slug, text, model="gen4.5", seconds="2", size="1280x720")
    page.get_by_role("button", name="One take now, about $0.24").click()
    page.locator("table a", has_text="Take 1").click()
    expect(page.get_by_role("heading", name="Unknown: about $0.24 may have been charged")).to_be_visible()
    expect(page.get_by_role("button", name="Look for it again")).to_be_disabled()
    expect(page.get_by_text("this provider cannot be searched for the job")).to_be_visible()

    page.goto(f"/p/{kiln.slug}/spend/")
    expect(page.get_by_text("1 call may have been charged, about $0.24")).to_be_visible()
    page.get_by_role("link", name="Take 1 of").click()
    page.get_by_role("button", name="Charged: mark it lost").click()
    expect(page.get_by_role("heading", name="Unknown")).to_have_count(0)
    row = kiln.inside.row("studio.Generation", "state", "cost_billed", "run_after", prompt__project__slug=kiln.slug)
    assert (row["state"], Decimal(row["cost_billed"]), row["run_after"]) == ("lost", Decimal("0.2400"), None)
