from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from studio.models import Candidate
from studio.rules.lifecycle import Status
from studio.rules.scopes import Scope
from studio.store import media_store
from tests.clips import draw_clip
from tests.factories import make_candidate, make_finding, make_generation, make_prompt
from tests.studio.api.conftest import key_of, software

pytestmark = pytest.mark.django_db
LIST = "/api/v1/takes"


@pytest.fixture
def take(project, author):
    prompt = make_prompt(project, author)
    return make_candidate(prompt, content=b"0123456789", status=Status.IN_REVIEW, generation=make_generation(prompt))


@pytest.fixture
def holder(reviewer):
    return software(reviewer, Scope.CANDIDATES_READ)


def body_of(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_it_says_what_a_take_is_and_where_its_files_are(take, holder):
    said = holder.get(f"{LIST}/{take.uuid}").json()
    assert (said["status"], said["sha256"], said["size_bytes"]) == ("in_review", take.sha256, 10)
    assert (said["facts"]["frames"], said["generation"], said["made_by"]) == (48, take.generation_id, "author")
    assert said["files"]["poster.jpg"] == f"http://testserver{LIST}/{take.uuid}/files/poster.jpg"
    for address in said["files"].values():
        assert holder.get(address.removeprefix("http://testserver")).status_code == 200


def test_the_original_comes_byte_for_byte_and_in_parts(take, holder):
    whole = holder.get(f"{LIST}/{take.uuid}/files/original")
    assert (body_of(whole), whole.headers["Content-Type"]) == (b"0123456789", "video/mp4")
    assert whole.headers["Cache-Control"] == "private, no-cache"
    assert "attachment" in whole.headers["Content-Disposition"]
    part = holder.get(f"{LIST}/{take.uuid}/files/original", headers={"Range": "bytes=2-4"})
    assert (part.status_code, body_of(part)) == (206, b"234")
    unchanged = holder.get(f"{LIST}/{take.uuid}/files/original", headers={"If-None-Match": whole.headers["ETag"]})
    assert unchanged.status_code == 304


def test_files_that_are_none_are_not_found(take, holder):
    assert holder.get(f"{LIST}/{take.uuid}/files/secret").status_code == 422
    assert holder.get(f"{LIST}/{take.uuid}/files/..%2Foriginal").status_code in (404, 422)
    assert holder.get(f"{LIST}/{uuid4()}/files/original").status_code == 404
    media_store().derived_path(take.sha256, "poster.jpg").unlink()
    assert holder.get(f"{LIST}/{take.uuid}/files/poster.jpg").status_code == 404


def test_the_pages_own_address_takes_no_token(take, reviewer):
    holder = Client(headers={"Authorization": f"Bearer {key_of(reviewer)}"})
    assert holder.get(f"/candidates/{take.uuid}/original").status_code == 404


@pytest.mark.parametrize(("query", "found"), [("", 2), ("?status=in_review", 1), ("?project=harbour", 2)])
def test_the_list_can_be_narrowed(take, holder, query, found):
    make_candidate(take.prompt)
    assert len(holder.get(LIST + query).json()["items"]) == found
    joined = "&" if query else "?"
    assert holder.get(f"{LIST}{query}{joined}generation={take.generation_id + 1}").json()["items"] == []
    assert holder.get(f"{LIST}?status=lost").status_code == 422


def test_a_clip_made_elsewhere_is_brought_in(project, author, reviewer, tmp_path):
    clip, where = draw_clip(tmp_path / "drawn.mp4").read_bytes(), "/api/v1/projects/harbour/takes"

    def send(person, content: bytes, **said: str):
        return software(person).post(where, {"clip": SimpleUploadedFile("harbour.mp4", content)} | said)

    said = send(author, clip, text="A harbour").json()
    assert (said["source"], said["made_by"], said["facts"]["frames"], said["generation"]) == (
        "upload",
        "author",
        8,
        None,
    )
    assert send(author, b"no clip").status_code == 422
    assert send(author, clip, txt="A harbour").status_code == 422
    assert send(reviewer, clip).status_code == 403
    assert Candidate.objects.count() == 1


def test_it_says_what_the_instruments_found_and_page_by_page(take, holder):
    for frames in ((0, 4), (12, 24), (30, 40)):
        make_finding(take, frames=frames)
    checks = {row["check"]: row["status"] for row in holder.get(f"{LIST}/{take.uuid}/checks").json()["items"]}
    assert (checks["frozen_frames"], checks["black_frames"]) == ("findings", "clean")
    first = holder.get(f"{LIST}/{take.uuid}/findings?limit=2").json()
    assert [(row["start_frame"], row["end_seconds"]) for row in first["items"]] == [(30, 40 / 24), (12, 1.0)]
    rest = holder.get(first["next"].removeprefix("http://testserver")).json()
    assert ([row["start_frame"] for row in rest["items"]], rest["next"]) == ([0], None)
    assert holder.get(f"{LIST}/{take.uuid}/findings?severity=major").status_code == 422
