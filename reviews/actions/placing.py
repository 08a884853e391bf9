"""Where a checked take goes: to a reviewer, to a moderator, or to the editor unless it is drawn for an audit."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from reviews.actions.opening import left_open, open_review
from reviews.actions.sampling import is_drawn
from reviews.models import CheckRun, CheckStatus, Finding, Policy, Review
from reviews.rules.policy import PolicyTerms
from reviews.rules.queues import Queue
from reviews.rules.rechecking import queue_with_question
from reviews.rules.screening import percent_of
from reviews.rules.severity import Route, Severity
from reviews.rules.triage import Flag, Missing, Placement, as_if_flagged, triage
from studio.actions.events import Actor, record_event
from studio.actions.lifecycle import advance
from studio.models import Candidate
from studio.rules.lifecycle import Status

MACHINE = Actor.system("triage")


def place(candidate: Candidate, policy: Policy) -> None:
    """Triage what is on record and move the take on, inside the caller's action."""
    flags, terms = _flags(candidate), policy.terms()
    placement = _triaged(candidate, flags, terms)
    left = left_open(candidate)
    if left is not None:
        _place_with_what_was_left(candidate, placement, left)
    elif not placement.needs_reviewer and _is_audited(candidate, terms):
        _audit(candidate, as_if_flagged(flags), terms)
    else:
        _move(candidate, placement.needs_reviewer, "flagged" if placement.needs_reviewer else "clean")
        _open(candidate, placement)


def _flags(candidate: Candidate) -> list[Flag]:
    return [
        Flag(finding.check_key, Severity(finding.severity), Route(finding.route), finding.message)
        for finding in Finding.objects.current(candidate)
    ]


def _triaged(candidate: Candidate, flags: Sequence[Flag], terms: PolicyTerms) -> Placement:
    return triage(flags, missing_of(CheckRun.objects.newest_of(candidate), terms))


def placed_before_a_reviewer(candidate: Candidate, terms: PolicyTerms) -> Placement:
    """Where the take would go if it came in now and were drawn for an audit if nothing stopped it. Writes nothing."""
    flags = _flags(candidate)
    placement = _triaged(candidate, flags, terms)
    return placement if placement.needs_reviewer else as_if_flagged(flags)


def _is_audited(candidate: Candidate, terms: PolicyTerms) -> bool:
    about = f"{candidate.pk}:{candidate.sha256}"
    return is_drawn(about, share=terms.screening.audit_share, of="audits")


def _audit(candidate: Candidate, placement: Placement, terms: PolicyTerms) -> None:
    """Before a reviewer, who sees an ordinary review; the row and its event keep that it was drawn."""
    _move(candidate, True, "drawn for an audit")
    review = _open(candidate, placement, is_audit=True)
    record_event(review, verb="drawn", actor=MACHINE, data={"share": percent_of(terms.screening.audit_share)})


def _place_with_what_was_left(candidate: Candidate, placement: Placement, left: Review) -> None:
    """Somebody asked, or judged, before the take was checked again: a person looks, whatever was found now."""
    queue = queue_with_question(placement.queue, Queue(left.queue))
    by_reviewer = placement.needs_reviewer or queue is Queue.FLAGGED or left.independent_of_id is not None
    _move(candidate, by_reviewer, "flagged" if placement.needs_reviewer else "clean")
    asked = [("escalated" if queue is Queue.ESCALATIONS else "sent_back", left.question)] if left.question else []
    placed = replace(placement, queue=queue, reasons=(*asked, *placement.reasons))
    _open(candidate, placed, comes_first=left.comes_first, question=left.question, sent_by=left.sent_by)


def _move(candidate: Candidate, to_reviewer: bool, because: str) -> None:
    to = Status.IN_REVIEW if to_reviewer else Status.WITH_EDITOR
    advance(candidate, to, actor=MACHINE, because=because)


def _open(candidate: Candidate, placement: Placement, **columns: Any) -> Review:
    return open_review(
        candidate,
        queue=placement.queue,
        severity_rank=placement.severity_rank,
        due_in=placement.due_in,
        reasons=placement.reasons,
        actor=MACHINE,
        **columns,
    )


def missing_of(runs: Sequence[CheckRun], terms: PolicyTerms) -> list[Missing]:
    """Checks that did not look at a take with these newest runs; of a required one being skipped is no answer."""
    if not runs:
        return [Missing("every check", "no instrument was planned")]
    required = {check for check in terms.required if terms.covers(check)}
    silent = [
        Missing(run.check_key, run.reason)
        for run in runs
        if run.did_not_look or (run.check_key in required and run.status == CheckStatus.SKIPPED)
    ]
    never = required - {run.check_key for run in runs}
    return silent + [Missing(check, "it is required, and was not planned here") for check in sorted(never)]
