"""Every combination that a batch would order, with its cost and what speaks against it."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from studio.errors import Invalid
from studio.rules.spending import NOTHING

MOST = 64
"""Takes in one batch."""
MOST_LISTED = 256
"""Combinations that a page lists, those left out again included."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One wording: the prompt itself, or one row of values. `key` tells it from the others of the batch."""

    key: str
    label: str
    text: str
    direction: Mapping[str, str]
    values: Mapping[str, str]
    assets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Price:
    """What one take costs, and the generator's own sentences against it."""

    cost: Decimal
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    key: str
    variant: Variant
    model: str
    seed: int | None
    take: int
    price: Price
    is_left_out: bool = False

    @property
    def is_ordered(self) -> bool:
        return not self.is_left_out and not self.price.problems


@dataclass(frozen=True, slots=True)
class Matrix:
    rows: tuple[Row, ...] = ()

    @property
    def ordered(self) -> list[Row]:
        return [row for row in self.rows if row.is_ordered]

    @property
    def total(self) -> Decimal:
        return sum((row.price.cost for row in self.ordered), NOTHING)

    @property
    def impossible(self) -> int:
        """Rows that no generator would take; they are never ordered."""
        return sum(bool(row.price.problems) for row in self.rows)

    @property
    def room(self) -> int:
        """How many more takes fit into one batch; below nothing when there are too many."""
        return MOST - len(self.ordered)

    @property
    def refusal(self) -> str:
        """Why this cannot be ordered as a batch; "" when it can."""
        count = len(self.ordered)
        if not count:
            return "Nothing is left to order." if self.rows else "Choose at least one model."
        if count > MOST:
            return f"{count} takes are asked for; {MOST} at most go into one batch. Leave out {count - MOST}."
        return ""


def combine(
    variants: Sequence[Variant],
    models: Sequence[str],
    seeds: Sequence[int],
    takes: int,
    *,
    price: Callable[[Variant, str, int | None], Price],
    left_out: Collection[str] = (),
) -> Matrix:
    """Variants × models × seeds × takes. Take n of seed s has seed s + n - 1, and the same seed is listed once.

    Raises Invalid when there are more combinations than a page can list.
    """
    count = len(variants) * len(models) * max(1, len(seeds)) * takes
    if count > MOST_LISTED:
        raise Invalid(f"That makes {count:,} takes; {MOST} at most go into one batch.")
    rows = []
    for variant in variants:
        for model in models:
            for seed, take in _takes(seeds, takes):
                key = f"{variant.key}.{model}.{'any' if seed is None else seed}.{take}"
                rows.append(Row(key, variant, model, seed, take, price(variant, model, seed), key in left_out))
    return Matrix(tuple(rows))


def _takes(seeds: Sequence[int], takes: int) -> Iterator[tuple[int | None, int]]:
    if not seeds:
        yield from ((None, take) for take in range(1, takes + 1))
        return
    own = dict.fromkeys(seed + step for seed in seeds for step in range(takes))
    yield from ((seed, 1) for seed in own)
