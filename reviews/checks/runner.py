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
UNREAD = "The file could not be read."


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
        return _without_facts(("unreadable", refusal.sentence), ("skipped", UNREAD), parameters, policy)
    except ChildFailed as failure:
        told = failure.sentence
        return _without_facts(("not_inspected", told), ("failed", told), parameters, policy)


def _read_answer(
    answer: Mapping[str, Any], parameters: Mapping[str, Mapping[str, Any]], policy: PolicyTerms
) -> Inspection:
    """Raises ChildFailed when the child did not speak of every check it was asked for: silence is no pass."""
    try:
        told = {report["check"]: report for report in answer["reports"]}
        reports = [
            _report(kind, told[kind.key], parameters[kind.key], policy) if kind.key in parameters else not_wanted(kind)
            for kind in CHECKS
        ]
        return Inspection(ClipFacts.from_json(answer["facts"]), suppress(reports))
    except (KeyError, TypeError, ValueError) as error:
        raise ChildFailed("protocol", str(error)) from error


def not_wanted(kind: type[Check]) -> CheckReport:
    return CheckReport(kind.key, kind.version, "skipped", 0.0, NOT_IN_POLICY, {})


def _report(
    kind: type[Check], told: Mapping[str, Any], parameters: Mapping[str, Any], policy: PolicyTerms
) -> CheckReport:
    findings = judge(kind.key, [Observation.from_json(each) for each in told["observations"]], policy)
    status: Status = told["status"] or ("findings" if findings else "clean")
    return CheckReport(kind.key, kind.version, status, float(told["seconds"]), told["reason"], parameters, findings)


def _without_facts(
    finding: tuple[str, str],
    others: tuple[Status, str],
    parameters: Mapping[str, Mapping[str, Any]],
    policy: PolicyTerms,
) -> Inspection:
    """One blocking `container` `finding` (label, sentence), whatever the policy says; `others` (status, reason)."""
    label, sentence = finding
    seen = Observation(label, 0, 0, 0.0, 0.0, None, None, "", sentence)
    blocking = replace(judged(Container.key, seen, policy), severity=Severity.BLOCKING, route=Route.BLOCK)
    reports = []
    for kind in CHECKS:
        own = parameters.get(kind.key)
        if own is None and kind is not Container:
            reports.append(not_wanted(kind))
            continue
        status, reason = others
        findings = (blocking,) if kind is Container else ()
        if findings and status == "skipped":
            status, reason = "findings", ""
        reports.append(CheckReport(kind.key, kind.version, status, 0.0, reason, own or {}, findings))
    return Inspection(None, tuple(reports))
