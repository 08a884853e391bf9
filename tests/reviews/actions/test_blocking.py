"""What a moderator shuts out stays out: at the check, at the approval, and at the last moment before the public."""

import numpy as np
import pytest

from reviews.actions import checking
from reviews.actions.blocking import block, unblock
from reviews.actions.fingerprinting import keep_fingerprint
from reviews.actions.policies import active_policy
from reviews.actions.publishing import withdraw
from reviews.actions.recording import record_of, why_blocked
from reviews.actions.settling import settle
from reviews.checks.base import Stage
from reviews.checks.findings import CheckReport
from reviews.checks.registry import CHECKS
from reviews.checks.runner import consult_record
from reviews.models import BlockEntry, BlockMatch, Publication, PublicationState, Review, WithdrawalReason
from reviews.rules.queues import Queue
from reviews.rules.verbs import Outcome
from reviews.tasks import publish_clip
from studio.errors import Conflict, Invalid, NotPermitted
from studio.models import Candidate, Event
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from tests.factories import (
    decide_as,
    let_settle,
    make_block_entry,
    make_candidate,
    make_person,
    make_project,
    make_prompt,
    make_publication,
    make_review,
)
from tests.reviews.checks.looks import CLIP, fingerprint, look_of, turned

PICTURES = look_of(1, 4)


@pytest.fixture
def take(project, author):
    def take(hashes: np.ndarray = PICTURES, *, quality=100, status=Status.IN_REVIEW) -> Candidate:
        active_policy(project)
        candidate = make_candidate(make_prompt(project, author), status=status)
        keep_fingerprint(candidate.blob, fingerprint(hashes, quality=quality))
        return candidate

    return take


def test_a_moderator_shuts_a_takes_telling_pictures_out(take, moderator):
    entry = block(take(quality=[100, 10, 50, 49]), by=moderator, reason="  It shows a real person. ")
    assert (entry.reason, entry.added_by, entry.removed_at) == ("It shows a real person.", moderator, None)
    assert bytes(entry.hashes) == PICTURES[[0, 2]].tobytes()
    event = Event.objects.get(verb="blocked")
    assert (event.subject, event.data["reason"]) == (f"blockentry:{entry.pk}", "It shows a real person.")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.MODERATOR])
def test_nobody_else_does(take, project, role):
    with pytest.raises(NotPermitted):
        block(take(), by=make_person("somebody", project, role), reason="Because.")
    assert not BlockEntry.objects.exists()


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 401])
def test_a_reason_is_required_and_short(take, moderator, reason):
    with pytest.raises(Invalid):
        block(take(), by=moderator, reason=reason)
    assert not BlockEntry.objects.exists()


def test_what_could_not_be_recognised_is_not_put_on_the_list(take, project, author, moderator):
    for candidate in (take(quality=49), make_candidate(make_prompt(project, author))):
        with pytest.raises(Invalid, match="Nothing in this take could be recognised"):
            block(candidate, by=moderator, reason="Because.")


def test_a_take_is_on_the_list_once_and_again_after_it_was_removed(take, moderator):
    candidate = take()
    entry = block(candidate, by=moderator, reason="Because.")
    with pytest.raises(Conflict, match="already"):
        block(candidate, by=moderator, reason="Again.")
    unblock(entry, by=moderator, because="A mistake.")
    assert block(candidate, by=moderator, reason="No mistake.").pk != entry.pk


def test_removing_keeps_the_entry_with_its_reason(take, moderator):
    entry = block(take(), by=moderator, reason="Because.")
    unblock(entry, by=moderator, because="The person agreed.")
    entry.refresh_from_db()
    assert (entry.removed_by, entry.removed_because) == (moderator, "The person agreed.")
    assert Event.objects.get(verb="unblocked").data == {"why": "The person agreed."}
    with pytest.raises(Conflict, match="removed already"):
        unblock(entry, by=moderator, because="Twice.")


def test_only_a_moderator_of_its_project_removes_an_entry(take, editor, moderator):
    entry = block(take(), by=moderator, reason="Because.")
    stranger = make_person("stranger", make_project("quarry"), Role.MODERATOR)
    for person in (editor, stranger):
        with pytest.raises(NotPermitted):
            unblock(entry, by=person, because="Please.")
    assert BlockEntry.objects.active().exists()


@pytest.mark.parametrize(("bits", "why"), [(31, "Its picture matches entry {} of the blocklist."), (32, "")])
def test_an_entry_stops_what_looks_like_it_whenever_that_was_checked(take, moderator, bits, why):
    candidate = take(turned(PICTURES, bits))
    entry = make_block_entry(take(), moderator, hashes=PICTURES.tobytes())
    assert why_blocked(candidate) == why.format(entry.pk)
    unblock(entry, by=moderator, because="A mistake.")
    assert why_blocked(candidate) == ""


def test_a_take_that_matches_goes_to_the_moderators(take, moderator):
    make_block_entry(take(), moderator, hashes=PICTURES.tobytes())
    candidate = take(turned(PICTURES, 9), status=Status.CHECKING)
    checking.plan_checks(candidate)
    policy = active_policy(candidate.prompt.project)
    record = record_of(candidate, CLIP, fingerprint(turned(PICTURES, 9)))
    clean = [CheckReport(kind.key, 1, "clean", 0.1, "", {}) for kind in CHECKS if kind.stage is not Stage.RECORD]
    reports = [*clean, *consult_record(record, policy.terms())]
    checking.conclude(candidate, reports, policy, stages=tuple(Stage))
    review = Review.objects.get(candidate=candidate)
    assert (review.queue, candidate.status) == (Queue.ESCALATIONS, Status.IN_REVIEW)
    assert review.reasons.filter(code="blocklist", sentence__startswith="It matches entry").exists()
    assert BlockMatch.objects.get().candidate == candidate


def approve(candidate: Candidate, editor) -> Review:
    review = make_review(candidate, queue=Queue.EDITOR)
    decide_as(editor, review, Outcome.APPROVE)
    let_settle(review)
    return review


def test_an_approval_does_not_settle_when_its_picture_was_shut_out_meanwhile(take, editor, moderator):
    candidate = take(status=Status.WITH_EDITOR)
    review = approve(candidate, editor)
    entry = make_block_entry(candidate, moderator, hashes=PICTURES.tobytes())
    settle(review.pk)
    review.refresh_from_db()
    candidate.refresh_from_db()
    assert (review.closed_at, candidate.status) == (None, Status.WITH_EDITOR)
    assert f"matches entry {entry.pk} of the blocklist" in review.reasons.last().sentence
    assert not Publication.objects.exists()


def test_an_approved_clip_does_not_go_out_when_its_picture_was_shut_out_meanwhile(take, editor, moderator):
    candidate = take(status=Status.WITH_EDITOR)
    settle(approve(candidate, editor).pk)
    make_block_entry(candidate, moderator, hashes=PICTURES.tobytes())
    publication = Publication.objects.get()
    publish_clip(publication.pk)
    publication.refresh_from_db()
    candidate.refresh_from_db()
    assert (publication.state, candidate.status) == (PublicationState.VOIDED, Status.WITH_EDITOR)
    assert "blocklist" in publication.explanation


def test_withdrawing_can_shut_out_in_the_same_breath(take, moderator):
    candidate = take(status=Status.PUBLISHED)
    publication = make_publication(candidate)
    withdraw(publication, by=moderator, reason=WithdrawalReason.RIGHTS, shut_out=True)
    entry = BlockEntry.objects.get()
    assert (entry.source, entry.publication, entry.reason) == (candidate, publication, "Withdrawn: rights.")


def test_an_editor_withdraws_but_shuts_nothing_out(take, editor):
    publication = make_publication(take(status=Status.PUBLISHED))
    with pytest.raises(NotPermitted):
        withdraw(publication, by=editor, reason=WithdrawalReason.RIGHTS, shut_out=True)
    publication.refresh_from_db()
    assert publication.state == PublicationState.LIVE
    withdraw(publication, by=editor, reason=WithdrawalReason.RIGHTS)
    assert not BlockEntry.objects.exists()
