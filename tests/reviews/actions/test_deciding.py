"""Judgements: who may, what they need, and that one clip gets one."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from reviews.actions.deciding import ReasonGiven, decide, undo
from reviews.actions.labelling import label
from reviews.actions.policies import active_policy, install_policy
from reviews.actions.queueing import claim, claim_next
from reviews.actions.seen import seen_now
from reviews.actions.settling import settle
from reviews.models import Decision, FindingLabel, Policy, Review, Verdict
from reviews.rules.policy import load_policy
from reviews.rules.queues import Queue
from reviews.rules.verbs import Outcome
from studio.errors import AlreadySettled, ClaimLost, Invalid, NotPermitted, StaleCandidate
from studio.models import Candidate, Event
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from tests.factories import (
    decide_as,
    let_settle,
    make_candidate,
    make_finding,
    make_person,
    make_prompt,
    make_review,
    make_run,
)

MINORS = ReasonGiven("minors", 0, 4)


@pytest.fixture
def review(project, author) -> Review:
    active_policy(project)
    return make_review(make_candidate(make_prompt(project, author), status=Status.IN_REVIEW))


def test_a_pass_is_stored_at_once_and_moves_nothing_yet(review, reviewer):
    decision = decide_as(reviewer, review, Outcome.PASS)
    review.refresh_from_db()
    assert (decision.sha256, decision.outcome) == (review.candidate.sha256, Outcome.PASS)
    assert review.closed_at is not None
    assert review.settled_at is None
    assert Candidate.objects.get().status == Status.IN_REVIEW
    assert Event.objects.filter(verb="decided").count() == 1


def test_the_same_key_returns_the_same_decision(review, reviewer):
    active_policy(review.candidate.prompt.project)
    claim(review, by=reviewer)
    key, seen = uuid4(), seen_now(review.candidate)
    first = decide(review, outcome=Outcome.PASS, by=reviewer, seen=seen, decision_key=key)
    assert decide(review, outcome=Outcome.PASS, by=reviewer, seen=seen, decision_key=key) == first
    assert Decision.objects.count() == 1


def test_it_refuses_a_reviewer_whose_claim_expired(review, reviewer):
    claim(review, by=reviewer)
    Review.objects.update(claim_expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(ClaimLost):
        decide(review, outcome=Outcome.PASS, by=reviewer, seen=seen_now(review.candidate), decision_key=uuid4())
    assert not Decision.objects.exists()


def test_it_names_who_holds_the_clip(review, reviewer, project):
    claim(review, by=make_person("mina", project, Role.REVIEWER))
    with pytest.raises(ClaimLost, match="Mina"):
        claim(review, by=reviewer)


@pytest.mark.parametrize("superuser", [False, True])
def test_the_author_is_refused_and_the_refusal_is_an_event(review, project, superuser):
    maker = make_person("maker", project, Role.REVIEWER, is_superuser=superuser)
    review.candidate.makers.add(maker)
    Review.objects.update(claimed_by=maker, claim_expires_at=timezone.now() + timedelta(minutes=5))
    with pytest.raises(NotPermitted, match="You made this take"):
        decide(review, outcome=Outcome.PASS, by=maker, seen=seen_now(review.candidate), decision_key=uuid4())
    assert Event.objects.filter(verb="refused").count() == 1
    assert not Decision.objects.exists()


def test_the_small_team_switch_lets_the_author_judge_and_says_so(review, project, settings):
    settings.ALLOW_SELF_REVIEW = True
    maker = make_person("maker", project, Role.REVIEWER)
    review.candidate.makers.add(maker)
    decide_as(maker, review, Outcome.PASS)
    assert Event.objects.filter(verb="self_reviewed").count() == 1


def test_an_author_without_the_role_is_refused(review, author):
    Review.objects.update(claimed_by=author, claim_expires_at=timezone.now() + timedelta(minutes=5))
    with pytest.raises(NotPermitted, match="Only reviewers decide"):
        decide(review, outcome=Outcome.PASS, by=author, seen=seen_now(review.candidate), decision_key=uuid4())


@pytest.mark.parametrize("field", ["sha256", "check_set"])
def test_another_file_or_check_set_than_seen_is_refused(review, reviewer, field):
    claim(review, by=reviewer)
    seen = replace(seen_now(review.candidate), **{field: "f" * 64})
    with pytest.raises(StaleCandidate):
        decide(review, outcome=Outcome.PASS, by=reviewer, seen=seen, decision_key=uuid4())


def test_a_check_that_reports_after_the_page_was_made_is_noticed(review, reviewer):
    claim(review, by=reviewer)
    seen = seen_now(review.candidate)
    make_run(review.candidate, "container", attempt=2)
    with pytest.raises(StaleCandidate, match="checked again"):
        decide(review, outcome=Outcome.PASS, by=reviewer, seen=seen, decision_key=uuid4())


def test_a_rejection_needs_a_reason(review, reviewer):
    with pytest.raises(Invalid, match="at least one reason"):
        decide_as(reviewer, review, Outcome.REJECT)
    assert Review.objects.get().closed_at is None


def test_a_reason_that_needs_frames_is_refused_without(review, reviewer):
    with pytest.raises(Invalid, match="needs the frames"):
        decide_as(reviewer, review, Outcome.REJECT, reasons=(ReasonGiven("freeze"),))


@pytest.mark.parametrize("frames", [(-1, 4), (4, 4), (40, 49), (4, None)])
def test_frames_outside_the_clip_are_refused(review, reviewer, frames):
    with pytest.raises(Invalid, match="within 0 and 48"):
        decide_as(reviewer, review, Outcome.REJECT, reasons=(ReasonGiven("freeze", *frames),))


def test_a_reason_tied_to_a_finding_takes_its_frames(review, reviewer):
    finding = make_finding(review.candidate, frames=(12, 24))
    decision = decide_as(reviewer, review, Outcome.REJECT, reasons=(ReasonGiven("freeze", finding_id=finding.pk),))
    given = decision.reasons.get()
    assert (given.start_frame, given.end_frame, given.finding) == (12, 24, finding)


def test_a_finding_of_another_clip_is_refused(review, reviewer, project, author):
    other = make_finding(make_candidate(make_prompt(project, author)))
    with pytest.raises(Invalid, match="another clip"):
        decide_as(reviewer, review, Outcome.REJECT, reasons=(ReasonGiven("freeze", finding_id=other.pk),))


def test_other_wants_a_note(review, reviewer):
    with pytest.raises(Invalid, match="say what in the note"):
        decide_as(reviewer, review, Outcome.REJECT, reasons=(ReasonGiven("other"),))


@pytest.mark.parametrize("outcome", [Outcome.REJECT, Outcome.REQUEST_CHANGES])
@pytest.mark.parametrize(("queue", "status"), [(Queue.FLAGGED, Status.IN_REVIEW), (Queue.EDITOR, Status.WITH_EDITOR)])
def test_what_only_a_moderator_refuses_for_is_escalated(project, author, reviewer, editor, outcome, queue, status):
    review = make_review(make_candidate(make_prompt(project, author), status=status), queue=queue)
    with pytest.raises(Invalid, match=r"a moderator decides that. Escalate it \(E\)"):
        decide_as(reviewer if queue == Queue.FLAGGED else editor, review, outcome, reasons=(MINORS,))
    assert not Decision.objects.exists()


def test_a_moderator_refuses_for_it(project, author, moderator):
    review = make_review(make_candidate(make_prompt(project, author), status=Status.IN_REVIEW), queue=Queue.ESCALATIONS)
    decision = decide_as(moderator, review, Outcome.REJECT, reasons=(MINORS,))
    assert [given.reason.slug for given in decision.reasons.all()] == ["minors"]


def test_an_escalation_wants_a_question(review, reviewer):
    with pytest.raises(Invalid, match="question"):
        decide_as(reviewer, review, Outcome.ESCALATE)


@pytest.mark.parametrize("order", ["mine first", "mine last"])
def test_who_made_a_take_does_not_judge_the_same_bytes_brought_in_by_another(project, author, reviewer, order):
    """Downloading one's own clip and having a friend bring it in is no way around four eyes."""
    active_policy(project)
    prompts = [make_prompt(project, reviewer), make_prompt(project, author)]
    takes = [
        make_candidate(prompt, status=Status.IN_REVIEW, content=b"the same bytes")
        for prompt in (prompts if order == "mine first" else reversed(prompts))
    ]
    theirs = next(take for take in takes if take.prompt.author == author)
    review = make_review(theirs)
    assert claim_next(Queue.FLAGGED, by=reviewer) is None
    with pytest.raises(NotPermitted, match="You made this take"):
        decide_as(reviewer, review, Outcome.PASS)


def test_a_verb_of_another_queue_is_refused(review, reviewer):
    with pytest.raises(ClaimLost):
        decide_as(reviewer, review, Outcome.APPROVE)


def test_undo_reopens_the_review_under_the_same_claim(review, reviewer):
    decision = decide_as(reviewer, review, Outcome.PASS)
    undo(decision, by=reviewer)
    review.refresh_from_db()
    assert (review.closed_at, review.claimed_by) == (None, reviewer)
    assert Decision.objects.get(outcome=Outcome.UNDONE).supersedes == decision
    assert undo(decision, by=reviewer) == review
    assert Decision.objects.filter(outcome=Outcome.UNDONE).count() == 1


def test_undo_after_the_window_is_refused(review, reviewer):
    decision = decide_as(reviewer, review, Outcome.PASS)
    let_settle(review)
    with pytest.raises(AlreadySettled):
        undo(decision, by=reviewer)
    settle(review.pk)
    with pytest.raises(AlreadySettled):
        undo(decision, by=reviewer)
    assert not Decision.objects.filter(outcome=Outcome.UNDONE).exists()


def test_a_voided_decision_cannot_undo_the_one_that_followed_it(review, reviewer, project):
    """Its own row was never undone, the review is closed again: only the newest judgement may be taken back."""
    voided = decide_as(reviewer, review, Outcome.PASS)
    make_run(review.candidate, "container", attempt=2)
    let_settle(review)
    settle(review.pk)
    mina = make_person("mina", project, Role.REVIEWER)
    review.refresh_from_db()
    standing = decide_as(mina, review, Outcome.PASS)
    with pytest.raises(AlreadySettled):
        undo(voided, by=reviewer)
    review.refresh_from_db()
    assert (review.closed_at is None, review.claimed_by) == (False, None)
    assert undo(standing, by=mina).claimed_by == mina


@pytest.mark.parametrize("how", ["undone", "voided"])
def test_a_form_whose_decision_no_longer_counts_cannot_be_sent_again(review, reviewer, how):
    """It would answer "decided" and decide nothing."""
    decision = decide_as(reviewer, review, Outcome.PASS)
    if how == "undone":
        undo(decision, by=reviewer)
    else:
        make_run(review.candidate, "container", attempt=2)
        let_settle(review)
        settle(review.pk)
        claim(review, by=reviewer)
    with pytest.raises(StaleCandidate, match="Load the clip again"):
        decide(
            review,
            outcome=Outcome.PASS,
            by=reviewer,
            seen=seen_now(review.candidate),
            decision_key=decision.decision_key,
        )


def test_only_who_decided_may_undo(review, reviewer, project):
    decision = decide_as(reviewer, review, Outcome.PASS)
    with pytest.raises(NotPermitted):
        undo(decision, by=make_person("mina", project, Role.REVIEWER))


def test_who_passed_a_take_does_not_approve_it(review, project):
    both = make_person("both", project, Role.REVIEWER, Role.EDITOR)
    decide_as(both, review, Outcome.PASS)
    let_settle(review)
    settle(review.pk)
    with pytest.raises(NotPermitted, match="You passed this take"):
        decide_as(both, Review.objects.get(queue=Queue.EDITOR), Outcome.APPROVE)


def test_a_new_policy_version_makes_the_page_stale(review, reviewer, project):
    claim(review, by=reviewer)
    seen = seen_now(review.candidate)
    Policy.objects.update(is_active=False)
    install_policy(project, replace(load_policy(), version=2))
    with pytest.raises(StaleCandidate, match="policy"):
        decide(review, outcome=Outcome.PASS, by=reviewer, seen=seen, decision_key=uuid4())


def test_confirming_twice_takes_it_back(review, reviewer):
    finding = make_finding(review.candidate)
    claim(review, by=reviewer)
    label(finding, verdict=Verdict.CONFIRMED, by=reviewer)
    label(finding, verdict=Verdict.CONFIRMED, by=reviewer)
    assert [each.verdict for each in FindingLabel.objects.all()] == [Verdict.CONFIRMED, Verdict.TAKEN_BACK]


def test_only_who_holds_the_clip_labels_its_findings(review, reviewer, author):
    finding = make_finding(review.candidate)
    with pytest.raises(ClaimLost):
        label(finding, verdict=Verdict.CONFIRMED, by=reviewer)
    with pytest.raises(NotPermitted):
        label(finding, verdict=Verdict.CONFIRMED, by=author)
    assert not FindingLabel.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.engine
def test_of_fifty_racing_decisions_one_is_written_and_49_are_refused(review, reviewer):
    claim(review, by=reviewer)
    seen = seen_now(review.candidate)

    def press(number: int) -> str:
        outcome = Outcome.PASS if number % 2 else Outcome.ESCALATE
        try:
            decide(review, outcome=outcome, by=reviewer, seen=seen, decision_key=uuid4(), note="why?")
            return "written"
        except ClaimLost:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(press, range(50)))
    assert (answers.count("written"), answers.count("refused")) == (1, 49)
    assert Decision.objects.count() == 1
