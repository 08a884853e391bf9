"""The models we know, read from `catalogue.toml` and typed. An unknown key in the file fails at import."""

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from providers.base import FOUR_PLACES, ModelTerms, Operation, PriceRule

CATALOGUE = Path(__file__).with_name("catalogue.toml")


@cache
def catalogue() -> Mapping[str, ModelTerms]:
    """Every model by key, in the file's order."""
    return load_catalogue(CATALOGUE)


def load_catalogue(path: Path) -> dict[str, ModelTerms]:
    """Raises TypeError or ValueError, naming the model, when an entry is incomplete or odd."""
    with path.open("rb") as file:
        return {key: _terms(key, entry) for key, entry in tomllib.load(file).items()}


def models_of(*providers: str) -> tuple[ModelTerms, ...]:
    return tuple(model for model in catalogue().values() if model.provider in providers)


def _terms(key: str, entry: dict[str, Any]) -> ModelTerms:
    rules = tuple(
        PriceRule(_price(key, rule.pop("price_per_second")), **_of_rule(rule)) for rule in entry.pop("prices", ())
    )
    lists: dict[str, Any] = {name: tuple(entry.pop(name)) for name in ("sizes", "seconds", "rates") if name in entry}
    operations = frozenset(map(Operation, entry.pop("operations", ("text_to_video",))))
    return ModelTerms(
        key=key,
        price_per_second=_price(key, entry.pop("price_per_second")),
        minimum_cost=_price(key, entry.pop("minimum_cost", "0")),
        prices=rules,
        operations=operations,
        extras=frozenset(entry.pop("extras", ())),
        **lists,
        **entry,
    )


def _of_rule(rule: dict[str, Any]) -> dict[str, Any]:
    return rule | {"operation": Operation(rule["operation"])} if "operation" in rule else rule


def _price(key: str, text: str) -> Decimal:
    price = Decimal(text)
    if price < 0 or price != price.quantize(FOUR_PLACES):
        raise ValueError(f"{key}: a price takes four places, not {price}")
    return price.quantize(FOUR_PLACES)
