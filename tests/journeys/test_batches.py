"""Personalised variants: a template, a table of values, a cap that stops them, takes that land while one looks on."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.world import House

pytestmark = pytest.mark.journey
GUESTS = "name,hour\nAda,dawn\nGrace,dusk\nMary [sandbox:fail],dusk\nJoan,\n"


def write_template(page: Page, slug: str) -> None:
    page.goto(f"/p/{slug}/templates/")
    page.get_by_role("link", name="Write a template").click()
    page.get_by_label("Name", exact=True).fill("Greeting")
    page.get_by_label("Text").fill("A paper boat named {{name}}")
    page.get_by_label("Lighting").fill("{{hour}} light")
    page.get_by_label("Name of variable 1").fill("name")
    page.get_by_label("Name of variable 2").fill("hour")
    page.get_by_label("Type of variable 2").select_option("choice")
    page.get_by_label("Choices of variable 2").fill("dawn, dusk")
    page.get_by_label("Default of variable 2").fill("dawn")
    page.get_by_role("button", name="Save template").click()


def set_cap(page: Page, slug: str, dollars: str) -> None:
    page.goto(f"/p/{slug}/spend/")
    page.get_by_label("Cap, US dollars").fill(dollars)
    page.get_by_role("button", name="Set the cap").click()
    expect(page.locator(".budgets tbody tr")).to_have_count(1)


def test_a_table_of_guests_becomes_takes_within_the_budget(house: Callable[..., House]) -> None:
    kiln = house(ana=["author"], momo=["moderator"])
    page, moderator = kiln.page("ana"), kiln.page("momo")
    set_cap(moderator, kiln.slug, "0.05")
    write_template(page, kiln.slug)
    page.get_by_role("link", name="Order a batch").click()

    page.get_by_label("Seconds").fill("1")
    page.get_by_label("Size").select_option("640x360")
    page.get_by_label("Seeds").fill("7, 21")
    page.get_by_label("Table of values").set_input_files(
        {"name": "guests.csv", "mimeType": "text/csv", "buffer": GUESTS.encode()}
    )
    expect(page.locator(".matrix-table tbody tr")).to_have_count(8)
    page.get_by_label("Leave out Joan, dawn, sandbox-1, seed 21").check()
    button = page.locator("#matrix button")
    expect(button).to_have_text("$0.02 missing for 7 takes")
    expect(button).to_be_disabled()

    set_cap(moderator, kiln.slug, "5")
    page.get_by_label("Name").fill("The guests")
    expect(button).to_have_text("Order 7 takes, about $0.07")
    assert kiln.inside.rows("studio.Batch", "pk", project__slug=kiln.slug) == []
    button.click()

    expect(page.locator("h1")).to_have_text("The guests")
    expect(page.locator(".batch-take")).to_have_count(7)
    expect(page.locator(".batch-take img")).to_have_count(5)
    expect(page.get_by_text("Finished: 5 takes made, 2 ended without one.")).to_be_visible()
    expect(page.locator("#landing[hx-trigger]")).to_have_count(0)

    page.get_by_role("button", name="Retry 2 failed, about $0.02").click()
    expect(page.get_by_text("Finished: 5 takes made, 4 ended without one.")).to_be_visible()

    rows = kiln.inside.rows(
        "studio.Generation", "state", "seed", "cost_estimated", "retry_of", prompt__project__slug=kiln.slug
    )
    first = [row for row in rows if row["retry_of"] is None]
    assert len(first) == 7
    assert sum(Decimal(row["cost_estimated"]) for row in first) == Decimal("0.07")
    assert {row["seed"] for row in first} == {7, 21}
    assert sorted(row["state"] for row in rows) == ["failed"] * 4 + ["succeeded"] * 5
    held = kiln.inside.rows("studio.Reservation", "amount", window__budget__project__slug=kiln.slug)
    assert len(held) == 9
