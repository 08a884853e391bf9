"""The desk in a browser: hints and prices move while one types, files are ticked, and axe finds nothing."""

import re
from collections.abc import Callable, Iterator
from contextvars import copy_context
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from playwright.sync_api import Page, Route, expect

from providers.base import Operation
from studio.actions.assets import add_asset
from studio.models import Asset, Generation, Prompt, PromptReference
from studio.paths import CODE
from studio.references import roles_for
from tests.factories import make_candidate, make_generation, make_prompt
from tests.front.bridge import connect
from tests.front.conftest import ORIGIN
from tests.journeys.test_pages import look
from tests.studio.views.conftest import PROVIDERS

NEW = f"{ORIGIN}/p/harbour/prompts/new/"
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def _a_loop_beside_us() -> Iterator[None]:
    """The browser's driver runs a loop in this very thread, in which Django would otherwise refuse to work."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture
def desk(page: Page, project, author, settings) -> Page:
    """The author's browser."""
    settings.PROVIDER_SETTINGS = PROVIDERS
    client = Client()
    client.force_login(author)
    connect(page, client)
    page.route("**/references/upload/", uploader(client))
    page.set_default_timeout(20_000)
    return page


def uploader(client: Client) -> Callable[[Route], None]:
    """Sends `dawn.png` as the browser would: its driver does not show us the bytes of files."""
    here = copy_context()

    def send(route: Route) -> None:
        fields = {"assets": [SimpleUploadedFile("dawn.png", picture("navy"))], "rights_note": "Own photograph, 2026"}
        headers = {"Accept": "application/json"}
        reply = here.run(client.post, "/p/harbour/references/upload/", fields, headers=headers)
        route.fulfill(status=reply.status_code, body=reply.content, content_type="application/json")

    return send


def picture(colour: str = "teal") -> bytes:
    with BytesIO() as file:
        Image.new("RGB", (1280, 720), colour).save(file, "PNG")
        return file.getvalue()


@pytest.fixture
def still(project, author) -> Asset:
    return add_asset([picture()], project=project, by=author, name="set.png", rights_note="Own photograph, 2026")


def test_what_is_typed_moves_text_price_and_hints(desk: Page) -> None:
    desk.goto(NEW)
    expect(desk.locator("#cost .button-primary")).to_have_text("Generate 2 takes, about $0.08")
    desk.get_by_label("Prompt", exact=True).fill("A street at night under the midday sun")
    expect(desk.locator("#sent")).to_contain_text("A street at night under the midday sun.")
    expect(desk.locator("#hints-text")).to_contain_text("“midday” and “night”")
    desk.get_by_label("Takes", exact=True).fill("3")
    expect(desk.locator("#cost .button-primary")).to_have_text("Generate 3 takes, about $0.12")
    expect(desk.locator("#cost [name=now]")).to_have_text("One take now, about $0.04")
    desk.get_by_label("Prompt", exact=True).fill("A lighthouse at dusk, waves rolling in")
    expect(desk.locator("#hints-text")).to_be_empty()


def test_what_is_typed_while_a_price_is_on_its_way_is_priced_too(desk: Page, author) -> None:
    held: list[Route] = []
    client = Client()
    client.force_login(author)
    desk.goto(NEW)
    desk.route("**/cost/**", lambda route: route.fallback() if held else held.append(route))
    with desk.expect_request("**/cost/**") as asked:
        desk.get_by_label("Takes", exact=True).fill("3")
    answer = client.get(asked.value.url.removeprefix(ORIGIN), headers={"HX-Request": "true"})
    desk.get_by_label("Takes", exact=True).fill("4")
    held[0].fulfill(body=answer.content, content_type="text/html")  # arrives before the desk asks again
    expect(desk.locator("#cost .button-primary")).to_have_text("Generate 4 takes, about $0.16")


def test_a_model_that_cannot_do_it_says_why_while_one_types_and_keeps_the_focus(desk: Page) -> None:
    desk.goto(NEW)
    desk.get_by_label("Seconds", exact=True).fill("31")
    expect(desk.locator("#why-sandbox_1")).to_have_text("30 s at most; the spec asks for 31.")
    expect(desk.locator("#cost .button-primary")).to_have_attribute("aria-disabled", "true")
    expect(desk.get_by_label("Seconds", exact=True)).to_be_focused()
    desk.get_by_label("Seconds", exact=True).fill("30")
    expect(desk.locator("#why-sandbox_1")).to_be_hidden()


def test_one_take_now_orders_one_and_opens_its_record(desk: Page) -> None:
    desk.goto(NEW)
    desk.get_by_label("Prompt", exact=True).fill("A lighthouse at dusk, waves rolling in")
    expect(desk.locator("#sent")).to_contain_text("waves")
    desk.locator("#cost [name=now]").click()
    desk.wait_for_url("**/prompts/*/")
    expect(desk.locator("#making")).to_contain_text("Take 1")
    assert Generation.objects.count() == 1


def test_files_of_the_mode_are_shown_added_and_sent(desk: Page, still: Asset, tmp_path: Path) -> None:
    desk.goto(NEW)
    expect(desk.locator(".role-first_frame")).to_be_hidden()
    desk.get_by_label("Prompt", exact=True).fill("Waves roll in under the lighthouse")
    desk.get_by_label("Mode", exact=True).select_option("image_to_video")
    expect(desk.locator("#said-files")).to_have_text("Add a first frame.")
    expect(desk.locator(".role-last_frame")).to_be_hidden()

    (tmp_path / "dawn.png").write_bytes(b"stands in")
    desk.get_by_label("Drop stills or clips here").set_input_files(tmp_path / "dawn.png")
    desk.get_by_label("Why we may use them").fill("Own photograph, 2026")
    desk.get_by_role("button", name="Add", exact=True).click()
    expect(desk.locator("#files")).to_contain_text("dawn.png")

    desk.get_by_label("First frame").select_option(label="dawn.png (1280 × 720)")
    desk.get_by_label("We may use these files for this.").check()
    expect(desk.locator("#said-files")).to_be_empty()
    expect(desk.locator("#cost .button-primary")).to_have_text("Generate 2 takes, about $0.08")
    desk.locator("#cost .button-primary").click()
    desk.wait_for_url("**/prompts/*/")
    expect(desk.get_by_text("What went along")).to_be_visible()
    prompt = Prompt.objects.get()
    assert prompt.mode == "image_to_video"
    assert [(each.role, each.asset.name) for each in prompt.references.all()] == [("first_frame", "dawn.png")]


@pytest.mark.parametrize("mode", ["text_to_video", "inpaint"])
def test_the_desk_is_for_everybody(desk: Page, still: Asset, project, author, mode: str) -> None:
    make_candidate(make_prompt(project, author))
    desk.goto(NEW)
    desk.get_by_label("Mode", exact=True).select_option(mode)
    desk.get_by_label("Prompt", exact=True).fill("Tom Hanks on a street at night under the midday sun")
    expect(desk.locator("#hints-text .hint")).to_have_count(2)
    desk.locator(".others summary").click()
    assert look(desk) == []


def test_the_record_is_for_everybody(desk: Page, still: Asset, project, author) -> None:
    prompt = make_prompt(project, author, mode="image_to_video", camera_move="push_in")
    PromptReference.objects.create(prompt=prompt, role="first_frame", asset=still)
    sent = {"prompt": "A lighthouse at dusk.\nCamera: push in", "negative": "people"}
    make_generation(prompt, state="succeeded", run_after=None, request=sent)
    make_generation(prompt, state="succeeded", run_after=None, model="other", request=sent | {"camera": "push_in"})
    desk.goto(f"{ORIGIN}/p/harbour/prompts/{prompt.pk}/")
    expect(desk.locator(".along")).to_contain_text("set.png")
    assert [each.inner_text() for each in desk.locator("details.others summary").all()] == ["sandbox-1", "other"]
    assert look(desk) == []


def test_the_files_page_is_for_everybody(desk: Page, still: Asset) -> None:
    desk.goto(f"{ORIGIN}/p/harbour/references/")
    expect(desk.locator(".asset img")).to_be_visible()
    assert look(desk) == []


def test_the_style_sheet_shows_for_each_mode_the_files_that_go_along_in_it() -> None:
    css = (CODE / "static/css/making.css").read_text()
    shown = {
        mode: set(re.findall(r"\.role-(\w+)", roles))
        for mode, roles in re.findall(r':has\(\[value="(\w+)"\]:checked\) :is\(([^)]*)\)', css)
    }
    wanted = {
        operation.value: {role.value for role in roles_for(operation)} | {"any"}
        for operation in Operation
        if roles_for(operation)
    }
    assert shown == wanted
