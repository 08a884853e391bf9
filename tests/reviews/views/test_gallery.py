"""What the public sees, from approval to withdrawal and back."""

import json
from xml.etree import ElementTree

import pytest

from reviews.actions import publishing
from reviews.actions.policies import active_policy
from reviews.actions.settling import settle
from reviews.models import Publication, WithdrawalReason
from reviews.rules.queues import Queue
from reviews.rules.verbs import Outcome
from reviews.views.urls import PUBLIC_FILES
from studio.actions.leasing import leased
from studio.models import User
from studio.rules.lifecycle import Status
from tests.factories import decide_as, let_settle, make_candidate, make_prompt, make_review

CONTENT = b"approved bytes"


@pytest.fixture
def pending(project, author, editor) -> Publication:
    active_policy(project)
    candidate = make_candidate(make_prompt(project, author), status=Status.WITH_EDITOR, content=CONTENT)
    case = make_review(candidate, queue=Queue.EDITOR)
    decide_as(editor, case, Outcome.APPROVE)
    let_settle(case)
    settle(case.pk)
    return Publication.objects.get()


@pytest.fixture
def live(pending) -> Publication:
    with leased(Publication, pending.pk) as row:
        publishing.work(row)
    pending.refresh_from_db()
    return pending


@pytest.fixture
def withdrawn(live, moderator: User) -> Publication:
    publishing.withdraw(live, by=moderator, reason=WithdrawalReason.RIGHTS)
    live.refresh_from_db()
    return live


def addresses(publication: Publication) -> list[str]:
    return [f"/gallery/{publication.uuid}/", *(f"/gallery/{publication.uuid}/{name}" for name in PUBLIC_FILES)]


def test_it_knows_nothing_of_a_clip_that_is_not_public_yet(pending, client):
    assert {client.get(address).status_code for address in addresses(pending)} == {404}
    assert "Nothing is published yet." in client.get("/gallery/").content.decode()
    assert client.get("/feed.json").json()["items"] == []


def test_it_shows_the_label_before_the_picture_and_outside_it(live, client):
    body = client.get(f"/gallery/{live.uuid}/").content.decode()
    assert 0 < body.index("AI-generated") < body.index("<video")
    assert "autoplay" not in body
    video = body[body.index("<video") : body.index("</video>")]
    assert "AI-generated" not in video


def test_it_serves_exactly_the_approved_bytes(live, client):
    answer = client.get(f"/gallery/{live.uuid}/clip.mp4")
    assert answer.getvalue() == CONTENT
    assert answer.headers["Cache-Control"] == "public, no-cache"
    part = client.get(f"/gallery/{live.uuid}/clip.mp4", HTTP_RANGE="bytes=0-7")
    assert (part.status_code, part.getvalue()) == (206, b"approved")
    assert client.get(f"/gallery/{live.uuid}/clip.mp4", HTTP_IF_NONE_MATCH=answer.headers["ETag"]).status_code == 304


def test_it_lists_the_clip_with_its_label_length_and_date(live, client):
    body = client.get("/gallery/").content.decode()
    card = body[body.index('class="gallery"') :]
    for word in ("A lighthouse at dusk", "AI-generated", "2.0 s", live.published_at.strftime("%Y")):
        assert word in card


def test_it_keeps_people_and_costs_off_the_public_pages(live, client):
    for address in ("/gallery/", f"/gallery/{live.uuid}/", "/feed.json", "/feed.rss"):
        body = client.get(address).content.decode().lower()
        for name in ("author", "editor@", "harbour"):
            assert name not in body, (address, name)


def test_it_denies_every_address_from_the_withdrawal_on(withdrawn, client):
    assert {client.get(address).status_code for address in addresses(withdrawn)} == {410}


def test_it_says_why_and_when_it_was_withdrawn(withdrawn, client):
    body = client.get(f"/gallery/{withdrawn.uuid}/").content.decode()
    assert "This clip was withdrawn" in body
    assert "Reason: rights." in body
    assert withdrawn.title not in body


def test_it_leaves_withdrawn_clips_out_of_list_and_feeds(withdrawn, client):
    for address in ("/gallery/", "/feed.json", "/feed.rss"):
        assert str(withdrawn.uuid) not in client.get(address).content.decode()


def test_it_writes_a_json_feed(live, client):
    answer = client.get("/feed.json")
    assert answer.headers["Content-Type"] == "application/feed+json"
    feed = json.loads(answer.content)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    (item,) = feed["items"]
    assert item["id"] == f"urn:uuid:{live.uuid}"
    assert item["url"] == f"http://testserver/gallery/{live.uuid}/"
    assert item["attachments"] == [
        {
            "url": f"http://testserver/gallery/{live.uuid}/clip.mp4",
            "mime_type": "video/mp4",
            "title": "A lighthouse at dusk",
            "size_in_bytes": len(CONTENT),
            "duration_in_seconds": 2.0,
        }
    ]
    assert item["_dailies"] == {"ai_generated": True, "sha256": live.sha256}


def test_it_writes_rss(live, client):
    answer = client.get("/feed.rss")
    assert answer.headers["Content-Type"].startswith("application/rss+xml")
    (item,) = ElementTree.fromstring(answer.content).iter("item")
    assert item.findtext("link") == f"http://testserver/gallery/{live.uuid}/"
    assert item.find("enclosure").attrib == {
        "url": f"http://testserver/gallery/{live.uuid}/clip.mp4",
        "length": str(len(CONTENT)),
        "type": "video/mp4",
    }


@pytest.mark.parametrize("address", ["/feed.json", "/feed.rss"])
def test_it_answers_304_until_a_clip_comes_or_goes(live, client, moderator, address):
    first = client.get(address)
    headers = {"HTTP_IF_NONE_MATCH": first.headers["ETag"]}
    assert first.headers["Last-Modified"]
    assert client.get(address, **headers).status_code == 304
    publishing.withdraw(live, by=moderator, reason=WithdrawalReason.ERROR)
    assert client.get(address, **headers).status_code == 200


def test_it_withdraws_by_a_form(live, client, moderator):
    client.force_login(moderator)
    page = f"/candidates/{live.candidate.uuid}/"
    assert f'action="{page}withdraw/"' in client.get(page).content.decode()
    answer = client.post(f"{page}withdraw/", {"reason": "safety"})
    assert (answer.status_code, answer.url) == (303, page)
    live.refresh_from_db()
    assert (live.state, live.withdrawal_reason, live.withdrawn_by) == ("withdrawn", "safety", moderator)


@pytest.mark.parametrize(("who", "status"), [("author", 403), ("reviewer", 403), ("auditor", 403), ("outsider", 404)])
def test_it_lets_only_editors_and_moderators_withdraw(live, client, who, status, request):
    client.force_login(request.getfixturevalue(who))
    page = f"/candidates/{live.candidate.uuid}/"
    assert "withdraw/" not in client.get(page).content.decode()
    assert client.post(f"{page}withdraw/", {"reason": "safety"}, HTTP_ACCEPT="text/html").status_code == status
    live.refresh_from_db()
    assert live.state == "live"


def test_it_refuses_a_withdrawal_without_a_reason(live, client, moderator):
    client.force_login(moderator)
    answer = client.post(f"/candidates/{live.candidate.uuid}/withdraw/", {"reason": "boredom"}, HTTP_ACCEPT="text/html")
    assert answer.status_code == 422


def test_it_brings_a_clip_back_to_the_editor_and_not_to_the_public(withdrawn, client, project):
    from studio.rules.roles import Role
    from tests.factories import make_person

    client.force_login(make_person("olga", project, Role.MODERATOR))
    answer = client.post(f"/candidates/{withdrawn.candidate.uuid}/reinstate/")
    assert answer.status_code == 303
    withdrawn.candidate.refresh_from_db()
    assert withdrawn.candidate.status == Status.WITH_EDITOR
    assert {client.get(address).status_code for address in addresses(withdrawn)} == {410}
