"""Which checks of a take have to be made again under another policy, and which of its runs still speak. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reviews.checks.judging import EXPLAINS
from reviews.rules.policy import PolicyTerms
from reviews.rules.queues import Queue
from reviews.rules.severity import Route, Severity
from reviews.rules.simulation import FORCED
from studio.rules.lifecycle import Status

AGAIN = (Status.IN_REVIEW, Status.WITH_EDITOR, Status.APPROVED)
"""Takes that are checked again: those whose way is still open. Public ones stay."""
WITH_REJECTED = (*AGAIN, Status.REJECTED)
"""Those of people's refusals as well, where a moderator asks for it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One use of an instrument that a policy asks for."""

    key: str
    version: int
    parameters: Mapping[str, Any]
    digest: str


@dataclass(frozen=True, slots=True)
class NewestRun:
    """The newest run of one check on one take. `words`: label, severity and route of each of its findings.

    `is_final`: it has reported, and was not put aside since.
    """

    check: str
    version: int
    digest: str
    is_final: bool
    said_nothing: bool
    """It failed or was skipped."""
    did_not_look: bool
    policy: int | None
    words: tuple[tuple[str, Severity, Route], ...] = ()


@dataclass(frozen=True, slots=True)
class Needed:
    """What a take needs: uses to be made, and checks whose last word no longer counts as they are off."""

    uses: tuple[Wanted, ...]
    put_aside: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.uses or self.put_aside)


def needed_for(
    runs: Sequence[NewestRun], wanted: Sequence[Wanted], put_aside: Iterable[str], terms: PolicyTerms, policy: int
) -> Needed:
    """`wanted` are the uses that `terms`, version `policy`, ask for; `put_aside` the checks whose run says that they
    are off already.
    """
    newest = {run.check: run for run in runs}
    keys = {each.key for each in wanted}
    off = tuple(check for check in newest if check not in keys and check not in set(put_aside))
    fresh = {each.key for each in wanted if not stands(newest.get(each.key), each, terms, policy)}
    # What explains another finding is looked at together with it.
    explained = {effect for check in {*fresh, *off} for effect in EXPLAINS.get(check, ())}
    return Needed(tuple(each for each in wanted if each.key in fresh | explained), off)


def stands(run: NewestRun | None, wanted: Wanted, terms: PolicyTerms, policy: int) -> bool:
    """Whether what a run said still is what this version would say.

    One that said nothing is asked again once a version, where silence sends the take to a person.
    """
    if run is None or not run.is_final or (run.version, run.digest) != (wanted.version, wanted.digest):
        return False
    must_speak = run.did_not_look or (run.said_nothing and run.check in terms.required)
    if must_speak and run.policy != policy:
        return False
    return all(_agrees(run.check, word, terms) for word in run.words)


def _agrees(check: str, word: tuple[str, Severity, Route], terms: PolicyTerms) -> bool:
    label, severity, route = word
    rule = terms.rule_for(check, label)
    return (check, label) in FORCED or (rule.severity, rule.route) == (severity, route)


def queue_with_question(placed: Queue, asked: Queue) -> Queue:
    """Where a take goes that somebody had asked a question about before it was checked again."""
    return Queue.ESCALATIONS if Queue.ESCALATIONS in (placed, asked) else Queue.FLAGGED
