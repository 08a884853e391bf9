"""What another policy would have said of past takes, from what was measured of them. What that does not tell is said.

Two questions, answered apart: which takes a turned dial would flag, from the runs' measures; and where takes would go
under other severities and routes, from their findings.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from reviews.rules.dials import Dial, Reading
from reviews.rules.policy import PolicyTerms
from reviews.rules.queues import Queue
from reviews.rules.severity import Route, Severity
from reviews.rules.triage import Flag, Missing, triage

MOST_FINDINGS = 5
"""So many of one check are kept of a take (`reviews/checks/judging.py`): with as many, there may have been more."""
FORCED = frozenset({("container", "unreadable"), ("container", "not_inspected")})
"""Findings that block whatever the policy says."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A stored finding: its label, its score, the policy's word on it at the time, and whether people see it."""

    label: str
    score: float | None
    severity: Severity
    route: Route
    is_shown: bool = True


@dataclass(frozen=True, slots=True)
class PastRun:
    """The newest run of one check on one take."""

    check: str
    version: int
    parameters: Mapping[str, Any]
    status: str
    """clean, findings, failed or skipped."""
    measured: float | None = None
    unable: bool = False
    findings: tuple[Seen, ...] = ()

    @property
    def did_not_look(self) -> bool:
        return self.unable or self.status not in ("clean", "findings", "skipped")


@dataclass(frozen=True, slots=True)
class PastTake:
    """`key` names it for whoever asked."""

    key: int
    runs: tuple[PastRun, ...]

    def run_of(self, check: str) -> PastRun | None:
        return next((run for run in self.runs if run.check == check), None)


class Answer(StrEnum):
    """What a turned dial does to one take; the last three are the ways in which nobody can tell."""

    NEWLY = "newly"
    NO_LONGER = "no_longer"
    SAME = "same"
    NOT_TOLD = "not_told"
    OTHERWISE = "otherwise"
    NEVER = "never"


UNTOLD: Mapping[Answer, str] = {
    Answer.NOT_TOLD: "what was measured does not decide it",
    Answer.OTHERWISE: "it was measured by another version or with other settings",
    Answer.NEVER: "it was never measured",
}


@dataclass(frozen=True, slots=True)
class DialOutcome:
    """One dial turned: the keys of the takes that change, and how many of the rest cannot be told, by why."""

    check: str
    before: float
    after: float
    newly: tuple[int, ...]
    no_longer: tuple[int, ...]
    same: int
    untold: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Moves:
    """Where takes would stand by severity and route alone: pairs of queues, from and to, with the keys of the takes."""

    moved: Mapping[tuple[Queue, Queue], tuple[int, ...]]
    same: int
    untold: tuple[int, ...]
    """Takes that a check has to look at first, or of which more was found than was kept."""


@dataclass(frozen=True, slots=True)
class Instruments:
    """What has to be known of them: the version of today, the dials, all parameters under each policy."""

    versions: Mapping[str, int]
    dials: Mapping[str, Dial]
    before: Mapping[str, Mapping[str, Any]]
    after: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Simulation:
    dials: tuple[DialOutcome, ...]
    moves: Moves
    unsimulated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Check → its parameters that differ and are no dial: nothing stored says what they would do."""


def simulate(base: PolicyTerms, new: PolicyTerms, takes: Sequence[PastTake], instruments: Instruments) -> Simulation:
    """What `new` would have said of `takes` instead of `base`."""
    turned, others = [], {}
    for check in sorted(instruments.before.keys() & instruments.after.keys()):
        then, now = instruments.before[check], instruments.after[check]
        dial = instruments.dials.get(check)
        differing = tuple(name for name in now if now[name] != then.get(name))
        if rest := tuple(name for name in differing if dial is None or name != dial.parameter):
            others[check] = rest
        if dial and dial.parameter in differing:
            turned.append(turn(check, dial, instruments, takes))
    return Simulation(tuple(turned), move(base, new, takes), others)


def turn(check: str, dial: Dial, instruments: Instruments, takes: Iterable[PastTake]) -> DialOutcome:
    """Which takes one dial flags instead of which, at its place in `instruments.after`."""
    before, after = instruments.before[check], instruments.after[check]
    answers: dict[Answer, list[int]] = {answer: [] for answer in Answer}
    for take in takes:
        answer = answer_of(dial, take.run_of(check), instruments.versions[check], after)
        answers[answer].append(take.key)
    untold = {why: len(answers[answer]) for answer, why in UNTOLD.items() if answers[answer]}
    newly, no_longer = (tuple(answers[each]) for each in (Answer.NEWLY, Answer.NO_LONGER))
    same = len(answers[Answer.SAME])
    return DialOutcome(check, before[dial.parameter], after[dial.parameter], newly, no_longer, same, untold)


def answer_of(dial: Dial, run: PastRun | None, version: int, parameters: Mapping[str, Any]) -> Answer:
    """What an instrument of `version` with `parameters` would say of this take, compared with what it said."""
    if run is None or run.did_not_look:
        return Answer.NEVER
    if run.status == "skipped":
        return Answer.SAME
    if run.measured is None:
        return Answer.NEVER
    if run.version != version or not _only_the_dial_differs(dial, run.parameters, parameters):
        return Answer.OTHERWISE
    was, will = was_found(dial, run), will_be_found(dial, run, parameters[dial.parameter])
    if will is None:
        return Answer.NOT_TOLD
    if was == will:
        return Answer.SAME
    return Answer.NEWLY if will else Answer.NO_LONGER


def was_found(dial: Dial, run: PastRun) -> bool:
    """Whether the run found one of the dial's labels at the threshold of its day."""
    if dial.reading is Reading.DECIDES and run.measured is not None:
        return dial.is_beyond(run.measured, run.parameters[dial.parameter])
    return any(seen.label in dial.labels for seen in run.findings)


def will_be_found(dial: Dial, run: PastRun, threshold: float) -> bool | None:
    """The same at another threshold; None where what was kept does not tell. `run.measured` must be there."""
    assert run.measured is not None
    before, is_beyond = run.parameters[dial.parameter], dial.is_beyond(run.measured, threshold)
    was = was_found(dial, run)
    if threshold == before:
        return was
    if dial.reading is Reading.DECIDES or (dial.reading is Reading.NEEDED and not is_beyond):
        return is_beyond
    if dial.keeps and was == dial.finds_more(before, threshold):
        return was
    if dial.reading is Reading.USUAL and was and _all_within(dial, run, threshold):
        return False
    return None


def _all_within(dial: Dial, run: PastRun, threshold: float) -> bool:
    """Whether the worst of everything that was found lies within the threshold, and nothing more was found."""
    scores = [seen.score for seen in run.findings if seen.label in dial.labels]
    known = len(run.findings) < MOST_FINDINGS and None not in scores
    return known and not any(dial.is_beyond(score, threshold) for score in scores if score is not None)


def _only_the_dial_differs(dial: Dial, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return before.keys() == after.keys() and all(
        before[name] == after[name] for name in after if name != dial.parameter
    )


def move(base: PolicyTerms, new: PolicyTerms, takes: Iterable[PastTake]) -> Moves:
    """Where the takes would stand under each policy by what was found; thresholds are left aside."""
    moved: dict[tuple[Queue, Queue], list[int]] = {}
    same, untold = 0, []
    reworded = {rule.check for rule in {*_words(base)} ^ {*_words(new)}}
    for take in takes:
        then, now = place_of(take, base), place_of(take, new)
        if any(_is_unknown(take, check, base, new) for check in _wanted(new)) or _had_more(take, reworded):
            untold.append(take.key)
        elif then == now:
            same += 1
        else:
            moved.setdefault((then, now), []).append(take.key)
    return Moves({pair: tuple(keys) for pair, keys in moved.items()}, same, tuple(untold))


def place_of(take: PastTake, policy: PolicyTerms) -> Queue:
    """The queue in which triage puts what was found, under the words of this policy."""
    runs = [run for run in take.runs if policy.covers(run.check)]
    flags = [_flag(run.check, seen, policy) for run in runs for seen in run.findings if seen.is_shown]
    silent = [run for run in runs if run.did_not_look or (run.check in policy.required and run.status == "skipped")]
    return triage(flags, [Missing(run.check, "") for run in silent]).queue


def _flag(check: str, seen: Seen, policy: PolicyTerms) -> Flag:
    if (check, seen.label) in FORCED:
        return Flag(check, seen.severity, seen.route, "")
    rule = policy.rule_for(check, seen.label)
    return Flag(check, rule.severity, rule.route, "")


@dataclass(frozen=True, slots=True)
class _Word:
    check: str
    label: str
    severity: Severity
    route: Route


def _words(policy: PolicyTerms) -> Iterable[_Word]:
    return (_Word(rule.check, rule.label, rule.severity, rule.route) for rule in policy.rules)


def _wanted(policy: PolicyTerms) -> set[str]:
    return {rule.check for rule in policy.rules if policy.covers(rule.check)}


def _is_unknown(take: PastTake, check: str, base: PolicyTerms, new: PolicyTerms) -> bool:
    """Whether `check` is to run now, did not before, and left nothing on this take."""
    return not base.covers(check) and new.covers(check) and take.run_of(check) is None


def _had_more(take: PastTake, reworded: set[str]) -> bool:
    """Whether a check whose words differ found as much on it as is kept at most."""
    return any(len(run.findings) >= MOST_FINDINGS for run in take.runs if run.check in reworded)
