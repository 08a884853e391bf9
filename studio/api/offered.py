"""Providers and models as they are offered here: what they can do, what they cost, and why one cannot be used."""

from datetime import date
from decimal import Decimal

from ninja import Router, Schema

from providers.base import ModelTerms, Operation
from studio.api.access import TokenRequest, needs
from studio.api.answers import answers
from studio.generators import Offer, offers
from studio.providing import State, standings

router = Router(tags=["models"])


class ProviderOut(Schema):
    slug: str
    label: str
    state: State
    is_usable: bool
    why_not: str
    """A sentence when it cannot be used; else empty."""


class PriceOut(Schema):
    """The first price whose conditions all hold counts; a condition that is null always holds."""

    per_second: Decimal
    audio: bool | None = None
    resolution: str | None = None
    operation: Operation | None = None


class ModelOut(Schema):
    key: str
    label: str
    provider: str
    provider_label: str
    why_not: str
    """A sentence when it cannot be ordered; else empty."""
    warning: str
    operations: list[Operation]
    prices: list[PriceOut]
    minimum_cost: Decimal
    sizes: list[str] | None
    """Null: any, with the longest side as below."""
    longest_side: int
    default_size: str
    seconds: list[int] | None
    """Null: any between the least and the most below."""
    min_seconds: int
    max_seconds: int
    default_seconds: int
    rates: list[str]
    audio: bool
    extras: list[str]
    max_samples: int
    max_references: int
    max_prompt: int
    retires_on: date | None
    replacement: str
    source: str
    checked_on: date


class ProvidersOut(Schema):
    items: list[ProviderOut]


class ModelsOut(Schema):
    items: list[ModelOut]


@router.get("/providers", response=answers(ProvidersOut), **needs(None))
def list_providers(request: TokenRequest) -> ProvidersOut:  # noqa: ARG001 — the signature of every operation
    """Every provider that is known, a handful, and whether it is set up here. Keys are never shown."""
    same = ("slug", "state", "is_usable", "why_not")
    rows = [{name: getattr(row, name) for name in same} | {"label": row.info.label} for row in standings()]
    return ProvidersOut(items=[ProviderOut(**row) for row in rows])


@router.get("/models", response=answers(ModelsOut), **needs(None))
def list_models(request: TokenRequest) -> ModelsOut:  # noqa: ARG001 — as above
    """Every model of the catalogue whose provider is listed here, those that can be ordered first."""
    return ModelsOut(items=[_model(offer) for offer in offers()])


def _model(offer: Offer) -> ModelOut:
    terms = offer.terms
    return ModelOut(
        key=terms.key,
        label=terms.label,
        provider=terms.provider,
        provider_label=offer.provider_label,
        why_not=offer.why_not,
        warning=offer.warning,
        operations=[operation for operation in Operation if operation in terms.operations],
        prices=_prices(terms),
        minimum_cost=terms.minimum_cost,
        sizes=list(terms.sizes) if terms.sizes is not None else None,
        longest_side=terms.longest_side,
        default_size=terms.default_size,
        seconds=list(terms.seconds) if terms.seconds is not None else None,
        min_seconds=terms.min_seconds,
        max_seconds=terms.max_seconds,
        default_seconds=terms.default_seconds,
        rates=list(terms.rates),
        audio=terms.audio,
        extras=sorted(terms.extras),
        max_samples=terms.max_samples,
        max_references=terms.max_references,
        max_prompt=terms.max_prompt,
        retires_on=terms.retires_on,
        replacement=terms.replacement,
        source=terms.source,
        checked_on=terms.checked_on,
    )


def _prices(terms: ModelTerms) -> list[PriceOut]:
    special = [
        PriceOut(
            per_second=rule.price_per_second, audio=rule.audio, resolution=rule.resolution, operation=rule.operation
        )
        for rule in terms.prices
    ]
    return [*special, PriceOut(per_second=terms.price_per_second)]
