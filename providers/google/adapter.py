"""Speaks to Google's video models over a client that is handed in: which dialect, which address, which key."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import httpx

from providers.accounts import API_KEY, WEBHOOK_SECRET, Account, Field, ProviderInfo
from providers.adapter import CatalogueAdapter
from providers.base import (
    Asset,
    Capabilities,
    GenerationRequest,
    Health,
    Hint,
    ModelTerms,
    Operation,
    Problem,
    Recovery,
    Snapshot,
    Submitted,
    Webhooks,
)
from providers.calls import accepted, media_call, paid_call, reading_call
from providers.catalogue import models_of
from providers.errors import AccessDenied, BadAnswer, InvalidRequest, NotFound, ProviderError
from providers.google import auth, faults, gemini_lro, interactions, limits, lro, media, vertex_lro, webhooks
from providers.google.media import MAX_INLINE_BYTES, Document, read_document
from providers.google.places import (
    FILES_MAY_LEAD_TO,
    GEMINI,
    VERTEX,
    VERTEX_REGIONS,
    Place,
    gemini_place,
    route_of,
    vertex_place,
)
from providers.http import MAX_MEDIA_BYTES, Answer
from providers.signing import verify

CHUNK_BYTES = 1024 * 1024
SMALL_BYTES = 1024 * 1024
"""Answers above this are parsed in a thread: a clip as base64 would hold up all other calls."""
UNAUTHENTICATED = "UNAUTHENTICATED"
SERVICE_ACCOUNT = Field(
    "service_account",
    "Service account (JSON)",
    is_secret=True,
    help="The whole text of the key file that Google gives.",
)
EXPRESS_KEY = Field(
    "api_key", "API key (express mode)", is_secret=True, help="Instead of a service account; needs no project then."
)
PROJECT = Field("project", "Project", help="Empty: the service account's own.")
LOCATION = Field("location", "Location", help="Such as us-central1, or global.")

INFOS: tuple[ProviderInfo, ...] = (
    ProviderInfo("google", "Google Gemini API", GEMINI, (API_KEY, WEBHOOK_SECRET)),
    ProviderInfo(
        "vertex",
        "Google Vertex AI",
        VERTEX,
        (SERVICE_ACCOUNT, EXPRESS_KEY, PROJECT, LOCATION),
        any_of=(("service_account",), ("api_key",)),
        official_pattern=VERTEX_REGIONS,
    ),
)
READERS: Mapping[str, Callable[[Document], Snapshot]] = {
    "vertex_lro": vertex_lro.read,
    "gemini_lro": gemini_lro.read,
    "interactions": interactions.read,
}


def build(info: ProviderInfo, account: Account, client: httpx.AsyncClient) -> "GoogleVideo":
    return GoogleVideo(info, account, models_of(info.slug), client=client)


class GoogleVideo(CatalogueAdapter):
    """The adapter of both providers. A job's `remote_id` is its operation's name, or "interactions/…"."""

    def __init__(self, *common: Any, max_media_bytes: int = MAX_MEDIA_BYTES, **more: Any) -> None:
        super().__init__(*common, **more)
        self._max_media_bytes = max_media_bytes
        self._is_vertex = self._info.slug == "vertex"

    def capabilities(self) -> Capabilities:
        return Capabilities(
            provider=self._info.slug,
            label=self._info.label,
            models=self._models,
            can_cancel=True,
            can_delete=True,
            recovery=Recovery.NONE,
            webhooks=Webhooks.NONE if self._is_vertex else Webhooks.SIGNED,
        )

    async def submit(self, request: GenerationRequest, client_id: str) -> Submitted:
        terms = self._usable_terms(request)
        request = await self._with_file(request, terms)
        url, body = self._place().create(terms.dialect, terms.wire_name), self._body(request, terms, client_id)
        error_of = faults.continuation_error_of if "previous_interaction_id" in body else faults.creation_error_of

        async def send(headers: dict[str, str]) -> Answer:
            sent = self._client.build_request("POST", url, json=body, headers=headers)
            return await paid_call(self._client, sent, error_of)

        answer = await self._with_keys(send)
        with accepted():
            snapshot = READERS[terms.dialect](read_document(answer))
        return Submitted(snapshot.remote_id, snapshot)

    async def fetch(self, remote_id: str) -> Snapshot:
        route, place = route_of(remote_id), self._place()
        match route:
            case "vertex_lro":
                url, body = place.fetch_predict(vertex_lro.model_of(remote_id)), vertex_lro.poll_body(remote_id)
                answer = await self._read("POST", url, json=body)
            case "gemini_lro":
                answer = await self._read("GET", place.operation(remote_id))
            case _:
                answer = await self._read("GET", place.interaction(remote_id))
        snapshot = READERS[route](await _parsed(answer))
        if snapshot.remote_id != remote_id:
            raise BadAnswer(f"Google answered with another job: {snapshot.remote_id[:80]}.", code="mismatch")
        return snapshot

    async def find(self, request: GenerationRequest, client_id: str) -> Snapshot | None:  # noqa: ARG002 — Google cannot be asked for a name of ours
        return None

    async def recent(self, limit: int = 20) -> list[Snapshot]:  # noqa: ARG002 — there is no list
        return []

    async def download(self, asset: Asset) -> AsyncIterator[bytes]:
        """From the answer that held the clip, or from the service's files; an asset that names neither is looked up."""
        if asset.inline is None and not _file_of(asset):
            asset = await self._looked_up(asset)
        if asset.inline is None:
            async for chunk in self._file_bytes(_file_of(asset)):
                yield chunk
            return
        for start in range(0, len(asset.inline), CHUNK_BYTES):
            yield asset.inline[start : start + CHUNK_BYTES]

    async def cancel(self, remote_id: str) -> None:
        """Only an interaction can be stopped; an operation runs to its end. Harmless for one that has ended."""
        if route_of(remote_id) != "interactions":
            return
        try:
            await self._read("POST", self._place().interaction(remote_id, "/cancel"))
        except (NotFound, InvalidRequest):
            return
        except ProviderError as error:
            if error.code != "FAILED_PRECONDITION":
                raise

    async def delete(self, remote_id: str) -> None:
        """Interactions can be forgotten; operations vanish by themselves."""
        if route_of(remote_id) == "interactions":
            with suppress(NotFound):
                await self._read("DELETE", self._place().interaction(remote_id))

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> Hint:
        secret = self._account.secret("webhook_secret")
        return webhooks.read_hint(verify(secret, headers, body, now=self._clock()), body)

    async def health(self) -> Health:
        living = [terms for terms in self._models if not terms.is_retired(self._today())]
        model = living[-1].wire_name if living else ""
        try:
            await self._read("GET", self._place().health(model))
        except ProviderError as error:
            return Health(False, error.message)
        return Health(True, "It answers with this key.", {"model asked for": model} if self._is_vertex else {})

    def _narrowed(self, request: GenerationRequest, terms: ModelTerms) -> ModelTerms:
        return limits.narrowed(request, terms)

    def _problems(self, request: GenerationRequest, terms: ModelTerms) -> list[Problem]:
        found = list(limits.problems(request, terms))
        source = request.source
        if source is None:
            return found
        if request.operation is Operation.EXTEND and terms.dialect == "gemini_lro" and not source.remote_id:
            found.append(Problem("references", f"{terms.label} goes on from the first clip of a call of its own only."))
        elif request.operation is Operation.REMIX and not interactions.previous(request):
            found.append(Problem("references", f"{terms.label} remixes its own takes only."))
        return found

    def _body(self, request: GenerationRequest, terms: ModelTerms, client_id: str) -> dict[str, Any]:
        match terms.dialect:
            case "vertex_lro":
                return vertex_lro.create_body(request, terms, client_id)
            case "gemini_lro":
                return gemini_lro.create_body(request, terms, self._callback(request))
            case _:
                delivery = "inline" if self._is_vertex else "uri"  # the platform's "uri" wants a bucket of one's own
                return interactions.create_body(
                    request, terms, client_id, delivery=delivery, callback_url=self._callback(request)
                )

    def _callback(self, request: GenerationRequest) -> str:
        """An address named in a call replaces those that are registered, and Google signs such messages with a key of
        its own: at the official address the registered ones, which we can verify, are left in force.
        """
        return "" if self._is_vertex or self._info.is_official(self._account) else request.callback_url

    async def _read(self, method: str, url: str, json: Mapping[str, str] | None = None) -> Answer:
        async def send(headers: dict[str, str]) -> Answer:
            request = self._client.build_request(method, url, json=json, headers=headers)
            return await reading_call(self._client, request, faults.error_of, max_bytes=MAX_INLINE_BYTES)

        return await self._with_keys(send)

    async def _with_keys(self, send: Callable[[dict[str, str]], Awaitable[Answer]]) -> Answer:
        """A token that was refused is minted anew, once: a call that was not let in was not accepted either."""
        keys = self._keys()
        try:
            return await send(await keys.headers())
        except AccessDenied as error:
            if error.code != UNAUTHENTICATED or not keys.forget():
                raise
            return await send(await keys.headers())

    async def _with_file(self, request: GenerationRequest, terms: ModelTerms) -> GenerationRequest:
        """The Gemini API goes on from a file of its own: the first of the operation, where only that is known.

        Where it cannot be told (any more) which file it was, the bytes have to do.
        """
        source = request.source
        if source is None or terms.dialect != "gemini_lro" or not lro.NAME.fullmatch(source.remote_id):
            return request
        try:
            clips = (await self.fetch(source.remote_id)).clips
        except (NotFound, BadAnswer, AccessDenied):
            return request
        if not clips:
            return request
        named = replace(source, remote_id=clips[0].remote_id)
        references = tuple(named if one is source else one for one in request.references)
        return replace(request, references=references)

    async def _looked_up(self, asset: Asset) -> Asset:
        """Raises NotFound when the answer does not hold the clip (any more)."""
        snapshot = await self.fetch(asset.remote_id.partition("#")[0])
        for one in snapshot.assets:
            if one.remote_id == asset.remote_id:
                return one
        raise NotFound("Google's answer holds this clip no more.")

    async def _file_bytes(self, file: str) -> AsyncIterator[bytes]:
        """The key goes to the configured base alone, whatever the file's link said."""
        headers = await self._keys().headers() | {"Accept": "application/binary"}
        request = self._client.build_request("GET", self._place().file(file), headers=headers)
        call = media_call(
            self._client, request, faults.error_of, max_bytes=self._max_media_bytes, redirects_to=FILES_MAY_LEAD_TO
        )
        async for chunk in call:
            yield chunk

    def _place(self) -> Place:
        return vertex_place(self._account) if self._is_vertex else gemini_place(self._account)

    def _keys(self) -> auth.Keys:
        if self._is_vertex and (text := self._account.secret("service_account")):
            return auth.ServiceAccount(text, self._client, self._clock)
        return auth.ApiKey(self._account.secret("api_key"))


def _file_of(asset: Asset) -> str:
    return media.file_id(asset.url) or media.file_id(asset.remote_id)


async def _parsed(answer: Answer) -> Document:
    if len(answer.body) <= SMALL_BYTES:
        return read_document(answer)
    return await asyncio.to_thread(read_document, answer)
