"""Speaks the OpenAI Videos protocol over a client that is handed in; field names live in `wire`."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

import httpx

from providers.accounts import API_KEY, WEBHOOK_SECRET, Account, ProviderInfo
from providers.adapter import CatalogueAdapter
from providers.answers import read_json
from providers.base import Asset, Capabilities, GenerationRequest, Health, Hint, Recovery, Snapshot, Submitted, Webhooks
from providers.calls import accepted, media_call, paid_call, reading_call
from providers.catalogue import models_of
from providers.errors import BadAnswer, NotFound, ProviderError
from providers.http import MAX_MEDIA_BYTES, Answer
from providers.openai_videos import wire
from providers.signing import verify

RETIRED = "OpenAI shut its Videos API down: retired 2026-09-24. Point this provider at another server that speaks it."


@dataclass(frozen=True, slots=True)
class Profile:
    """How one server speaks the protocol."""

    auth_header: Literal["authorization", "api-key"] = "authorization"
    create_encoding: Literal["auto", "multipart", "json"] = "auto"
    can_delete: bool = True
    has_webhooks: bool = False


INFOS: tuple[ProviderInfo, ...] = (
    ProviderInfo("sandbox", "Sandbox", ""),
    ProviderInfo(
        "openai_videos", "OpenAI Videos", "https://api.openai.com/v1", (API_KEY, WEBHOOK_SECRET), retired=RETIRED
    ),
)
PROFILES: Mapping[str, Profile] = {"sandbox": Profile(), "openai_videos": Profile(has_webhooks=True)}


def build(info: ProviderInfo, account: Account, client: httpx.AsyncClient) -> "OpenAIVideos":
    models = models_of("sandbox", "openai_videos") if info.slug == "sandbox" else models_of(info.slug)
    return OpenAIVideos(info, account, models, profile=PROFILES[info.slug], client=client)


class OpenAIVideos(CatalogueAdapter):
    """The adapter."""

    def __init__(self, *common: Any, profile: Profile, max_media_bytes: int = MAX_MEDIA_BYTES, **more: Any) -> None:
        super().__init__(*common, **more)
        self._profile = profile
        self._max_media_bytes = max_media_bytes

    def capabilities(self) -> Capabilities:
        is_official = self._info.is_official(self._account)
        return Capabilities(
            provider=self._info.slug,
            label=self._info.label,
            models=self._models,
            can_cancel=self._profile.can_delete,
            can_delete=self._profile.can_delete,
            can_list=True,
            recovery=Recovery.LIST,
            webhooks=Webhooks.SIGNED if self._profile.has_webhooks else Webhooks.NONE,
            retired=self._info.retired if is_official else "",
        )

    async def submit(self, request: GenerationRequest, client_id: str) -> Submitted:
        self._usable_terms(request)
        answer = await paid_call(self._client, self._create_request(request, client_id), wire.error_of)
        with accepted():
            snapshot = wire.read_video(read_json(answer), answer.headers)
        return Submitted(snapshot.remote_id, snapshot)

    async def fetch(self, remote_id: str) -> Snapshot:
        answer = await self._call("GET", self._video_url(remote_id))
        snapshot = wire.read_video(read_json(answer), answer.headers)
        if snapshot.remote_id != remote_id:
            raise BadAnswer(f"The provider answered with another job: {snapshot.remote_id[:80]}.", code="mismatch")
        return snapshot

    async def find(self, request: GenerationRequest, client_id: str) -> Snapshot | None:  # noqa: ARG002 — the protocol keeps no name of ours
        return None

    async def recent(self, limit: int = 20) -> list[Snapshot]:
        return wire.read_list(await self._call("GET", f"{self._base_url}/videos", wire.list_query(limit)))

    def download(self, asset: Asset) -> AsyncIterator[bytes]:
        request = self._client.build_request(
            "GET",
            f"{self._video_url(asset.remote_id)}/content",
            params=wire.content_query(asset),
            headers=self._headers() | {"Accept": "application/binary"},
        )
        return media_call(self._client, request, wire.error_of, max_bytes=self._max_media_bytes)

    async def cancel(self, remote_id: str) -> None:
        """Delete the job, the protocol's only way to stop one. Repeating it is harmless."""
        try:
            await self._call("DELETE", self._video_url(remote_id))
        except NotFound:
            return

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> Hint:
        return wire.read_hint(verify(self._account.secret("webhook_secret"), headers, body, now=self._clock()), body)

    async def health(self) -> Health:
        if retired := self.capabilities().retired:
            return Health(False, retired)
        try:
            jobs = await self.recent(1)
        except ProviderError as error:
            return Health(False, error.message)
        return Health(True, "It answers with this key.", {"jobs listed": str(len(jobs))})

    def _create_request(self, request: GenerationRequest, client_id: str) -> httpx.Request:
        fields = wire.create_fields(request, self._terms(request))
        headers = self._headers() | {"X-Client-Request-Id": client_id}
        url = f"{self._base_url}/videos"
        if request.references or self._profile.create_encoding == "multipart":
            files = wire.create_parts(fields, request.references)
            return self._client.build_request("POST", url, files=files, headers=headers)
        return self._client.build_request("POST", url, json=fields, headers=headers)

    async def _call(self, method: str, url: str, params: Mapping[str, str] | None = None) -> Answer:
        request = self._client.build_request(method, url, params=params, headers=self._headers())
        return await reading_call(self._client, request, wire.error_of)

    def _video_url(self, remote_id: str) -> str:
        return f"{self._base_url}/videos/{quote(remote_id, safe='')}"

    def _headers(self) -> dict[str, str]:
        if self._profile.auth_header == "api-key":
            return {"api-key": self._account.secret("api_key")}
        return {"Authorization": f"Bearer {self._account.secret('api_key')}"}
