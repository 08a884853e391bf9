"""Workers that are killed all the time: `python -m tests.engine.grinder` in the house's environment.

Each line of its input is a case, `{"models": …, "kills": …}`; each line of its output is what the rows say after that
case, `null` when it fell over. Between two cases whoever asks lays a fresh state folder in place.

The parent has everything loaded and no connection; each case and each worker is a fork of it, so that being born again
costs nothing. Each worker is a process group of its own, killed as a whole. Leases are short here, and whatever is due
later is due at once.
"""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

import django

from studio.crashpoints import VARIABLE
from tests.engine.inside import want_few_checks

WORKERS = 2
SHORT_LEASE = timedelta(seconds=2)
RENEWED_EVERY = timedelta(seconds=0.4)
BETWEEN_ROUNDS = 0.05
"""Seconds; two workers that never rest take the time from those who render and look."""
PATIENCE_SECONDS = 240
WHILE_ORDERING = ("prompting.between_rows", "generating.before_enqueue")
"""Points that the person's own request passes, not a worker."""
JUDGED = False
"""Whether people judge what comes in, and the run ends when every take was published and withdrawn again."""
AFTER_ORDERING = ("generating.before_enqueue",)
"""Of these, those behind COMMIT: the order is there, and must not be made again."""


def order(models: Mapping[str, int], words: Mapping[str, float], number: random.Random, *, subject: str) -> None:
    """So many takes of each model, every one with words of its own; some carry a magic word, by share."""
    from studio.actions.prompting import Order, estimate, submit_prompt
    from studio.generators import model_terms
    from studio.models import Project, User

    author, project = User.objects.get(username="author"), Project.objects.get()
    want_few_checks(project)
    for model, count in models.items():
        terms = model_terms(model)
        size = "64x36" if terms.sizes is None else terms.default_size
        seconds = 1 if terms.sizes is None else terms.default_seconds
        wanted = Order(model, seconds=seconds, size=size, takes=1, fps="8" if "fps" in terms.extras else "")
        for index in range(count):
            picked = [word for word, share in words.items() if number.random() < share][:1]
            text = f"{subject}, {model} {index}" + "".join(f" [sandbox:{word}]" for word in picked)
            cost = estimate(text, {}, wanted)
            facts: dict[str, Any] = {"agreed_cost": cost, "form_token": uuid4()}
            submit_prompt(project=project, by=author, text=text, direction={}, order=wanted, **facts)


def grind() -> None:
    """A worker: takes what is due, one step at a time, for ever."""
    for _ in rounds():
        time.sleep(BETWEEN_ROUNDS)


def rounds() -> Iterator[None]:
    """Whatever generations are due, or would be later, once each."""
    from studio import clock
    from studio.actions import leasing
    from studio.models import Generation
    from studio.tasks import step_generation

    leasing.LASTS, leasing.RENEWED_EVERY = SHORT_LEASE, RENEWED_EVERY
    while True:
        at = clock.now()
        Generation.objects.filter(run_after__gt=at, leased_until=None).update(run_after=at)
        due = list(Generation.objects.filter(run_after__lte=at).values_list("pk", flat=True)[:40])
        random.shuffle(due)
        for pk in due:
            step_generation(pk)
        yield


def judge() -> None:
    """People and what follows them: takes are checked, passed, approved, published and withdrawn again, for ever.

    A person whose request got no answer presses the same button again, with the same form key.
    """
    from reviews.actions.deciding import decide
    from reviews.actions.publishing import withdraw
    from reviews.actions.queueing import claim
    from reviews.actions.seen import seen_now
    from reviews.models import Publication, PublicationState, Recheck, Review, WithdrawalReason
    from reviews.rules.verbs import Outcome
    from reviews.tasks import publish_clip, settle_due_decisions, step_recheck
    from studio.errors import DailiesError
    from studio.models import User

    people = {name: User.objects.get(username=name) for name in ("reviewer", "editor", "moderator")}
    who = {"flagged": ("reviewer", Outcome.PASS), "editor": ("editor", Outcome.APPROVE)}
    do_due(Recheck, step_recheck)
    check()
    do_due(Publication, publish_clip)
    if Recheck.objects.open().exists():
        return
    for review in Review.objects.filter(closed_at=None, queue__in=who).select_related("candidate"):
        name, outcome = who[review.queue]
        key = uuid5(NAMESPACE_URL, f"{review.pk} {outcome}")
        try:
            claim(review, by=people[name])
            decide(review, outcome=outcome, by=people[name], seen=seen_now(review.candidate), decision_key=key)
        except DailiesError:
            continue
    settle_due_decisions()
    for publication in Publication.objects.filter(state=PublicationState.LIVE):
        withdraw(publication, by=people["moderator"], reason=WithdrawalReason.RIGHTS)


def do_due(model: Any, task: Callable[[int], None]) -> None:
    """The task of each row that has something to do, or would have later."""
    from studio import clock

    model.objects.filter(run_after__gt=clock.now(), leased_until=None).update(run_after=clock.now())
    for pk in list(model.objects.exclude(run_after=None).values_list("pk", flat=True)):
        task(pk)


def check() -> None:
    from reviews.tasks import check_candidate
    from studio.models import Candidate

    do_due(Candidate, check_candidate)


def ask_again() -> None:
    """All takes come in and are checked once; then another version is put into force, and a re-check is started."""
    from dataclasses import replace

    from reviews.actions.governing import activate_policy, propose_policy
    from reviews.actions.policies import active_policy
    from reviews.actions.rechecking import start_recheck
    from studio.models import Candidate, Generation, Project, User

    work = iter(rounds())
    while Generation.objects.exclude(run_after=None).exists():
        next(work)
    while Candidate.objects.exclude(run_after=None).exists():
        check()
    project, proposer = Project.objects.get(), User.objects.get(username="moderator")
    base = active_policy(project)
    longer = {"min_seconds": 0.6}
    terms = base.terms()
    rules = [replace(rule, parameters=longer) if rule.check == "frozen_frames" else rule for rule in terms.rules]
    proposal = propose_policy(
        project, by=proposer, terms=replace(terms, rules=tuple(rules)), based_on=base.pk, note="Holds are wanted."
    )
    activate_policy(proposal, by=User.objects.get(username="moderator2"))
    start_recheck(project, by=proposer)


def grind_and_judge() -> None:
    from studio.models import Generation

    work = iter(rounds())
    while True:
        next(work)
        if not Generation.objects.exclude(run_after=None).exists():
            judge()
        time.sleep(BETWEEN_ROUNDS)


def is_done() -> bool:
    """Asked in a child of its own, so that the parent never has a connection to hand down."""
    return in_child(lambda: _left() == 0) == 0


def _left() -> int:
    from reviews.models import Publication, PublicationState
    from studio.models import Candidate, Generation

    left = Generation.objects.exclude(run_after=None).count()
    if not JUDGED:
        return left
    withdrawn = Publication.objects.filter(state=PublicationState.WITHDRAWN, run_after=None).count()
    return left + Candidate.objects.count() - withdrawn


def in_child(do: Callable[[], object]) -> int:
    """0 when `do` said yes, or nothing; 1 when it said no; the negated signal when it was killed."""
    pid = os.fork()
    if pid == 0:
        try:
            os._exit(0 if do() in (True, None) else 1)
        except BaseException:
            import traceback

            traceback.print_exc()
            os._exit(70)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def start(do: Callable[[], None]) -> int:
    pid = os.fork()
    if pid == 0:
        os.setsid()
        random.seed()
        try:
            do()
        finally:
            os._exit(70)
    return pid


def kill(pid: int) -> None:
    while os.waitpid(pid, os.WNOHANG)[0] == 0:
        try:
            os.killpg(pid, signal.SIGKILL)  # not there yet when the child has not become its leader
        except ProcessLookupError:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.002)


def slaughter(kills: int, number: random.Random) -> int:
    """Kill one worker after the other at random moments, then let the rest be done in peace. Kills that were made."""
    work = grind_and_judge if JUDGED else grind
    workers = [start(work) for _ in range(1 if JUDGED else WORKERS)]
    made = 0
    while made < kills:
        time.sleep(number.expovariate(1 / 0.3))
        victim = number.randrange(WORKERS)
        kill(workers[victim])
        workers[victim] = start(work)
        made += 1
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and not is_done():
        time.sleep(0.2)
    for worker in workers:
        kill(worker)
    return made


def crash(at: str, do: Callable[[], object]) -> int:
    """Do it in a process that dies at a named point. How it ended: -9 when the point was hit."""

    def doomed() -> None:
        os.environ[VARIABLE] = at
        signal.alarm(PATIENCE_SECONDS // 4)
        do()

    pid = start(doomed)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def report() -> dict[str, object]:
    from reviews.models import CheckRun, Decision, Recheck
    from studio.actions.events import verify_chain
    from studio.models import Candidate, Generation
    from studio.store import media_store
    from tests.engine.inside import is_whole

    columns = ("pk", "provider", "state", "reason", "remote_id", "client_key", "cost_estimated", "cost_billed")
    takes = list(Candidate.objects.values("pk", "generation_id", "sample", "sha256"))
    return {
        "generations": [
            {name: str(value) for name, value in row.items()} for row in Generation.objects.values(*columns)
        ],
        "takes": takes,
        "torn": [row["sha256"] for row in takes if not is_whole(media_store().private_path(row["sha256"]))],
        "misnamed": [str(path) for path in (media_store().root / "private").glob("??/*") if not is_whole(path)],
        "chain": verify_chain(),
        "decisions": list(Decision.objects.values_list("review_id", "outcome")),
        "statuses": list(Candidate.objects.values_list("status", flat=True)),
        "public": [str(path) for path in (media_store().root / "public").glob("*/*")],
        "runs": list(CheckRun.objects.values_list("candidate_id", "check_key", "status")),
        "rechecks": [
            {
                "finished": recheck.finished_at is not None,
                "items": recheck.items.count(),
                "done": recheck.items.exclude(done_at=None).count(),
                "left_out": recheck.items.exclude(left_out="").count(),
            }
            for recheck in Recheck.objects.all()
        ],
    }


def load_everything() -> None:
    """What the children would otherwise load anew, each of them."""
    from django.urls import get_resolver

    import providers.sandbox.callbacks  # noqa: F401
    import studio.tasks  # noqa: F401

    _ = get_resolver().url_patterns


def go_through(wanted: Mapping[str, Any]) -> dict[str, object]:
    """One case, from the orders to the end."""
    global JUDGED
    JUDGED = bool(wanted.get("judged"))
    number = random.Random(wanted.get("seed", 1))
    at = wanted.get("crash_at", "")

    def ordering() -> None:
        order(wanted["models"], wanted.get("words", {}), number, subject=wanted.get("subject", "A lighthouse"))

    outcome: dict[str, object] = {}
    if at in WHILE_ORDERING:
        outcome["ended"] = crash(at, ordering)
    if at not in AFTER_ORDERING:
        assert in_child(ordering) == 0
    if wanted.get("rechecked"):
        assert in_child(ask_again) == 0
    begun = time.monotonic()
    if at and at not in WHILE_ORDERING:
        outcome["ended"] = crash(at, grind_and_judge if JUDGED else grind)
    outcome["kills"] = slaughter(wanted.get("kills", 0), number)
    return report() | outcome | {"seconds": round(time.monotonic() - begun, 1)}


def main() -> None:
    django.setup()
    load_everything()
    for line in sys.stdin:
        case = json.loads(line)
        if in_child(lambda case=case: print(json.dumps(go_through(case)), flush=True)) != 0:
            print("null", flush=True)


if __name__ == "__main__":
    main()
