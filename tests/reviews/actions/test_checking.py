"""From bytes to a place in a queue, with the real child process on drawn clips."""

from fractions import Fraction

import numpy as np
import pytest

from reviews.actions import checking
from reviews.actions.checking import plan_checks
from reviews.checks.base import CheckReport
from reviews.models import CheckRun, CheckStatus, Finding, Review
from reviews.rules.queues import Queue
from reviews.tasks import check_candidate
from studio.actions.ingesting import bring_in
from studio.errors import Invalid, NotPermitted
from studio.media.storage import MediaStore
from studio.models import Blob, Candidate, Event, Mode, Prompt, Source
from studio.rules.lifecycle import Status
from studio.store import media_store
from tests.clips import draw_clip
from tests.factories import make_candidate, make_prompt


def noise(index: int) -> np.ndarray:
    """A grey ramp that moves three pixels a frame: neither frozen nor cut."""
    ramp = (np.arange(64) * 4 + index * 12) % 200 + 30
    return np.repeat(np.tile(ramp.astype(np.uint8), (36, 1))[:, :, None], 3, axis=2)


@pytest.fixture
def bring(project, author, tmp_path):
    def bring(draw=noise, frames=24, name="dusk.mp4", **words) -> Candidate:
        path = draw_clip(tmp_path / "clip.mp4", frames=frames, fps=Fraction(24), draw=draw)
        facts = {"project": project, "by": author, "source": Source.UPLOAD, "name": name} | words
        return bring_in([path.read_bytes()], **facts)

    return bring


def test_a_clip_lies_under_its_own_digest_with_all_that_is_derived(bring):
    candidate = bring()
    store = media_store()
    assert store.private_path(candidate.sha256).is_file()
    for name in ("proxy.mp4", "poster.jpg", "sprite.jpg", "frames.json"):
        assert store.derived_path(candidate.sha256, name).is_file()
    assert (candidate.status, candidate.facts["frames"], Blob.objects.get().media_type) == (
        Status.CHECKING,
        24,
        "video/mp4",
    )
    assert (Prompt.objects.get().mode, Prompt.objects.get().title) == (Mode.IMPORT, "dusk.mp4")
    assert list((store.root / "tmp").iterdir()) == []


def test_nine_checks_are_planned_with_the_take(bring):
    bring()
    assert CheckRun.objects.filter(status=CheckStatus.PENDING).count() == 9


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a" + bytes(100), b"ffconcat version 1.0\nfile other.mp4\n", bytes(5000)]
)
def test_what_is_no_clip_is_refused_in_words_and_leaves_nothing(project, author, content):
    with pytest.raises(Invalid) as refused:
        bring_in([content], project=project, by=author, source=Source.UPLOAD, name="x.mp4")
    assert str(refused.value).endswith(".")
    assert not Candidate.objects.exists()
    assert list((media_store().root / "tmp").iterdir()) == []


def test_a_file_beyond_the_limit_is_refused(project, author, settings):
    settings.MAX_CLIP_BYTES = 10
    with pytest.raises(Invalid, match="larger than"):
        bring_in([b"12345678901"], project=project, by=author, source=Source.UPLOAD, name="x.mp4")


def test_nothing_is_taken_in_when_the_disk_is_nearly_full(bring, monkeypatch):
    monkeypatch.setattr(MediaStore, "has_room", lambda _: False)
    with pytest.raises(Invalid, match="nearly full"):
        bring()
    assert not Candidate.objects.exists()


def test_an_auditor_may_not_bring_anything_in(bring, auditor):
    with pytest.raises(NotPermitted):
        bring(by=auditor)


def test_a_clean_clip_goes_to_the_editor(bring):
    candidate = bring()
    check_candidate(candidate.pk)
    candidate.refresh_from_db()
    assert candidate.status == Status.WITH_EDITOR
    assert Review.objects.get().queue == Queue.EDITOR
    assert not CheckRun.objects.filter(status=CheckStatus.PENDING).exists()


def test_a_frozen_clip_goes_to_a_reviewer_with_its_frames(bring):
    candidate = bring(draw=lambda index: noise(min(max(index, 0), 12) if index < 30 else index), frames=48)
    check_candidate(candidate.pk)
    finding = Finding.objects.get(check_key="frozen_frames")
    assert (finding.start_frame, finding.end_frame) == (12, 30)
    review = Review.objects.get()
    assert (review.queue, review.candidate.status) == (Queue.FLAGGED, Status.IN_REVIEW)
    assert review.reasons.get(code="frozen_frames").finding == finding


def test_checking_twice_is_checking_once(bring):
    candidate = bring()
    check_candidate(candidate.pk)
    check_candidate(candidate.pk)
    assert Event.objects.filter(verb="checked").count() == 1


def test_a_check_that_gave_no_answer_sends_the_clip_to_a_person(project, author):
    candidate = make_candidate(make_prompt(project, author), checked=False)
    plan_checks(candidate)
    reports = [CheckReport("container", 1, "clean", 0.1, "", {})]
    checking.conclude(candidate, reports, checking.active_policy(project))
    candidate.refresh_from_db()
    assert candidate.status == Status.IN_REVIEW
    assert CheckRun.objects.filter(status=CheckStatus.FAILED).count() == 8
    assert Review.objects.get().reasons.filter(code="not_checked").count() == 8


def test_a_clip_that_killed_three_checkers_goes_to_a_person(bring):
    candidate = bring()
    CheckRun.objects.update(attempt=3)
    check_candidate(candidate.pk)
    candidate.refresh_from_db()
    assert candidate.status == Status.IN_REVIEW
    assert set(CheckRun.objects.values_list("status", flat=True)) == {CheckStatus.FAILED}


def test_bytes_that_vanished_are_no_pass(bring):
    candidate = bring()
    media_store().private_path(candidate.sha256).unlink()
    check_candidate(candidate.pk)
    candidate.refresh_from_db()
    assert candidate.status == Status.IN_REVIEW
