"""The models we know, read from `catalogue.toml` and typed. An unknown key in the file fails at import."""

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from providers.base import FOUR_PLACES, ModelTerms

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
    price = Decimal(entry.pop("price_per_second"))
    if price < 0 or price != price.quantize(FOUR_PLACES):
        raise ValueError(f"{key}: price_per_second takes four places, not {price}")
    lists: dict[str, Any] = {name: tuple(entry.pop(name)) for name in ("sizes", "seconds") if name in entry}
    extras = frozenset(entry.pop("extras", ()))
    return ModelTerms(key=key, price_per_second=price.quantize(FOUR_PLACES), extras=extras, **lists, **entry)
