"""Making golden clips of settled takes, and retiring them."""

import pytest
from django.db import IntegrityError, transaction

from reviews.actions.deciding import ReasonGiven
from reviews.actions.golden import make_golden, retire
from reviews.actions.queueing import claim, claim_next
from reviews.models import Golden, Review
from reviews.rules.queues import Queue
from reviews.rules.verbs import Outcome
from studio.errors import Conflict, Invalid, NotPermitted
from studio.models import Candidate, Event
from studio.rules.lifecycle import Status
from tests import factories
from tests.factories import decide_as, make_candidate, make_finding, make_prompt, make_review, mix_in_always

FREEZE = ReasonGiven("freeze", 12, 24)


@pytest.fixture
def rejected(project, author) -> Candidate:
    return make_candidate(make_prompt(project, author), status=Status.REJECTED)


def test_a_moderator_makes_one_with_reasons_and_frames(rejected, moderator):
    golden = make_golden(rejected, by=moderator, passes=False, reasons=[FREEZE], note=" It stops. ")
    assert (golden.sha256, golden.project, golden.passes, golden.is_severe) == (
        rejected.sha256,
        rejected.prompt.project,
        False,
        False,
    )
    assert golden.note == "It stops."
    assert list(golden.reasons.values_list("reason__slug", "start_frame", "end_frame")) == [("freeze", 12, 24)]
    event = Event.objects.get(verb="made_golden")
    assert (event.subject, event.data["reasons"]) == (f"golden:{golden.pk}", ["freeze"])


@pytest.mark.parametrize(("slug", "severe"), [("violence", True), ("likeness", True), ("hands", False)])
def test_a_reason_of_safety_or_a_blocking_one_makes_it_severe(slug, severe, rejected, moderator):
    assert make_golden(rejected, by=moderator, passes=False, reasons=[ReasonGiven(slug, 0, 9)]).is_severe is severe


@pytest.mark.parametrize("person", ["author", "reviewer", "editor", "auditor", "outsider"])
def test_nobody_else_makes_or_retires_one(person, rejected, request, moderator):
    somebody = request.getfixturevalue(person)
    with pytest.raises(NotPermitted):
        make_golden(rejected, by=somebody, passes=True)
    made = factories.make_golden(rejected, moderator)
    with pytest.raises(NotPermitted):
        retire(made, by=somebody)
    assert Golden.objects.active().count() == 1


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"passes": False}, "at least one reason"),
        ({"passes": True, "reasons": [FREEZE]}, "has no reasons"),
        ({"passes": False, "reasons": [FREEZE, FREEZE]}, "each reason once"),
        ({"passes": False, "reasons": [ReasonGiven("freeze")]}, "needs the frames"),
        ({"passes": False, "reasons": [ReasonGiven("freeze", 40, 49)]}, "within 0 and 48"),
        ({"passes": False, "reasons": [ReasonGiven("unheard_of")]}, "no reason"),
        ({"passes": False, "reasons": [ReasonGiven("minors", 0, 4)]}, "reviewers escalate that"),
        ({"passes": True, "note": "x" * 401}, "at most 400"),
    ],
)
def test_it_refuses_what_is_no_answer_and_writes_nothing(answer, sentence, rejected, moderator):
    with pytest.raises(Invalid, match=sentence):
        make_golden(rejected, by=moderator, **answer)
    assert not Golden.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.parametrize("status", [Status.CHECKING, Status.IN_REVIEW, Status.WITH_EDITOR, Status.WITHDRAWN])
def test_it_refuses_a_take_that_is_not_settled_or_was_withdrawn(status, project, author, moderator):
    take = make_candidate(make_prompt(project, author), status=status)
    with pytest.raises(Conflict):
        make_golden(take, by=moderator, passes=True)


def test_it_refuses_a_take_whose_decision_may_still_be_taken_back(project, author, editor, moderator):
    take = make_candidate(make_prompt(project, author), status=Status.REJECTED)
    make_review(take, queue=Queue.EDITOR)
    with pytest.raises(Conflict, match="comes first"):
        make_golden(take, by=moderator, passes=True)


def test_it_refuses_what_would_go_to_a_moderator(rejected, moderator):
    make_finding(rejected, route="block", severity="blocking")
    with pytest.raises(Conflict, match="to a moderator"):
        make_golden(rejected, by=moderator, passes=True)


def test_the_same_bytes_are_golden_once_at_a_time(rejected, moderator, project, author):
    first = make_golden(rejected, by=moderator, passes=True)
    again = make_candidate(make_prompt(project, author), status=Status.REJECTED)
    Candidate.objects.filter(pk=again.pk).update(sha256=rejected.sha256)
    again.refresh_from_db()
    with pytest.raises(Conflict, match="already"):
        make_golden(again, by=moderator, passes=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.make_golden(again, moderator)
    retire(first, by=moderator)
    assert make_golden(again, by=moderator, passes=True)


def test_a_retired_one_leaves_the_queue_unless_somebody_holds_it(rejected, project, author, reviewer, moderator):
    mix_in_always(project)
    golden = make_golden(rejected, by=moderator, passes=True)
    make_review(make_candidate(make_prompt(project, author), status=Status.IN_REVIEW))
    claim_next(Queue.FLAGGED, by=reviewer)
    showing = Review.objects.get(golden=golden)
    retire(golden, by=moderator)
    showing.refresh_from_db()
    assert showing.closed_because == "It has left the queue."
    assert not Review.objects.open().filter(golden=golden).exists()
    assert Event.objects.filter(subject=f"golden:{golden.pk}", verb="retired").count() == 1
    with pytest.raises(Conflict):
        retire(golden, by=moderator)


def test_one_that_is_held_is_judged_to_its_end(rejected, project, author, reviewer, moderator):
    mix_in_always(project)
    golden = make_golden(rejected, by=moderator, passes=True)
    make_review(make_candidate(make_prompt(project, author), status=Status.IN_REVIEW))
    claim_next(Queue.FLAGGED, by=reviewer)
    showing = Review.objects.get(golden=golden)
    claim(showing, by=reviewer)
    retire(golden, by=moderator)
    decide_as(reviewer, showing, Outcome.PASS)
    showing.refresh_from_db()
    assert showing.closed_because == ""
    assert showing.settles_at is not None
