"""Only approved bytes become public, and withdrawn means withdrawn."""

import pytest
from django.utils import timezone

from reviews.actions.policies import active_policy
from reviews.actions.publishing import reinstate, take_back_approval, withdraw
from reviews.actions.settling import settle
from reviews.models import Publication, PublicationState, Review, WithdrawalReason
from reviews.rules.queues import Queue
from reviews.rules.verbs import Outcome
from reviews.tasks import publish_clip
from studio.errors import Conflict, NotPermitted
from studio.models import Candidate, Membership
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from studio.store import media_store
from tests.factories import decide_as, let_settle, make_candidate, make_person, make_prompt, make_review, make_run

CONTENT = b"the approved bytes"


@pytest.fixture
def approved(project, author, editor) -> Publication:
    active_policy(project)
    candidate = make_candidate(make_prompt(project, author), status=Status.WITH_EDITOR, content=CONTENT)
    review = make_review(candidate, queue=Queue.EDITOR)
    decide_as(editor, review, Outcome.APPROVE)
    let_settle(review)
    settle(review.pk)
    return Publication.objects.get()


def public_folder(publication: Publication):
    return media_store().public_path(publication.uuid)


def test_an_approved_clip_becomes_public_with_exactly_its_bytes(approved):
    publish_clip(approved.pk)
    approved.refresh_from_db()
    assert (approved.state, approved.candidate.status) == (PublicationState.LIVE, Status.PUBLISHED)
    assert (public_folder(approved) / "clip.mp4").read_bytes() == CONTENT
    assert sorted(path.name for path in public_folder(approved).iterdir()) == ["clip.mp4", "poster.jpg"]


def test_publishing_twice_is_publishing_once(approved):
    publish_clip(approved.pk)
    first = Publication.objects.get().published_at
    Publication.objects.update(run_after=timezone.now())
    publish_clip(approved.pk)
    assert Publication.objects.get().published_at == first


def test_a_clip_browsers_cannot_play_gets_a_rendition(approved):
    Candidate.objects.update(facts={**approved.candidate.facts, "video_codec": "hevc"})
    publish_clip(approved.pk)
    assert (public_folder(approved) / "rendition.mp4").is_file()


def test_one_changed_byte_voids_the_approval(approved):
    media_store().private_path(approved.candidate.sha256).write_bytes(CONTENT[:-1] + b"!")
    publish_clip(approved.pk)
    approved.refresh_from_db()
    candidate = Candidate.objects.get()
    assert (approved.state, candidate.status) == (PublicationState.VOIDED, Status.WITH_EDITOR)
    assert "not the approved ones" in Review.objects.get(closed_at=None).reasons.get().sentence
    publish_clip(approved.pk)
    assert not public_folder(approved).exists()


@pytest.mark.parametrize("name", ["poster.jpg", "proxy.mp4"])
def test_a_changed_poster_or_rendition_voids_the_approval_too(approved, name):
    """The public would see a picture that nobody approved beside bytes that somebody did."""
    Candidate.objects.update(facts={**approved.candidate.facts, "video_codec": "hevc"})
    media_store().derived_path(approved.candidate.sha256, name).write_bytes(b"another picture")
    publish_clip(approved.pk)
    approved.refresh_from_db()
    assert (approved.state, approved.candidate.status) == (PublicationState.VOIDED, Status.WITH_EDITOR)
    publish_clip(approved.pk)
    assert not public_folder(approved).exists()


@pytest.mark.parametrize("moved", ["checks", "role"])
def test_checks_or_rights_that_moved_void_the_approval(approved, editor, moved):
    if moved == "checks":
        make_run(approved.candidate, "container", attempt=2)
    else:
        Membership.objects.filter(user=editor).delete()
    publish_clip(approved.pk)
    assert Candidate.objects.get().status == Status.WITH_EDITOR


def test_an_approval_is_taken_back_while_it_is_not_public(approved, editor):
    take_back_approval(approved.candidate, by=editor)
    publish_clip(approved.pk)
    approved.refresh_from_db()
    assert (approved.state, Candidate.objects.get().status) == (PublicationState.VOIDED, Status.WITH_EDITOR)
    assert not public_folder(approved).exists()
    review = Review.objects.get(closed_at=None)
    assert review.queue == Queue.EDITOR
    assert review.reasons.get().sentence == "Its approval was voided: an editor took it back."


def test_where_no_approval_waits_none_is_taken_back(approved, editor):
    take_back_approval(approved.candidate, by=editor)
    with pytest.raises(Conflict, match="No approval waits"):
        take_back_approval(approved.candidate, by=editor)
    assert Review.objects.filter(closed_at=None).count() == 1


def test_only_editors_and_moderators_take_an_approval_back(approved, reviewer):
    with pytest.raises(NotPermitted):
        take_back_approval(approved.candidate, by=reviewer)
    assert Candidate.objects.get().status == Status.APPROVED


def test_what_is_public_is_not_taken_back(approved, editor):
    publish_clip(approved.pk)
    with pytest.raises(Conflict, match="a public clip is withdrawn"):
        take_back_approval(approved.candidate, by=editor)
    assert Publication.objects.get().state == PublicationState.LIVE


def test_withdrawing_denies_at_once_and_then_deletes_the_copies(approved, moderator):
    publish_clip(approved.pk)
    approved.refresh_from_db()
    withdraw(approved, by=moderator, reason=WithdrawalReason.RIGHTS)
    approved.refresh_from_db()
    assert (approved.state, Candidate.objects.get().status) == (PublicationState.WITHDRAWN, Status.WITHDRAWN)
    publish_clip(approved.pk)
    assert not public_folder(approved).exists()


def test_only_editors_and_moderators_withdraw(approved, reviewer):
    publish_clip(approved.pk)
    with pytest.raises(NotPermitted):
        withdraw(approved, by=reviewer, reason=WithdrawalReason.ERROR)
    assert Publication.objects.get().state == PublicationState.LIVE


def test_withdrawing_twice_is_refused(approved, moderator):
    publish_clip(approved.pk)
    withdraw(Publication.objects.get(), by=moderator, reason=WithdrawalReason.ERROR)
    with pytest.raises(Conflict):
        withdraw(Publication.objects.get(), by=moderator, reason=WithdrawalReason.ERROR)


def test_another_moderator_reinstates_and_a_new_approval_is_needed(approved, moderator, project):
    publish_clip(approved.pk)
    withdraw(Publication.objects.get(), by=moderator, reason=WithdrawalReason.ERROR)
    with pytest.raises(Conflict, match="another moderator"):
        reinstate(Publication.objects.get(), by=moderator)
    reinstate(Publication.objects.get(), by=make_person("other", project, Role.MODERATOR))
    assert Candidate.objects.get().status == Status.WITH_EDITOR
    assert Review.objects.get(closed_at=None).queue == Queue.EDITOR
