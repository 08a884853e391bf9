"""From a take that came in to its findings and its place in a queue. What did not report goes to a person.

A take is checked in two steps, each under its own lease: the limited child decodes it once for the signal instruments,
then the models view the samples it left. Findings of the first step are on record before the second begins; the take is
placed when all have reported, so that nobody is shown a picture before the instruments that guard people have looked.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.db.models import F, Max, QuerySet

from reviews.actions.examining import ask_examiner, examiner_parameters
from reviews.actions.fingerprinting import keep_fingerprint
from reviews.actions.illustrating import leave_pictures
from reviews.actions.placing import place
from reviews.actions.policies import active_policy
from reviews.actions.profiling import profile_of
from reviews.actions.recording import note_matches, record_of
from reviews.checks import examiner
from reviews.checks.base import Clip, Spec, Stage
from reviews.checks.findings import CheckReport, FindingData
from reviews.checks.registry import CHECKS, effective_parameters, of_stage
from reviews.checks.runner import consult_record, inspect_file, leave_samples, view_samples, without_clip
from reviews.models import CheckRun, CheckStatus, Finding, Policy
from reviews.rules.policy import PolicyTerms, parameters_digest
from reviews.rules.rechecking import Wanted
from studio import clock
from studio.actions.events import Actor, action, record_event
from studio.actions.leasing import finish_step
from studio.anchors import trust_anchors
from studio.crashpoints import crashpoint
from studio.enqueue import after_commit
from studio.media.errors import ChildFailed, UnreadableClip
from studio.models import Candidate
from studio.rules.lifecycle import Status
from studio.store import media_store

MACHINE = Actor.system("triage")
MOST_ATTEMPTS = 3  # a clip that kills its checker three times is not tried again
CHECK_TASK = "reviews.tasks.check_candidate"
CLIP = "clip.json"
FIRST_STEP = (Stage.SIGNAL, Stage.RECORD)


def plan_checks(candidate: Candidate) -> None:
    """Insert the pending runs of a take, inside the transaction that brings it in; they keep the policy of this day."""
    policy = active_policy(candidate.prompt.project)
    CheckRun.objects.bulk_create(planned_runs(candidate, policy, wanted_of(policy.terms())))
    after_commit(CHECK_TASK, candidate.pk)


def planned_runs(candidate: Candidate, policy: Policy, wanted: Iterable[Wanted]) -> list[CheckRun]:
    """A pending run, not saved, for each of these uses of an instrument."""
    return [
        CheckRun(
            candidate=candidate,
            check_key=each.key,
            version=each.version,
            parameters=each.parameters,
            parameters_digest=each.digest,
            policy=policy,
            sha256=candidate.sha256,
            attempt=0,
        )
        for each in wanted
    ]


def wanted_of(terms: PolicyTerms) -> list[Wanted]:
    """Every use of an instrument that the policy asks for."""
    together = effective_parameters(terms)
    wanted = [_wanted(kind.key, kind.version, together[kind.key]) for kind in CHECKS if kind.key in together]
    if examined := examiner_parameters(terms):
        wanted.append(_wanted(examiner.KEY, examiner.VERSION, examined))
    return wanted


def _wanted(key: str, version: int, parameters: Mapping[str, Any]) -> Wanted:
    return Wanted(key, version, parameters, parameters_digest(parameters))


def policy_of(candidate: Candidate) -> Policy:
    """The version that what is pending was planned under; a run of before there were versions asks the active one."""
    pinned = _pending(candidate).filter(policy__isnull=False).select_related("policy").first()
    return pinned.policy if pinned and pinned.policy else active_policy(candidate.prompt.project)


def check(candidate: Candidate) -> None:
    """One step of a take's checks under the caller's lease: the first that has not reported."""
    first = _pending(candidate, *FIRST_STEP)
    runs = first if first.exists() else _pending(candidate)
    if candidate.status != Status.CHECKING:
        finish_step(candidate, again_at=None)
    elif _begin_attempt(runs) > MOST_ATTEMPTS:
        give_up(candidate, "The checker was stopped three times on this clip.")
    elif not media_store().private_path(candidate.sha256).is_file():
        give_up(candidate, "The clip's bytes are missing from the store.")
    elif first.exists():
        look(candidate)
    else:
        look_again(candidate)


def look(candidate: Candidate) -> None:
    """The first step: the signal instruments in their child, and those that consult the record."""
    policy = policy_of(candidate)
    terms = policy.terms()
    crashpoint("checking.mid_check")
    goes_on = _pending(candidate, Stage.MODEL).exists()
    with media_store().workspace() as folder:
        inspection = inspect_file(
            media_store().private_path(candidate.sha256),
            spec=Spec.parse(candidate.prompt.spec),
            profile=profile_of(candidate),
            policy=terms,
            folder=folder,
            samples=goes_on,
            anchors=trust_anchors(),
        )
        if inspection.clip and goes_on:
            keep_samples(candidate, folder, inspection.clip)
    leave_pictures(candidate, inspection.reports)
    if inspection.clip is None:
        rest = [report for stage in (Stage.RECORD, Stage.MODEL) for report in without_clip(stage, terms)]
        conclude(candidate, inspection.and_also(rest).reports, policy, stages=tuple(Stage))
    else:
        if inspection.fingerprint:
            # Before anything is compared: of two clips checked at once the later then finds the earlier.
            keep_fingerprint(candidate.blob, inspection.fingerprint)
        record = record_of(candidate, inspection.clip, inspection.fingerprint, inspection.credential)
        conclude(
            candidate,
            inspection.and_also(consult_record(record, terms)).reports,
            policy,
            stages=FIRST_STEP,
        )


def look_again(candidate: Candidate) -> None:
    """The second step: the models, on the samples of the first; those are made again where they are gone."""
    policy = policy_of(candidate)
    terms = policy.terms()
    crashpoint("checking.mid_second_look")
    try:
        clip = kept_clip(candidate) or make_samples(candidate)
    except (UnreadableClip, ChildFailed) as error:
        give_up(candidate, error.sentence)
        return
    folder = media_store().samples_path(candidate.sha256)
    reports = [*view_samples(folder, clip, terms)]
    if asked := _pending(candidate).filter(check_key=examiner.KEY).first():
        reports.append(ask_examiner(candidate, folder, clip, asked.parameters, terms))
    leave_pictures(candidate, reports)
    conclude(candidate, reports, policy, stages=(Stage.MODEL,))
    media_store().forget_samples(candidate.sha256)


def keep_samples(candidate: Candidate, folder: Path, clip: Clip) -> None:
    (folder / CLIP).write_text(json.dumps(clip.as_json()), encoding="utf-8")
    media_store().keep_samples(candidate.sha256, folder)


def kept_clip(candidate: Candidate) -> Clip | None:
    """What the first step knew of the clip; None where its samples are gone or not of this brief."""
    path = media_store().samples_path(candidate.sha256) / CLIP
    if not path.is_file():
        return None
    clip = Clip.from_json(json.loads(path.read_text(encoding="utf-8")))
    return clip if clip.spec == Spec.parse(candidate.prompt.spec) else None


def make_samples(candidate: Candidate) -> Clip:
    """Raises UnreadableClip or ChildFailed."""
    with media_store().workspace() as folder:
        clip = leave_samples(
            media_store().private_path(candidate.sha256),
            spec=Spec.parse(candidate.prompt.spec),
            profile=profile_of(candidate),
            folder=folder,
        )
        keep_samples(candidate, folder, clip)
    return clip


def _begin_attempt(runs: QuerySet[CheckRun]) -> int:
    """Count, before looking, that a checker has begun: one that dies leaves the count behind. How many have so far."""
    runs.update(attempt=F("attempt") + 1)
    begun = runs.aggregate(most=Max(F("attempt") - F("attempts_before")))["most"]
    return int(begun or 1)


@action
def give_up(candidate: Candidate, why: str) -> None:
    """No instrument can look at this clip: say why, and send it to a person."""
    finish_step(candidate, again_at=None)
    policy = policy_of(candidate)
    _pending(candidate).update(status=CheckStatus.FAILED, reason=why, finished_at=clock.now())
    place(candidate, policy)


@action
def conclude(candidate: Candidate, reports: Sequence[CheckReport], policy: Policy, *, stages: Sequence[Stage]) -> None:
    """Write what the instruments of these stages reported; place the take, or go on to the next step.

    Raises LeaseLost when another checker overtook us.
    """
    told = {report.check: report for report in reports}
    goes_on = _pending(candidate).exclude(check_key__in=keys_of(stages)).exists()
    finish_step(candidate, again_at=clock.now() if goes_on else None)
    for run in _pending(candidate, *stages):
        report = told.get(run.check_key)
        _write_run(run, report)
        crashpoint("checking.before_result")
        for found in (*report.findings, *report.suppressed) if report else ():
            _write_finding(run, found)
    note_matches(candidate, reports)
    record_event(candidate, verb="checked", actor=MACHINE, data={"policy": policy.pk})
    if goes_on:
        after_commit(CHECK_TASK, candidate.pk)
    else:
        place(candidate, policy)


def _pending(candidate: Candidate, *stages: Stage) -> QuerySet[CheckRun]:
    """Runs that have not reported: of all stages, or of these."""
    runs = CheckRun.objects.filter(candidate=candidate, status=CheckStatus.PENDING, sha256=candidate.sha256)
    return runs.filter(check_key__in=keys_of(stages)) if stages else runs


def keys_of(stages: Iterable[Stage]) -> list[str]:
    """An outside examiner is asked beside the models, about the same samples."""
    keys = [kind.key for stage in stages for kind in of_stage(stage)]
    return [*keys, examiner.KEY] if Stage.MODEL in stages else keys


def _write_run(run: CheckRun, report: CheckReport | None) -> None:
    run.status = report.status if report else CheckStatus.FAILED
    run.reason = report.reason if report else "It gave no answer."
    run.finished_at = clock.now()
    if report:
        run.seconds, run.measured, run.unable = report.seconds, report.measured, report.unable
        run.details = dict(report.details)
    run.save(update_fields=["status", "reason", "seconds", "measured", "details", "unable", "finished_at"])


def _write_finding(run: CheckRun, found: FindingData) -> None:
    Finding.objects.create(
        check_run=run,
        candidate=run.candidate,
        check_key=found.check,
        label=found.label,
        severity=found.severity,
        route=found.route,
        start_frame=found.start_frame,
        end_frame=found.end_frame,
        start_seconds=found.start_seconds,
        end_seconds=found.end_seconds,
        score=found.score,
        threshold=found.threshold,
        unit=found.unit,
        boxes=found.boxes,
        peak_frame=found.peak_frame,
        evidence=asdict(found.evidence),
        suppressed_by=found.suppressed_by,
        message=found.message,
    )
