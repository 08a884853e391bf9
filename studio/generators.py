"""The generators of this installation: which models are offered, and a configured adapter for each provider."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

from django.conf import settings

from providers.base import Adapter, ModelTerms
from providers.catalogue import catalogue
from providers.registry import adapter_for
from studio.errors import Invalid


def offered_models() -> list[ModelTerms]:
    """Every model of the catalogue whose provider is configured here; a retired one is still listed, greyed out."""
    return [terms for terms in catalogue().values() if _base_url(terms.provider)]


def model_terms(key: str) -> ModelTerms:
    """Raises Invalid for a model that is not offered."""
    for terms in offered_models():
        if terms.key == key:
            return terms
    raise Invalid(f"The model “{key}” is not offered here. Choose one of the list.")


def planning_adapter(provider: str) -> Adapter:
    """For what needs no network: validating, estimating. Shared and never closed; raises as `opened`."""
    return _shared(provider, *_options(provider))


@cache
def _shared(provider: str, base_url: str, api_key: str) -> Adapter:
    return adapter_for(provider, base_url=base_url, api_key=api_key)


@asynccontextmanager
async def opened(provider: str) -> AsyncIterator[Adapter]:
    """An adapter for one call, closed after it. Raises Invalid for a provider nobody configured."""
    base_url, api_key = _options(provider)
    adapter = adapter_for(provider, base_url=base_url, api_key=api_key, allow_hosts=tuple(settings.EGRESS_HOSTS))
    try:
        yield adapter
    finally:
        await adapter.aclose()


def _options(provider: str) -> tuple[str, str]:
    """Base URL and key. Raises Invalid for a provider nobody configured."""
    if not _base_url(provider):
        raise Invalid(f"The provider “{provider}” is not configured.")
    options = settings.PROVIDER_SETTINGS[provider]
    return str(options["base_url"]), str(options["api_key"])


def _base_url(provider: str) -> str:
    return str(settings.PROVIDER_SETTINGS.get(provider, {}).get("base_url", ""))
