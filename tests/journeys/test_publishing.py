"""From a prompt to the public and back, with and without scripts; and who can reach which bytes meanwhile."""

import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Locator, Page, expect

from studio.demo_logins import DEMO_PASSWORD, DEMO_PROJECT
from tests.journeys.drawing import clean_clip, frozen_clip
from tests.journeys.tree import wait_until
from tests.journeys.world import PATIENCE, House, open_room

pytestmark = pytest.mark.journey
PRIVATE = ("original", "proxy.mp4", "poster.jpg", "sprite.jpg", "frames.json")


def come_in(kiln: House, name: str) -> Page:
    page = kiln.page()
    page.goto("/")
    assert "/sign-in/" in page.url
    page.get_by_role("button", name=name).click()
    expect(page.locator("h1")).to_be_visible()
    return page


def test_a_take_goes_all_the_way_to_the_public_and_back(house: Callable[..., House]) -> None:
    harbour = house(slug=DEMO_PROJECT)
    harbour.inside.call("ask_for_watching", project=DEMO_PROJECT, coverage="off")
    author = come_in(harbour, "Ana Author")
    slow = compose(harbour, author, "A steam train crosses a bridge [sandbox:freeze]")
    compose(harbour, author, "A lighthouse on a rocky coast at sunset")
    clean, title = await_take(author), author.locator("h1").inner_text()
    author.goto(slow)
    flagged = await_take(author)
    harbour.review_of(clean)
    harbour.review_of(flagged)
    assert harbour.status(clean) == "with_editor"
    assert harbour.status(flagged) == "in_review"

    reviewer = come_in(harbour, "Rui Reviewer")
    reviewer.get_by_role("button", name=re.compile("Start")).first.click()
    open_room(reviewer)
    assert reviewer.locator("#stage video").get_attribute("src") == f"/candidates/{flagged}/proxy.mp4"
    expect(reviewer.locator(".finding").first).to_contain_text("Freeze")
    reviewer.keyboard.press("a")
    reviewer.wait_for_url("**/queues/flagged/")

    editor = come_in(harbour, "Edda Editor")
    editor.goto(f"/p/{DEMO_PROJECT}/desk/")
    row = editor.locator(".board-row", has_text=title).first
    row.locator("a.take").first.click()
    take_claim(editor)
    editor.keyboard.press("a")
    expect(editor.locator("#outcome .toast, #toasts .toast").first).to_contain_text("Approved")
    assert [row["outcome"] for row in harbour.decisions_on(clean)] == ["approve"]
    assert harbour.status(clean) == "with_editor"
    harbour.await_status(clean, "published")
    harbour.await_status(flagged, "with_editor")

    released = harbour.inside.row(
        "reviews.Publication", "uuid", "state", "sha256", "decision__outcome", candidate__uuid=clean
    )
    assert (released["state"], released["decision__outcome"]) == ("live", "approve")
    address = f"/gallery/{released['uuid']}/"
    anybody = harbour.page()
    anybody.goto("/gallery/")
    anybody.locator(f"a[href='{address}']").click()
    expect(anybody.locator("h1")).to_have_text(title)
    assert_labelled_before_play(anybody)
    anybody.locator("video").evaluate("video => { video.muted = true; return video.play(); }")
    wait_until(lambda: anybody.locator("video").evaluate("video => video.currentTime > 0.2"), PATIENCE)
    assert released["sha256"] in anybody.locator(".digest").inner_text()
    feed = anybody.request.get("/feed.json").json()
    item = next(each for each in feed["items"] if each["url"].endswith(address))
    assert item["tags"] == ["AI-generated"]
    assert any(link.endswith(address) for link in rss_links(anybody))

    editor.goto(f"/candidates/{clean}/")
    editor.get_by_label("Take it down because of").select_option("rights")
    editor.get_by_role("button", name="Withdraw").click()
    expect(editor.locator("#toasts")).to_contain_text("Withdrawn")
    answer = anybody.goto(address)
    assert answer
    assert answer.status == 410
    expect(anybody.locator("h1")).to_have_text("This clip was withdrawn")
    expect(anybody.locator("main")).to_contain_text("Reason: rights")
    for name in ("clip.mp4", "poster.jpg"):
        assert anybody.request.get(f"{address}{name}").status in (404, 410)
    assert all(address not in each["url"] for each in anybody.request.get("/feed.json").json()["items"])
    assert not any(link.endswith(address) for link in rss_links(anybody))
    assert harbour.status(clean) == "withdrawn"
    assert harbour.inside.row("reviews.Publication", "state", candidate__uuid=clean) == {"state": "withdrawn"}


def compose(kiln: House, author: Page, text: str) -> str:
    """Order one take of two seconds at the price on the button; the address of the prompt's record."""
    author.goto(f"/p/{kiln.slug}/prompts/")
    author.get_by_role("link", name="New prompt").click()
    author.locator("#id_text").fill(text)
    author.locator("#id_camera").fill("slow push in")
    author.locator("#id_size").select_option("640x360")
    author.locator("#id_seconds").fill("2")
    author.locator("#id_takes").fill("1")
    button = author.get_by_role("button", name=re.compile(r"^Generate 1 take, about \$\d+\.\d\d$"))
    expect(button).to_be_visible()
    expect(author.locator("#sent")).to_contain_text(text)
    shown = button.inner_text()
    button.click()
    author.wait_for_url(re.compile(r"/prompts/\d+/$"))
    prompt = int(author.url.rstrip("/").rpartition("/")[2])
    cost = kiln.inside.row("studio.Generation", "cost_estimated", prompt=prompt)["cost_estimated"]
    assert float(shown.rpartition("$")[2]) == pytest.approx(float(cost), abs=0.005)
    return author.url


def await_take(author: Page) -> str:
    """The uuid of the one take of the prompt's record, which shows it without being loaded again."""
    author.evaluate("() => { window.loaded = 'once'; }")
    link = author.locator(".take-row a.take")
    expect(link).to_have_count(1)
    assert author.evaluate("() => window.loaded") == "once"
    return str(link.get_attribute("href")).strip("/").rpartition("/")[2]


def take_claim(page: Page) -> None:
    """A take of the desk opens in its room; deciding needs a press on "Take this clip" first."""
    open_room(page)
    button = page.get_by_role("button", name="Take this clip")
    if button.count():
        button.click()
        expect(page.locator("#claim")).to_contain_text("Yours")
        open_room(page)


def assert_labelled_before_play(page: Page) -> None:
    """The label stands before the picture in the document and above it on the page, and nothing has played yet."""
    label, video = page.locator(".clip-view .ai-label"), page.locator(".clip-view video")
    expect(label).to_have_text("AI-generated")
    assert video.evaluate("video => video.paused && video.currentTime === 0 && !video.autoplay")
    assert bottom(label) <= top(video)
    order = "([a, b]) => Boolean(a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING)"
    assert page.evaluate(order, [label.element_handle(), video.element_handle()])


def top(element: Locator) -> float:
    box = element.bounding_box()
    assert box
    return box["y"]


def bottom(element: Locator) -> float:
    box = element.bounding_box()
    assert box
    return box["y"] + box["height"]


def rss_links(page: Page) -> list[str]:
    feed = ElementTree.fromstring(page.request.get("/feed.rss").text())
    return [str(link.text) for link in feed.iterfind("channel/item/link")]


@pytest.mark.slow
def test_bytes_that_are_not_published_are_nobody_else_s(house: Callable[..., House], clips: Path) -> None:
    kiln = house(ana=["author"], rui=["reviewer"], edda=["editor"], gone=["reviewer"])
    elsewhere = house(otto=["author", "reviewer", "editor", "moderator"])
    held = {
        "in_review": kiln.bring("ana", frozen_clip(clips, 21), "flagged.mp4"),
        "with_editor": kiln.bring("ana", clean_clip(clips, 22), "clean.mp4"),
        "rejected": kiln.bring("ana", frozen_clip(clips, 23), "rejected.mp4"),
        "published": kiln.bring("ana", clean_clip(clips, 24), "public.mp4"),
        "withdrawn": kiln.bring("ana", clean_clip(clips, 25), "withdrawn.mp4"),
    }
    for take in held.values():
        kiln.review_of(take)
    kiln.decide(held["rejected"], "rui", "reject", ("freeze",))
    for status in ("published", "withdrawn"):
        kiln.decide(held[status], "edda", "approve")
    kiln.inside.call("leave", project=kiln.slug, username=kiln.username("gone"))
    kiln.await_status(held["withdrawn"], "published")
    kiln.inside.call("withdraw", take=held["withdrawn"], by=kiln.username("edda"))
    for status, take in held.items():
        kiln.await_status(take, status)

    strangers = {"nobody": kiln.page(), "elsewhere": elsewhere.page("otto"), "gone": kiln.page("gone")}
    insider = kiln.page("rui")
    for status, take in held.items():
        for name in PRIVATE:
            address = f"/candidates/{take}/{name}"
            allowed = insider.request.get(address)
            assert (allowed.status, allowed.headers["cache-control"]) == (200, "private, no-cache")
            etag = {"If-None-Match": allowed.headers["etag"], "Range": "bytes=0-9"}
            for who, page in strangers.items():
                for answer in (page.request.get(address), page.request.head(address)):
                    assert answer.status == 404, (who, status, name)
                assert page.request.get(address, headers=etag).status == 404, (who, status, name)
        for page in strangers.values():
            assert page.request.get(f"/gallery/{take}/").status == 404
            assert page.request.get(f"/gallery/{take}/clip.mp4").status == 404

    publications = kiln.inside.rows("reviews.Publication", "uuid", "candidate__status")
    by_status = {row["candidate__status"]: row["uuid"] for row in publications}
    public = {name: f"/gallery/{by_status['published']}/{name}" for name in ("clip.mp4", "poster.jpg", *PRIVATE)}
    anybody = strangers["nobody"]
    for name, address in public.items():
        wanted = 200 if name in ("clip.mp4", "poster.jpg") else 404
        assert anybody.request.get(address).status == wanted, name
    for name in ("", "clip.mp4", "poster.jpg"):
        assert anybody.request.get(f"/gallery/{by_status['withdrawn']}/{name}").status == 410


@pytest.mark.slow
def test_every_step_works_without_scripts(house: Callable[..., House], clips: Path) -> None:
    kiln = house(ana=["author"], rui=["reviewer"], edda=["editor"])
    for name in ("ana", "rui", "edda"):
        kiln.inside.call("give_password", username=kiln.username(name), password=DEMO_PASSWORD)
    author = plain_sign_in(kiln, "ana")
    author.goto(f"/p/{kiln.slug}/upload/")
    author.get_by_label("Drop clips here").set_input_files([frozen_clip(clips, 31), clean_clip(clips, 32)])
    author.get_by_role("button", name="Upload").click()
    expect(author.locator("#results-title")).to_have_text("2 came in")
    takes = {
        str(row["name"]): str(row["uuid"])
        for row in kiln.inside.rows("studio.Candidate", "name", "uuid", prompt__project__slug=kiln.slug)
    }
    flagged, clean = takes["frozen-31.mp4"], takes["clean-32.mp4"]

    author.goto(f"/p/{kiln.slug}/prompts/new/")
    author.locator("#id_text").fill("A cat walks along a garden wall")
    author.locator("#id_takes").fill("1")
    author.locator("#id_seconds").fill("1")
    author.locator("#id_size").select_option("640x360")
    author.get_by_role("button", name=re.compile("^Generate")).click()
    expect(author.locator(".problem")).to_contain_text("The cost is $")
    assert kiln.inside.rows("studio.Generation", "pk", prompt__project__slug=kiln.slug) == []
    author.locator(".problem").get_by_role("button", name=re.compile(r"^Generate at \$")).click()
    expect(author.locator("h1")).to_contain_text("A cat walks")
    assert len(kiln.inside.rows("studio.Generation", "pk", prompt__project__slug=kiln.slug)) == 1

    review = kiln.review_of(flagged)
    reviewer = plain_sign_in(kiln, "rui")
    reviewer.goto("/queues/flagged/")
    reviewer.get_by_role("button", name="Start").click()
    expect(reviewer.locator("#claim")).to_contain_text("Yours")
    reject(reviewer)
    expect(reviewer.locator(".problem")).to_contain_text("Choose at least one reason.")
    assert kiln.decisions_on(flagged) == []
    reviewer.locator("#sheet input[value=freeze]").check()
    reviewer.locator("#sheet textarea").fill("It stands still for a second.")
    reject(reviewer)
    expect(reviewer.locator(".problem")).to_contain_text("needs the frames")
    expect(reviewer.locator("#sheet input[value=freeze]")).to_be_checked()
    assert reviewer.locator("#sheet textarea").input_value() == "It stands still for a second."
    reviewer.locator("#sheet input[name=start_frame]").fill("20")
    reviewer.locator("#sheet input[name=end_frame]").fill("45")
    reject(reviewer)
    decision = kiln.inside.row("reviews.Decision", "pk", "outcome", "note", review=review)
    assert (decision["outcome"], decision["note"]) == ("reject", "It stands still for a second.")
    reason = kiln.inside.row(
        "reviews.DecisionReason", "reason__slug", "start_frame", "end_frame", decision=decision["pk"]
    )
    assert reason == {"reason__slug": "freeze", "start_frame": 20, "end_frame": 45}

    kiln.review_of(clean)
    editor = plain_sign_in(kiln, "edda")
    editor.goto(f"/p/{kiln.slug}/desk/")
    editor.get_by_role("button", name=re.compile("^Open the first")).click()
    editor.get_by_role("button", name=re.compile("^Approve")).click()
    assert [row["outcome"] for row in kiln.decisions_on(clean)] == ["approve"]
    kiln.await_status(clean, "published")
    kiln.await_status(flagged, "rejected")
    editor.goto(f"/candidates/{clean}/")
    editor.get_by_label("Take it down because of").select_option("error")
    editor.get_by_role("button", name="Withdraw").click()
    expect(editor.locator("main")).to_contain_text("Withdrawn")
    assert kiln.status(clean) == "withdrawn"

    author.goto("/")
    expect(author.locator(".returned")).to_contain_text("It stands still for a second.")


def plain_sign_in(kiln: House, name: str) -> Page:
    page = kiln.page(java_script_enabled=False)
    page.goto("/sign-in/")
    page.get_by_label("Username").fill(kiln.username(name))
    page.get_by_label("Password").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Sign in").first.click()
    expect(page.locator("h1")).to_have_text(kiln.full_name(name))
    return page


def reject(page: Page) -> None:
    page.locator("#decide button[value=reject]").click()
    page.wait_for_load_state()
