"""Runs the instruments on one file: the child decodes and measures, this side judges. No database, no settings."""

import math
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, replace
from pathlib import Path
from typing import Any

from reviews.checks.aspect_ratio import AspectRatio
from reviews.checks.audio_missing import AudioMissing
from reviews.checks.base import Check, CheckReport, FindingData, Observation, Route, Severity, Spec, Status
from reviews.checks.black_frames import BlackFrames
from reviews.checks.container import Container
from reviews.checks.duration import Duration
from reviews.checks.frame_rate import FrameRate
from reviews.checks.frozen_frames import FrozenFrames
from reviews.checks.hard_cuts import HardCuts
from reviews.checks.judging import judge, judged, suppress
from reviews.checks.resolution import ResolutionCheck
from reviews.rules.policy import PolicyError, PolicyTerms
from studio.media.child import ChildLimits, run_child
from studio.media.errors import ChildFailed, UnreadableClip
from studio.media.facts import ClipFacts

CHECKS: tuple[type[Check], ...] = (
    Container,
    ResolutionCheck,
    Duration,
    FrameRate,
    AspectRatio,
    BlackFrames,
    HardCuts,
    FrozenFrames,
    AudioMissing,
)
"""All instruments, in the order in which one may explain the next."""

CHILD_MODULE = "reviews.checks.inspection_child"
NOT_IN_POLICY = "Not in the policy."


@dataclass(frozen=True, slots=True)
class Inspection:
    """All that is known of one file. `facts` are None when it could not be read; `findings` are those for people."""

    facts: ClipFacts | None
    reports: tuple[CheckReport, ...]

    @property
    def findings(self) -> tuple[FindingData, ...]:
        return tuple(finding for report in self.reports for finding in report.findings)


def build(kind: type[Check], parameters: Mapping[str, Any]) -> Check:
    """The instrument with these thresholds. Raises PolicyError for a parameter it has not, or of another type."""
    known = parameters_of(kind)
    for name, value in parameters.items():
        if name not in known:
            has = f"it has {', '.join(known)}" if known else "it has none"
            raise PolicyError(f"{kind.key} has no parameter {name!r}: {has}")
        if not fits(value, known[name]):
            raise PolicyError(f"{kind.key}: parameter {name!r} cannot be {value!r}; the default is {known[name]!r}")
    return kind(**parameters)


def fits(value: object, default: object) -> bool:
    """Whether a value can stand for a default: a finite number for a number, else the same type."""
    if isinstance(default, (int, float)) and not isinstance(default, bool):
        return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return isinstance(value, type(default))


def parameters_of(kind: type[Check]) -> dict[str, Any]:
    """The thresholds of an instrument with their defaults."""
    return {each.name: each.default for each in fields(kind) if each.init and each.default is not MISSING}  # type: ignore[arg-type]  # every instrument is a dataclass


def effective_parameters(policy: PolicyTerms) -> dict[str, dict[str, Any]]:
    """Check key → all its thresholds under this policy, for the checks it wants. Raises PolicyError."""
    together = {}
    for kind in CHECKS:
        if policy.covers(kind.key):
            asked = policy.parameters_for(kind.key)
            build(kind, asked)
            together[kind.key] = {**parameters_of(kind), **asked}
    return together


def inspect_file(
    path: Path, *, spec: Spec, policy: PolicyTerms, folder: Path, limits: ChildLimits | None = None
) -> Inspection:
    """Every instrument of the policy on one file, in a limited child working in `folder` (which must exist).

    Nothing the file does raises: a file that is refused is one blocking `container` finding; a child that crashed, hung
    or met a limit is that and every report `failed`. Raises PolicyError for a policy that cannot be used.
    """
    parameters = effective_parameters(policy)
    request = {"spec": spec.as_json(), "checks": parameters}
    try:
        answer = run_child(CHILD_MODULE, blob=path, request=request, folder=folder, limits=limits)
        return _read_answer(answer, parameters, policy)
    except UnreadableClip as refusal:
        finding = whole_file("unreadable", refusal.sentence)
        return _without_facts(finding, parameters, policy, failed="")
    except ChildFailed as failure:
        finding = whole_file("not_inspected", failure.sentence)
        return _without_facts(finding, parameters, policy, failed=failure.sentence)


def _read_answer(
    answer: Mapping[str, Any], parameters: Mapping[str, dict[str, Any]], policy: PolicyTerms
) -> Inspection:
    """Raises ChildFailed when the child did not speak of every check it was asked for: silence is no pass."""
    try:
        told = {report["check"]: report for report in answer["reports"]}
        reports = [
            _report(kind, told[kind.key] if kind.key in parameters else None, parameters, policy) for kind in CHECKS
        ]
        return Inspection(ClipFacts.from_json(answer["facts"]), suppress(reports))
    except (KeyError, TypeError, ValueError) as error:
        raise ChildFailed("protocol", str(error)) from error


def _report(
    kind: type[Check], told: Mapping[str, Any] | None, parameters: Mapping[str, dict[str, Any]], policy: PolicyTerms
) -> CheckReport:
    if told is None:
        return CheckReport(kind.key, kind.version, "skipped", 0.0, NOT_IN_POLICY, {})
    findings = judge(kind.key, [Observation.from_json(each) for each in told["observations"]], policy)
    status: Status = told["status"] or ("findings" if findings else "clean")
    return CheckReport(
        kind.key, kind.version, status, float(told["seconds"]), told["reason"], parameters[kind.key], findings
    )


def whole_file(label: str, sentence: str) -> Observation:
    """An observation on a file of which no frame is known."""
    return Observation(label, 0, 0, 0.0, 0.0, None, None, "", sentence)


def _without_facts(
    seen: Observation, parameters: Mapping[str, dict[str, Any]], policy: PolicyTerms, *, failed: str
) -> Inspection:
    """One blocking `container` finding, whatever the policy wants; all other checks did not run."""
    blocking = judged(Container.key, seen, policy)
    finding = replace(blocking, severity=Severity.BLOCKING, route=Route.BLOCK)
    reports = []
    for kind in CHECKS:
        wanted = kind.key in parameters
        status: Status = "failed" if failed and wanted else "skipped"
        reason = failed or "The file could not be read."
        report = CheckReport(
            kind.key, kind.version, status, 0.0, reason if wanted else NOT_IN_POLICY, parameters.get(kind.key, {})
        )
        reports.append(report)
    container = reports[0]
    reports[0] = replace(
        container, status=container.status if failed else "findings", reason=seen.message, findings=(finding,)
    )
    return Inspection(None, tuple(reports))
