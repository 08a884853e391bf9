"""The system's Chromium, as the tests start it: it decodes H.264, which the test library's own build may not."""

import shutil

from playwright.sync_api import Browser, Playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--autoplay-policy=no-user-gesture-required",
]


def launch_chromium(playwright: Playwright) -> Browser:
    chromium = shutil.which("chromium")
    assert chromium, "Install the system's Chromium: the tests of pages drive it."
    return playwright.chromium.launch(executable_path=chromium, args=FLAGS)
