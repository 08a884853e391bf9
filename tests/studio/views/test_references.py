from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from studio.models import Asset, AssetKind, PromptReference
from tests.factories import make_asset, make_prompt

pytestmark = pytest.mark.django_db
PAGE, UPLOAD = "/p/harbour/references/", "/p/harbour/references/upload/"
JSON = {"Accept": "application/json"}
NOTE = "Own photograph, 2026"


def still(name: str = "set.png") -> SimpleUploadedFile:
    with BytesIO() as file:
        Image.new("RGB", (64, 36), "teal").save(file, "PNG")
        return SimpleUploadedFile(name, file.getvalue(), content_type="text/html")


def address(asset: Asset, name: str) -> str:
    return f"{PAGE}{asset.uuid}/{name}"


def test_it_lists_files_with_their_rights_and_where_they_went_along(project, author, sign_in):
    asset = make_asset(project, author, name="harbour.png")
    prompts = [make_prompt(project, author, title=f"Prompt {number}") for number in range(4)]
    for prompt in prompts:
        PromptReference.objects.create(prompt=prompt, role="first_frame", asset=asset)
    page = sign_in(author).get(PAGE).content.decode()
    assert "harbour.png" in page
    assert NOTE in page
    assert f'href="/p/harbour/prompts/{prompts[3].pk}/">Prompt 3</a>' in page
    assert "and 1 more" in page


def test_it_asks_no_more_for_many_files(project, author, sign_in, django_assert_max_num_queries):
    client = sign_in(author)
    make_asset(project, author)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        client.get(PAGE)
    for _ in range(10):
        prompt = make_prompt(project, author)
        PromptReference.objects.create(prompt=prompt, role="source", asset=make_asset(project, author))
    with django_assert_max_num_queries(len(few)):
        client.get(PAGE)


def test_an_empty_page_says_what_files_are_for(project, author, sign_in):
    assert "No files yet." in sign_in(author).get(PAGE).content.decode()


def test_a_file_comes_in_and_the_answer_links_it(project, author, sign_in):
    answer = sign_in(author).post(UPLOAD, {"assets": [still()], "rights_note": NOTE}, headers=JSON)
    asset = Asset.objects.get()
    assert answer.json() == {"takes": [{"name": "set.png", "href": f"{PAGE}#asset-{asset.pk}"}], "errors": []}
    assert (asset.added_by, asset.blob.media_type) == (author, "image/png")


def test_without_scripts_the_page_says_what_came_in_and_what_did_not(project, author, sign_in):
    files = [still(), SimpleUploadedFile("page.svg", b"<svg onload='alert(1)'/>")]
    answer = sign_in(author).post(UPLOAD, {"assets": files, "rights_note": NOTE})
    assert answer.status_code == 200
    assert "1 came in, 1 refused" in answer.content.decode()
    assert Asset.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"rights_note": NOTE}, "Choose at least one file."),
        ({"assets": [still()]}, "Say why we may use this: whose it is, or under which licence."),
        ({"assets": [still()], "rights_note": "x" * 401}, "400 characters"),
    ],
)
def test_a_form_with_a_gap_is_refused_both_ways(project, author, sign_in, fields, said):
    client = sign_in(author)
    page = client.post(UPLOAD, fields)
    assert page.status_code == 422
    assert said in page.content.decode()
    for file in fields.get("assets", ()):
        file.seek(0)
    answer = client.post(UPLOAD, fields, headers=JSON)
    assert answer.status_code == 422
    assert said in answer.json()["errors"][0]["error"]
    assert not Asset.objects.exists()


def test_who_may_do_what(project, author, moderator, reviewer, auditor, outsider, sign_in):
    for person, look, bring in (
        (author, 200, 200),
        (moderator, 200, 200),
        (auditor, 200, 403),
        (reviewer, 403, 403),
        (outsider, 404, 404),
    ):
        assert sign_in(person).get(PAGE).status_code == look
        fields = {"assets": [still()], "rights_note": NOTE}
        assert sign_in(person).post(UPLOAD, fields, headers=JSON).status_code == bring
    assert "Add files" not in sign_in(auditor).get(PAGE).content.decode()
    assert sign_in(author).get(UPLOAD).status_code == 405


@pytest.mark.parametrize(
    ("kind", "name", "content_type"),
    [
        (AssetKind.STILL, "original", "image/png"),
        (AssetKind.STILL, "thumb.jpg", "image/jpeg"),
        (AssetKind.CLIP, "original", "video/mp4"),
        (AssetKind.CLIP, "poster.jpg", "image/jpeg"),
    ],
)
def test_its_bytes_are_served_as_what_our_probe_found(project, author, sign_in, kind, name, content_type):
    asset = make_asset(project, author, kind=kind)
    answer = sign_in(author).get(address(asset, name))
    assert (answer.status_code, answer["Content-Type"]) == (200, content_type)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer.headers.get("Content-Disposition", "").startswith("attachment") == (name == "original")


def test_its_bytes_are_for_members_of_the_project_only(project, author, reviewer, outsider, sign_in, client):
    asset = make_asset(project, author)
    assert sign_in(reviewer).get(address(asset, "original")).status_code == 200
    assert sign_in(outsider).get(address(asset, "original")).status_code == 404
    assert client.get(address(asset, "original")).status_code == 404
    assert sign_in(author).get(f"/p/elsewhere/references/{asset.uuid}/original").status_code == 404


@pytest.mark.parametrize("name", ["proxy.mp4", "poster.jpg", "frames.json", "..", "odd"])
def test_a_still_has_no_other_files(project, author, sign_in, name):
    asset = make_asset(project, author)
    assert sign_in(author).get(address(asset, name)).status_code == 404
