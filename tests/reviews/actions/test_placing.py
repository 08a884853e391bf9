"""Where a checked take goes, and which clean ones are drawn for an audit on the way."""

import pytest

from reviews.actions.deciding import ReasonGiven
from reviews.actions.placing import place
from reviews.actions.policies import active_policy
from reviews.actions.queueing import claim_next
from reviews.actions.sampling import is_drawn
from reviews.actions.settling import settle
from reviews.models import Policy, Review
from reviews.rules.queues import Queue
from reviews.rules.verbs import Outcome
from studio.actions.events import action, verify_chain
from studio.models import Candidate, Event, Membership
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from tests.factories import decide_as, let_settle, make_candidate, make_finding, make_prompt, make_review


@pytest.fixture
def placed(project, author):
    """A checked take, placed under a policy that audits this share of clean ones."""

    def placed(share: float, *, finding: dict | None = None, earlier: dict | None = None) -> Review:
        policy = active_policy(project)
        Policy.objects.filter(pk=policy.pk).update(screening={"audit_share": share})
        take = make_candidate(make_prompt(project, author))
        if finding is not None:
            make_finding(take, **finding)
        if earlier is not None:
            now = take.created_at
            make_review(take, closed_at=now, settled_at=now, closed_because="Checked again.", **earlier)
        action(place)(take, Policy.objects.get(pk=policy.pk))
        return Review.objects.open().select_related("candidate").get(candidate=take)

    return placed


def test_a_clean_take_that_is_drawn_waits_for_a_reviewer(placed):
    review = placed(1)
    assert (review.queue, review.is_audit, review.candidate.status) == (Queue.FLAGGED, True, Status.IN_REVIEW)
    assert list(review.reasons.all()) == []
    drawn = Event.objects.get(verb="drawn")
    assert (drawn.subject, drawn.data) == (f"review:{review.pk}", {"share": "100 %"})
    assert verify_chain() == ""


def test_one_that_is_not_drawn_goes_to_the_editor(placed):
    review = placed(0)
    assert (review.queue, review.is_audit, review.candidate.status) == (Queue.EDITOR, False, Status.WITH_EDITOR)
    assert not Event.objects.filter(verb="drawn").exists()


def test_remarks_are_its_reasons_as_an_ordinary_review_has_them(placed):
    review = placed(1, finding={"route": "note", "severity": "minor"})
    assert [reason.code for reason in review.reasons.all()] == ["frozen_frames"]
    assert (review.severity_rank, review.is_audit) == (2, True)


@pytest.mark.parametrize("finding", [{"route": "review"}, {"route": "block", "severity": "blocking"}])
def test_what_was_stopped_is_no_audit(placed, finding):
    review = placed(1, finding=finding)
    assert not review.is_audit
    assert not Event.objects.filter(verb="drawn").exists()


def test_a_take_with_somebodys_question_is_no_audit(placed):
    review = placed(1, earlier={"question": "Look at the hand again"})
    assert (review.queue, review.question, review.is_audit) == (Queue.FLAGGED, "Look at the hand again", False)


def test_the_draw_follows_the_take_and_its_bytes_and_the_installations_key(placed, settings):
    """The same take under the same key always falls alike; over many keys about the share of them is drawn."""
    take = placed(0).candidate
    about, lots = f"{take.pk}:{take.sha256}", {"share": 0.25, "of": "audits"}
    fell = []
    for key in map(str, range(400)):
        settings.SECRET_KEY = key
        fell.append(is_drawn(about, **lots))
        assert is_drawn(about, **lots) is fell[-1]
    assert 70 < sum(fell) < 130  # 100 ± 3.4 standard deviations


@pytest.mark.parametrize(("outcome", "status"), [(Outcome.PASS, Status.WITH_EDITOR), (Outcome.REJECT, Status.REJECTED)])
def test_what_the_reviewer_says_counts_as_of_any_other(placed, reviewer, outcome, status):
    review = placed(1)
    reasons = (ReasonGiven("hands", 3, 9),) if outcome is Outcome.REJECT else ()
    assert claim_next(Queue.FLAGGED, by=reviewer) == review
    decide_as(reviewer, review, outcome, reasons=reasons)
    let_settle(review)
    settle(review.pk)
    assert Candidate.objects.get().status == status
    assert Review.objects.get(is_audit=True) == review


def test_the_author_does_not_get_the_audit_of_their_own_take(placed, author, project):
    placed(1)
    Membership.objects.create(user=author, project=project, role=Role.REVIEWER)
    assert claim_next(Queue.FLAGGED, by=author) is None
