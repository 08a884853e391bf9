"""An outside examiner in the second step: planned where it is set up, failing closed, read into findings."""

import cv2
import numpy as np
import pytest

from providers.errors import ProviderUnavailable
from providers.examiners.base import Remark, Subject
from reviews.actions import examining
from reviews.actions.checking import plan_checks
from reviews.actions.examining import ask_examiner, examiner_parameters, spread
from reviews.checks.examiner import observations_of
from reviews.models import CheckRun
from reviews.rules.policy import load_policy
from reviews.rules.severity import Severity
from tests.factories import make_candidate, make_prompt
from tests.reviews.checks.drawing import make_clip

PARAMETERS = {"protocol": "vision", "model": "m", "report_above": 0.5}


@pytest.fixture
def vision(settings):
    settings.EXAMINER, settings.EXAMINER_MODEL = "vision", "m"


@pytest.fixture
def samples(tmp_path):
    for frame in (0, 12, 24, 36):
        cv2.imwrite(str(tmp_path / f"{frame}.jpg"), np.zeros((8, 8, 3), np.uint8))
    return tmp_path


@pytest.fixture
def answering(monkeypatch):
    """Lets a test say what the examiner answers; what it was asked is noted."""
    asked = []

    def answering(*remarks):
        async def examine(pictures, things):
            asked.append((len(pictures), things))
            if isinstance(remarks[0], Exception):
                raise remarks[0]
            return remarks

        monkeypatch.setattr(examining, "_examine", examine)
        return asked

    return answering


def test_nobody_is_asked_where_nobody_is_set_up(project, author):
    assert examiner_parameters(load_policy()) is None
    candidate = make_candidate(make_prompt(project, author), checked=False)
    plan_checks(candidate)
    assert not CheckRun.objects.filter(check_key="examiner").exists()


def test_one_that_is_set_up_is_planned_with_the_take(project, author, vision):
    candidate = make_candidate(make_prompt(project, author), checked=False)
    plan_checks(candidate)
    assert CheckRun.objects.get(check_key="examiner").parameters == PARAMETERS


def test_its_answer_becomes_findings_of_the_policy(project, author, vision, samples, answering):
    candidate = make_candidate(make_prompt(project, author, text="A red fox by a river"))
    asked = answering(
        Remark(Subject.VIOLENCE, "violence", 0.9, "The examiner sees violence (90% sure).", 1),
        Remark(Subject.ADHERENCE, "not_shown", 1.0, "The examiner does not see “river”, which the prompt asked for."),
        Remark(Subject.LIKENESS, "resembles_person", 0.2, "A face resembles a real person."),
    )
    report = ask_examiner(candidate, samples, make_clip(), PARAMETERS, load_policy())
    assert asked == [(4, ("red fox", "river"))]
    violence, missing = sorted(report.findings, key=lambda each: each.label, reverse=True)
    assert (violence.start_frame, violence.end_frame, violence.peak_frame, violence.severity) == (
        0,
        24,
        12,
        Severity.MAJOR,
    )
    assert violence.evidence.sensitive
    assert (missing.label, missing.end_frame) == ("not_shown", 48)
    assert set(report.details["covers"]) == {"violence", "adherence", "likeness"}


def test_one_that_does_not_answer_has_failed_and_is_no_pass(project, author, vision, samples, answering):
    answering(ProviderUnavailable("The provider cannot be reached."))
    candidate = make_candidate(make_prompt(project, author))
    report = ask_examiner(candidate, samples, make_clip(), PARAMETERS, load_policy())
    assert (report.status, report.reason) == ("failed", "The provider cannot be reached.")


def test_neighbouring_pictures_of_one_kind_are_one_finding():
    remarks = [Remark(Subject.VIOLENCE, "violence", score, f"{score}", place) for place, score in enumerate((0.6, 0.8))]
    (seen,) = observations_of(remarks, [0, 12, 24], make_clip())
    assert (seen.message, seen.start_frame, seen.end_frame) == ("0.8", 0, 24)


def test_few_pictures_are_sent_from_all_over_the_clip():
    assert spread(list(range(24))) == [0, 3, 7, 10, 13, 16, 20, 23]
    assert spread([1, 2]) == [1, 2]
