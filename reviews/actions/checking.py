"""From a take that came in to its findings and its place in a queue. What did not report goes to a person."""

from collections.abc import Sequence

from django.db.models import F, QuerySet

from reviews.actions.policies import active_policy
from reviews.actions.queueing import open_review
from reviews.actions.same_bytes import note_same_bytes
from reviews.checks.base import CheckReport, FindingData, Spec
from reviews.checks.runner import CHECKS, effective_parameters, inspect_file
from reviews.models import CheckRun, CheckStatus, Finding, Policy
from reviews.rules.policy import parameters_digest
from reviews.rules.severity import Route, Severity
from reviews.rules.triage import Flag, Missing, triage
from studio import clock
from studio.actions.events import Actor, action, record_event
from studio.actions.leasing import finish_step
from studio.actions.lifecycle import advance
from studio.crashpoints import crashpoint
from studio.enqueue import after_commit
from studio.models import Candidate
from studio.rules.lifecycle import Status
from studio.store import media_store

MACHINE = Actor.system("triage")
MOST_ATTEMPTS = 3  # a clip that kills its checker three times is not tried again


def plan_checks(candidate: Candidate) -> None:
    """Insert the pending runs of a take, inside the transaction that brings it in."""
    planned = effective_parameters(active_policy(candidate.prompt.project).terms())
    CheckRun.objects.bulk_create(
        CheckRun(
            candidate=candidate,
            check_key=check.key,
            version=check.version,
            parameters=planned[check.key],
            parameters_digest=parameters_digest(planned[check.key]),
            sha256=candidate.sha256,
            attempt=0,
        )
        for check in CHECKS
        if check.key in planned
    )
    note_same_bytes(candidate)
    after_commit("reviews.tasks.check_candidate", candidate.pk)


def check(candidate: Candidate) -> None:
    """Run every instrument over a take under the caller's lease, then place it."""
    if candidate.status != Status.CHECKING:
        finish_step(candidate, again_at=None)
    elif _begin_attempt(candidate) > MOST_ATTEMPTS:
        give_up(candidate, "The checker was stopped three times on this clip.")
    elif not media_store().private_path(candidate.sha256).is_file():
        give_up(candidate, "The clip's bytes are missing from the store.")
    else:
        policy = active_policy(candidate.prompt.project)
        crashpoint("checking.mid_check")
        with media_store().workspace() as folder:
            inspection = inspect_file(
                media_store().private_path(candidate.sha256),
                spec=Spec.parse(candidate.prompt.spec),
                policy=policy.terms(),
                folder=folder,
            )
        conclude(candidate, inspection.reports, policy)


def _begin_attempt(candidate: Candidate) -> int:
    """Count, before looking, that a checker has begun: one that dies leaves the count behind."""
    _pending(candidate).update(attempt=F("attempt") + 1)
    return max(_pending(candidate).values_list("attempt", flat=True), default=1)


@action
def give_up(candidate: Candidate, why: str) -> None:
    """No instrument can look at this clip: say why, and send it to a person."""
    finish_step(candidate, again_at=None)
    _pending(candidate).update(status=CheckStatus.FAILED, reason=why, finished_at=clock.now())
    _place(candidate)


@action
def conclude(candidate: Candidate, reports: Sequence[CheckReport], policy: Policy) -> None:
    """Write what the instruments reported and place the take. Raises LeaseLost when another checker overtook us."""
    finish_step(candidate, again_at=None)
    told = {report.check: report for report in reports}
    for run in _pending(candidate):
        report = told.get(run.check_key)
        _write_run(run, report)
        crashpoint("checking.before_result")
        for found in report.findings if report else ():
            _write_finding(run, found)
    record_event(candidate, verb="checked", actor=MACHINE, data={"policy": policy.pk})
    _place(candidate)


def _pending(candidate: Candidate) -> QuerySet[CheckRun]:
    return CheckRun.objects.filter(candidate=candidate, status=CheckStatus.PENDING, sha256=candidate.sha256)


def _write_run(run: CheckRun, report: CheckReport | None) -> None:
    run.status = report.status if report else CheckStatus.FAILED
    run.reason = report.reason if report else "It gave no answer."
    run.seconds = report.seconds if report else None
    run.finished_at = clock.now()
    run.save(update_fields=["status", "reason", "seconds", "finished_at"])


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
        box=found.box,
        message=found.message,
    )


def _place(candidate: Candidate) -> None:
    """Triage what is on record and move the take on."""
    flags = [
        Flag(finding.check_key, Severity(finding.severity), Route(finding.route), finding.message)
        for finding in Finding.objects.current(candidate)
    ]
    silent = (CheckStatus.PENDING, CheckStatus.FAILED)
    runs = CheckRun.objects.newest_of(candidate)
    missing = [Missing(run.check_key, run.reason) for run in runs if run.status in silent]
    if not runs:
        missing = [Missing("every check", "no instrument was planned")]
    placement = triage(flags, missing)
    to = Status.IN_REVIEW if placement.needs_reviewer else Status.WITH_EDITOR
    advance(candidate, to, actor=MACHINE, because="flagged" if placement.needs_reviewer else "clean")
    open_review(
        candidate,
        queue=placement.queue,
        severity_rank=placement.severity_rank,
        due_in=placement.due_in,
        reasons=placement.reasons,
        actor=MACHINE,
    )
