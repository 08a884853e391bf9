"""Every page as everybody who may see it: axe finds nothing, nothing runs over a phone's edge, consoles stay silent."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Page

from studio.paths import CODE
from tests.journeys.drawing import clean_clip, frozen_clip
from tests.journeys.tree import wait_until
from tests.journeys.world import PATIENCE, House, open_room

pytestmark = [pytest.mark.journey, pytest.mark.slow]
AXE = (CODE / "tests" / "vendor" / "axe-core" / "axe.min.js").read_text()
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
RUN = """async (rules) => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"], ...rules });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`);
}"""
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""All that a second theme can change."""
OVERFLOW = """() => [...document.querySelectorAll("body *")].filter((each) => {
  const box = each.getBoundingClientRect();
  return box.width && box.right > innerWidth + 1 && !each.closest(".away, .skip");
}).slice(0, 3).map((each) => each.outerHTML.slice(0, 120))"""
PEOPLE = {
    "ana": ["author"],
    "rui": ["reviewer"],
    "mina": ["reviewer"],
    "edda": ["editor"],
    "momo": ["moderator"],
    "aud": ["auditor"],
}
JUDGED = {
    "published": ("edda", "approve", ()),
    "withdrawn": ("edda", "approve", ()),
    "rejected": ("rui", "reject", ("freeze", "flicker")),
    "changes": ("mina", "request_changes", ("stutter",)),
    "escalated": ("mina", "escalate", ()),
}
WORDS = ("A lighthouse at dusk", "A ship [sandbox:other-job]", "An actor [sandbox:refuse]", "Snow [sandbox:fail]")


class Shown:
    """A project with a take in every place, and the addresses of its pages."""

    def __init__(self, kiln: House, clips: Path) -> None:
        self.kiln = kiln
        self.orders = [
            kiln.inside.call("shoot", project=kiln.slug, by=kiln.username("ana"), text=text) for text in WORDS
        ]
        ana = kiln.username("ana")
        self.batch = kiln.inside.call("order_batch", project=kiln.slug, by=ana, prompt=self.orders[0])
        bring = {"published": clean_clip, "withdrawn": clean_clip, "waiting": clean_clip}
        names = ("published", "withdrawn", "rejected", "changes", "escalated", "waiting", "flagged", "held")
        self.takes = {
            name: kiln.bring("ana", bring.get(name, frozen_clip)(clips, 70 + place), f"{name}.mp4", f"Waves, {name}")
            for place, name in enumerate(names)
        }
        for take in self.takes.values():
            kiln.review_of(take)
        for name, (by, outcome, reasons) in JUDGED.items():
            kiln.decide(self.takes[name], by, outcome, reasons, "Please look at the left edge again.")
        for name in ("published", "withdrawn"):
            kiln.await_status(self.takes[name], "published")
        kiln.inside.call("withdraw", take=self.takes["withdrawn"], by=kiln.username("edda"))
        kiln.await_status(self.takes["changes"], "changes_requested")
        kiln.await_status(self.takes["rejected"], "rejected")
        kiln.review_of(self.takes["escalated"])
        kiln.inside.call("propose", project=kiln.slug, by=kiln.username("momo"))
        wait_until(self.all_settled, PATIENCE)

    def all_settled(self) -> bool:
        generations = self.kiln.inside.rows("studio.Generation", "state", prompt__in=self.orders)
        batch = self.kiln.inside.rows("studio.Generation", "state", batch=self.batch)
        ended = {row["state"] for row in generations} == {"succeeded", "unknown", "refused", "failed"}
        return ended and {row["state"] for row in batch} == {"succeeded"}

    def place(self, rest: str = "") -> str:
        return f"/p/{self.kiln.slug}/{rest}"

    def policy(self, rest: str = "") -> str:
        return f"/moderation/policies/{self.kiln.slug}/{rest}"

    def take(self, name: str) -> str:
        return f"/candidates/{self.takes[name]}/"

    def prompt(self, name: str) -> str:
        pk = self.kiln.inside.row("studio.Candidate", "prompt", uuid=self.takes[name])["prompt"]
        return self.place(f"prompts/{pk}/")

    def generations(self) -> list[str]:
        rows = self.kiln.inside.rows("studio.Generation", "pk", prompt__in=self.orders)
        return [self.place(f"generations/{row['pk']}/") for row in rows]

    def clip(self, name: str) -> str:
        uuid = self.kiln.inside.row("reviews.Publication", "uuid", candidate__uuid=self.takes[name])["uuid"]
        return f"/gallery/{uuid}/"

    def pages_of(self, who: str) -> list[str]:
        """What each role is there to read; what all read alike stands with one of them."""
        orders = [self.place(f"prompts/{pk}/") for pk in self.orders]
        prompts, batches, templates = (self.place(f"{name}/") for name in ("prompts", "batches", "templates"))
        pages = {
            "": ["/sign-in/", "/gallery/", self.clip("published"), self.clip("withdrawn"), "/nothing/here/"],
            "ana": [
                *(
                    "/",
                    "/settings/",
                    "/settings/keys/",
                    "/settings/wellness/",
                    "/settings/tokens/",
                    prompts,
                    f"{prompts}new/",
                    f"{self.prompt('rejected')}revise/",
                ),
                *(
                    self.prompt("changes"),
                    *orders[:2],
                    *self.generations(),
                    self.place("upload/"),
                    self.place("references/"),
                ),
                *(self.take("rejected"), self.take("published"), "/queues/", "/gallery/"),
                *(
                    batches,
                    f"{batches}{self.batch}/",
                    f"{batches}new/?prompt={self.orders[0]}",
                    templates,
                    f"{templates}new/",
                    self.place("spend/"),
                ),
            ],
            "rui": [
                "/",
                "/queues/",
                "/queues/flagged/",
                "/queues/flagged/?view=grid",
                "/queues/mine/",
                "/queues/views/",
                self.take("flagged"),
                self.take("rejected"),
                self.clip("published"),
            ],
            "edda": [
                *("/", self.place("desk/"), prompts, "/queues/", "/queues/editor/"),
                *(self.take("waiting"), self.take("published"), self.prompt("rejected")),
            ],
            "momo": [
                *("/", "/queues/", "/queues/escalations/", "/queues/named/", "/queues/named/new/"),
                *(prompts, self.place("people/"), self.place("spend/")),
                *(self.take("withdrawn"), self.take("escalated"), *self.generations()[1:2]),
                *("/providers/", "/providers/sandbox/", "/providers/openai_videos/"),
                *(self.policy(), self.policy("versions/1/"), self.policy("versions/2/")),
            ],
            "aud": [
                "/",
                self.policy(),
                "/audit/",
                "/providers/",
                "/providers/openai_videos/",
                "/queues/",
                prompts,
                self.place("people/"),
                self.take("published"),
                f"{prompts}new/",
            ],
        }
        return pages[who]


@pytest.fixture(scope="module")
def shown(world, chromium, clips: Path) -> Iterator[Shown]:
    world.houses += 1
    slug = f"hall{world.houses}"
    kiln = House(world, chromium, slug, world.inside.call("make_house", slug=slug, people=PEOPLE, all_checks=True))
    yield Shown(kiln, clips)
    kiln.close()


def look(page: Page, themes: Sequence[str] = ("light", "dark")) -> list[str]:
    """What is wrong with the page as it stands, at both widths and in both themes."""
    wrong = []
    page.evaluate(AXE)
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        for theme in themes:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            rules = {} if theme == themes[0] else COLOURS
            wrong += [f"{page.url} {theme} {size['width']} {said}" for said in page.evaluate(RUN, rules)]
        if page.evaluate("() => document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"{page.url} {size['width']} runs over: {json.dumps(page.evaluate(OVERFLOW))}")
    page.set_viewport_size(WIDE)
    return wrong


@pytest.mark.parametrize("who", ["", *(name for name in PEOPLE if name != "mina")])
def test_pages_are_for_everybody(shown: Shown, who: str) -> None:
    page = shown.kiln.page(who, reduced_motion="reduce")
    wrong = []
    for address in shown.pages_of(who):
        page.goto(address)
        assert page.locator("h1").count() == 1, address
        assert page.title().endswith("Dailies"), address
        wrong += look(page)
    if who == "aud":
        page.goto("/audit/")
        page.get_by_role("button", name="Verify the chain").click()
        page.get_by_text("The chain holds.").wait_for()
        wrong += look(page)
    assert wrong == []
    assert shown.kiln.complaints == []


@pytest.mark.parametrize(("who", "queue"), [("rui", "flagged"), ("edda", "editor"), ("momo", "escalations")])
def test_the_room_is_for_everybody(shown: Shown, who: str, queue: str) -> None:
    page = shown.kiln.page(who, reduced_motion="reduce")
    page.goto(f"/queues/{queue}/")
    page.get_by_role("button", name="Start").click()
    open_room(page)
    wrong = look(page, ("dark",))
    page.keyboard.press("c")
    page.keyboard.type("It stops here.")
    page.keyboard.press("Enter")
    page.locator(".note").wait_for()
    page.keyboard.press("x")
    page.keyboard.press("+")
    wrong += look(page, ("dark",))
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    wrong += look(page, ("dark",))
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.locator("#palette [role=option]").first.wait_for()
    wrong += look(page, ("dark",))
    page.keyboard.press("Escape")
    review = page.url
    onlooker = shown.kiln.page("aud", reduced_motion="reduce")
    open_room(onlooker, review)
    wrong += look(onlooker, ("dark",))
    assert wrong == []
    assert shown.kiln.complaints == []
