import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from studio.models import Asset, AssetKind
from tests.factories import make_asset, make_project
from tests.studio.actions.test_assets import picture
from tests.studio.api.conftest import software

pytestmark = pytest.mark.django_db
LIST, ADD = "/api/v1/references", "/api/v1/projects/harbour/references"
NOTE = "Own photograph, 2026"


def send(holder, content: bytes, **said: str):
    return holder.post(ADD, {"file": SimpleUploadedFile("a.png", content)} | said)


def test_a_still_is_brought_in_with_its_rights_and_read_again(project, author):
    holder = software(author)
    said = send(holder, picture(), rights_note=NOTE).json()
    assert (said["kind"], said["name"], said["width"], said["rights_note"]) == ("still", "a.png", 64, NOTE)
    assert holder.get(f"{LIST}/{said['uuid']}").json() == said
    assert holder.get(LIST).json()["items"] == [said]
    whole = holder.get(said["files"]["original"].removeprefix("http://testserver"))
    assert b"".join(whole.streaming_content).startswith(b"\x89PNG")
    assert send(holder, picture(), rights_note="Another note").json() == said


@pytest.mark.parametrize("said", [{}, {"rights_note": " "}, {"rights_note": NOTE, "note": "x"}])
def test_without_its_rights_or_with_odd_fields_nothing_is_kept(project, author, said):
    assert send(software(author), picture(), **said).status_code == 422
    assert not Asset.objects.exists()


def test_what_is_no_picture_and_what_is_no_file_is_refused(project, author):
    holder = software(author)
    assert send(holder, b"no picture", rights_note=NOTE).status_code == 422
    assert holder.post(ADD, {"rights_note": NOTE}).status_code == 422
    assert holder.post(ADD, {"rights_note": NOTE}, content_type="application/json").status_code == 422
    assert not Asset.objects.exists()


def test_the_list_can_be_narrowed_and_files_have_their_names(project, author):
    still, clip = make_asset(project, author), make_asset(project, author, kind=AssetKind.CLIP)
    make_asset(make_project("elsewhere"), author)
    holder = software(author)
    assert [row["uuid"] for row in holder.get(LIST).json()["items"]] == [str(clip.uuid), str(still.uuid)]
    assert [row["kind"] for row in holder.get(f"{LIST}?kind=clip&project=harbour").json()["items"]] == ["clip"]
    assert holder.get(f"{LIST}/{still.uuid}/files/thumb.jpg").status_code == 200
    assert holder.get(f"{LIST}/{still.uuid}/files/poster.jpg").status_code == 404
    assert holder.get(f"{LIST}/{still.uuid}/files/..").status_code == 404
