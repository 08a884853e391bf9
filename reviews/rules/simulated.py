"""What a simulation says, as pages tell it and a proposed version keeps it: counts, and a few takes of each.

The instruments' own words are in it, so that it reads as it did when an instrument has changed or is gone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

from reviews.rules.queues import WORKED_BY, Queue

MOST_EXAMPLES = 12


@dataclass(frozen=True, slots=True)
class Example:
    """A take that changes: how people judged it, and what they said of the findings that the dial decides, or ""."""

    uuid: str
    name: str
    judged: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class Takes:
    """`count` takes, a few of them, and how people judged all: pairs of a word and a number."""

    count: int
    judged: tuple[tuple[str, int], ...]
    examples: tuple[Example, ...]

    @classmethod
    def of(cls, takes: Sequence[Example]) -> Self:
        words = [take.judged for take in takes] + [take.said for take in takes]
        judged = tuple((word, words.count(word)) for word in dict.fromkeys(words) if word)
        return cls(len(takes), judged, tuple(takes[:MOST_EXAMPLES]))

    @property
    def more(self) -> int:
        return self.count - len(self.examples)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        examples = tuple(Example(**example) for example in document["examples"])
        return cls(document["count"], _pairs(document["judged"]), examples)


@dataclass(frozen=True, slots=True)
class TurnedDial:
    """One dial turned from `before` to `after`. `beside`: labels that may change with it, which nothing stored tells.

    `untold`: why it cannot be told, and for how many takes.
    """

    check: str
    parameter: str
    unit: str
    before: float
    after: float
    labels: tuple[str, ...]
    beside: tuple[str, ...]
    newly: Takes
    no_longer: Takes
    same: int
    untold: tuple[tuple[str, int], ...]

    @property
    def need_a_recheck(self) -> int:
        return sum(count for _, count in self.untold)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        lists = {name: tuple(document[name]) for name in ("labels", "beside")}
        takes = {name: Takes.from_json(document[name]) for name in ("newly", "no_longer")}
        return cls(**{**document, **lists, **takes, "untold": _pairs(document["untold"])})


@dataclass(frozen=True, slots=True)
class Moved:
    """Takes that would stand in the queue `after` instead of `before`, by severity and route alone."""

    before: Queue
    after: Queue
    takes: Takes

    @property
    def from_whom(self) -> str:
        return WORKED_BY[self.before].value

    @property
    def to_whom(self) -> str:
        return WORKED_BY[self.after].value

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        return cls(Queue(document["before"]), Queue(document["after"]), Takes.from_json(document["takes"]))


@dataclass(frozen=True, slots=True)
class Simulated:
    """What was told `at` that time. `asked` of `total` takes of the project that were ever checked, the newest."""

    at: datetime
    asked: int
    total: int
    dials: tuple[TurnedDial, ...]
    moves: tuple[Moved, ...]
    untold_moves: int
    unsimulated: tuple[tuple[str, tuple[str, ...]], ...]
    """Checks, and their parameters that differ and are no dial: nothing stored says what they would do."""
    fresh: tuple[str, ...]
    """Checks that are to run and did not."""

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values; the time as ISO 8601."""
        return {**asdict(self), "at": self.at.isoformat()}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The inverse of `as_json`. Raises KeyError, TypeError or ValueError for anything else."""
        return cls(
            at=datetime.fromisoformat(document["at"]),
            asked=document["asked"],
            total=document["total"],
            dials=tuple(TurnedDial.from_json(dial) for dial in document["dials"]),
            moves=tuple(Moved.from_json(moved) for moved in document["moves"]),
            untold_moves=document["untold_moves"],
            unsimulated=tuple((check, tuple(parameters)) for check, parameters in document["unsimulated"]),
            fresh=tuple(document["fresh"]),
        )


def _pairs(rows: Iterable[Sequence[Any]]) -> tuple[tuple[str, int], ...]:
    return tuple((word, count) for word, count in rows)
