"""Clips that people bring in themselves: chosen or dropped, several at once, each with its own answer."""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.drawing import clean_clip, frozen_clip
from tests.journeys.world import House

pytestmark = pytest.mark.journey
GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x00\x00\x00\x00\x00,"
DROP = """(files) => {
  const carried = new DataTransfer();
  for (const [name, text] of files) {
    const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
    carried.items.add(new File([bytes], name, { type: "video/mp4" }));
  }
  const zone = document.querySelector(".drop");
  for (const kind of ["dragenter", "dragover", "drop"]) {
    zone.dispatchEvent(new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
  }
}"""


def rows_of(page: Page) -> dict[str, str]:
    """What the page finally says of each file."""
    rows = page.locator("li.upload")
    for row in rows.all():
        expect(row.locator(".said")).not_to_have_text("waiting")
    return {str(row.locator(".name").inner_text()): str(row.locator(".said").inner_text()) for row in rows.all()}


def test_several_files_come_in_each_with_its_own_answer(house: Callable[..., House], clips: Path) -> None:
    kiln = house(ana=["author"])
    files = {
        "good.mp4": clean_clip(clips, 41).read_bytes(),
        "loop.gif": GIF,
        "notes.mp4": b"Not a clip, whatever its name says.\n" * 40,
        "also good.mp4": frozen_clip(clips, 42).read_bytes(),
    }
    page = kiln.page("ana")
    page.goto(f"/p/{kiln.slug}/upload/")
    page.get_by_label("Drop clips here").set_input_files(
        [{"name": name, "mimeType": "video/mp4", "buffer": data} for name, data in files.items()]
    )
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("li.upload progress")).to_have_count(4)
    expect(page.locator("li.upload .said a")).to_have_count(2)
    expect(page.locator("li.upload.failed")).to_have_count(2)
    said = rows_of(page)
    assert set(said) == set(files)
    for name in ("good.mp4", "also good.mp4"):
        assert said[name] == "received, open"
    for name in ("loop.gif", "notes.mp4"):
        assert "MP4" in said[name]
        expect(page.locator("li.upload", has_text=name).get_by_role("alert")).to_be_visible()

    page.evaluate(DROP, [[name, base64.b64encode(files["good.mp4"]).decode()] for name in ("dropped.mp4",)])
    page.evaluate(DROP, [["dropped.gif", base64.b64encode(GIF).decode()]])
    expect(page.locator("li.upload")).to_have_count(6)
    expect(page.locator("li.upload", has_text="dropped.mp4").locator(".said a")).to_be_visible()
    expect(page.locator("li.upload.failed", has_text="dropped.gif")).to_contain_text("MP4")

    came = kiln.inside.rows("studio.Candidate", "name", "source", "made_by__username", prompt__project__slug=kiln.slug)
    assert [row["name"] for row in came] == ["good.mp4", "also good.mp4", "dropped.mp4"]
    assert {(row["source"], row["made_by__username"]) for row in came} == {("upload", kiln.username("ana"))}
    page.locator("li.upload", has_text="also good.mp4").locator("a").click()
    expect(page.locator("h1")).to_have_text("also good.mp4")
