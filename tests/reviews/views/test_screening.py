"""The room and its verbs, by forms alone as somebody without scripts would send them."""

import re

import pytest
from django.utils import timezone

from reviews.actions.policies import active_policy
from reviews.actions.queueing import LEAVING_SECONDS, claim
from reviews.models import CheckRun, Comment, Decision, Finding, FindingLabel, Policy, Review
from reviews.rules.queues import Queue
from reviews.rules.verbs import Outcome
from reviews.views.room import lanes_of
from studio.media.credential import Credential, Standing
from studio.models import Event
from studio.rules.generation import GenerationState
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from tests.factories import (
    decide_as,
    let_settle,
    make_candidate,
    make_finding,
    make_generation,
    make_person,
    make_prompt,
    make_review,
    make_run,
)

HTML = {"HTTP_ACCEPT": "text/html"}
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def candidate(project, author):
    active_policy(project)
    return make_candidate(make_prompt(project, author), status=Status.IN_REVIEW)


@pytest.fixture
def case(candidate) -> Review:
    return make_review(candidate)


@pytest.fixture
def held(case, reviewer, client) -> Review:
    """The case, claimed by the reviewer who is signed in."""
    client.force_login(reviewer)
    return claim(case, by=reviewer)


def token_on(client, case: Review) -> str:
    body = client.get(f"/reviews/{case.pk}/").content.decode()
    return re.search(r'name="seen" value="([^"]+)"', body).group(1)


def send(client, case: Review, outcome: str, *, headers=HTML, **fields):
    data = {"outcome": outcome, "seen": token_on(client, case)} | fields
    return client.post(f"/reviews/{case.pk}/decide/", data, **headers)


def test_the_reviewer_sees_the_whole_direction_that_the_take_has_to_follow(held, client):
    prompt = held.candidate.prompt
    prompt.direction = {"camera": "slow push in", "negative": "no people", "mood": ""}
    prompt.save()
    body = client.get(f"/reviews/{held.pk}/").content.decode()
    assert "<dt>Camera</dt><dd>slow push in</dd><dt>Leave out</dt><dd>no people</dd>" in body
    assert "<dt>Mood</dt>" not in body


@pytest.mark.parametrize(
    ("rule", "shown"), [("person", ""), ("muted", ' data-hush="muted"'), ("off", ' data-hush="off"')]
)
def test_the_room_is_as_silent_as_the_policy_says_from_its_first_byte(held, client, rule, shown):
    policy = active_policy(held.candidate.prompt.project)
    Policy.objects.filter(pk=policy.pk).update(screening={"sound": rule})
    body = client.get(f"/reviews/{held.pk}/").content.decode()
    assert re.search(r"data-hush=\S+|$", body)[0] == shown.strip()
    assert bool(re.search(r"<video [^>]* muted ", body)) is bool(shown)


def test_a_clip_from_before_there_were_waveforms_has_no_lane_for_its_sound(held, client):
    def lane() -> bool:
        return "waveform.png" in client.get(f"/reviews/{held.pk}/").content.decode()

    assert lane()
    blob = held.candidate.blob
    del blob.derived["waveform.png"]
    blob.save()
    assert not lane()


def test_it_starts_with_the_next_clip_of_the_queue(case, client, reviewer):
    client.force_login(reviewer)
    answer = client.post("/queues/flagged/claim/")
    assert (answer.status_code, answer.url) == (303, f"/reviews/{case.pk}/")
    case.refresh_from_db()
    assert case.claimed_by == reviewer


def test_it_asks_to_claim_a_clip_that_nobody_holds(case, client, reviewer):
    client.force_login(reviewer)
    body = client.get(f"/reviews/{case.pk}/").content.decode()
    assert f'action="/reviews/{case.pk}/claim/"' in body
    assert "Claim this clip first." in body
    case.refresh_from_db()
    assert case.claimed_by is None


def test_it_shows_somebody_elses_clip_with_the_holders_name(held, client, project):
    client.force_login(make_person("otto", project, Role.REVIEWER))
    body = client.get(f"/reviews/{held.pk}/").content.decode()
    assert "Reviewer has this clip" in body
    assert "Reviewer holds this clip." in body
    assert "finding-judge" not in body


def test_it_refuses_a_clip_that_somebody_else_holds(held, client, project):
    client.force_login(make_person("otto", project, Role.REVIEWER))
    answer = client.post(f"/reviews/{held.pk}/claim/", **HTML)
    assert answer.status_code == 409
    assert "Reviewer took this clip a moment ago." in answer.content.decode()


def test_it_brings_the_next_clip_after_a_decision(held, client, project, author, reviewer):
    following = make_review(make_candidate(make_prompt(project, author), status=Status.IN_REVIEW))
    answer = send(client, held, "pass")
    assert (answer.status_code, answer.url) == (303, f"/reviews/{following.pk}/")
    following.refresh_from_db()
    assert following.claimed_by == reviewer
    decision = Decision.objects.get()
    assert (decision.outcome, decision.decided_by, decision.sha256) == ("pass", reviewer, held.candidate.sha256)
    body = client.get(answer.url).content.decode()
    assert "Passed" in body
    assert f'action="/decisions/{decision.pk}/undo/"' in body


def test_it_moves_nothing_before_the_decision_settles(held, client):
    send(client, held, "pass")
    held.candidate.refresh_from_db()
    assert held.candidate.status == Status.IN_REVIEW


def test_it_says_that_it_was_the_last_one(held, client):
    answer = send(client, held, "pass")
    assert answer.url == "/queues/flagged/"
    body = client.get(answer.url).content.decode()
    assert "That was the last one." in body
    assert "1 decision by you today." in body
    assert "/undo/" in body


def test_it_refuses_a_rejection_without_a_reason_and_keeps_what_was_typed(held, client):
    answer = send(client, held, "reject", note="the rope melts")
    assert answer.status_code == 422
    body = answer.content.decode()
    assert "Choose at least one reason." in body
    assert "the rope melts" in body
    assert 'role="alert"' in body
    assert not Decision.objects.exists()


def test_it_keeps_ticked_reasons_when_their_range_is_missing(held, client):
    answer = send(client, held, "reject", reasons=["freeze"])
    assert answer.status_code == 422
    assert re.search(r'value="freeze" checked', answer.content.decode())


def test_it_rejects_with_the_frames_of_the_finding(held, client):
    finding = make_finding(held.candidate, frames=(12, 24))
    answer = send(client, held, "reject", reasons=["freeze", "length"], finding=finding.pk)
    assert answer.status_code == 303
    given = {row.reason.slug: (row.start_frame, row.end_frame) for row in Decision.objects.get().reasons.all()}
    assert given == {"freeze": (12, 24), "length": (None, None)}


def test_it_answers_scripts_in_json(held, client):
    answer = send(client, held, "reject", headers=JSON, reasons=["length"])
    assert answer.status_code == 200
    told = answer.json()
    assert told["next"] is None
    assert f'data-toast="{Decision.objects.get().pk}"' in told["toast"]
    assert "Rejected: It is too long or too short" in told["toast"]
    assert "Rejected: It is too long or too short" in told["recent"]


def test_it_tells_scripts_the_next_clip_and_what_waits_beside_it(held, client, project, author):
    following = make_review(make_candidate(make_prompt(project, author), status=Status.IN_REVIEW))
    told = send(client, held, "reject", headers=JSON, reasons=["length"]).json()
    assert told["next"] == f"/reviews/{following.pk}/"
    assert told["beside"] == "1 waiting"
    following.refresh_from_db()
    assert following.claimed_by == held.claimed_by


def test_a_page_is_told_which_clips_are_kept_for_it(held, client, project, author):
    following = make_review(make_candidate(make_prompt(project, author), status=Status.IN_REVIEW))
    told = client.post(f"/reviews/{held.pk}/ahead/").json()
    assert told == {"ahead": [f"/reviews/{following.pk}/"]}


def test_leaving_gives_back_what_was_kept_too(held, client, project, author):
    following = make_review(make_candidate(make_prompt(project, author), status=Status.IN_REVIEW))
    client.post(f"/reviews/{held.pk}/ahead/")
    client.post(f"/reviews/{held.pk}/release/", {"also": [following.pk, "odd"]}, HTTP_ACCEPT="*/*")
    assert [review.pk for review in Review.objects.exclude(claimed_by=None)] == [held.pk]


def test_it_refuses_scripts_in_json_too(held, client):
    answer = send(client, held, "reject", headers=JSON)
    assert answer.status_code == 422
    assert answer.json() == {
        "error": "Invalid",
        "title": "This cannot be used as it is",
        "message": "Choose at least one reason.",
    }


def test_it_refuses_what_was_checked_again_meanwhile(held, client):
    token = token_on(client, held)
    make_run(held.candidate, "frozen_frames", attempt=2)
    answer = client.post(f"/reviews/{held.pk}/decide/", {"outcome": "pass", "seen": token}, **HTML)
    assert answer.status_code == 409
    assert "It was checked again since you opened it." in answer.content.decode()
    assert not Decision.objects.exists()


@pytest.mark.parametrize("seen", ["", "forged"])
def test_it_refuses_a_form_that_it_did_not_make(held, client, seen):
    answer = client.post(f"/reviews/{held.pk}/decide/", {"outcome": "pass", "seen": seen}, **HTML)
    assert answer.status_code == 409
    assert "This form does not belong to the clip as you were shown it." in answer.content.decode()
    assert not Decision.objects.exists()


def test_it_refuses_whoever_lost_the_claim(held, client, reviewer, project):
    token = token_on(client, held)
    other = make_person("otto", project, Role.REVIEWER)
    Review.objects.filter(pk=held.pk).update(claimed_by=other)
    answer = client.post(f"/reviews/{held.pk}/decide/", {"outcome": "pass", "seen": token}, **HTML)
    assert answer.status_code == 409
    assert "Otto holds this clip." in answer.content.decode()
    assert "Nothing was written." in answer.content.decode()


def test_it_is_one_decision_when_the_same_form_is_sent_twice(held, client):
    token = token_on(client, held)
    for _ in range(2):
        answer = client.post(f"/reviews/{held.pk}/decide/", {"outcome": "pass", "seen": token}, **HTML)
        assert answer.status_code == 303
    assert Decision.objects.count() == 1


def test_it_takes_a_decision_back(held, client, reviewer):
    send(client, held, "pass")
    decision = Decision.objects.get()
    answer = client.post(f"/decisions/{decision.pk}/undo/", **HTML)
    assert (answer.status_code, answer.url) == (303, f"/reviews/{held.pk}/")
    held.refresh_from_db()
    assert (held.claimed_by, held.closed_at) == (reviewer, None)
    assert f"/decisions/{decision.pk}/undo/" not in client.get(answer.url).content.decode()


def test_it_takes_nothing_back_that_has_settled(held, client):
    from reviews.actions.settling import settle

    send(client, held, "pass")
    let_settle(held)
    settle(held.pk)
    answer = client.post(f"/decisions/{Decision.objects.get().pk}/undo/", **HTML)
    assert answer.status_code == 409
    assert "It has settled" in answer.content.decode()


def test_it_lets_nobody_take_back_the_decision_of_another(held, client, project):
    send(client, held, "pass")
    client.force_login(make_person("otto", project, Role.REVIEWER))
    assert client.post(f"/decisions/{Decision.objects.get().pk}/undo/", **HTML).status_code == 403
    assert Decision.objects.count() == 1


@pytest.mark.parametrize("outcome", ["pass", "request_changes", "reject"])
def test_it_refuses_the_maker_by_page_and_by_post(case, client, project, author, outcome):
    author.memberships.create(project=project, role=Role.REVIEWER)
    client.force_login(author)
    body = client.get(f"/reviews/{case.pk}/").content.decode()
    assert re.search(rf'value="{outcome}"[^>]*aria-disabled="true"', body)
    assert "You made this take; somebody else decides." in body
    answer = send(client, case, outcome, reasons=["length"])
    assert answer.status_code == 403
    assert "You made this take; somebody else decides." in answer.content.decode()
    assert not Decision.objects.exists()
    assert Event.objects.filter(verb="refused", subject=f"review:{case.pk}", actor=f"user:{author.pk}").count() == 1
    case.candidate.refresh_from_db()
    assert case.candidate.status == Status.IN_REVIEW


def test_it_refuses_the_maker_who_sends_a_form_of_their_own(case, client, project, author):
    author.memberships.create(project=project, role=Role.REVIEWER)
    client.force_login(author)
    answer = client.post(f"/reviews/{case.pk}/decide/", {"outcome": "pass"}, **HTML)
    assert answer.status_code == 403
    assert Event.objects.filter(verb="refused").count() == 1


def test_it_never_offers_the_maker_their_own_clip(case, client, project, author):
    author.memberships.create(project=project, role=Role.REVIEWER)
    client.force_login(author)
    assert client.post("/queues/flagged/claim/").url == "/queues/flagged/"
    assert client.post(f"/reviews/{case.pk}/claim/", **HTML).status_code == 403
    case.refresh_from_db()
    assert case.claimed_by is None


@pytest.mark.parametrize("address", ["claim", "release", "skip", "decide"])
def test_it_hides_reviews_of_other_projects(case, client, outsider, address):
    client.force_login(outsider)
    assert client.post(f"/reviews/{case.pk}/{address}/", {"outcome": "pass"}).status_code == 404


@pytest.mark.parametrize(
    "address", ["/queues/flagged/claim/", "/reviews/1/claim/", "/reviews/1/decide/", "/decisions/1/undo/"]
)
def test_it_changes_nothing_by_a_get(client, reviewer, address):
    client.force_login(reviewer)
    assert client.get(address).status_code == 405


def test_it_gives_the_clip_back(held, client):
    assert client.post(f"/reviews/{held.pk}/release/", **HTML).status_code == 303
    held.refresh_from_db()
    assert held.claimed_by is None


def test_a_page_that_closes_ends_the_claim_soon_unless_one_comes_back(held, client, reviewer):
    assert client.post(f"/reviews/{held.pk}/release/", HTTP_ACCEPT="*/*").status_code == 204
    held.refresh_from_db()
    left = (held.claim_expires_at - timezone.now()).total_seconds()
    assert (held.claimed_by, 0 < left <= LEAVING_SECONDS) == (reviewer, True)
    client.post(f"/reviews/{held.pk}/claim/", **JSON)
    held.refresh_from_db()
    assert (held.claim_expires_at - timezone.now()).total_seconds() > LEAVING_SECONDS
    assert [event.verb for event in Event.objects.filter(subject=f"review:{held.pk}")][-2:] == ["claimed", "left"]


def test_it_never_offers_a_skipped_clip_to_the_same_person(held, client, project):
    assert client.post(f"/reviews/{held.pk}/skip/", {"cause": "unsure"}).url == "/queues/flagged/"
    assert client.post("/queues/flagged/claim/").url == "/queues/flagged/"
    client.force_login(make_person("otto", project, Role.REVIEWER))
    assert client.post("/queues/flagged/claim/").url == f"/reviews/{held.pk}/"
    assert Event.objects.get(verb="skipped").data == {"cause": "unsure"}


def test_it_keeps_author_provider_cost_and_others_words_out_of_the_room(project, client, reviewer):
    author = make_person("zebulon", project, Role.AUTHOR)
    prompt = make_prompt(project, author)
    generation = make_generation(prompt, state=GenerationState.SUCCEEDED, provider="acmevideo", model="acme-9")
    candidate = make_candidate(prompt, status=Status.IN_REVIEW, generation=generation)
    active_policy(project)
    other = make_person("wilhelmina", project, Role.REVIEWER)
    Comment.objects.create(
        candidate=candidate, author=other, body="looks fine to me", sha256=candidate.sha256, start_frame=0
    )
    finding = make_finding(candidate)
    FindingLabel.objects.create(finding=finding, verdict="dismissed", labelled_by=other)
    case = make_review(candidate)
    client.force_login(reviewer)
    claim(case, by=reviewer)
    body = client.get(f"/reviews/{case.pk}/").content.decode().lower()
    for word in ("zebulon", "wilhelmina", "acmevideo", "acme-9", "0.0200", "looks fine", 'data-verdict="dismissed'):
        assert word not in body, word


def test_it_labels_a_finding_and_takes_the_label_back(held, client, reviewer):
    finding = make_finding(held.candidate)
    for expected in ("confirmed", "taken_back"):
        answer = client.post(f"/findings/{finding.pk}/label/", {"verdict": "confirmed", "next": f"/reviews/{held.pk}/"})
        assert (answer.status_code, answer.url) == (303, f"/reviews/{held.pk}/")
        assert FindingLabel.objects.last().verdict == expected


def test_it_lets_only_the_holder_label(case, client, reviewer):
    finding = make_finding(case.candidate)
    client.force_login(reviewer)
    assert client.post(f"/findings/{finding.pk}/label/", {"verdict": "confirmed"}).status_code == 409
    assert not FindingLabel.objects.exists()


@pytest.mark.parametrize("next_url", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_it_returns_from_a_note_only_to_our_own_pages(held, client, next_url):
    fields = {"body": "hand melts", "start_frame": "7", "next": next_url}
    answer = client.post(f"/candidates/{held.candidate.uuid}/notes/", fields)
    assert answer.url == f"/candidates/{held.candidate.uuid}/"
    note = Comment.objects.get()
    assert (note.body, note.start_frame, note.end_frame) == ("hand melts", 7, None)


@pytest.mark.parametrize(("start", "end"), [("48", ""), ("5", "5"), ("-1", ""), ("x", "")])
def test_it_refuses_notes_on_frames_that_are_not_there(held, client, start, end):
    fields = {"body": "x", "start_frame": start, "end_frame": end}
    assert client.post(f"/candidates/{held.candidate.uuid}/notes/", fields, **HTML).status_code == 422
    assert not Comment.objects.exists()


def test_it_lets_the_auditor_read_and_not_write(held, client, auditor):
    client.force_login(auditor)
    assert client.get(f"/reviews/{held.pk}/").status_code == 200
    fields = {"body": "x", "start_frame": "0"}
    assert client.post(f"/candidates/{held.candidate.uuid}/notes/", fields, **HTML).status_code == 403
    assert client.post("/queues/flagged/claim/", **HTML).status_code == 403


def test_it_hides_the_record_s_judgements_from_whoever_may_still_judge(case, client, project, reviewer, moderator):
    other = make_person("wilhelmina", project, Role.REVIEWER)
    decide_as(other, case, Outcome.ESCALATE, note="a real flag?")
    Review.objects.filter(pk=case.pk).update(closed_at=None, settles_at=None)
    client.force_login(reviewer)
    body = client.get(f"/candidates/{case.candidate.uuid}/").content.decode()
    assert "stays hidden until you have" in body
    assert "Wilhelmina" not in body
    assert "a real flag?" not in body
    client.force_login(moderator)
    assert "Wilhelmina" in client.get(f"/candidates/{case.candidate.uuid}/").content.decode()


def test_a_note_on_the_whole_clip_is_told_and_not_drawn(case):
    frames = case.candidate.facts["frames"]
    drawn = make_finding(case.candidate, frames=(12, 24), route="note")
    make_finding(case.candidate, check_key="credential", label="absent", frames=(0, frames), route="note")
    flaw = make_finding(case.candidate, check_key="blur", frames=(0, frames))
    findings = list(Finding.objects.filter(candidate=case.candidate).order_by("pk"))
    assert [each for lane in lanes_of(findings, frames) for each in lane.findings] == [flaw, drawn]


def test_whose_credential_a_clip_carries_stays_hidden_too(case, client, reviewer, moderator):
    read = Credential(Standing.VALID, issuer="Example Studio", generator="Example Video 2").as_json()
    CheckRun.objects.filter(candidate=case.candidate, check_key="credential").update(details=read)
    client.force_login(reviewer)
    body = client.get(f"/candidates/{case.candidate.uuid}/").content.decode()
    assert "Valid, unknown issuer" in body
    assert "Example" not in body
    client.force_login(moderator)
    body = client.get(f"/candidates/{case.candidate.uuid}/").content.decode()
    assert "Example Studio" in body
    assert "Example Video 2" in body


def test_it_shows_a_decided_review_without_verbs_to_press(held, client):
    send(client, held, "pass")
    body = client.get(f"/reviews/{held.pk}/").content.decode()
    assert "This review is already decided." in body
    assert "Take this clip" not in body


def test_it_opens_the_editors_clip_with_the_editors_verbs(project, author, editor, client):
    active_policy(project)
    case = make_review(make_candidate(make_prompt(project, author), status=Status.WITH_EDITOR), queue=Queue.EDITOR)
    client.force_login(editor)
    claim(case, by=editor)
    body = client.get(f"/reviews/{case.pk}/").content.decode()
    assert re.findall(r'name="outcome" value="(\w+)"', body) == [
        "approve",
        "request_changes",
        "reject",
        "send_back",
        "escalate",
    ]
