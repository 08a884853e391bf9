"""How a provider is reached, as the environment or a moderator says it; and what one can be asked to say."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Account:
    """One configured provider. `base_url` is where its documented paths begin; `secrets` are named by `Field.slug`."""

    provider: str
    base_url: str
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    options: Mapping[str, str] = field(default_factory=dict)

    def secret(self, slug: str) -> str:
        return self.secrets.get(slug, "")

    def option(self, slug: str) -> str:
        return self.options.get(slug, "")


@dataclass(frozen=True, slots=True)
class Field:
    """Something a provider has to be told. A secret is never shown again. `choices` empty: any text."""

    slug: str
    label: str
    is_secret: bool = False
    help: str = ""
    choices: tuple[str, ...] = ()


API_KEY = Field("api_key", "API key", is_secret=True)
WEBHOOK_SECRET = Field(
    "webhook_secret", "Webhook secret", is_secret=True, help="Begins with whsec_. Empty: no webhooks."
)


@dataclass(frozen=True, slots=True)
class ProviderInfo:
    """What is known of a provider before it is configured. `official_base_url` is "" for servers people run themselves.

    `fields` are what it has to be told; one of `any_of` (groups of secret slugs) must be complete before it is called.
    """

    slug: str
    label: str
    official_base_url: str
    fields: tuple[Field, ...] = (API_KEY,)
    any_of: tuple[tuple[str, ...], ...] = (("api_key",),)
    retired: str = ""
    """A sentence when the official service is gone for good."""
    official_pattern: str = ""
    """A regular expression for further official addresses, such as those of regions."""

    def is_complete(self, account: Account) -> bool:
        """Whether `account` holds an address and enough keys to be tried."""
        has_keys = not self.any_of or any(all(account.secret(slug) for slug in group) for group in self.any_of)
        return bool(account.base_url) and has_keys

    def is_official(self, account: Account) -> bool:
        base_url = account.base_url.rstrip("/")
        if self.official_pattern and re.fullmatch(self.official_pattern, base_url):
            return True
        return bool(self.official_base_url) and base_url == self.official_base_url.rstrip("/")
