"""What takes need under the policy in force, read from their newest runs."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from django.db.models import Max

from reviews.actions.checking import planned_runs, wanted_of
from reviews.models import CheckRun, CheckStatus, Finding, Policy
from reviews.rules.policy import PolicyTerms
from reviews.rules.rechecking import Needed, NewestRun, Wanted, needed_for
from reviews.rules.severity import Route, Severity
from studio import clock
from studio.models import Candidate

CHUNK = 200
PUT_ASIDE = "The policy does not ask for it any more."


@dataclass(frozen=True, slots=True)
class Asked:
    """What one version asks for, worked out once for many takes."""

    policy: Policy
    terms: PolicyTerms
    wanted: Sequence[Wanted]

    @classmethod
    def by(cls, policy: Policy) -> Self:
        terms = policy.terms()
        return cls(policy, terms, wanted_of(terms))


def affected(keys: Iterable[int], asked: Asked) -> list[int]:
    """Those of these takes that something has to be looked at again of, in their order; two queries a few hundred."""
    return [key for key, needed in _needs(keys, asked) if needed]


def need_of(candidate: Candidate, asked: Asked) -> Needed:
    return next(needed for _, needed in _needs([candidate.pk], asked))


def plan_again(candidate: Candidate, needed: Needed, asked: Asked) -> None:
    """Insert the runs that are needed, inside the caller's action; each is the newest of its check from now on."""
    runs = planned_runs(candidate, asked.policy, needed.uses)
    for run in runs:
        run.attempt = run.attempts_before = _next_attempt(run)
    CheckRun.objects.bulk_create(runs)
    CheckRun.objects.bulk_create(_put_aside(candidate, check, asked.policy) for check in needed.put_aside)


def _next_attempt(run: CheckRun) -> int:
    """The first number that no earlier use of the same check with the same parameters has; 0 for the first use."""
    earlier = CheckRun.objects.filter(
        candidate=run.candidate,
        check_key=run.check_key,
        version=run.version,
        parameters_digest=run.parameters_digest,
    )
    most = earlier.aggregate(most=Max("attempt"))["most"]
    return 0 if most is None else int(most) + 1


def _put_aside(candidate: Candidate, check: str, policy: Policy) -> CheckRun:
    """The last word of a check that is off: it says nothing any more, and what it said stays on record."""
    last = CheckRun.objects.filter(candidate=candidate, check_key=check).latest("pk")
    run = CheckRun(
        candidate=candidate,
        check_key=check,
        version=last.version,
        parameters=last.parameters,
        parameters_digest=last.parameters_digest,
        policy=policy,
        sha256=candidate.sha256,
        status=CheckStatus.SKIPPED,
        reason=PUT_ASIDE,
        finished_at=clock.now(),
    )
    run.attempt = run.attempts_before = _next_attempt(run)
    return run


def _needs(keys: Iterable[int], asked: Asked) -> Iterator[tuple[int, Needed]]:
    takes = list(keys)
    for chunk in (takes[at : at + CHUNK] for at in range(0, len(takes), CHUNK)):
        newest = _newest(chunk)
        words = _words([run.pk for run in newest.values()])
        runs: dict[int, list[NewestRun]] = defaultdict(list)
        aside: dict[int, list[str]] = defaultdict(list)
        for (take, check), run in newest.items():
            runs[take].append(_as_facts(run, words.get(run.pk, ())))
            if _is_put_aside(run):
                aside[take].append(check)
        for take in chunk:
            yield take, needed_for(runs[take], asked.wanted, aside[take], asked.terms, asked.policy.pk)


def _is_put_aside(run: CheckRun) -> bool:
    return run.status == CheckStatus.SKIPPED and run.reason == PUT_ASIDE


def _newest(takes: Sequence[int]) -> Mapping[tuple[int, str], CheckRun]:
    wanted = ("candidate_id", "check_key", "version", "parameters_digest", "status", "unable", "reason", "policy_id")
    runs = CheckRun.objects.filter(candidate__in=takes).only(*wanted).order_by("pk")
    return {(run.candidate_id, run.check_key): run for run in runs}


def _words(run_ids: Sequence[int]) -> Mapping[int, Sequence[tuple[str, Severity, Route]]]:
    by_run = defaultdict(list)
    rows = Finding.objects.filter(check_run__in=run_ids).values_list("check_run_id", "label", "severity", "route")
    for run, label, severity, route in rows:
        by_run[run].append((label, Severity(severity), Route(route)))
    return by_run


def _as_facts(run: CheckRun, words: Sequence[tuple[str, Severity, Route]]) -> NewestRun:
    return NewestRun(
        run.check_key,
        run.version,
        run.parameters_digest,
        is_final=run.status != CheckStatus.PENDING and not _is_put_aside(run),
        said_nothing=run.status in (CheckStatus.SKIPPED, CheckStatus.FAILED),
        did_not_look=run.did_not_look,
        policy=run.policy_id,
        words=tuple(words),
    )
