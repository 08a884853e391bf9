"""Which providers there are, and which adapter speaks to each."""

from collections.abc import Callable, Collection, Mapping
from functools import cache

import httpx

from providers.accounts import Account, ProviderInfo
from providers.base import Adapter
from providers.errors import ProviderRetired
from providers.google import adapter as google
from providers.http import guarded_client
from providers.kling import adapter as kling
from providers.openai_videos import adapter as openai_videos
from providers.runway import adapter as runway

Build = Callable[[ProviderInfo, Account, httpx.AsyncClient], Adapter]
FAMILIES: tuple[tuple[tuple[ProviderInfo, ...], Build], ...] = (
    (openai_videos.INFOS, openai_videos.build),
    (runway.INFOS, runway.build),
    (google.INFOS, google.build),
    (kling.INFOS, kling.build),
)
PROVIDERS: Mapping[str, ProviderInfo] = {info.slug: info for infos, _ in FAMILIES for info in infos}
BUILDERS: Mapping[str, Build] = {info.slug: build for infos, build in FAMILIES for info in infos}


def adapter_for(
    account: Account, *, allow_hosts: Collection[str] = (), client: httpx.AsyncClient | None = None
) -> Adapter:
    """The adapter of `account`, ready to use; the caller closes it with `aclose()`.

    `allow_hosts` are the exact `host:port` that may be private or plain http.
    Raises ProviderRetired for a provider nobody knows (any more).
    """
    return _built(account, client or guarded_client(allow_hosts))


def planning_adapter_for(account: Account) -> Adapter:
    """For what needs no network; never closed, as all of these share one client that never calls."""
    return _built(account, _idle_client())


@cache
def _idle_client() -> httpx.AsyncClient:
    return guarded_client()


def _built(account: Account, client: httpx.AsyncClient) -> Adapter:
    info = PROVIDERS.get(account.provider)
    if info is None:
        raise ProviderRetired(f"No provider is named {account.provider}.")
    return BUILDERS[info.slug](info, account, client)
