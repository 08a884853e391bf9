"""Unpublished bytes: to whoever may see the take, and to nobody else do they even exist."""

from dataclasses import asdict
from uuid import uuid4

import pytest

from reviews.checks.findings import Evidence
from reviews.views.urls import PRIVATE_FILES
from studio.models import Candidate
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from studio.store import media_store
from tests.factories import make_candidate, make_finding, make_person, make_prompt, make_run

CONTENT = b"the original bytes"
STRANGERS = ("nobody", "outsider", "former member", "closed account")


@pytest.fixture
def takes(project, author) -> dict[Status, Candidate]:
    """One take in every state of the life cycle."""
    prompt = make_prompt(project, author)
    return {status: make_candidate(prompt, status=status, content=CONTENT + status.encode()) for status in Status}


@pytest.fixture
def take(takes) -> Candidate:
    return takes[Status.IN_REVIEW]


def sign_in_as(client, who, project, request) -> None:
    if who == "outsider":
        client.force_login(request.getfixturevalue("outsider"))
    elif who == "former member":
        person = make_person("former", project, Role.REVIEWER)
        client.force_login(person)
        person.memberships.all().delete()
    elif who == "closed account":
        person = make_person("closed", project, Role.REVIEWER)
        client.force_login(person)
        person.is_active = False
        person.save()


@pytest.mark.parametrize("who", STRANGERS)
def test_it_answers_404_to_strangers_for_every_file_in_every_state(who, takes, client, project, request):
    sign_in_as(client, who, project, request)
    answers = {
        (status, name): client.get(f"/candidates/{take.uuid}/{name}").status_code
        for status, take in takes.items()
        for name in PRIVATE_FILES
    }
    assert len(answers) == 8 * 6
    assert set(answers.values()) == {404}


@pytest.mark.parametrize("who", ["author", "reviewer", "editor", "moderator", "auditor"])
def test_it_serves_every_file_in_every_state_to_the_project(who, takes, client, request):
    client.force_login(request.getfixturevalue(who))
    for take in takes.values():
        for name in PRIVATE_FILES:
            answer = client.get(f"/candidates/{take.uuid}/{name}")
            assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-cache")


def test_it_gives_the_original_byte_by_byte_as_a_download(take, client, author):
    client.force_login(author)
    answer = client.get(f"/candidates/{take.uuid}/original")
    assert answer.getvalue() == CONTENT + b"in_review"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="A lighthouse at dusk.mp4"'


def test_it_answers_a_range(take, client, author):
    client.force_login(author)
    answer = client.get(f"/candidates/{take.uuid}/original", HTTP_RANGE="bytes=4-11")
    assert (answer.status_code, answer.getvalue()) == (206, b"original")
    assert answer.headers["Content-Range"] == f"bytes 4-11/{len(CONTENT) + 9}"


def test_it_asks_for_permission_again_before_it_says_not_modified(take, client, project):
    person = make_person("former", project, Role.REVIEWER)
    client.force_login(person)
    address = f"/candidates/{take.uuid}/poster.jpg"
    etag = client.get(address).headers["ETag"]
    assert client.get(address, HTTP_IF_NONE_MATCH=etag).status_code == 304
    person.memberships.all().delete()
    assert client.get(address, HTTP_IF_NONE_MATCH=etag).status_code == 404


def test_it_names_each_file_by_its_own_etag(take, client, author):
    client.force_login(author)
    etags = {client.get(f"/candidates/{take.uuid}/{name}").headers["ETag"] for name in PRIVATE_FILES}
    assert len(etags) == len(PRIVATE_FILES)


@pytest.mark.parametrize(
    "rest",
    [
        "proxy.mp4/",
        "PROXY.MP4",
        "../original",
        "%2e%2e/original",
        "secret",
        "clip.mp4",
        "original/../proxy.mp4",
        "poster.jpg%00",
    ],
)
def test_it_has_no_other_files(take, client, author, rest):
    client.force_login(author)
    assert client.get(f"/candidates/{take.uuid}/{rest}").status_code in (400, 404)


def test_it_says_404_for_takes_that_do_not_exist(client, author):
    client.force_login(author)
    assert client.get(f"/candidates/{uuid4()}/proxy.mp4").status_code == 404


def test_it_says_404_when_the_file_has_gone(take, client, author):
    from studio.store import media_store

    media_store().derived_path(take.sha256, "proxy.mp4").unlink()
    client.force_login(author)
    assert client.get(f"/candidates/{take.uuid}/proxy.mp4").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_only_reads(take, client, author, method):
    client.force_login(author)
    assert getattr(client, method)(f"/candidates/{take.uuid}/proxy.mp4").status_code == 405


def nude(take, label: str, frames: tuple[int, ...]):
    evidence = asdict(Evidence(frames=frames, sensitive=True))
    make_finding(take, check_key="nudity", label=label, evidence=evidence)


def test_a_poster_that_may_be_nude_is_veiled(take, client, reviewer):
    client.force_login(reviewer)
    before = client.get(f"/candidates/{take.uuid}/poster.jpg")
    nude(take, "possible", (12,))
    assert client.get(f"/candidates/{take.uuid}/poster.jpg").status_code == 404  # until the veiled still is there
    media_store().derived_path(take.sha256, "veiled-12.jpg").write_bytes(b"colours and masses")
    veiled = client.get(f"/candidates/{take.uuid}/poster.jpg", headers={"If-None-Match": before["ETag"]})
    assert b"".join(veiled.streaming_content) == b"colours and masses"
    assert client.get(f"/candidates/{take.uuid}/sprite.jpg").status_code == 200


def test_so_is_one_that_an_examiner_holds_to_be_violent(take, client, reviewer):
    client.force_login(reviewer)
    evidence = asdict(Evidence(frames=(3,), sensitive=True))
    make_finding(take, check_key="examiner", label="graphic_violence", severity="blocking", evidence=evidence)
    media_store().derived_path(take.sha256, "veiled-3.jpg").write_bytes(b"colours and masses")
    poster = client.get(f"/candidates/{take.uuid}/poster.jpg")
    assert b"".join(poster.streaming_content) == b"colours and masses"


def test_where_nudity_and_a_face_may_meet_nobody_sees_the_take_in_passing(take, client, reviewer):
    client.force_login(reviewer)
    nude(take, "with_faces", ())
    assert [client.get(f"/candidates/{take.uuid}/{name}").status_code for name in PRIVATE_FILES] == [
        404 if name in ("poster.jpg", "sprite.jpg") else 200 for name in PRIVATE_FILES
    ]


def test_a_finding_that_a_new_look_did_not_repeat_veils_nothing(take, client, reviewer):
    client.force_login(reviewer)
    nude(take, "with_faces", ())
    make_run(take, "nudity", version=2)
    assert client.get(f"/candidates/{take.uuid}/poster.jpg").status_code == 200
