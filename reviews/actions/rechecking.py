"""Checking takes again after a change of the policy: a few at a time, with progress, to be stopped and gone on with."""

import logging
from datetime import timedelta

from django.db.models import F

from reviews.actions.checking import CHECK_TASK
from reviews.actions.opening import close_unjudged
from reviews.actions.placing import place
from reviews.actions.policies import active_policy
from reviews.actions.publishing import void_pending
from reviews.actions.replanning import Asked, affected, need_of, plan_again
from reviews.models import Policy, Recheck, RecheckItem, Review
from reviews.rules.rechecking import AGAIN, WITH_REJECTED
from studio import clock
from studio.actions.events import Actor, action, record_event
from studio.actions.leasing import finish_step
from studio.actions.lifecycle import advance
from studio.actions.permitting import require_role
from studio.crashpoints import crashpoint
from studio.enqueue import after_commit
from studio.errors import Conflict, LeaseLost
from studio.models import Candidate, Project, User
from studio.rules.lifecycle import Status
from studio.rules.roles import Role

log = logging.getLogger(__name__)
MACHINE = Actor.system("rechecking")
STEP_TASK = "reviews.tasks.step_recheck"
MOST_AT_ONCE = 8
"""Takes of one re-check that are with the checkers: new takes must not stand behind hundreds of old ones."""
MOST_TRIED = 40
"""Waiting takes that one step asks: one whose decision has not settled waits, and those behind it go first."""
AGAIN_AFTER = timedelta(seconds=2)


@action
def start_recheck(project: Project, *, by: User, with_rejected: bool = False) -> Recheck:
    """Put every take that the policy in force would look at otherwise into one batch; rejected ones if asked for.

    Raises NotPermitted unless `by` is a moderator of the project, Conflict when one is running or nothing is to do.
    """
    require_role(by, project, Role.MODERATOR)
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    unfinished = Recheck.objects.open().filter(project=project)
    if unfinished.filter(cancelled_at=None).exists():
        raise Conflict("A re-check is running already. Wait for its end, or cancel it first.")
    policy, at = active_policy(project), clock.now()
    statuses = WITH_REJECTED if with_rejected else AGAIN
    takes = Candidate.objects.filter(prompt__project=project, status__in=statuses).order_by("pk")
    keys = affected(takes.values_list("pk", flat=True), Asked.by(policy))
    if not keys:
        raise Conflict("Nothing has to be looked at again: every take was checked as this version asks.")
    unfinished.update(finished_at=at)
    recheck = Recheck.objects.create(project=project, policy=policy, started_by=by, started_at=at, run_after=at)
    RecheckItem.objects.bulk_create([RecheckItem(recheck=recheck, candidate_id=key) for key in keys], batch_size=500)
    data = {"version": policy.version, "takes": len(keys)}
    record_event(recheck, verb="recheck_started", actor=Actor.of(by), data=data)
    after_commit(STEP_TASK, recheck.pk)
    return recheck


@action
def cancel_recheck(recheck: Recheck, *, by: User) -> None:
    """Begin no more takes; those begun are checked to their end. Raises NotPermitted, Conflict."""
    require_role(by, recheck.project, Role.MODERATOR)
    running = Recheck.objects.open().filter(pk=recheck.pk, cancelled_at=None)
    # The number is raised: a step that is at work loses its lease before it begins another take.
    if not running.update(cancelled_at=clock.now(), run_after=None, leased_until=None, attempt=F("attempt") + 1):
        raise Conflict("This re-check does not run any more.")
    record_event(recheck, verb="recheck_cancelled", actor=Actor.of(by))


@action
def resume_recheck(recheck: Recheck, *, by: User) -> None:
    """Go on with what was not begun. Raises NotPermitted; Conflict when it was not cancelled or the policy changed."""
    require_role(by, recheck.project, Role.MODERATOR)
    if not Policy.objects.get(pk=recheck.policy_id).is_active:
        raise Conflict("Another version came into force since: start a new re-check.")
    stopped = Recheck.objects.open().filter(pk=recheck.pk, cancelled_at__isnull=False)
    if not stopped.update(cancelled_at=None, run_after=clock.now()):
        raise Conflict("This re-check was not stopped.")
    record_event(recheck, verb="recheck_resumed", actor=Actor.of(by))
    after_commit(STEP_TASK, recheck.pk)


def step(recheck: Recheck) -> None:
    """One step under the caller's lease: note what is through, begin the next few, end when nothing is left.

    Each take is begun in a transaction of its own; whoever dies between two leaves the rest to the next step.
    """
    policy = Policy.objects.get(pk=recheck.policy_id)
    note_done(recheck)
    if not policy.is_active:
        end(recheck, verb="recheck_overtaken")
        return
    asked = Asked.by(policy)
    room = MOST_AT_ONCE - recheck.items.filter(begun_at__isnull=False, done_at=None).count()
    for item in recheck.items.filter(begun_at=None, done_at=None)[:MOST_TRIED]:
        if room <= 0:
            break
        room -= _begun(item, recheck, asked)
        crashpoint("rechecking.between_takes")
    note_done(recheck)
    if recheck.items.filter(done_at=None).exists():
        finish_step(recheck, again_at=clock.now() + AGAIN_AFTER)
    else:
        end(recheck, verb="recheck_finished")


def _begun(item: RecheckItem, recheck: Recheck, asked: Asked) -> bool:
    """Whether the take is with the checkers now; one that somebody moves in this moment waits for the next step."""
    try:
        return begin(item, recheck, asked)
    except Conflict as moved:
        log.info("%s waits: %s", item, moved)
        return False


def note_done(recheck: Recheck) -> None:
    """Takes that were begun and have left the checkers are through."""
    through = recheck.items.filter(begun_at__isnull=False, done_at=None).exclude(candidate__status=Status.CHECKING)
    RecheckItem.objects.filter(pk__in=list(through.values_list("pk", flat=True))).update(done_at=clock.now())


@action
def end(recheck: Recheck, *, verb: str) -> None:
    """Nothing is left to do, or nobody wants it any more. Raises LeaseLost."""
    finish_step(recheck, again_at=None, finished_at=clock.now())
    record_event(recheck, verb=verb, actor=MACHINE)


@action
def begin(item: RecheckItem, recheck: Recheck, asked: Asked) -> bool:
    """Send one take back to the checkers; False when it waits, or is left out with the reason. Raises LeaseLost."""
    _require_lease(recheck)
    candidate = Candidate.objects.select_related("prompt__project").get(pk=item.candidate_id)
    if candidate.status == Status.CHECKING or _awaits_settling(candidate):
        return False
    if candidate.status not in WITH_REJECTED:
        return _leave_out(item, f"It moved on meanwhile: {candidate.get_status_display().lower()}.")
    needed = need_of(candidate, asked)
    if not needed:
        return _leave_out(item, "It was checked as this version asks meanwhile.")
    if candidate.status == Status.APPROVED:
        void_pending(candidate, "It is checked again.", actor=MACHINE)
    RecheckItem.objects.filter(pk=item.pk).update(begun_at=clock.now())
    _send_back(candidate, asked)
    plan_again(candidate, needed, asked)
    if needed.uses:
        Candidate.objects.filter(pk=candidate.pk).update(run_after=clock.now(), leased_until=None)
        after_commit(CHECK_TASK, candidate.pk)
    else:
        place(candidate, asked.policy)
    return True


def _require_lease(recheck: Recheck) -> None:
    """Raises LeaseLost when somebody cancelled it or another step took over."""
    if not Recheck.objects.filter(pk=recheck.pk, attempt=recheck.attempt, cancelled_at=None).exists():
        raise LeaseLost(f"Recheck {recheck.pk}: attempt {recheck.attempt} was overtaken.")


def _awaits_settling(candidate: Candidate) -> bool:
    """Whether somebody's decision may still be taken back: it settles first, or is voided."""
    return Review.objects.filter(candidate=candidate, closed_at__isnull=False, settled_at=None).exists()


def _send_back(candidate: Candidate, asked: Asked) -> None:
    because = f"re-check under version {asked.policy.version}"
    close_unjudged(candidate, f"It is being checked again, under version {asked.policy.version} of the policy.")
    advance(candidate, Status.CHECKING, actor=MACHINE, because=because)


def _leave_out(item: RecheckItem, why: str) -> bool:
    RecheckItem.objects.filter(pk=item.pk).update(done_at=clock.now(), left_out=why)
    return False
