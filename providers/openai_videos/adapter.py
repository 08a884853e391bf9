"""Speaks the OpenAI Videos protocol over a client that is handed in; field names live in `wire`."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import httpx

from providers.accounts import Account, ProviderInfo
from providers.adapter import CatalogueAdapter
from providers.answers import read_json
from providers.base import (
    Asset,
    Capabilities,
    GenerationRequest,
    Health,
    Hint,
    JobState,
    ModelTerms,
    Operation,
    Problem,
    Recovery,
    ReferenceRole,
    Snapshot,
    Submitted,
    Webhooks,
)
from providers.calls import accepted, media_call, paid_call, reading_call
from providers.catalogue import models_of
from providers.errors import BadAnswer, BadSignature, NotFound, ProviderError
from providers.http import MAX_MEDIA_BYTES, Answer
from providers.openai_videos import wire
from providers.openai_videos.profiles import INFOS, Profile, profile_of
from providers.signing import verify

__all__ = ["INFOS", "OpenAIVideos", "Profile", "build"]


def build(info: ProviderInfo, account: Account, client: httpx.AsyncClient) -> "OpenAIVideos":
    models = models_of("sandbox", "openai_videos") if info.slug == "sandbox" else models_of(info.slug)
    if name := account.option("model"):
        models = tuple(replace(terms, name=name) for terms in models)
    return OpenAIVideos(info, account, models, profile=profile_of(info.slug, account.options), client=client)


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
            snapshot = self._read(answer)
        return Submitted(snapshot.remote_id, snapshot)

    async def fetch(self, remote_id: str) -> Snapshot:
        try:
            answer = await self._call("GET", self._video_url(remote_id))
        except NotFound as error:
            if not self._profile.forgets_jobs:
                raise
            return _forgotten(remote_id, error)
        snapshot = self._read(answer)
        if snapshot.remote_id != remote_id:
            raise BadAnswer(f"The provider answered with another job: {snapshot.remote_id[:80]}.", code="mismatch")
        return snapshot

    async def find(self, request: GenerationRequest, client_id: str) -> Snapshot | None:  # noqa: ARG002 — the protocol keeps no name of ours
        return None

    async def recent(self, limit: int = 20) -> list[Snapshot]:
        answer = await self._call("GET", f"{self._base_url}/videos", wire.list_query(limit))
        return wire.read_list(answer, has_thumbnail=self._profile.has_thumbnail)[:limit]

    def download(self, asset: Asset) -> AsyncIterator[bytes]:
        request = self._client.build_request(
            "GET",
            f"{self._video_url(asset.remote_id)}/content",
            params=wire.content_query(asset),
            headers=self._headers() | {"Accept": "application/binary"},
        )
        return media_call(self._client, request, wire.error_of, max_bytes=self._max_media_bytes)

    async def cancel(self, remote_id: str) -> None:
        """Stop the job, which the protocol does by deleting it. One that has ended is left alone: it is paid for."""
        if not self._profile.can_delete:
            return
        try:
            if not (await self.fetch(remote_id)).state.is_terminal:
                await self.delete(remote_id)
        except NotFound:
            return

    async def delete(self, remote_id: str) -> None:
        with suppress(NotFound):
            await self._call("DELETE", self._video_url(remote_id))

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> Hint:
        """During a rotation the webhook secret may be two, with a space between them."""
        *others, last = self._account.secret("webhook_secret").split() or [""]
        for secret in others:
            with suppress(BadSignature):
                return wire.read_hint(verify(secret, headers, body, now=self._clock()), body)
        return wire.read_hint(verify(last, headers, body, now=self._clock()), body)

    async def health(self) -> Health:
        if retired := self.capabilities().retired:
            return Health(False, retired)
        try:
            jobs = await self.recent(1)
        except ProviderError as error:
            return Health(False, error.message)
        return Health(True, "It answers with this key.", {"jobs listed": str(len(jobs))})

    def _problems(self, request: GenerationRequest, terms: ModelTerms) -> list[Problem]:
        rules = (self._model_name, self._first_frame, self._rate, self._remix_source, self._total_length)
        return [Problem(field, said) for rule in rules for field, said in rule(request, terms)]

    def _model_name(self, _: GenerationRequest, terms: ModelTerms) -> Iterator[tuple[str, str]]:
        if self._profile.needs_model_name and not terms.name:
            yield "model", f"{self._info.label} has many models: name the one to use in the provider's settings."

    def _first_frame(self, request: GenerationRequest, terms: ModelTerms) -> Iterator[tuple[str, str]]:
        size = request.size or terms.default_size
        for still in request.of_role(ReferenceRole.FIRST_FRAME):
            if self._profile.first_frame_has_size and still.size and still.size != size:
                yield "references", f"The first frame must have the clip's size, {size}; {still.name} is {still.size}."

    def _rate(self, request: GenerationRequest, terms: ModelTerms) -> Iterator[tuple[str, str]]:
        is_whole = request.fps is None or request.fps.denominator == 1
        if self._profile.whole_rates and "fps" in terms.extras and not is_whole:
            yield "fps", f"{terms.label} takes whole numbers of frames a second; the spec asks for {request.fps}."

    def _remix_source(self, request: GenerationRequest, terms: ModelTerms) -> Iterator[tuple[str, str]]:
        if request.operation is Operation.REMIX and request.source and not request.source.remote_id:
            yield "references", f"{terms.label} remixes only takes that it made itself."

    def _total_length(self, request: GenerationRequest, terms: ModelTerms) -> Iterator[tuple[str, str]]:
        most, source = self._profile.longest_extended, request.source
        if request.operation is not Operation.EXTEND or not most or source is None or source.seconds is None:
            return
        if (total := source.seconds + (request.seconds or terms.default_seconds)) > most:
            yield "seconds", f"An extended clip lasts {most} s at most; this one would last {total:.1f} s."

    def _create_request(self, request: GenerationRequest, client_id: str) -> httpx.Request:
        """One of the paid calls: create, remix, edit or extend, as JSON or in parts."""
        terms, headers = self._terms(request), self._headers() | {"X-Client-Request-Id": client_id}
        model = "" if self._profile.has_one_model and not terms.name else terms.wire_name
        call = wire.paid_call_of(request, terms, model=model, extras=self._profile.extras)
        fields = {**call.fields, **(self._server_options() if call.is_create else {})}
        url = f"{self._base_url}{call.path}"
        if call.files or (call.is_create and self._profile.create_encoding == "multipart"):
            return self._client.build_request("POST", url, files=wire.parts(fields, call.files), headers=headers)
        return self._client.build_request("POST", url, json=fields, headers=headers)

    def _server_options(self) -> dict[str, str]:
        return {name: said for name in self._profile.options if (said := self._account.option(name))}

    def _read(self, answer: Answer) -> Snapshot:
        return wire.read_video(read_json(answer), answer.headers, has_thumbnail=self._profile.has_thumbnail)

    async def _call(self, method: str, url: str, params: Mapping[str, str] | None = None) -> Answer:
        request = self._client.build_request(method, url, params=params, headers=self._headers())
        return await reading_call(self._client, request, wire.error_of)

    def _video_url(self, remote_id: str) -> str:
        return f"{self._base_url}/videos/{quote(remote_id, safe='')}"

    def _headers(self) -> dict[str, str]:
        if not (key := self._account.secret("api_key")):
            return {}
        return {"api-key": key} if self._profile.auth_header == "api-key" else {"Authorization": f"Bearer {key}"}


def _forgotten(remote_id: str, error: NotFound) -> Snapshot:
    """What a server that keeps its jobs in memory says after a restart: the job is gone, nobody was charged."""
    said = "The server does not know this job any more: it was started anew meanwhile."
    return Snapshot(remote_id, JobState.FAILED, error=said, code=error.code or "job_lost", is_retryable=True)
