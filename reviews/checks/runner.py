"""Runs the instruments on one file: the child decodes and measures, this side judges. No database, no settings."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np

from reviews.checks.base import Clip, Instrument, Profile, Record, Route, Sample, Severity, Sound, Spec, Stage
from reviews.checks.bench import Bench, benches_of
from reviews.checks.container import Container
from reviews.checks.findings import CheckReport, FindingData, Observation, Status
from reviews.checks.fingerprint import Fingerprint
from reviews.checks.judging import judge, judged, suppress
from reviews.checks.profile import ANY_MODEL
from reviews.checks.registry import CHECKS, effective_parameters, of_stage
from reviews.rules.policy import PolicyTerms
from studio.media.child import ChildLimits, run_child
from studio.media.credential import Credential
from studio.media.errors import ChildFailed, UnreadableClip
from studio.media.facts import ClipFacts
from studio.media.samples import SOUND_RATE, StoredSample, read_sound, stored_samples, stored_steps

CHILD_MODULE = "reviews.checks.inspection_child"
NOT_IN_POLICY = "Not in the policy."
UNREAD = "The file could not be read."
Part = TypeVar("Part", Clip, Fingerprint, Credential)


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is known of one file, and the reports so far. Without the rest when it could not be read."""

    clip: Clip | None
    reports: tuple[CheckReport, ...]
    fingerprint: Fingerprint | None = None
    credential: Credential | None = None

    @property
    def facts(self) -> ClipFacts | None:
        return self.clip.facts if self.clip else None

    @property
    def findings(self) -> tuple[FindingData, ...]:
        """Those for people."""
        return tuple(finding for report in self.reports for finding in report.findings)

    def and_also(self, reports: Sequence[CheckReport]) -> "Inspection":
        """With the reports of a later stage, in the instruments' order, and what they explain suppressed."""
        order = [kind.key for kind in CHECKS]
        together = sorted((*self.reports, *reports), key=lambda report: order.index(report.check))
        return replace(self, reports=suppress(together))


def inspect_file(
    path: Path,
    *,
    spec: Spec,
    policy: PolicyTerms,
    folder: Path,
    profile: Profile = ANY_MODEL,
    samples: bool = False,
    anchors: str = "",
    limits: ChildLimits | None = None,
) -> Inspection:
    """Every signal instrument of the policy on one file, in a limited child working in `folder` (which must exist).

    With `samples`, what the models want to see is left in `folder`. `anchors`: PEM certificates whose credentials are
    trusted. Nothing the file does raises: a refused file is one blocking `container` finding; a child that crashed,
    hung or met a limit is that and every report `failed`.
    Raises PolicyError for a policy that cannot be used.
    """
    parameters = effective_parameters(policy)
    signal = {kind.key: parameters[kind.key] for kind in of_stage(Stage.SIGNAL) if kind.key in parameters}
    request = requested(spec, profile, signal, samples=samples, anchors=anchors)
    try:
        answer = run_child(CHILD_MODULE, blob=path, request=request, folder=folder, limits=limits)
        reports = suppress(_signal_reports(answer, signal, policy))
        return Inspection(
            _part(answer, "clip", Clip),
            reports,
            _part(answer, "fingerprint", Fingerprint),
            _part(answer, "credential", Credential),
        )
    except UnreadableClip as refusal:
        return _without_clip(("unreadable", refusal.sentence), ("skipped", UNREAD), signal, policy)
    except ChildFailed as failure:
        told = failure.sentence
        return _without_clip(("not_inspected", told), ("failed", told), signal, policy)


def requested(
    spec: Spec, profile: Profile, checks: Mapping[str, Mapping[str, Any]], *, samples: bool, anchors: str
) -> dict[str, Any]:
    """What the child is asked; `checks`: key → parameters."""
    return {
        "spec": spec.as_json(),
        "profile": profile.as_json(),
        "checks": checks,
        "samples": samples,
        "anchors": anchors,
    }


def leave_samples(path: Path, *, spec: Spec, folder: Path, profile: Profile = ANY_MODEL) -> Clip:
    """The pass without instruments: only what the models want to see. Raises UnreadableClip or ChildFailed."""
    request = requested(spec, profile, {}, samples=True, anchors="")
    return _part(run_child(CHILD_MODULE, blob=path, request=request, folder=folder), "clip", Clip)


def view_samples(folder: Path, clip: Clip, policy: PolicyTerms) -> tuple[CheckReport, ...]:
    """Every model instrument of the policy on the samples that the pass left in `folder`, in this process.

    The pictures were written by our own child from decoded frames; no byte of the clip itself is read here.
    """
    parameters = effective_parameters(policy)
    benches = benches_of(of_stage(Stage.MODEL), parameters)
    sound = read_sound(folder)
    if sound is not None:
        for bench in benches:
            bench.does(partial(bench.check.hear, Sound(sound[None], SOUND_RATE, clip.starts_at(0))))
    for sample in pictures(stored_samples(folder), clip):
        for bench in benches:
            bench.does(partial(bench.check.view, sample))
    followers = [bench for bench in benches if bench.check.follows and not bench.status]
    for step in pictures(stored_steps(folder), clip) if followers else ():
        for bench in followers:
            bench.does(partial(bench.check.follow, step))
    for bench in benches:
        bench.conclude(clip)
    return _reports(benches, Stage.MODEL, parameters, policy)


def consult_record(record: Record, policy: PolicyTerms) -> tuple[CheckReport, ...]:
    """Every instrument of the policy that looks at no picture."""
    parameters = effective_parameters(policy)
    benches = benches_of(of_stage(Stage.RECORD), parameters)
    for bench in benches:
        bench.consult(record)
    return _reports(benches, Stage.RECORD, parameters, policy)


def without_clip(stage: Stage, policy: PolicyTerms) -> tuple[CheckReport, ...]:
    """Reports of a later stage on a file that could not be read: skipped."""
    parameters = effective_parameters(policy)
    return tuple(
        CheckReport(kind.key, kind.version, "skipped", 0.0, UNREAD, parameters[kind.key])
        if kind.key in parameters
        else not_wanted(kind)
        for kind in of_stage(stage)
    )


def pictures(kept: Iterable[StoredSample], clip: Clip) -> Iterator[Sample]:
    """What was kept, in order of time. Raises OSError for one that is no picture: then nothing was seen."""
    for stored in kept:
        picture = cv2.imread(str(stored.path), cv2.IMREAD_COLOR)
        if picture is None:
            raise OSError(f"sample {stored.path.name} cannot be read")
        yield Sample(np.asarray(picture, np.uint8), stored.frame, clip.starts_at(stored.frame))


def _part(answer: Mapping[str, Any], name: str, kind: type[Part]) -> Part:
    """One named part of the child's answer. Raises ChildFailed for an answer without it."""
    try:
        return kind.from_json(answer[name])
    except (KeyError, TypeError, ValueError) as error:
        raise ChildFailed("protocol", str(error)) from error


def _signal_reports(
    answer: Mapping[str, Any], parameters: Mapping[str, Mapping[str, Any]], policy: PolicyTerms
) -> list[CheckReport]:
    """Raises ChildFailed when the child did not speak of every check it was asked for: silence is no pass."""
    try:
        told = {report["check"]: report for report in answer["reports"]}
        return [
            _report(kind, told[kind.key], parameters[kind.key], policy) if kind.key in parameters else not_wanted(kind)
            for kind in of_stage(Stage.SIGNAL)
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise ChildFailed("protocol", str(error)) from error


def not_wanted(kind: type[Instrument]) -> CheckReport:
    return CheckReport(kind.key, kind.version, "skipped", 0.0, NOT_IN_POLICY, {})


def _reports(
    benches: Sequence[Bench], stage: Stage, parameters: Mapping[str, Mapping[str, Any]], policy: PolicyTerms
) -> tuple[CheckReport, ...]:
    told = {bench.check.key: bench.report() for bench in benches}
    return tuple(
        _report(kind, told[kind.key], parameters[kind.key], policy) if kind.key in told else not_wanted(kind)
        for kind in of_stage(stage)
    )


def _report(
    kind: type[Instrument], told: Mapping[str, Any], parameters: Mapping[str, Any], policy: PolicyTerms
) -> CheckReport:
    findings = judge(kind.key, [Observation.from_json(each) for each in told["observations"]], policy)
    status: Status = told["status"] or ("findings" if findings else "clean")
    return CheckReport(
        kind.key,
        kind.version,
        status,
        float(told["seconds"]),
        told["reason"],
        parameters,
        findings,
        measured=told["measured"],
        details=told["details"],
        unable=told["unable"],
    )


def _without_clip(
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
    for kind in of_stage(Stage.SIGNAL):
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
