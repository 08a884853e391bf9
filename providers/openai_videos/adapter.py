"""Speaks the OpenAI Videos protocol over a client that is handed in; field names live in `wire`."""

import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal
from urllib.parse import quote

import httpx

from providers.base import (
    FOUR_PLACES,
    Asset,
    Capabilities,
    Estimate,
    GenerationRequest,
    Hint,
    ModelTerms,
    Problem,
    Snapshot,
    Submitted,
)
from providers.errors import (
    AnswerLost,
    BadAnswer,
    InvalidRequest,
    NotFound,
    ProviderRetired,
    ProviderUnavailable,
)
from providers.http import MAX_MEDIA_BYTES, Answer, exchange, media_bytes, raw_bytes
from providers.openai_videos import wire
from providers.openai_videos.terms import problems_of
from providers.signing import verify

OFFICIAL_BASE_URL = "https://api.openai.com/v1"
RETIRED = "OpenAI shut its Videos API down: retired 2026-09-24. Point this provider at another server that speaks it."
NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


@dataclass(frozen=True, slots=True)
class Profile:
    """How one server speaks the protocol."""

    provider: str
    label: str
    models: tuple[ModelTerms, ...]
    auth_header: Literal["authorization", "api-key"] = "authorization"
    create_encoding: Literal["auto", "multipart", "json"] = "auto"
    can_delete: bool = True
    has_webhooks: bool = True
    retired: str = ""


class OpenAIVideos:
    """The adapter. Owns `client`; `clock` gives unix seconds, for the age of webhooks."""

    def __init__(
        self,
        profile: Profile,
        *,
        base_url: str,
        api_key: str,
        client: httpx.AsyncClient,
        webhook_secret: str = "",
        max_media_bytes: int = MAX_MEDIA_BYTES,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._profile = profile
        self._base_url = base_url.rstrip("/")
        self._api_key = api_key
        self._client = client
        self._webhook_secret = webhook_secret
        self._max_media_bytes = max_media_bytes
        self._clock = clock

    def capabilities(self) -> Capabilities:
        profile = self._profile
        return Capabilities(
            provider=profile.provider,
            label=profile.label,
            models=profile.models,
            modes=frozenset({"text_to_video", "image_to_video"}),
            can_delete=profile.can_delete,
            can_list=True,
            has_webhooks=profile.has_webhooks,
            retired=profile.retired,
        )

    def validate(self, request: GenerationRequest) -> list[Problem]:
        if self._profile.retired:
            return [Problem("model", self._profile.retired)]
        terms = self.capabilities().model(request.model)
        return problems_of(request, terms) if terms else [Problem("model", self._unknown_model(request))]

    def estimate(self, request: GenerationRequest) -> Estimate:
        terms = self._terms(request)
        seconds = request.seconds or terms.default_seconds
        amount = (terms.price_per_second * Decimal(seconds)).quantize(FOUR_PLACES)
        return Estimate(amount, basis=f"{seconds} s at ${terms.price_per_second.normalize():f} a second")

    async def submit(self, request: GenerationRequest, client_id: str) -> Submitted:
        if self._profile.retired:
            raise ProviderRetired(self._profile.retired)
        answer = await self._create(self._create_request(request, client_id))
        try:
            snapshot = wire.read_video(wire.read_json(answer), answer.headers)
        except BadAnswer as error:
            raise AnswerLost(f"The provider accepted the job with an answer we cannot read: {error}") from error
        return Submitted(snapshot.remote_id, snapshot)

    async def fetch(self, remote_id: str) -> Snapshot:
        answer = await self._call("GET", self._video_url(remote_id))
        snapshot = wire.read_video(wire.read_json(answer), answer.headers)
        if snapshot.remote_id != remote_id:
            raise BadAnswer(f"The provider answered with another job: {snapshot.remote_id[:80]}.", code="mismatch")
        return snapshot

    async def recent(self, limit: int = 20) -> list[Snapshot]:
        return wire.read_list(await self._call("GET", f"{self._base_url}/videos", wire.list_query(limit)))

    async def download(self, asset: Asset) -> AsyncIterator[bytes]:
        request = self._client.build_request(
            "GET",
            f"{self._video_url(asset.remote_id)}/content",
            params=wire.content_query(asset),
            headers=self._headers() | {"Accept": "application/binary", "Accept-Encoding": "identity"},
        )
        with _reading():
            response = await self._client.send(request, stream=True)
            try:
                if response.status_code != 200:
                    raise wire.error_of(await _short_answer(response))
                async for chunk in media_bytes(response, max_bytes=self._max_media_bytes):
                    yield chunk
            finally:
                await response.aclose()

    async def cancel(self, remote_id: str) -> None:
        """Delete the job, the protocol's only way to stop one. Repeating it is harmless."""
        try:
            await self._call("DELETE", self._video_url(remote_id))
        except NotFound:
            return

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> Hint:
        return wire.read_hint(verify(self._webhook_secret, headers, body, now=self._clock()), body)

    async def aclose(self) -> None:
        await self._client.aclose()

    def _terms(self, request: GenerationRequest) -> ModelTerms:
        if terms := self.capabilities().model(request.model):
            return terms
        raise InvalidRequest(self._unknown_model(request), code="model_not_found")

    def _unknown_model(self, request: GenerationRequest) -> str:
        return f"{self._profile.label} has no model named {request.model}."

    def _create_request(self, request: GenerationRequest, client_id: str) -> httpx.Request:
        fields = wire.create_fields(request, self._terms(request))
        headers = self._headers() | {"X-Client-Request-Id": client_id}
        url = f"{self._base_url}/videos"
        if request.references or self._profile.create_encoding == "multipart":
            files = wire.create_parts(fields, request.references)
            return self._client.build_request("POST", url, files=files, headers=headers)
        return self._client.build_request("POST", url, json=fields, headers=headers)

    async def _create(self, request: httpx.Request) -> Answer:
        """The paid call. Whatever leaves doubt about acceptance is AnswerLost."""
        try:
            answer = await exchange(self._client, request)
        except NOTHING_SENT as error:
            raise ProviderUnavailable("The provider cannot be reached.") from error
        except (httpx.TransportError, BadAnswer) as error:
            raise AnswerLost("The job was sent, but no answer came back.") from error
        if answer.status >= 500 or answer.status == 408:
            raise AnswerLost(f"The provider answered with status {answer.status}: the job may have been accepted.")
        if not 200 <= answer.status < 300:
            raise wire.error_of(answer)
        return answer

    async def _call(self, method: str, url: str, params: Mapping[str, str] | None = None) -> Answer:
        with _reading():
            request = self._client.build_request(method, url, params=params, headers=self._headers())
            answer = await exchange(self._client, request)
        if not 200 <= answer.status < 300:
            raise wire.error_of(answer)
        return answer

    def _video_url(self, remote_id: str) -> str:
        return f"{self._base_url}/videos/{quote(remote_id, safe='')}"

    def _headers(self) -> dict[str, str]:
        if self._profile.auth_header == "api-key":
            return {"api-key": self._api_key}
        return {"Authorization": f"Bearer {self._api_key}"}


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except httpx.TransportError as error:
        raise ProviderUnavailable(f"The provider cannot be reached: {type(error).__name__}.") from error


async def _short_answer(response: httpx.Response) -> Answer:
    """An error answer to a download, read no further than an error message goes."""
    body = bytearray()
    async for chunk in raw_bytes(response):
        body += chunk
        if len(body) > 65536:
            break
    return Answer(response.status_code, response.headers, bytes(body))
