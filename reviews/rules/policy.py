"""Policy: which instruments run, with which thresholds, and how bad each label is. Pure; from a file or from rows."""

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, Self

from reviews.rules.screening import HOUSE_SCREENING, Screening
from reviews.rules.severity import Route, Severity

DEFAULT_POLICY_PATH = Path(__file__).resolve().parent.parent / "data" / "policy.toml"


class PolicyError(ValueError):
    """The policy cannot be used; the text says which rule and why."""


class RuleRow(Protocol):
    """What a stored rule must offer; severity and route as their stored words."""

    @property
    def check(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def parameters(self) -> Mapping[str, Any]: ...
    @property
    def severity(self) -> str: ...
    @property
    def route(self) -> str: ...


@dataclass(frozen=True, slots=True)
class RuleTerms:
    """What the policy says of one label of one check. `parameters` are JSON values for the instrument's constructor."""

    check: str
    label: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    severity: Severity = Severity.MAJOR
    route: Route = Route.REVIEW

    @classmethod
    def from_row(cls, row: RuleRow) -> Self:
        """Raises PolicyError for an unknown severity or route, or parameters that are no mapping."""
        where = f"{row.check}/{row.label}"
        if not isinstance(row.parameters, Mapping):
            raise PolicyError(f"{where}: parameters must be a table of names and values")
        try:
            return cls(row.check, row.label, dict(row.parameters), Severity(row.severity), Route(row.route))
        except ValueError as error:
            raise PolicyError(f"{where}: {error}") from error


@dataclass(frozen=True, slots=True)
class PolicyTerms:
    slug: str
    version: int
    rules: tuple[RuleTerms, ...]
    off: frozenset[str] = frozenset()
    """Checks that do not run although they have rules."""
    required: frozenset[str] = frozenset()
    """Checks that must have looked: skipped is then as good as failed."""
    screening: Screening = HOUSE_SCREENING

    @classmethod
    def from_rows(cls, slug: str, version: int, rows: Iterable[RuleRow]) -> Self:
        """Raises PolicyError for a rule that cannot be read."""
        return cls(slug, version, tuple(RuleTerms.from_row(row) for row in rows))

    def covers(self, check: str) -> bool:
        """Whether the policy wants this check to run at all."""
        return check not in self.off and any(rule.check == check for rule in self.rules)

    def rules_of(self, check: str) -> tuple[RuleTerms, ...]:
        return tuple(rule for rule in self.rules if rule.check == check)

    def parameters_for(self, check: str) -> dict[str, Any]:
        """The constructor arguments of an instrument: those of all its rules together.

        Raises PolicyError when two of its labels give one parameter different values.
        """
        together: dict[str, Any] = {}
        for rule in self.rules_of(check):
            for name, value in rule.parameters.items():
                if together.setdefault(name, value) != value:
                    raise PolicyError(f"{check}: its rules disagree about {name}: {together[name]!r} and {value!r}")
        return together

    def rule_for(self, check: str, label: str) -> RuleTerms:
        """The rule of a label. A label that nobody thought of goes to a person: `major`, `review`."""
        for rule in self.rules:
            if (rule.check, rule.label) == (check, label):
                return rule
        return RuleTerms(check, label)


@dataclass(frozen=True, slots=True)
class _FileRule:
    check: str
    label: str
    severity: str
    route: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


def load_policy(path: Path = DEFAULT_POLICY_PATH) -> PolicyTerms:
    """The policy of a TOML file: `slug`, `version`, `[screening]`, a `[[rules]]` table a label. Raises PolicyError."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        rows = [_FileRule(**rule) for rule in document["rules"]]
        terms = PolicyTerms.from_rows(str(document["slug"]), int(document["version"]), rows)
        return replace(terms, screening=Screening.from_json(document.get("screening", {})))
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise PolicyError(f"{path.name}: {error}") from error


def parameters_digest(parameters: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the parameters as canonical JSON: the same values give the same digest in any order."""
    canonical = json.dumps(parameters, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
