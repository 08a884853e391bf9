"""What the pages tell, and do not tell, of judgements that wait."""

import re

import pytest

from reviews.actions.caring import open_severe
from reviews.actions.deciding import ReasonGiven
from reviews.actions.noting import add_note
from reviews.actions.policies import active_policy
from reviews.actions.queueing import claim, claim_next
from reviews.actions.settling import settle
from reviews.models import Decision, Policy, Review, ReviewReason
from reviews.rules.queues import Queue
from reviews.rules.verbs import Outcome
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
    make_person,
    make_prompt,
    make_review,
)

FREEZE = (ReasonGiven("freeze", 12, 24),)
SAID = "it melts like wax"
TELLTALES = (
    "second opinion",
    "second look",
    "second person",
    "second review",
    "audit",
    "golden",
    "calibration",
    "adjudicat",
    "wilhelmina",
    SAID,
    "sandbox-1",
    "melts",
)
"""Words that no ordinary review has: what would give away which one it is, or what the first person said."""


@pytest.fixture
def wilhelmina(project):
    return make_person("wilhelmina", project, Role.REVIEWER)


@pytest.fixture
def take(project, author):
    def take(rank=3) -> Review:
        prompt = make_prompt(project, author)
        made = make_generation(prompt, state=GenerationState.SUCCEEDED)
        candidate = make_candidate(prompt, status=Status.IN_REVIEW, generation=made)
        finding = make_finding(candidate)
        case = make_review(candidate, severity_rank=rank)
        ReviewReason.objects.create(review=case, code="frozen_frames", sentence=finding.message, finding=finding)
        return case

    return take


def settled(user, review: Review, outcome: Outcome, **words) -> Review:
    """What is open afterwards of the same take."""
    decide_as(user, review, outcome, **words)
    let_settle(review)
    settle(review.pk)
    return Review.objects.open().get(candidate=review.candidate)


@pytest.fixture
def second(take, project, wilhelmina) -> Review:
    """Opened by a rejection of Wilhelmina's, who also wrote a note."""
    policy = active_policy(project)
    Policy.objects.filter(pk=policy.pk).update(screening={"second_share": 1})
    case = take()
    add_note(case.candidate, by=wilhelmina, body=SAID, start_frame=12)
    return settled(wilhelmina, case, Outcome.REJECT, reasons=(*FREEZE, ReasonGiven("hands", 5, 7)), note=SAID)


def page(client, url: str) -> str:
    return client.get(url).content.decode()


def alike(body: str) -> str:
    """Without what is each page's own: numbers, times, addresses, signed forms."""
    body = re.sub(r'name="(seen|csrfmiddlewaretoken)" value="[^"]*"', "", body)
    body = re.sub(r'hx-headers="[^"]*"|hx-headers=\'[^\']*\'', "", body)
    body = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}", "…", body)
    return re.sub(r"\d+", "0", body)


def test_a_second_look_is_drawn_as_an_ordinary_one(second, take, client, reviewer):
    ordinary = take()
    client.force_login(reviewer)
    bodies = []
    for review in (second, ordinary):
        claim(review, by=reviewer)
        bodies.append(page(client, f"/reviews/{review.pk}/"))
        Review.objects.filter(pk=review.pk).update(claimed_by=None, claim_expires_at=None)
    assert alike(bodies[0]) == alike(bodies[1])
    assert "The picture stands still from" in bodies[0]
    for word in TELLTALES:
        assert word not in alike(bodies[0]).lower(), word
    assert not re.search(r"\bRejected\b|\bPassed\b", bodies[0])


@pytest.mark.parametrize("url", ["/queues/flagged/", "/queues/flagged/?view=grid", "/queues/mine/", "/"])
def test_no_list_tells_it_apart(second, client, reviewer, url):
    client.force_login(reviewer)
    body = page(client, url)
    for word in TELLTALES:
        assert word not in body.lower(), word


def test_the_record_tells_the_second_person_nothing(second, client, reviewer):
    client.force_login(reviewer)
    body = page(client, f"/candidates/{second.candidate.uuid}/")
    assert "Wilhelmina" not in body
    assert SAID not in body


def test_the_record_tells_nothing_while_the_first_can_still_be_undone(take, project, client, wilhelmina, reviewer):
    active_policy(project)
    case = take()
    decide_as(wilhelmina, case, Outcome.REJECT, reasons=FREEZE, note=SAID)
    client.force_login(reviewer)
    assert "Wilhelmina" not in page(client, f"/candidates/{case.candidate.uuid}/")
    client.force_login(wilhelmina)
    assert SAID in page(client, f"/candidates/{case.candidate.uuid}/")


def test_the_first_is_told_why_it_is_not_theirs(second, client, wilhelmina):
    client.force_login(wilhelmina)
    assert "You have judged this take; now somebody else does." in page(client, f"/reviews/{second.pk}/")
    assert "waits for another person" in page(client, "/")


def test_the_moderator_sees_both_opinions_and_no_name(second, client, reviewer, moderator):
    between = settled(reviewer, second, Outcome.PASS)
    client.force_login(moderator)
    assert claim_next(Queue.ESCALATIONS, by=moderator) == between
    body = page(client, f"/reviews/{between.pk}/")
    opinions = body[
        body.index('<div class="told opinions">') : body.index("</div>", body.index('<div class="told opinions">'))
    ]
    assert "Passed" in opinions
    assert "Rejected" in opinions
    assert re.search(r"The picture stands still <span class=\"meta\">frames 12–23</span>", opinions)
    assert "frames 5–6" in opinions
    for word in ("Wilhelmina", "Reviewer Reviewer", SAID, "sandbox-1"):
        assert word not in body, word


def test_both_opinions_stand_in_an_order_that_tells_nobody_who_was_first(
    take, project, moderator, reviewer, wilhelmina
):
    from reviews.views.second_looks import opinions_on

    policy = active_policy(project)
    Policy.objects.filter(pk=policy.pk).update(screening={"second_share": 1})
    given = ((Outcome.PASS, {}), (Outcome.REJECT, {"reasons": FREEZE}))
    shown = []
    for first, then in (given, given[::-1]):
        between = settled(reviewer, settled(wilhelmina, take(), first[0], **first[1]), then[0], **then[1])
        shown.append(opinions_on(between))
    assert shown[0] == shown[1]


def test_to_a_question_no_opinion_is_told(second, client, reviewer, moderator):
    asked = settled(reviewer, second, Outcome.ESCALATE, note="Is this a flag?")
    client.force_login(moderator)
    claim(asked, by=moderator)
    body = page(client, f"/reviews/{asked.pk}/")
    assert "Is this a flag?" in body
    assert 'class="told opinions"' not in body
    assert "Wilhelmina" not in body


def test_a_moderator_who_may_have_to_decide_is_not_told_beforehand(second, client, moderator):
    client.force_login(moderator)
    assert "Wilhelmina" not in page(client, f"/candidates/{second.candidate.uuid}/")


def watched_first(case: Review, by, project, share: int) -> Review:
    policy = active_policy(project)
    Policy.objects.filter(pk=policy.pk).update(screening={"second_share": share})
    decision = decide_as(by, case, Outcome.REJECT, reasons=FREEZE, note=SAID)
    Decision.objects.filter(pk=decision.pk).update(watched={"ranges": [[12, 36]]})
    let_settle(case)
    settle(case.pk)
    return Review.objects.open().get(candidate=case.candidate)


@pytest.mark.parametrize(("check", "told"), [("nudity", True), ("blur", False)])
def test_of_a_severe_clip_the_seconds_are_handed_over_without_what_was_said(
    take, project, client, wilhelmina, reviewer, check, told
):
    first = take(4)
    make_finding(first.candidate, check_key=check, label="possible")
    second = watched_first(first, wilhelmina, project, 1)
    client.force_login(reviewer)
    claim(second, by=reviewer)
    before = page(client, f"/reviews/{second.pk}/")
    assert ("what matters lies in 0.5–1.5 s." in before) is told
    open_severe(second, by=reviewer)
    body = page(client, f"/reviews/{second.pk}/")
    assert ("What matters lies in 0.5–1.5 s." in body) is told
    assert SAID not in body
    assert "Wilhelmina" not in body


def test_the_editor_whose_question_it_was_reads_that_it_still_waits(take, project, client, editor, wilhelmina):
    policy = active_policy(project)
    Policy.objects.filter(pk=policy.pk).update(screening={"second_share": 1})
    case = take()
    Review.objects.filter(pk=case.pk).update(question="Look at the rope", sent_by=editor, comes_first=True)
    case.refresh_from_db()
    settled(wilhelmina, case, Outcome.PASS)
    client.force_login(editor)
    body = page(client, "/queues/mine/")
    assert body.count("Look at the rope") == 1
    assert "waits in flagged" in body
    client.force_login(wilhelmina)
    assert f"/reviews/{Review.objects.open().get().pk}/" not in page(client, "/queues/mine/")
    assert Candidate.objects.get().status == Status.IN_REVIEW


def test_an_audit_is_drawn_as_any_review_in_which_nothing_was_found(project, author, client, reviewer):
    active_policy(project)
    bodies = []
    client.force_login(reviewer)
    for is_audit in (True, False):
        case = make_review(
            make_candidate(make_prompt(project, author), status=Status.IN_REVIEW), severity_rank=1, is_audit=is_audit
        )
        claim(case, by=reviewer)
        bodies.append(page(client, f"/reviews/{case.pk}/"))
        case.delete()
    assert alike(bodies[0]) == alike(bodies[1])
    for word in TELLTALES:
        assert word not in bodies[0].lower(), word


def test_the_author_reads_the_reasons_of_both_who_refused_it(second, client, author, reviewer):
    decide_as(reviewer, second, Outcome.REJECT, reasons=(ReasonGiven("freeze", 13, 20),), note="It stops.")
    let_settle(second)
    settle(second.pk)
    client.force_login(author)
    for url in ("/", f"/p/harbour/prompts/{second.candidate.prompt_id}/"):
        body = page(client, url)
        assert body.count("The picture stands still") == 1, url
        assert "A hand is malformed" in body, url
        assert "Wilhelmina" not in body, url


def test_the_author_does_not_read_what_was_overruled(second, client, author, reviewer, moderator):
    between = settled(reviewer, second, Outcome.PASS)
    decide_as(moderator, between, Outcome.REQUEST_CHANGES, reasons=(ReasonGiven("morphing", 13, 20),))
    let_settle(between)
    settle(between.pk)
    client.force_login(author)
    body = page(client, "/")
    assert "A thing changes into another" in body
    assert "A hand is malformed" not in body
