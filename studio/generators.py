"""The generators of this installation: what is set for each provider, which models are offered, and an adapter each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from django.conf import settings

from providers import retirement
from providers.accounts import Account
from providers.base import Adapter, ModelTerms, Recovery
from providers.catalogue import catalogue
from providers.errors import ProviderError
from providers.registry import PROVIDERS, adapter_for, planning_adapter_for
from studio import clock
from studio.errors import Invalid
from studio.keyring import unseal
from studio.models import ProviderAccount


@dataclass(frozen=True, slots=True)
class Offer:
    """A model as people may choose it. `why_not` is a sentence when they may not, `warning` one to know before."""

    terms: ModelTerms
    provider_label: str
    why_not: str = ""
    warning: str = ""


def accounts() -> dict[str, Account]:
    """Every provider by slug, as it is set here: a moderator's row goes before the environment.

    One whose keys cannot be unsealed any more has none: the others go on.
    """
    rows = {row.provider: row for row in ProviderAccount.objects.all()}
    return {slug: _account_or_keyless(slug, rows.get(slug)) for slug in PROVIDERS}


def account_as_set(provider: str, row: ProviderAccount | None) -> Account:
    """One of `accounts`, complete or not. Raises Invalid when its keys cannot be unsealed any more."""
    return _account(provider, row)


def account_of(provider: str) -> Account:
    """Raises Invalid for a provider that nobody knows or that is not set up here."""
    if provider not in PROVIDERS:
        raise Invalid(f"The provider “{provider}” is not known.")
    account = _account(provider, ProviderAccount.objects.filter(provider=provider).first())
    if not PROVIDERS[provider].is_complete(account):
        raise Invalid(f"The provider “{provider}” is not configured.")
    return account


def _account_or_keyless(slug: str, row: ProviderAccount | None) -> Account:
    try:
        return _account(slug, row)
    except Invalid:
        said = settings.PROVIDER_SETTINGS.get(slug, {}).get("base_url", "")
        return Account(slug, (row.base_url if row else "") or said)


def _account(slug: str, row: ProviderAccount | None) -> Account:
    said = settings.PROVIDER_SETTINGS.get(slug, {})
    base_url, secrets, options = said.get("base_url", ""), said.get("secrets", {}), said.get("options", {})
    if row is None:
        return Account(slug, base_url, secrets, options)
    if not row.is_enabled:
        return Account(slug, "")
    own = unseal(row.sealed_secrets, owner=slug)
    # Keys of the environment go to the environment's address only: never to one that a row names.
    kept = secrets if row.base_url in ("", base_url) else {}
    return Account(slug, row.base_url or base_url, {**kept, **own}, {**options, **row.options})


def offers() -> list[Offer]:
    """Every model whose provider has an address here, in the catalogue's order, those that can be used first."""
    found = accounts()
    rows = [_offer(terms, found[terms.provider]) for terms in catalogue().values() if _is_listed(terms, found)]
    return sorted(rows, key=lambda row: bool(row.why_not))


def _is_listed(terms: ModelTerms, found: dict[str, Account]) -> bool:
    """A server that people run themselves is no news to anybody who does not run one."""
    account = found.get(terms.provider)
    return account is not None and bool(account.base_url)


def _offer(terms: ModelTerms, account: Account) -> Offer:
    info = PROVIDERS[terms.provider]
    on, is_official = clock.now().date(), info.is_official(account)
    gone = (info.retired if is_official else "") or retirement.refusal(terms, on=on, is_official=is_official)
    missing = "" if info.is_complete(account) else f"{info.label} has no key here yet. A moderator can add one."
    return Offer(terms, info.label, gone or missing, retirement.warning(terms, on=on, is_official=is_official))


def offered_models() -> list[ModelTerms]:
    """The models that can be ordered now, and those listed greyed out; see `offers` for the reasons."""
    return [offer.terms for offer in offers()]


def model_terms(key: str) -> ModelTerms:
    """Raises Invalid for a model that is not offered."""
    for terms in offered_models():
        if terms.key == key:
            return terms
    raise Invalid(f"The model “{key}” is not offered here. Choose one of the list.")


def planning_adapter(provider: str) -> Adapter:
    """For what needs no network: validating, estimating, capabilities. Never closed. Raises Invalid as `account_of`."""
    return planning_adapter_for(account_of(provider))


def is_official(provider: str) -> bool:
    """Whether calls go to the vendor itself, whose usual limits then hold, and not to a gateway or the sandbox."""
    try:
        return PROVIDERS[provider].is_official(account_of(provider))
    except (Invalid, KeyError):
        return False


def can_delete(provider: str) -> bool:
    try:
        return planning_adapter(provider).capabilities().can_delete
    except (Invalid, ProviderError):
        return False


def can_search(provider: str) -> bool:
    """Whether a job can be looked for at the provider although its number was lost."""
    try:
        return planning_adapter(provider).capabilities().recovery is not Recovery.NONE
    except (Invalid, ProviderError):
        return False


@asynccontextmanager
async def opened(account: Account) -> AsyncIterator[Adapter]:
    """An adapter for one call, closed after it."""
    adapter = adapter_for(account, allow_hosts=tuple(settings.EGRESS_HOSTS))
    try:
        yield adapter
    finally:
        await adapter.aclose()
