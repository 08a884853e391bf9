"""A pass is looked at twice: two who differ, a moderator between them, and nothing that tells one of the other."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.drawing import frozen_clip
from tests.journeys.tree import wait_until
from tests.journeys.world import House, start

pytestmark = [pytest.mark.journey, pytest.mark.slow]
NOTE = "as calm as a painted ship"


def next_review(kiln: House, take: str, after: int) -> int:
    """The review that opens when the one before has settled."""
    wait_until(lambda: kiln.inside.rows("reviews.Review", "pk", candidate__uuid=take, pk__gt=after), 60)
    return kiln.review_of(take)


def test_a_second_look_that_differs_is_decided_by_a_moderator(house: Callable[..., House], clips: Path) -> None:
    kiln = house(ana=["author"], rui=["reviewer"], mina=["reviewer"], momo=["moderator"])
    kiln.inside.call("screen", project=kiln.slug, second_share=1)
    take = kiln.bring("ana", frozen_clip(clips, 61), "calm.mp4", "A ship on calm water")
    first = kiln.review_of(take)

    rui = kiln.page("rui")
    start(rui, "flagged")
    rui.locator("#note-body").fill(NOTE)
    rui.get_by_role("button", name="Send note").click()
    wait_until(lambda: kiln.inside.rows("reviews.Comment", "pk", candidate__uuid=take))
    rui.keyboard.press("Escape")
    rui.keyboard.press("a")
    expect(rui.locator("main")).to_contain_text("That was the last one.")
    second = next_review(kiln, take, first)
    assert kiln.status(take) == "in_review"
    rui.goto("/queues/flagged/")
    assert rui.get_by_role("button", name="Start").count() == 0

    mina = kiln.page("mina")
    start(mina, "flagged")
    body = mina.content()
    assert f'data-review="{second}"' in body
    for word in (kiln.full_name("rui"), kiln.username("rui"), NOTE, "Passed", "second opinion", "second look"):
        assert word not in body, word
    mina.keyboard.press("x")
    mina.locator("#sheet").wait_for()
    mina.keyboard.press("Enter")
    expect(mina.locator("main")).to_contain_text("That was the last one.")
    between = next_review(kiln, take, second)
    assert kiln.status(take) == "in_review"

    momo = kiln.page("momo")
    start(momo, "escalations")
    body = momo.content()
    assert f'data-review="{between}"' in body
    expect(momo.locator(".opinions")).to_contain_text("Passed")
    expect(momo.locator(".opinions")).to_contain_text("The picture stands still frames 20–44")
    for word in (*map(kiln.full_name, ("rui", "mina")), NOTE):
        assert word not in body, word
    assert kiln.status(take) == "in_review"
    momo.keyboard.press("a")
    expect(momo.locator("main")).to_contain_text("That was the last one.")
    kiln.await_status(take, "with_editor")

    decisions = kiln.decisions_on(take, "pk", "outcome", "decided_by__username")
    names = [kiln.username(name) for name in ("rui", "mina", "momo")]
    assert [(row["outcome"], row["decided_by__username"]) for row in decisions] == list(
        zip(("pass", "reject", "pass"), names, strict=True)
    )
    told = [kiln.inside.rows("studio.Event", "verb", subject=f"decision:{row['pk']}") for row in decisions]
    assert [[event["verb"] for event in events] for events in told] == [
        ["decided", "held"],
        ["decided", "disputed"],
        ["decided", "settled"],
    ]
    assert kiln.inside.call("verify_audit") == ""
