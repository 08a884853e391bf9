"""Named parts of the flagged queue: the first whose rule matches takes a review; what none takes stays unnamed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from reviews.rules.severity import Severity


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule may look at in a review."""

    project: int
    checks: Collection[str]
    """Codes of why it is there: check keys, `not_checked`, `sent_back`."""
    labels: Collection[str]
    """Labels of the findings that stopped it."""
    severity_rank: int
    """0 when nothing was found, else 1 (info) to 4 (blocking)."""
    provider: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class QueueRule:
    """Every condition that is given must hold; of several checks or labels one is enough. No condition: everything."""

    queue: int
    """Key of the named queue."""
    project: int | None = None
    checks: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    at_least: str = ""
    """The mildest severity it takes; "" for any."""
    provider: str = ""
    model: str = ""


def matches(case: Case, rule: QueueRule) -> bool:
    return (
        rule.project in (None, case.project)
        and (not rule.checks or not rule.checks.isdisjoint(case.checks))
        and (not rule.labels or not rule.labels.isdisjoint(case.labels))
        and (not rule.at_least or case.severity_rank > Severity(rule.at_least).rank)
        and rule.provider in ("", case.provider)
        and rule.model in ("", case.model)
    )


def first_match(case: Case, rules: Sequence[QueueRule]) -> int | None:
    return next((rule.queue for rule in rules if matches(case, rule)), None)


def in_words(rule: QueueRule) -> str:
    """The rule as people read it in the list."""
    parts = [f"found by {_either(rule.checks)}"] if rule.checks else []
    parts += [f"labelled {_either(rule.labels)}"] if rule.labels else []
    parts += [f"{rule.at_least} or worse"] if rule.at_least else []
    parts += [f"made by {' '.join(filter(None, (rule.provider, rule.model)))}"] if rule.provider or rule.model else []
    return ", ".join(parts) or "everything"


def _either(slugs: Collection[str]) -> str:
    return " or ".join(slug.replace("_", " ") for slug in sorted(slugs))
