"""How fast clips are judged: `python benchmarks/screening.py [--clips 100] [--think 1.0]`.

Drives the system's Chromium by keyboard through a queue of clips on the whole tree of the product: passes, and refusals
with the suggested reason. Prints, of one run: decision key → first frame of the next clip (median and 95th percentile),
how many came prepared, keystrokes a clip, clips an hour at a fixed think time, the layout shift of all pages together,
and the size of our own scripts that were fetched, as they lie and as production serves them.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.pop(0)  # our own folder: its queue.py is not Python's
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from playwright.sync_api import Page, sync_playwright
from rjsmin import jsmin

from studio.paths import CODE
from tests.chromium import launch_chromium
from tests.journeys.drawing import frozen_clip
from tests.journeys.tree import running_tree
from tests.journeys.world import House, Inside, World, open_room

WATCH_LAYOUT = """
window.shift = 0;
new PerformanceObserver((list) => { for (const each of list.getEntries()) window.shift += each.value; })
  .observe({ type: "layout-shift", buffered: true });
"""
MEASURED = "() => performance.getEntriesByName('decision-to-frame').map((each) => each.duration)"
FETCHED = "() => performance.getEntriesByType('resource').map((each) => new URL(each.name).pathname)"
READY = "() => document.querySelectorAll('.shelf video[data-ready]').length"
KEYS: Sequence[Sequence[str]] = (("a",), ("x", "Enter"))


def judge(page: Page, clips: int, think: float) -> tuple[list[float], int, int]:
    """Milliseconds of each decision, how many of the next clips lay ready, and keys pressed."""
    prepared = pressed = 0
    for number in range(clips - 1):
        page.wait_for_timeout(1000 * think)
        prepared += bool(page.evaluate(READY))
        before = page.locator("#room").get_attribute("data-review")
        for key in KEYS[number % len(KEYS)]:
            page.keyboard.press(key)
            pressed += 1
        page.wait_for_selector(f"#room:not([data-review='{before}']) #decide:not([data-busy])")
        page.wait_for_function(f"() => ({MEASURED})().length > {number}")
    return page.evaluate(MEASURED), prepared, pressed


def tell(page: Page, clips: int, think: float) -> None:
    times, prepared, pressed = judge(page, clips, think)
    ordered = sorted(times)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    scripts = sorted({Path(path).name for path in page.evaluate(FETCHED) if path.startswith("/static/js/")})
    sources = [(CODE / "static" / "js" / name).read_text() for name in scripts]
    median = statistics.median(times)
    print(f"decision to frame: median {median:.0f} ms, 95th percentile {p95:.0f} ms, of {len(times)} decisions")
    print(f"prepared: {prepared} of {len(times)}")
    print(f"keystrokes a clip: {pressed / len(times):.2f}")
    print(f"clips an hour at {think:g} s of thought: {3600 / (think + median / 1000):.0f}")
    print(f"layout shift: {page.evaluate('window.shift'):.4f}")
    print(f"own scripts: {len(scripts)}, {sum(map(len, sources))} bytes, served {sum(len(jsmin(s)) for s in sources)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=100)
    parser.add_argument("--think", type=float, default=1.0, help="seconds between a first frame and the next key")
    wanted = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="dailies-screening-") as folder,
        sync_playwright() as playwright,
        running_tree(Path(folder) / "state", "--no-takes") as tree,
    ):
        inside = Inside(tree)
        people = {"ana": ["author"], "rui": ["reviewer"]}
        sessions = inside.call("make_house", slug="kiln", people=people)
        chromium = launch_chromium(playwright)
        house = House(World(tree, inside), chromium, "kiln", sessions)
        takes = [
            house.bring("ana", frozen_clip(Path(folder), seed), f"take {seed}.mp4") for seed in range(wanted.clips)
        ]
        for take in takes:
            house.await_status(take, "in_review")
        page = house.page("rui")
        page.add_init_script(WATCH_LAYOUT)
        page.goto("/queues/flagged/")
        page.get_by_role("button", name="Start").first.click()
        open_room(page)
        tell(page, wanted.clips, wanted.think)
        house.close()
        chromium.close()
        inside.close()


if __name__ == "__main__":
    main()
