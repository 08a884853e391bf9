"""How each provider stands here: how it is set, what it offers, what is in flight, what troubles it. Reads only."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from asgiref.sync import async_to_sync
from django.conf import settings
from django.urls import reverse

from providers import retirement
from providers.accounts import Account, ProviderInfo
from providers.base import Health, ModelTerms, Webhooks
from providers.catalogue import catalogue
from providers.errors import ProviderError
from providers.registry import PROVIDERS, planning_adapter_for
from studio import clock
from studio.errors import Invalid
from studio.generators import account_as_set, opened
from studio.models import Generation, ProviderAccount, ProviderGate
from studio.rules.generation import GenerationState

HEALTH_SECONDS = 15.0
IN_FLIGHT = (GenerationState.SENDING, GenerationState.SUBMITTED, GenerationState.RUNNING)


class State(StrEnum):
    """How a provider is set up; the values are the words people read."""

    CONFIGURED = "configured"
    NO_KEY = "no key"
    NO_ADDRESS = "no address"
    OFF = "switched off"
    RETIRED = "retired"
    SEALED = "keys cannot be opened"


@dataclass(frozen=True, slots=True)
class Standing:
    """`account` is None when its keys cannot be unsealed. `why_not` says in a sentence why it cannot be used."""

    info: ProviderInfo
    account: Account | None
    row: ProviderAccount | None
    gate: ProviderGate | None
    models: tuple[ModelTerms, ...]
    in_flight: int
    state: State
    why_not: str

    @property
    def slug(self) -> str:
        return self.info.slug

    @property
    def is_usable(self) -> bool:
        return self.state is State.CONFIGURED

    @property
    def address(self) -> str:
        """Where calls go; "" when nowhere."""
        return self.account.base_url if self.account else ""

    @property
    def usable_models(self) -> tuple[ModelTerms, ...]:
        """Those that can be ordered today, as far as their dates say."""
        if self.account is None or not self.is_usable:
            return ()
        on, is_official = clock.now().date(), self.info.is_official(self.account)
        return tuple(one for one in self.models if not retirement.refusal(one, on=on, is_official=is_official))

    @property
    def trouble(self) -> str:
        """What the gate says: stopped, or resting after failures; "" when calls pass."""
        if self.gate is None:
            return ""
        if self.gate.stopped_because:
            return self.gate.stopped_because
        if self.gate.closed_until and self.gate.closed_until > clock.now():
            return self.gate.last_trouble or "It does not answer; it is tried again shortly."
        return ""

    @property
    def word(self) -> str:
        """The state as people read it first: what keeps calls from passing goes before how it is set."""
        if self.is_usable and self.trouble:
            return "stopped" if self.gate and self.gate.stopped_because else "resting"
        return self.state

    @property
    def webhook_address(self) -> str:
        """Where the provider's own console is told to send its webhooks; "" for one that sends none by itself."""
        account = self.account or Account(self.slug, "https://unknown.invalid")
        try:
            kind = planning_adapter_for(account).capabilities().webhooks
        except ProviderError:
            return ""
        if kind is not Webhooks.SIGNED:
            return ""
        return settings.PUBLIC_URL.rstrip("/") + reverse("account_hook", args=[self.slug])


def standings() -> list[Standing]:
    """Every provider, in the registry's order, in three queries."""
    return list(_standings(PROVIDERS.values()))


def standing_of(slug: str) -> Standing | None:
    """None for a provider that nobody knows."""
    info = PROVIDERS.get(slug)
    return next(_standings([info])) if info else None


def health_of(standing: Standing) -> Health:
    """One cheap call that costs nothing. Whatever goes wrong comes back as a sentence."""
    if standing.account is None or not standing.is_usable:
        return Health(False, standing.why_not)
    return async_to_sync(_health)(standing.account)


async def _health(account: Account) -> Health:
    try:
        async with asyncio.timeout(HEALTH_SECONDS), opened(account) as adapter:
            return await adapter.health()
    except TimeoutError:
        return Health(False, f"No answer within {HEALTH_SECONDS:.0f} seconds.")
    except ProviderError as error:
        return Health(False, error.message)


def _standings(infos: Iterable[ProviderInfo]) -> Iterator[Standing]:
    rows = {row.provider: row for row in ProviderAccount.objects.select_related("changed_by")}
    gates = {gate.provider: gate for gate in ProviderGate.objects.all()}
    flying = Counter(Generation.objects.filter(state__in=IN_FLIGHT).order_by().values_list("provider", flat=True))
    for info in infos:
        account, state, why_not = _set_up(info, rows.get(info.slug))
        models = tuple(terms for terms in catalogue().values() if terms.provider == info.slug)
        yield Standing(
            info,
            account,
            rows.get(info.slug),
            gates.get(info.slug),
            models,
            flying[info.slug],
            state,
            why_not,
        )


def _set_up(info: ProviderInfo, row: ProviderAccount | None) -> tuple[Account | None, State, str]:
    try:
        account = account_as_set(info.slug, row)
    except Invalid as error:
        return None, State.SEALED, str(error)
    if row is not None and not row.is_enabled:
        return account, State.OFF, "It is switched off here."
    if not account.base_url:
        return account, State.NO_ADDRESS, "It has no address here."
    if info.retired and info.is_official(account):
        return account, State.RETIRED, info.retired
    if not info.is_complete(account):
        return account, State.NO_KEY, "It has no key here."
    return account, State.CONFIGURED, ""
