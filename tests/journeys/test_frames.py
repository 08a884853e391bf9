"""The number shown is the number burnt into the picture that is painted, at every rate that matters."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.drawing import numbered_clip
from tests.journeys.world import House, open_room

pytestmark = pytest.mark.journey
FRAMES = 120
STEPS = JUMPS = 20
PAUSES = 5
READ = """() => {
  const video = document.querySelector("#stage video");
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(video, 0, 0);
  const cell = video.videoWidth / 8;
  let number = 0;
  for (let row = 0; row < 2; row++) {
    for (let column = 0; column < 5; column++) {
      const [bright] = pen.getImageData((column + 0.5) * cell, (row + 0.5) * cell, 1, 1).data;
      number = number * 2 + (bright > 127 ? 1 : 0);
    }
  }
  return [number, Number(document.querySelector("[data-part=frame]").textContent)];
}"""
STILL = """() => new Promise((done) => {
  const video = document.querySelector("#stage video");
  let last = "", same = 0;
  const look = () => {
    const now = document.querySelector("[data-part=frame]").textContent + video.currentTime;
    same = now === last && video.paused && !video.seeking ? same + 1 : 0;
    last = now;
    same > 10 ? done() : setTimeout(look, 12);
  };
  look();
})"""


def read(page: Page) -> tuple[int, int]:
    """The number in the picture, and the number under it."""
    picture, number = page.evaluate(READ)
    return picture, number


def press(page: Page, key: str) -> None:
    page.keyboard.press(key)
    page.evaluate(STILL)


def jump_to(page: Page, frame: int) -> None:
    field = page.locator(".field-of-frames").bounding_box()
    assert field
    page.mouse.click(field["x"] + field["width"] * (frame + 0.5) / FRAMES, field["y"] + 8)
    page.evaluate(STILL)


SLOW = pytest.mark.slow


@pytest.mark.parametrize("fps", [pytest.param("24", marks=SLOW), "30000/1001", pytest.param("60", marks=SLOW)])
def test_the_number_shown_is_the_number_in_the_picture(house: Callable[..., House], clips: Path, fps: str) -> None:
    kiln = house(ana=["author"], rui=["reviewer", "editor"])
    take = kiln.bring("ana", numbered_clip(clips, fps, FRAMES), f"numbered at {fps}.mp4")
    review = kiln.review_of(take)
    queue = kiln.inside.row("reviews.Review", "queue", pk=review)["queue"]
    page = kiln.page("rui")
    page.goto(f"/queues/{queue}/")
    page.get_by_role("button", name="Start").click()
    open_room(page)
    page.evaluate(STILL) if page.locator("#stage video").evaluate("video => video.paused") else press(page, "Space")
    press(page, "Home")
    for frame in range(STEPS + 1):
        assert read(page) == (frame, frame)
        press(page, "ArrowRight")
    some = random.Random(fps)
    for frame in some.sample(range(FRAMES), JUMPS):
        jump_to(page, frame)
        assert read(page) == (frame, frame)
    for key, frame in (("End", FRAMES - 1), ("Shift+ArrowLeft", FRAMES - 11), ("ArrowLeft", FRAMES - 12)):
        press(page, key)
        assert read(page) == (frame, frame)
    press(page, "/")
    for _ in range(PAUSES):
        page.keyboard.press("Space")
        page.wait_for_timeout(some.randrange(90, 400))
        press(page, "Space")
        picture, number = read(page)
        assert picture == number

    picture, number = read(page)
    page.keyboard.press("c")
    page.keyboard.type("The wave breaks here.")
    expect(page.locator("[data-part=note-range]")).to_contain_text(f"on frame {number}")
    page.keyboard.press("Enter")
    expect(page.locator(".note")).to_contain_text("The wave breaks here.")
    note = kiln.inside.row("reviews.Comment", "start_frame", "end_frame", "body", candidate__uuid=take)
    assert note == {"start_frame": picture, "end_frame": None, "body": "The wave breaks here."}
    press(page, "Home")
    press(page, "Shift+N")
    assert read(page) == (picture, number)
