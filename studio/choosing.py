"""What each offered model makes of an order: the words it would receive, why it cannot do it, what a take costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from providers.base import Adapter, ModelTerms, Problem
from providers.registry import planning_adapter_for
from providers.terms import ROLE_WORDS
from studio.actions.prompting import Order, request_for
from studio.generators import Offer, accounts, offers
from studio.references import Chosen
from studio.rules.compiling import Compiled, compiled

ANY_WORDS = "…"
"""Stands in for a prompt not yet written: what a model can do, and its price, do not depend on the words."""
FILE_MISSING = frozenset(f"Add {words}." for words in ROLE_WORDS.values())
"""As `providers.terms` says it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A row of the table of models. `reasons` are sentences; one that is `usable` may still be chosen to change the
    order afterwards.
    """

    offer: Offer
    sent: Compiled
    reasons: tuple[str, ...] = ()
    one: Decimal | None = None
    """US dollars for a single clip; None when it cannot be made."""
    instead: ModelTerms | None = None
    """The model to use in place of one that is retired or will be."""

    @property
    def terms(self) -> ModelTerms:
        return self.offer.terms

    @property
    def usable(self) -> bool:
        return not self.offer.why_not

    @property
    def slug(self) -> str:
        """The model's key as a part of an element's id."""
        return id_part(self.terms.key)


def id_part(key: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in key)


@dataclass(frozen=True, slots=True)
class Preview:
    """One text, and the models that receive it."""

    sent: Compiled
    models: tuple[str, ...]


def choices(
    text: str, direction: Mapping[str, str], order: Order | None, references: Sequence[Chosen] = ()
) -> list[Choice]:
    """Every offered model with what it makes of `order`; without an order nothing is judged. Two queries."""
    rows, found = offers(), accounts()
    adapters = {row.terms.provider: planning_adapter_for(found[row.terms.provider]) for row in rows if not row.why_not}
    usable = {row.terms.key: row.terms for row in rows if not row.why_not}
    return [_choice(row, adapters.get(row.terms.provider), text, direction, order, references, usable) for row in rows]


def _choice(
    offer: Offer,
    adapter: Adapter | None,
    text: str,
    direction: Mapping[str, str],
    order: Order | None,
    references: Sequence[Chosen],
    usable: Mapping[str, ModelTerms],
) -> Choice:
    terms = offer.terms
    row = Choice(
        offer,
        compiled(text, direction, order.camera_move if order else None, terms),
        instead=usable.get(terms.replacement) if offer.why_not or offer.warning else None,
    )
    if offer.why_not:
        return replace(row, reasons=(offer.why_not,))
    if adapter is None or order is None:
        return row
    words = text if row.sent.prompt else ANY_WORDS
    request = request_for(words, direction, replace(order, model=terms.key), references=references)
    if problems := adapter.validate(request):
        return replace(row, reasons=_of_the_model(problems))
    return replace(row, one=adapter.estimate(replace(request, samples=1)).amount)


def _of_the_model(problems: Sequence[Problem]) -> tuple[str, ...]:
    """What the model is to blame for: of one that does not do this at all, that alone; a file not yet chosen is missing
    for all of them alike, and is said once, beside the files.
    """
    whole = [problem for problem in problems if problem.field == "operation"]
    return tuple(problem.message for problem in whole or problems if problem.message not in FILE_MISSING)


def previews(rows: Sequence[Choice], model: str) -> tuple[Compiled, list[Preview]]:
    """What the chosen model receives, and the other texts with the usable models that receive each."""
    chosen = next((row.sent for row in rows if row.terms.key == model), None)
    chosen = chosen or next((row.sent for row in rows if row.usable), Compiled(""))
    groups: dict[Compiled, list[str]] = {}
    for row in rows:
        if row.usable and row.terms.key != model:
            groups.setdefault(row.sent, []).append(row.terms.label)
    return chosen, [Preview(sent, tuple(names)) for sent, names in groups.items()]
