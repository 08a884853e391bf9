"""What a project's past takes say about another policy: read from the rows, judged by `rules/simulation.py`."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from reviews.checks.registry import CHECKS, effective_parameters
from reviews.models import CheckRun, Finding, FindingLabel, Verdict
from reviews.rules.policy import PolicyTerms
from reviews.rules.policy_changes import checks_of
from reviews.rules.severity import Route, Severity
from reviews.rules.simulated import Example, Moved, Simulated, Takes, TurnedDial
from reviews.rules.simulation import DialOutcome, Instruments, PastRun, PastTake, Seen, Simulation, simulate
from studio import clock
from studio.models import Candidate, Project
from studio.rules.lifecycle import Status

MOST_TAKES = 500
"""So many of the newest takes are asked: a page must answer in a second or two."""
JUDGED: Mapping[str, str] = {
    Status.APPROVED: "approved",
    Status.PUBLISHED: "approved",
    Status.REJECTED: "rejected",
    Status.CHANGES_REQUESTED: "rejected",
    Status.WITHDRAWN: "withdrawn",
}
"""How people have judged a take that stands so."""
NOT_JUDGED = "not judged yet"
SAID: Mapping[str, str] = {Verdict.CONFIRMED: "finding confirmed", Verdict.DISMISSED: "finding dismissed"}
DIALS = {kind.key: kind.dial for kind in CHECKS if kind.dial}
VERSIONS = {kind.key: kind.version for kind in CHECKS}


def simulate_change(project: Project, base: PolicyTerms, new: PolicyTerms) -> Simulated:
    """At most five queries. Raises PolicyError for terms that an instrument cannot work with."""
    instruments = Instruments(VERSIONS, DIALS, effective_parameters(base), effective_parameters(new))
    checked = Candidate.objects.filter(prompt__project=project).exclude(status=Status.CHECKING)
    rows = checked.order_by("-pk").values_list("pk", "uuid", "name", "status")[:MOST_TAKES]
    takes = {pk: Example(str(uuid), name, JUDGED.get(status, NOT_JUDGED)) for pk, uuid, name, status in rows}
    told = simulate(base, new, past_takes(takes), instruments)
    said = _said(told)
    return Simulated(
        at=clock.now(),
        asked=len(takes),
        total=checked.count(),
        dials=tuple(_turned(outcome, takes, said) for outcome in told.dials),
        moves=tuple(
            Moved(before, after, Takes.of([takes[key] for key in keys]))
            for (before, after), keys in sorted(told.moves.moved.items())
        ),
        untold_moves=len(told.moves.untold),
        unsimulated=tuple(told.unsimulated.items()),
        fresh=tuple(check for check in checks_of(new) if new.covers(check) and not base.covers(check)),
    )


def _turned(outcome: DialOutcome, takes: Mapping[int, Example], said: Mapping[tuple[str, int], str]) -> TurnedDial:
    def changing(keys: Iterable[int]) -> Takes:
        return Takes.of([replace(takes[key], said=said.get((outcome.check, key), "")) for key in keys])

    dial = DIALS[outcome.check]
    return TurnedDial(
        check=outcome.check,
        parameter=dial.parameter,
        unit=dial.unit,
        before=outcome.before,
        after=outcome.after,
        labels=tuple(dial.labels),
        beside=tuple(dial.beside),
        newly=changing(outcome.newly),
        no_longer=changing(outcome.no_longer),
        same=outcome.same,
        untold=tuple(outcome.untold.items()),
    )


def past_takes(keys: Iterable[int]) -> list[PastTake]:
    """The newest run of each check of these takes, with its findings."""
    newest = {(run.candidate_id, run.check_key): run for run in _runs(keys)}
    findings = _findings([run.pk for run in newest.values()])
    runs: dict[int, list[PastRun]] = defaultdict(list)
    for run in newest.values():
        runs[run.candidate_id].append(_past_run(run, findings.get(run.pk, ())))
    return [PastTake(key, tuple(runs[key])) for key in keys]


def _runs(keys: Iterable[int]) -> Iterable[CheckRun]:
    wanted = ("candidate_id", "check_key", "version", "parameters", "status", "measured", "unable")
    return CheckRun.objects.filter(candidate__in=list(keys)).only(*wanted).order_by("pk")


def _findings(run_ids: Sequence[int]) -> Mapping[int, tuple[Seen, ...]]:
    by_run: dict[int, list[Seen]] = defaultdict(list)
    columns = ("check_run_id", "label", "score", "severity", "route", "suppressed_by")
    for run, label, score, severity, route, explained in Finding.objects.filter(check_run__in=run_ids).values_list(
        *columns
    ):
        by_run[run].append(Seen(label, score, Severity(severity), Route(route), is_shown=not explained))
    return {run: tuple(seen) for run, seen in by_run.items()}


def _past_run(run: CheckRun, findings: tuple[Seen, ...]) -> PastRun:
    return PastRun(
        run.check_key, run.version, run.parameters, run.status, run.measured, unable=run.unable, findings=findings
    )


def _said(simulation: Simulation) -> Mapping[tuple[str, int], str]:
    """By check and take what people said of the findings that its dial decides: confirmed by anybody goes first."""
    keys = {key for outcome in simulation.dials for key in (*outcome.newly, *outcome.no_longer)}
    newest: dict[tuple[int, int], tuple[str, int, str]] = {}
    labels = [label for outcome in simulation.dials for label in DIALS[outcome.check].labels]
    given = FindingLabel.objects.filter(finding__candidate__in=keys, finding__label__in=labels).order_by("pk")
    columns = ("finding_id", "labelled_by_id", "finding__check_key", "finding__candidate_id", "verdict")
    for finding, person, check, take, verdict in given.values_list(*columns):
        newest[finding, person] = (check, take, verdict)
    said: dict[tuple[str, int], str] = {}
    for check, take, verdict in newest.values():
        if verdict in SAID and said.get((check, take)) != SAID[Verdict.CONFIRMED]:
            said[check, take] = SAID[verdict]
    return said
