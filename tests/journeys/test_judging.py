"""Reviewers at work: by keyboard alone, never on their own takes, never two on one clip."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.drawing import STILL_FRAMES, STILL_FROM, clean_clip, frozen_clip
from tests.journeys.tree import wait_until
from tests.journeys.world import House, open_room, room_is, start, token_of

pytestmark = pytest.mark.journey
STILL_RANGE = (STILL_FROM, STILL_FROM + STILL_FRAMES + 1)


def tab_to(page: Page, selector: str) -> None:
    for _ in range(60):
        if page.evaluate("(selector) => document.activeElement?.matches(selector) ?? false", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {selector}")


def shown_review(page: Page) -> int:
    return int(page.locator("#room").get_attribute("data-review") or 0)


def test_a_reviewer_rejects_by_keyboard_only_and_undoes_another(house: Callable[..., House], clips: Path) -> None:
    kiln = house(ana=["author"], rui=["reviewer"])
    first = kiln.bring("ana", frozen_clip(clips, 1), "first.mp4", "A field of waves drifts to the left")
    second = kiln.bring("ana", frozen_clip(clips, 2), "second.mp4")
    third = kiln.bring("ana", frozen_clip(clips, 3), "third.mp4")
    first, second, third = kiln.in_the_queue_s_order([first, second, third])
    reviews = {take: kiln.review_of(take) for take in (first, second, third)}
    page = kiln.page("rui")

    page.goto("/")
    tab_to(page, "#start-flagged, #start-review, form[action$='/queues/flagged/claim/'] button")
    page.keyboard.press("Enter")
    open_room(page)
    assert shown_review(page) == reviews[first]
    finding = page.locator(".finding", has_text="freeze 20–44")
    expect(finding).to_have_attribute("data-selected", "")
    page.keyboard.press("y")
    expect(finding).to_have_attribute("data-verdict", "confirmed")  # the selection then moves on
    page.keyboard.press("x")
    expect(page.locator("#sheet .reason[data-suggested]")).to_contain_text("The picture stands still")
    page.keyboard.press("Enter")
    room_is(page, reviews[second])
    expect(page.locator("#outcome .toast")).to_contain_text("stands still")
    assert page.url.endswith(f"/reviews/{reviews[second]}/")

    decision = kiln.inside.row("reviews.Decision", "pk", "outcome", "decided_by__username", review=reviews[first])
    assert (decision["outcome"], decision["decided_by__username"]) == ("reject", kiln.username("rui"))
    reason = kiln.inside.row(
        "reviews.DecisionReason", "reason__slug", "start_frame", "end_frame", "finding", decision=decision["pk"]
    )
    frozen = {"candidate__uuid": first, "check_key": "frozen_frames"}
    judged = kiln.inside.row("reviews.Finding", "pk", "start_frame", "end_frame", **frozen)
    assert (judged["start_frame"], judged["end_frame"]) == STILL_RANGE
    assert reason == {
        "reason__slug": "freeze",
        "start_frame": judged["start_frame"],
        "end_frame": judged["end_frame"],
        "finding": judged["pk"],
    }
    wait_until(lambda: kiln.inside.rows("reviews.FindingLabel", "verdict", finding=judged["pk"]))  # sent by itself
    assert kiln.inside.row("reviews.FindingLabel", "verdict", finding=judged["pk"]) == {"verdict": "confirmed"}

    page.keyboard.press("a")
    room_is(page, reviews[third])
    page.keyboard.press("z")
    room_is(page, reviews[second])
    expect(page.locator("#claim")).to_contain_text("Yours")
    passed, undone = kiln.decisions_on(second, "pk", "outcome", "supersedes")
    assert (passed["outcome"], undone["outcome"], undone["supersedes"]) == ("pass", "undone", passed["pk"])
    claim = kiln.inside.row("reviews.Review", "closed_at", "settled_at", "claimed_by__username", pk=reviews[second])
    assert claim == {"closed_at": None, "settled_at": None, "claimed_by__username": kiln.username("rui")}

    kiln.await_status(first, "rejected")
    assert kiln.status(second) == "in_review"
    expect(page.locator("[data-toast] [data-undo]")).to_have_count(0)  # the page's own clock began later
    page.keyboard.press("z")
    expect(page.locator("#said")).to_contain_text("settled")
    late = page.request.post(
        f"/decisions/{decision['pk']}/undo/",
        form={"csrfmiddlewaretoken": token_of(page)},
        headers={"Accept": "application/json", "Referer": page.url},
    )
    assert late.status == 409
    assert "settled" in late.json()["message"]
    assert [row["outcome"] for row in kiln.decisions_on(first)] == ["reject"]
    moves = kiln.inside.rows("studio.Event", "data", verb="advanced", subject=subject_of(kiln, second))
    assert [move["data"]["to"] for move in moves] == ["in_review"]

    author_reads_and_revises(kiln, first)


def subject_of(kiln: House, take: str) -> str:
    return f"candidate:{kiln.inside.row('studio.Candidate', 'pk', uuid=take)['pk']}"


def author_reads_and_revises(kiln: House, take: str) -> None:
    page = kiln.page("ana")
    page.goto("/")
    returned = page.locator(".returned li")
    expect(returned).to_contain_text("The picture stands still")
    expect(returned).to_contain_text("frames 20–44")
    page.locator("#author-title a").click()
    page.get_by_role("link", name="A field of waves").click()
    expect(page.locator(".refusal")).to_contain_text("The picture stands still")
    expect(page.locator(".refusal")).to_contain_text("frames 20–44")
    page.get_by_role("link", name="Revise", exact=True).first.click()
    expect(page.locator("h1")).to_contain_text("Revise")
    expect(page.locator(".led-here")).to_contain_text("The picture stands still")
    page.locator("#id_motion").fill("keeps moving to the last frame")
    page.locator("#id_takes").fill("1")
    page.locator("#id_seconds").fill("1")
    page.locator("#id_size").select_option("640x360")
    page.get_by_role("button", name=re.compile("Generate 1 take, about")).click()
    page.wait_for_url(re.compile(r"/prompts/\d+/$"))
    prompt = kiln.inside.row("studio.Candidate", "prompt", uuid=take)["prompt"]
    revision = kiln.inside.row("studio.Prompt", "number", "direction", parent=prompt)
    assert revision["number"] == 2
    assert revision["direction"]["motion"] == "keeps moving to the last frame"


@pytest.mark.parametrize(("maker", "roles"), [("all", ["author", "reviewer", "editor"]), ("root", ["root"])])
def test_nobody_judges_their_own(house: Callable[..., House], clips: Path, maker: str, roles: list[str]) -> None:
    kiln = house(**{maker: roles})
    flagged = kiln.bring(maker, frozen_clip(clips, 4 + len(roles)), "flagged.mp4")
    clean = kiln.bring(maker, clean_clip(clips, 4 + len(roles)), "clean.mp4")
    page = kiln.page(maker)
    for take in (flagged, clean):
        review, status = kiln.review_of(take), kiln.status(take)
        open_room(page, f"/reviews/{review}/")
        shown = page.locator("#decide button[name=outcome]:not([value=escalate])")
        for button in shown.all():
            assert button.get_attribute("aria-disabled") == "true"
            assert button.get_attribute("title") == "You made this take; somebody else decides."
        page.keyboard.press("a")
        expect(page.locator("#outcome")).to_contain_text("You made this take; somebody else decides.")
        offered = [button.get_attribute("value") for button in shown.all()]
        seen = page.locator("#decide input[name=seen]").get_attribute("value")
        for verb in offered:
            refused = page.request.post(
                f"/reviews/{review}/decide/",
                form={
                    "csrfmiddlewaretoken": token_of(page),
                    "seen": str(seen),
                    "outcome": str(verb),
                    "reasons": "wrong_style",
                    "note": "Let me.",
                },
                headers={"Referer": page.url},
            )
            assert refused.status == 403
            assert "You made this take; somebody else decides." in refused.text()
        assert kiln.decisions_on(take) == []
        assert kiln.status(take) == status
        refusals = kiln.inside.rows("studio.Event", "data", verb="refused", subject=f"review:{review}")
        assert [event["data"]["outcome"] for event in refusals] == offered
        claimed = page.request.post(
            f"/reviews/{review}/claim/", form={"csrfmiddlewaretoken": token_of(page)}, headers={"Referer": page.url}
        )
        assert claimed.status == 403
        assert kiln.inside.row("reviews.Review", "claimed_by", pk=review) == {"claimed_by": None}
    for queue in ("flagged", "editor") if maker == "all" else ():
        page.goto(f"/queues/{queue}/")
        expect(page.locator("#queue-table")).to_contain_text("your own work")
        assert page.get_by_role("button", name="Start").count() == 0


def test_two_reviewers_cannot_hold_one_clip(house: Callable[..., House], clips: Path) -> None:
    kiln = house(ana=["author"], rui=["reviewer"], mina=["reviewer"])
    first = kiln.bring("ana", frozen_clip(clips, 7), "first.mp4")
    second = kiln.bring("ana", frozen_clip(clips, 8), "second.mp4")
    held, other = kiln.review_of(first), kiln.review_of(second)
    rui, mina = kiln.page("rui"), kiln.page("mina")
    start(rui)
    assert shown_review(rui) == held

    open_room(mina, f"/reviews/{held}/")
    expect(mina.locator("#claim")).to_contain_text(f"{kiln.full_name('rui')} has this clip")
    assert mina.locator("#decide button[name=outcome]:not([aria-disabled=true])").count() == 0
    assert mina.locator(".finding-judge").count() == 0
    mina.goto("/queues/flagged/")
    assert kiln.full_name("rui") in mina.locator("tr", has_text="first.mp4").inner_text()

    rui.keyboard.press("x")
    rui.locator("#sheet textarea").fill("The waves stop at the left edge.")
    kiln.inside.call("let_claim_expire", review=held)
    start(mina)
    assert shown_review(mina) == held
    expect(mina.locator("#claim")).to_contain_text("Yours")

    rui.keyboard.press("Enter")
    problem = rui.locator(".refusal .problem")
    expect(problem).to_contain_text(kiln.full_name("mina"))
    expect(problem.get_by_role("button", name="Next clip")).to_be_visible()
    expect(problem.get_by_role("button", name="Copy my draft")).to_be_visible()
    assert rui.locator("#sheet textarea").input_value() == "The waves stop at the left edge."
    assert rui.locator("#decide button[name=outcome]:not([aria-disabled=true])").count() == 0
    rui.keyboard.press("Escape")
    frame = rui.locator(".transport").get_attribute("data-frame")
    rui.wait_for_function("() => !document.activeElement?.matches('textarea, input, select')")  # keys sleep there

    def is_at_the_end() -> bool:
        rui.keyboard.press("End")
        rui.wait_for_timeout(300)
        return rui.locator(".transport").get_attribute("data-frame") == "71"

    wait_until(is_at_the_end)
    assert frame is not None
    assert kiln.decisions_on(first) == []

    problem.get_by_role("button", name="Next clip").click()
    rui.wait_for_url("**/queues/flagged/")
    start(rui)
    assert shown_review(rui) == other
