"""Golden clips among the others: by lot one joins the queue, and its answer is scored. Nothing else ever moves."""

from collections.abc import Iterable, Sequence

from django.db.models import Exists, OuterRef

from reviews.actions.opening import open_review
from reviews.actions.placing import MACHINE, placed_before_a_reviewer
from reviews.actions.policies import active_policy
from reviews.actions.sampling import first_drawn, is_drawn
from reviews.models import CheckRun, Decision, DecisionReason, Finding, Golden, GoldenReason, GoldenScore, Review
from reviews.models.golden import GoldenQuerySet
from reviews.rules.golden import Frames, Named, may_be_shown, score
from reviews.rules.queues import Queue
from reviews.rules.screening import Screening
from reviews.rules.verbs import Outcome
from studio import clock
from studio.actions.copying import copy_take
from studio.actions.events import Actor, record_event
from studio.models import Candidate, Event, User
from studio.rules.lifecycle import Status


def mix_in(review: Review, *, by: User, skipped: Exists) -> None:
    """After `by` took `review`, inside that action: by lot a golden clip that can be put to `by` joins the queue.

    It waits where any take would that came in now, for whoever may have it, so neither its place nor its number tells.
    A review is drawn for once, when somebody first takes it: who gives it back and takes it again learns nothing.
    `skipped`, of an outer review: whether `by` passed it on.
    """
    here = Golden.objects.active().filter(project=review.project_id)
    if review.golden_id or not here.exists() or not _is_drawn(review) or _taken_before(review):
        return
    if fit := _fit_for(here, by, skipped):
        drawn = first_drawn(f"{review.pk}", fit, of="which golden clip")
        if not _waits(Golden.objects.select_for_update().get(pk=drawn.pk)):
            _show(drawn)


def _is_drawn(review: Review) -> bool:
    screening = Screening.from_json(active_policy(review.project).screening)
    return is_drawn(f"{review.pk}", share=screening.golden_share, of="golden clips")


def _fit_for(golden: GoldenQuerySet, by: User, skipped: Exists) -> Sequence[Golden]:
    """One that waits already, or that `by` did not want to judge, is not shown beside itself."""
    showings = Review.objects.filter(golden=OuterRef("pk"))
    unseen = golden.exclude(Exists(showings.filter(settled_at=None))).exclude(Exists(showings.filter(skipped)))
    here = unseen.to_show(by)
    return [each for each in here.select_related("candidate") if may_be_shown(Status(each.candidate.status))]


def _taken_before(review: Review) -> bool:
    """The event of the claim that is being made is not among these: events are written when their action ends."""
    return Event.objects.filter(subject=f"review:{review.pk}", verb="claimed").exists()


def _waits(golden: Golden) -> bool:
    """Asked under its lock: somebody else may have drawn it in this moment."""
    return golden.showings.filter(settled_at=None).exists()


def _show(golden: Golden) -> None:
    """Nothing is opened for a clip that triage would now send to a moderator."""
    placed = placed_before_a_reviewer(golden.candidate, active_policy(golden.project).terms())
    if placed.queue is not Queue.FLAGGED:
        return
    copy = copy_take(golden.candidate)
    _copy_findings(golden.candidate, copy)
    open_review(
        copy,
        queue=placed.queue,
        severity_rank=placed.severity_rank,
        due_in=placed.due_in,
        reasons=placed.reasons,
        golden=golden,
        actor=MACHINE,
    )
    record_event(golden, verb="shown", actor=Actor.system("calibration"))  # to whom stands in no event


def _copy_findings(candidate: Candidate, copy: Candidate) -> None:
    """What the instruments reported last; nobody's word on it."""
    runs = CheckRun.objects.newest_of(candidate)
    findings = list(Finding.objects.filter(check_run__in=[run.pk for run in runs]).order_by("pk"))
    at, now = {run.pk: number for number, run in enumerate(runs)}, clock.now()
    for run in runs:
        run.pk, run.candidate, run.finished_at = None, copy, now
    copies = CheckRun.objects.bulk_create(runs)
    for finding in findings:
        finding.check_run, finding.pk, finding.candidate = copies[at[finding.check_run_id]], None, copy
    Finding.objects.bulk_create(findings)


def kept_from(user: User) -> list[int]:
    """Keys of the golden clips that wait and must not be offered to `user`; few wait at any time.

    Read by itself: as a condition on every review that is offered it would cost each claim as much as all the others.
    """
    waiting = Review.objects.open().filter(golden__in=Golden.objects.all())  # found by their few golden clips
    if not waiting.exists():
        return []
    offered = Golden.objects.to_show(user, but=OuterRef(OuterRef("pk"))).filter(pk=OuterRef("golden"))
    return list(waiting.exclude(Exists(offered)).values_list("pk", flat=True))


def score_showing(decision: Decision, *, actor: Actor) -> None:
    """Write down how the answer compares, inside `settle`, where an ordinary decision would move its take."""
    golden = decision.review.golden
    if golden is None:
        raise ValueError(f"{decision} answers no golden clip")
    given = _named(decision.reasons.select_related("reason"))
    told = score(_named(golden.reasons.select_related("reason")), Outcome(decision.outcome), given)
    GoldenScore.objects.create(
        golden=golden,
        decision=decision,
        judged_by=decision.decided_by,
        is_right=told.is_right,
        right_outcome=told.right_outcome,
        right_reason=told.right_reason,
        overlap=told.overlap,
    )
    record_event(decision, verb="settled", actor=actor, data={"outcome": decision.outcome})


def _named(rows: Iterable[DecisionReason | GoldenReason]) -> list[Named]:
    return [Named(row.reason.slug, _frames(row)) for row in rows]


def _frames(row: DecisionReason | GoldenReason) -> Frames | None:
    return None if row.start_frame is None or row.end_frame is None else (row.start_frame, row.end_frame)
