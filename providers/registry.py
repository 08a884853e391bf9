"""Which adapter speaks to which provider."""

from collections.abc import Collection, Mapping

import httpx

from providers.base import Adapter
from providers.catalogue import models_of
from providers.errors import ProviderRetired
from providers.http import guarded_client
from providers.openai_videos.adapter import OFFICIAL_BASE_URL, RETIRED, OpenAIVideos, Profile

LABELS: Mapping[str, str] = {"sandbox": "Sandbox", "openai_videos": "OpenAI Videos"}


def adapter_for(
    provider: str,
    *,
    base_url: str,
    api_key: str,
    allow_hosts: Collection[str] = (),
    webhook_secret: str = "",
    client: httpx.AsyncClient | None = None,
) -> Adapter:
    """The adapter of `provider`, ready to use; the caller closes it with `aclose()`.

    `base_url` ends where `/videos` begins. `allow_hosts` are the exact `host:port` that may be private or plain http.
    Raises ProviderRetired for a provider nobody knows (any more).
    """
    if provider not in LABELS:
        raise ProviderRetired(f"No provider is named {provider}.")
    return OpenAIVideos(
        _profile(provider, base_url),
        base_url=base_url,
        api_key=api_key,
        client=client or guarded_client(allow_hosts),
        webhook_secret=webhook_secret,
    )


def _profile(provider: str, base_url: str) -> Profile:
    if provider == "sandbox":
        return Profile(provider, LABELS[provider], models_of("sandbox", "openai_videos"), has_webhooks=False)
    retired = RETIRED if httpx.URL(base_url).host == httpx.URL(OFFICIAL_BASE_URL).host else ""
    return Profile(provider, LABELS[provider], models_of("openai_videos"), retired=retired)
