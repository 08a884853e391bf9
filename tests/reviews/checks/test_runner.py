"""The whole way of a file: child process, one decode, judgement."""

import os
import signal
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

import numpy as np
import pytest

from reviews.checks import runner
from reviews.checks.base import Instrument, Observation, Spec, Stage
from reviews.checks.bench import Bench
from reviews.checks.inspection_child import inspect
from reviews.checks.profile import ANY_MODEL
from reviews.checks.registry import of_stage
from reviews.checks.runner import inspect_file
from reviews.rules.policy import PolicyError, PolicyTerms, RuleTerms, load_policy
from reviews.rules.severity import Route, Severity
from studio.media.child import ChildLimits
from studio.media.errors import ChildFailed
from studio.media.opening import open_clip
from tests.clips import draw_clip
from tests.reviews.checks.drawing import texture


def drawn(index: int, seed: int = 1) -> np.ndarray:
    """A texture that wanders, one pixel a frame."""
    return np.repeat(np.roll(texture(seed), index, axis=1)[..., None], 3, axis=2)


def inspected(path, folder, spec=None, **kw):
    return inspect_file(path, spec=Spec.parse(spec or {}), policy=kw.pop("policy", load_policy()), folder=folder, **kw)


def statuses(inspection):
    return {report.check: report.status for report in inspection.reports}


def test_every_instrument_reports_on_an_ordinary_clip(tmp_path):
    clip = draw_clip(tmp_path / "a.mp4", frames=20, size=(64, 32), fps=10, draw=drawn)
    inspection = inspected(clip, tmp_path)
    assert [report.check for report in inspection.reports] == [kind.key for kind in of_stage(Stage.SIGNAL)]
    assert {finding.check for finding in inspection.findings} <= {"container"}
    wrong = [report.check for report in inspection.reports if report.status not in ("clean", "skipped")]
    assert wrong in ([], ["container"])
    assert (inspection.facts.frames, inspection.facts.fps) == (20, 10)


def test_it_finds_what_was_planted_through_the_encoder(tmp_path):
    black, shot_two = np.zeros((32, 64, 3), np.uint8), 40

    def film(index):
        if 10 <= index < 13:
            return black
        if 18 <= index < 26:
            return drawn(18)
        return drawn(index, seed=1 if index < shot_two else 2)

    clip = draw_clip(tmp_path / "a.mp4", frames=80, size=(64, 32), fps=10, draw=film)
    spec = {"resolution": "1280x720", "seconds": 5, "fps": "25", "ratio": "16:9", "audio": True}
    found = {
        (each.check, each.label, each.start_frame, each.end_frame) for each in inspected(clip, tmp_path, spec).findings
    }
    assert found >= {
        ("black_frames", "black", 10, 13),
        ("frozen_frames", "freeze", 18, 26),
        ("hard_cuts", "cut", 40, 41),
        ("resolution", "too_small", 0, 80),
        ("duration", "too_long", 0, 80),
        ("frame_rate", "wrong_rate", 0, 80),
        ("aspect_ratio", "wrong_ratio", 0, 80),
        ("audio_missing", "no_track", 0, 80),
    }


def test_one_frame_is_too_short_for_what_compares_frames(tmp_path):
    inspection = inspected(draw_clip(tmp_path / "a.mp4", frames=1, draw=[(90, 90, 90)]), tmp_path)
    told = statuses(inspection)
    assert (told["hard_cuts"], told["frozen_frames"], told["black_frames"]) == ("skipped", "skipped", "clean")


def test_it_follows_presentation_times_where_the_rate_varies(tmp_path):
    times = [0, 100, 200, 300, 1000, 1100, 1200, 1300]
    clip = draw_clip(tmp_path / "a.mp4", frames=8, size=(64, 32), fps=10, draw=drawn, times_ms=times)
    (freeze,) = [each for each in inspected(clip, tmp_path).findings if each.check == "frozen_frames"]
    assert (freeze.start_frame, freeze.end_frame) == (3, 4)
    assert (freeze.start_seconds, freeze.end_seconds) == pytest.approx((0.3, 1.0))


def test_an_unreadable_file_is_one_blocking_container_finding(tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"no clip at all")
    inspection = inspected(tmp_path / "a.mp4", tmp_path)
    (finding,) = inspection.findings
    assert (finding.check, finding.severity, finding.route) == ("container", Severity.BLOCKING, Route.BLOCK)
    assert inspection.facts is None
    assert set(statuses(inspection).values()) == {"findings", "skipped"}


def test_it_stays_blocking_under_a_policy_without_a_container_rule(tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"no clip at all")
    policy = PolicyTerms("p", 1, (RuleTerms("duration", "too_short"),))
    (finding,) = inspected(tmp_path / "a.mp4", tmp_path, policy=policy).findings
    assert finding.severity == Severity.BLOCKING


@pytest.mark.parametrize("kind", ["crashed", "timeout", "memory", "cpu", "protocol"])
def test_a_child_that_ends_badly_fails_every_check(tmp_path, monkeypatch, kind):
    def die(*_, **__):
        raise ChildFailed(kind)

    monkeypatch.setattr(runner, "run_child", die)
    inspection = inspected(tmp_path / "a.mp4", tmp_path)
    assert set(statuses(inspection).values()) == {"failed"}
    assert all(report.reason for report in inspection.reports)
    assert [(each.check, each.severity) for each in inspection.findings] == [("container", Severity.BLOCKING)]


def test_a_real_limit_ends_as_a_failure_and_not_as_a_pass(tmp_path):
    clip = draw_clip(tmp_path / "a.mp4", frames=4)
    inspection = inspected(clip, tmp_path, limits=ChildLimits(wall_seconds=0.01))
    assert set(statuses(inspection).values()) == {"failed"}


def test_a_child_that_leaves_a_check_out_fails_all(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "run_child", lambda *_, **__: {"clip": {}, "reports": []})
    assert set(statuses(inspected(tmp_path / "a.mp4", tmp_path)).values()) == {"failed"}


def test_a_check_that_the_policy_leaves_out_does_not_run(tmp_path):
    clip = draw_clip(tmp_path / "a.mp4", frames=4)
    inspection = inspected(clip, tmp_path, policy=PolicyTerms("p", 1, (RuleTerms("duration", "too_short"),)))
    assert [report.check for report in inspection.reports if report.status != "skipped"] == ["duration"]
    assert {report.reason for report in inspection.reports if report.status == "skipped"} == {"Not in the policy."}


def test_the_policy_moves_the_thresholds(tmp_path):
    clip = draw_clip(tmp_path / "a.mp4", frames=24, fps=24)
    rules = (RuleTerms("duration", "too_short", {"tolerance_seconds": 2.0}),)
    inspection = inspected(clip, tmp_path, {"seconds": 2.5}, policy=PolicyTerms("p", 1, rules))
    report = next(each for each in inspection.reports if each.check == "duration")
    assert (report.status, report.parameters) == ("clean", {"tolerance_seconds": 2.0})


def test_a_policy_that_cannot_be_used_is_said_before_the_file_is_touched(tmp_path):
    with pytest.raises(PolicyError, match="no parameter"):
        inspected(tmp_path / "none.mp4", tmp_path, policy=PolicyTerms("p", 1, (RuleTerms("duration", "x", {"y": 1}),)))


@dataclass
class Broken(Instrument):
    key: ClassVar[str] = "broken"
    version: ClassVar[int] = 1

    def look(self, chunk):
        raise ZeroDivisionError("by nothing")

    def conclude(self, clip):
        raise AssertionError("a failed instrument is not asked again")


@dataclass
class Counting(Instrument):
    key: ClassVar[str] = "counting"
    version: ClassVar[int] = 1

    def look(self, chunk):
        self.seen = getattr(self, "seen", 0) + len(chunk.new_luma)

    def conclude(self, clip):
        yield Observation.of_clip(clip, "count", score=self.seen, threshold=0, unit="frames", message="Counted.")


def test_one_broken_instrument_stops_nobody_else(tmp_path):
    checks: list[Instrument] = [Broken(), Counting()]
    with draw_clip(tmp_path / "a.mp4", frames=70, fps=Fraction(30)).open("rb") as file:
        answer = inspect(open_clip(file), Spec(), ANY_MODEL, [Bench(check) for check in checks])
    broken, counting = answer["reports"]
    assert (broken["status"], broken["reason"]) == ("failed", "ZeroDivisionError: by nothing")
    assert (counting["status"], counting["observations"][0]["score"]) == ("", 70)


def test_a_killed_child_leaves_the_parent_alive(tmp_path, monkeypatch):
    """The child is killed right after it started; the inspection answers all the same."""
    from studio.media import child

    def kill_at_once(process, seconds):
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        return False

    monkeypatch.setattr(child, "wait", kill_at_once)
    inspection = inspected(draw_clip(tmp_path / "a.mp4", frames=2), tmp_path)
    assert set(statuses(inspection).values()) == {"failed"}
