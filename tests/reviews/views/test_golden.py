"""A golden clip looks like any other on every page, counts on none, and tells one person when it is scored."""

import re

import pytest

from reviews.actions import calibrating
from reviews.actions.deciding import ReasonGiven
from reviews.actions.noting import add_note
from reviews.actions.placing import place
from reviews.actions.policies import active_policy
from reviews.actions.queueing import claim
from reviews.actions.settling import settle
from reviews.models import BlockEntry, Comment, Golden, GoldenScore, Review
from reviews.rules.verbs import Outcome
from studio.actions.events import Actor, action, record_event
from studio.models import Candidate
from studio.rules.generation import GenerationState
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from tests.factories import (
    decide_as,
    let_settle,
    make_candidate,
    make_finding,
    make_generation,
    make_golden,
    make_person,
    make_prompt,
    mix_in_always,
)
from tests.studio.api.conftest import software

FREEZE = (ReasonGiven("freeze", 12, 24),)
TELLTALES = ("golden", "calibration", "known answer", "copy_of", "copy of", "momo", "it stops for good")


@action
def come_in(candidate: Candidate) -> None:
    data = {"sha256": candidate.sha256, "source": candidate.source}
    record_event(candidate, verb="came_in", actor=Actor.of(candidate.made_by), data=data)
    place(candidate, active_policy(candidate.prompt.project))


@action
def show(golden: Golden) -> None:
    calibrating._show(golden)


def settled(person, review: Review, outcome: Outcome, **words) -> None:
    decide_as(person, review, outcome, **words)
    let_settle(review)
    settle(review.pk)


@pytest.fixture
def momo(project):
    return make_person("momo", project, Role.MODERATOR)


@pytest.fixture
def ordinary(project, author) -> Review:
    """The take as it came in, before a reviewer."""
    mix_in_always(project)
    prompt = make_prompt(project, author)
    made = make_generation(prompt, state=GenerationState.SUCCEEDED)
    make_candidate(prompt, status=Status.IN_REVIEW)
    take = make_candidate(prompt, generation=made)
    make_finding(take)
    come_in(take)
    return Review.objects.get(candidate=take)


@pytest.fixture
def mina(project):
    return make_person("mina", project, Role.REVIEWER)


@pytest.fixture
def golden(ordinary, mina, momo) -> Golden:
    """Made of the ordinary take, which Mina has rejected."""
    add_note(ordinary.candidate, by=mina, body="it stops for good", start_frame=12)
    settled(mina, ordinary, Outcome.REJECT, reasons=FREEZE)
    return make_golden(ordinary.candidate, momo, ("freeze", 12, 24), note="It stops for good.")


@pytest.fixture
def showing(golden) -> Review:
    show(golden)
    return Review.objects.get(golden=golden)


def page(client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def alike(body: str) -> str:
    """Without what is each page's own: who looks, numbers, times, addresses, signed forms."""
    body = re.sub(r'name="(seen|csrfmiddlewaretoken)" value="[^"]*"', "", body)
    body = re.sub(r'hx-headers="[^"]*"|hx-headers=\'[^\']*\'', "", body)
    body = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}", "…", body)
    body = re.sub(r"\b(Mina|Reviewer|mina|reviewer)\b", "Somebody", body)
    return re.sub(r"\d+", "0", body)


# It looks like any other


def test_its_room_is_an_ordinary_one(ordinary, request, client, mina, reviewer):
    client.force_login(mina)
    claim(ordinary, by=mina)
    before = page(client, f"/reviews/{ordinary.pk}/")
    showing = request.getfixturevalue("showing")
    client.force_login(reviewer)
    claim(showing, by=reviewer)
    body = page(client, f"/reviews/{showing.pk}/")
    assert f'data-review="{showing.pk}"' in body
    assert "The picture stands still from" in body
    assert alike(body) == alike(before)
    for word in TELLTALES:
        assert word not in body.lower(), word


def test_its_record_is_an_ordinary_one_before_and_after_the_decision(ordinary, request, client, mina, reviewer):
    def both(person, review: Review) -> list[str]:
        client.force_login(person)
        url = f"/candidates/{review.candidate.uuid}/"
        claim(review, by=person)
        before = page(client, url)
        decide_as(person, review, Outcome.REJECT, reasons=FREEZE)
        return [before, page(client, url)]

    bodies = both(mina, ordinary)
    let_settle(ordinary)
    settle(ordinary.pk)
    make_golden(ordinary.candidate, request.getfixturevalue("momo"), ("freeze", 12, 24))
    show(Golden.objects.get())
    known = both(reviewer, Review.objects.exclude(golden=None).get())
    for mine, theirs in zip(known, bodies, strict=True):
        assert alike(mine) == alike(theirs)
        for word in TELLTALES:
            assert word not in mine.lower(), word
    assert "flagged" in known[1]
    assert "came in" in known[1]


@pytest.mark.parametrize("url", ["/queues/", "/queues/flagged/", "/queues/flagged/?view=grid", "/queues/mine/", "/"])
@pytest.mark.parametrize("is_decided", [False, True])
def test_no_list_of_a_reviewer_tells_it_apart(url, is_decided, showing, client, reviewer):
    if is_decided:
        decide_as(reviewer, showing, Outcome.PASS)
    client.force_login(reviewer)
    body = page(client, url).lower()
    for word in TELLTALES:
        assert word not in body, word
    if url.startswith("/queues/flagged/") and not is_decided:
        assert f"/reviews/{showing.pk}/" in body


def test_its_files_and_answers_tell_nothing(showing, client, reviewer):
    client.force_login(reviewer)
    claim(showing, by=reviewer)
    take = f"/candidates/{showing.candidate.uuid}/"
    answers = [client.get(f"{take}{name}") for name in ("frames.json", "proxy.mp4", "poster.jpg", "original")]
    answers.append(client.get(f"{take}people/?q=ed"))
    accept = {"headers": {"accept": "application/json"}}
    answers.append(client.post(f"{take}notes/", {"body": "A note", "start_frame": "3"}, **accept))
    finding = showing.candidate.findings.get()
    answers.append(client.post(f"/findings/{finding.pk}/label/", {"verdict": "confirmed"}, **accept))
    answers += [client.post(f"/reviews/{showing.pk}/{verb}/", **accept) for verb in ("claim", "ahead")]
    for answer in answers:
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        told = f"{answer.headers} {body.decode('utf-8', 'replace')}".lower()
        assert not [word for word in TELLTALES if word in told], answer
    assert [answer.status_code for answer in answers[:4]] == [200] * 4
    assert Comment.objects.filter(candidate=showing.candidate).count() == 1


def test_a_script_reads_it_by_its_address_as_any_take(showing, reviewer):
    script = software(reviewer)
    told = script.get(f"/api/v1/takes/{showing.candidate.uuid}").json()
    assert (told["status"], told["sha256"]) == ("in_review", showing.candidate.sha256)
    assert not [word for word in TELLTALES if word in str(told).lower()]
    assert script.get(f"/api/v1/takes/{showing.candidate.uuid}/findings").status_code == 200


# It counts nowhere

LISTS = ("projects", "prompts", "generations", "takes", "batches", "publications")


@pytest.mark.parametrize("person", ["author", "editor", "moderator"])
def test_no_list_of_others_changes_for_it(person, golden, client, request, reviewer, project):
    """The flagged queue aside, where it waits like any other."""
    somebody = request.getfixturevalue(person)
    urls = [
        "/",
        "/gallery/",
        f"/p/{project.slug}/prompts/",
        f"/p/{project.slug}/prompts/{golden.candidate.prompt_id}/",
        f"/p/{project.slug}/batches/",
        f"/p/{project.slug}/spend/",
        f"/candidates/{golden.candidate.uuid}/",
        *([] if person == "author" else [f"/p/{project.slug}/desk/", "/queues/escalations/", "/queues/editor/"]),
        *(["/moderation/policies/harbour/", "/moderation/blocklist/"] if person == "moderator" else []),
    ]

    def look() -> dict[str, object]:
        client.force_login(somebody)
        script = software(somebody)
        pages = {url: re.sub(r"\b\d+ (s|min)\b", "", _plain(page(client, url))) for url in urls}
        return pages | {name: script.get(f"/api/v1/{name}").json() for name in LISTS}

    before = look()
    show(golden)
    showing = Review.objects.get(golden=golden)
    assert look() == before
    settled(reviewer, showing, Outcome.REJECT, reasons=FREEZE)
    assert look() == before


def _plain(body: str) -> str:
    body = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", body)
    return re.sub(r'hx-headers="[^"]*"|hx-headers=\'[^\']*\'', "", body)


def test_the_author_who_also_reviews_does_not_find_it(showing, author, project, client):
    project.memberships.create(user=author, role=Role.REVIEWER)
    client.force_login(author)
    assert f"/reviews/{showing.pk}/" not in page(client, "/queues/flagged/")
    for url in (f"/reviews/{showing.pk}/", f"/candidates/{showing.candidate.uuid}/"):
        assert client.get(url).status_code == 404
    assert client.get(f"/candidates/{showing.candidate.uuid}/poster.jpg").status_code == 404


def test_a_name_in_a_note_on_it_reaches_nobody(showing, reviewer, author, client):
    add_note(showing.candidate, by=reviewer, body="Look, @author", start_frame=3)
    client.force_login(author)
    assert "mentions-title" not in page(client, "/")


def test_blocking_what_one_judges_blocks_the_take_itself(showing, moderator, client, monkeypatch):
    monkeypatch.setattr("reviews.actions.blocking.recognisable", lambda _: b"1" * 32)
    client.force_login(moderator)
    assert client.post(f"/candidates/{showing.candidate.uuid}/block/", {"reason": "Never again."}).status_code == 303
    assert BlockEntry.objects.get().source == showing.candidate.copy_of


# It tells one person, later


def test_nothing_is_told_until_it_has_settled(showing, reviewer, client):
    client.force_login(reviewer)
    decide_as(reviewer, showing, Outcome.PASS)
    assert "Calibration" not in page(client, "/")
    let_settle(showing)
    settle(showing.pk)
    body = page(client, "/")
    assert "a golden clip" in body
    assert "in effect" not in body
    assert "Calibration" in body
    assert "0 of 1: between 0 % and 98 % of all such clips" in body
    assert "This one got through." in body
    assert "It stops for good." in body
    record = page(client, f"/candidates/{showing.candidate.uuid}/")
    assert "This was a golden clip" in record
    assert "The picture stands still" in record
    assert "frames 12–23" in record


def test_what_was_caught_is_told_with_the_frames_in_common(showing, reviewer, client):
    settled(reviewer, showing, Outcome.REJECT, reasons=(ReasonGiven("freeze", 18, 30),))
    client.force_login(reviewer)
    body = page(client, "/")
    assert "1 of 1: between 2 % and 100 % of all such clips" in body
    assert "You caught it." in body
    assert "<dt>Frames in common</dt><dd>33 %</dd>" in body


@pytest.mark.parametrize("person", ["author", "editor", "moderator", "mina", "momo"])
def test_nobody_else_opens_it_afterwards_or_reads_how_somebody_did(person, showing, reviewer, client, request):
    settled(reviewer, showing, Outcome.PASS)
    client.force_login(request.getfixturevalue(person))
    for url in (f"/reviews/{showing.pk}/", f"/candidates/{showing.candidate.uuid}/"):
        assert client.get(url).status_code == 404
    assert "Calibration" not in page(client, "/")


def test_moderators_see_counts_and_no_name(showing, reviewer, momo, client):
    settled(reviewer, showing, Outcome.REJECT, reasons=FREEZE)
    client.force_login(momo)
    body = page(client, "/moderation/golden/")
    assert "1 of 1: between 2 % and 100 % of all such clips" in body
    assert "29 faulty clips in a row" in body
    assert reviewer.display_name not in body
    assert reviewer.username not in body.replace("reviewers", "")


# Making and retiring


def test_the_empty_page_says_how_one_is_made(moderator, client):
    client.force_login(moderator)
    assert "There are no golden clips." in page(client, "/moderation/golden/")


def test_the_form_begins_with_the_refusal_in_effect_and_makes_one(ordinary, mina, momo, client):
    settled(mina, ordinary, Outcome.REJECT, reasons=(*FREEZE, ReasonGiven("hands", 0, 3)))
    client.force_login(momo)
    take = f"/candidates/{ordinary.candidate.uuid}/"
    assert f'href="{take}golden/"' in page(client, take)
    body = page(client, f"{take}golden/")
    assert re.search(r'<option value="freeze" selected>', body)
    assert re.search(r'name="from-0" value="12"', body)
    assert re.search(r'name="to-0" value="23"', body)
    assert re.search(r'<option value="hands" selected>', body)
    assert re.search(r'value="refused"[^>]* checked', body)
    sent = {"answer": "refused", "reason-0": "freeze", "from-0": "12", "to-0": "23", "note": "It stops."}
    answer = client.post(f"{take}golden/", sent)
    golden = Golden.objects.get()
    assert (answer.status_code, answer.url) == (303, f"/moderation/golden/#golden-{golden.pk}")
    assert list(golden.reasons.values_list("reason__slug", "start_frame", "end_frame")) == [("freeze", 12, 24)]
    assert "Retire it" in page(client, take)
    assert client.get(f"{take}golden/").status_code == 409
    assert client.post(f"/moderation/golden/{golden.pk}/retire/").status_code == 303
    assert "Retired by Momo" in page(client, "/moderation/golden/")


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "This field is required"),
        ({"answer": "refused"}, "Choose at least one reason"),
        ({"answer": "passes", "reason-1": "freeze", "from-1": "3", "to-1": "9"}, "A clip that passes has no reasons"),
        ({"answer": "refused", "reason-0": "freeze"}, "needs the frames"),
        ({"answer": "refused", "reason-0": "freeze", "from-0": "3", "to-0": "48"}, "less than or equal to 47"),
        ({"answer": "refused", "reason-0": "freeze", "from-0": "9", "to-0": "3"}, "the first before the last"),
    ],
)
def test_what_is_no_answer_is_said_and_nothing_typed_is_lost(sent, sentence, ordinary, mina, momo, client):
    settled(mina, ordinary, Outcome.REJECT, reasons=FREEZE)
    client.force_login(momo)
    answer = client.post(f"/candidates/{ordinary.candidate.uuid}/golden/", sent | {"note": "as I typed it"})
    assert answer.status_code == 422
    body = answer.content.decode()
    assert sentence in body
    assert "as I typed it" in body
    assert not Golden.objects.exists()


def test_only_a_moderator_of_its_project_makes_or_retires_one(golden, editor, outsider, client):
    project = outsider.memberships.get().project
    project.memberships.create(user=outsider, role=Role.MODERATOR)
    for person, status in ((editor, 403), (outsider, 404)):
        client.force_login(person)
        assert client.get(f"/candidates/{golden.candidate.uuid}/golden/").status_code == status
        assert client.post(f"/moderation/golden/{golden.pk}/retire/").status_code in (403, 404)
    assert Golden.objects.active().count() == 1
    client.force_login(outsider)
    assert "There are no golden clips." in page(client, "/moderation/golden/")


def test_a_copy_is_not_made_golden(showing, momo, client):
    client.force_login(momo)
    assert client.get(f"/candidates/{showing.candidate.uuid}/golden/").status_code == 404
    assert GoldenScore.objects.count() == 0
