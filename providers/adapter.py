"""What every adapter does alike: it knows its models, judges requests by their terms, and owns its client."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime

import httpx

from providers import retirement
from providers.accounts import Account, ProviderInfo
from providers.base import Estimate, GenerationRequest, ModelTerms, Problem
from providers.errors import InvalidRequest, ProviderRetired
from providers.terms import estimate_of, problems_of


class CatalogueAdapter:
    """Base of the adapters. Owns `client`; `clock` gives unix seconds, for retirement dates and the age of webhooks."""

    def __init__(
        self,
        info: ProviderInfo,
        account: Account,
        models: tuple[ModelTerms, ...],
        *,
        client: httpx.AsyncClient,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._info = info
        self._account = account
        self._models = models
        self._client = client
        self._clock = clock
        self._base_url = account.base_url.rstrip("/")

    def validate(self, request: GenerationRequest) -> list[Problem]:
        terms = self._found(request.model)
        if terms is None:
            return [Problem("model", self._unknown_model(request.model))]
        if gone := self._retired(terms):
            return [Problem("model", gone)]
        return [*problems_of(request, self._narrowed(request, terms)), *self._problems(request, terms)]

    def estimate(self, request: GenerationRequest) -> Estimate:
        return estimate_of(request, self._narrowed(request, self._terms(request)))

    async def aclose(self) -> None:
        await self._client.aclose()

    def _narrowed(self, request: GenerationRequest, terms: ModelTerms) -> ModelTerms:  # noqa: ARG002 — as below
        """`terms` as they hold for the operation of `request`, where a provider makes a difference."""
        return terms

    def _problems(self, request: GenerationRequest, terms: ModelTerms) -> list[Problem]:  # noqa: ARG002 — for adapters to say more
        """What only this provider refuses, beyond the terms of the model."""
        return []

    def _terms(self, request: GenerationRequest) -> ModelTerms:
        """Raises InvalidRequest for a model that this provider does not have."""
        if terms := self._found(request.model):
            return terms
        raise InvalidRequest(self._unknown_model(request.model), code="model_not_found")

    def _usable_terms(self, request: GenerationRequest) -> ModelTerms:
        """For a paid call. Raises ProviderRetired, InvalidRequest."""
        terms = self._terms(request)
        if gone := self._retired(terms):
            raise ProviderRetired(gone)
        return terms

    def _retired(self, terms: ModelTerms) -> str:
        is_official = self._info.is_official(self._account)
        if is_official and self._info.retired:
            return self._info.retired
        return retirement.refusal(terms, on=self._today(), is_official=is_official)

    def _found(self, key: str) -> ModelTerms | None:
        return next((terms for terms in self._models if terms.key == key), None)

    def _unknown_model(self, key: str) -> str:
        return f"{self._info.label} has no model named {key}."

    def _today(self) -> date:
        return datetime.fromtimestamp(self._clock(), UTC).date()
