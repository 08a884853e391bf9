"""What differs between two versions of a policy, check by check and in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reviews.rules.policy import PolicyTerms, RuleTerms
from reviews.rules.screening import Screening


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a diff: what of which check, and from what to what; "" where there is nothing on that side."""

    check: str
    what: str
    before: str
    after: str


def changes_between(base: PolicyTerms, new: PolicyTerms) -> list[Change]:
    """Every difference that matters, in the order of the rules; none for policies that say the same.

    Versions never change, so that the diff of two is the same whenever it is computed and is stored nowhere.
    """
    of_checks = [change for check in checks_of(base, new) for change in _of_check(check, base, new)]
    return [*_of_screening(base.screening, new.screening), *of_checks]


def checks_of(*policies: PolicyTerms) -> list[str]:
    """The checks that any of these has rules for, in their order."""
    return list(dict.fromkeys(rule.check for policy in policies for rule in policy.rules))


def looks_otherwise(base: PolicyTerms, new: PolicyTerms) -> frozenset[str]:
    """Checks that measure with other parameters now, or run where they did not, or no longer run."""
    return frozenset(
        check
        for check in checks_of(base, new)
        if base.covers(check) != new.covers(check)
        or (new.covers(check) and base.parameters_for(check) != new.parameters_for(check))
    )


def _of_screening(before: Screening, after: Screening) -> Iterable[Change]:
    for (what, then), now in zip(before.in_words().items(), after.in_words().values(), strict=True):
        if then != now:
            yield Change("screening", what, then, now)


def _of_check(check: str, base: PolicyTerms, new: PolicyTerms) -> Iterable[Change]:
    if not base.rules_of(check):
        yield Change(check, "instrument", "", "new in the policy")
    for what, words, before, after in (
        ("check", ("off", "on"), check not in base.off, check not in new.off),
        ("required", ("no", "yes"), check in base.required, check in new.required),
    ):
        if before != after:
            yield Change(check, what, words[before], words[after])
    if base.rules_of(check):
        yield from _of_parameters(check, base.parameters_for(check), new.parameters_for(check))
        yield from _of_labels(check, base.rules_of(check), new.rules_of(check))


def _of_parameters(check: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[Change]:
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name):
            yield Change(check, name, _words(before.get(name)), _words(after.get(name)))


def _of_labels(check: str, before: Iterable[RuleTerms], after: Iterable[RuleTerms]) -> Iterable[Change]:
    was, now = ({rule.label: rule for rule in rules} for rules in (before, after))
    for label in dict.fromkeys([*was, *now]):
        then, here = (_rule_words(rules.get(label)) for rules in (was, now))
        if then != here:
            yield Change(check, label, then, here)


def _rule_words(rule: RuleTerms | None) -> str:
    return f"{rule.severity}, {rule.route}" if rule else ""


def _words(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else "" if value is None else str(value)
