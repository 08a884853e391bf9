"""Speaks Runway's API over a client that is handed in; field names live in `wire`."""

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
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
    ModelTerms,
    Operation,
    Problem,
    ReferenceRole,
    Snapshot,
    Submitted,
)
from providers.calls import accepted, media_call, paid_call, reading_call
from providers.catalogue import models_of
from providers.errors import BadAnswer, BadSignature, NotFound, ProviderError
from providers.http import MAX_MEDIA_BYTES, Answer
from providers.runway import wire
from providers.runway.uploads import LARGEST_UPLOAD, Uploader
from providers.terms import either

INFOS: tuple[ProviderInfo, ...] = (ProviderInfo("runway", "Runway", "https://api.dev.runwayml.com"),)
POLL_SECONDS = 5.0
"""How often Runway wants a task to be looked at, at most."""


def build(info: ProviderInfo, account: Account, client: httpx.AsyncClient) -> "Runway":
    return Runway(info, account, models_of(info.slug), client=client)


class Runway(CatalogueAdapter):
    """The adapter. Runway keeps no name of ours, has no list and sends no webhooks: a lost answer is for a person."""

    def __init__(self, *common: Any, max_media_bytes: int = MAX_MEDIA_BYTES, **more: Any) -> None:
        super().__init__(*common, **more)
        self._max_media_bytes = max_media_bytes
        self._uploader = Uploader(self._client, self._base_url, self._headers)
        self._poll_after = POLL_SECONDS if self._info.is_official(self._account) else None

    def capabilities(self) -> Capabilities:
        return Capabilities(
            provider=self._info.slug, label=self._info.label, models=self._models, can_cancel=True, can_delete=True
        )

    def _problems(self, request: GenerationRequest, terms: ModelTerms) -> list[Problem]:
        rules = (self._prompt_length, self._size_from_words, self._shape, self._mixed_stills, self._files)
        return [problem for rule in rules if (problem := rule(request, terms))]

    def _prompt_length(self, request: GenerationRequest, terms: ModelTerms) -> Problem | None:
        units = wire.utf16_units(request.prompt)
        if len(request.prompt) <= terms.max_prompt < units:
            most = f"{terms.max_prompt} characters at most, an emoji being two"
            return Problem("prompt", f"{most}; the prompt has {units}.")
        return None

    def _size_from_words(self, request: GenerationRequest, terms: ModelTerms) -> Problem | None:
        sizes = wire.FROM_WORDS_ALONE.get(terms.wire_name, ())
        size = request.size or terms.default_size
        if request.operation is Operation.TEXT_TO_VIDEO and sizes and size not in sizes and size in (terms.sizes or ()):
            return Problem("size", f"From words alone {terms.label} makes {either(sizes)}; the spec asks for {size}.")
        return None

    def _shape(self, request: GenerationRequest, terms: ModelTerms) -> Problem | None:
        if request.operation is Operation.OUTPAINT and not wire.shape_of(request.size or ""):
            shapes = either(wire.SHAPES)
            return Problem("size", f"{terms.label} widens a clip to {shapes}; choose a size of such a shape.")
        return None

    def _mixed_stills(self, request: GenerationRequest, terms: ModelTerms) -> Problem | None:
        if request.operation is Operation.IMAGE_TO_VIDEO and request.of_role(ReferenceRole.REFERENCE):
            return Problem("references", f"{terms.label} takes a first frame or reference images, not both at once.")
        if request.operation is Operation.OUTPAINT and request.of_role(ReferenceRole.MASK):
            return Problem("references", f"{terms.label} takes no mask.")
        return None

    def _files(self, request: GenerationRequest, terms: ModelTerms) -> Problem | None:  # noqa: ARG002 — one signature for all rules
        for reference in request.references:
            if len(reference.content) > LARGEST_UPLOAD:
                return Problem("references", f"Runway takes files of 200 MB at most; {reference.name} is larger.")
        return None

    async def submit(self, request: GenerationRequest, client_id: str) -> Submitted:  # noqa: ARG002 — Runway keeps no name of ours
        terms, path = self._usable_terms(request), wire.path_of(request)
        uris = [await self._uploader.uri_of(reference) for reference in request.references]
        body = wire.create_body(request, terms, uris)
        call = self._client.build_request("POST", f"{self._base_url}{path}", json=body, headers=self._headers())
        answer = await paid_call(self._client, call, wire.error_of)
        with accepted():
            snapshot = self._read(answer)
        return Submitted(snapshot.remote_id, snapshot)

    async def fetch(self, remote_id: str) -> Snapshot:
        snapshot = self._read(await self._call("GET", self._task_url(remote_id)))
        if snapshot.remote_id != remote_id:
            raise BadAnswer(f"Runway answered with another task: {snapshot.remote_id[:80]}.", code="mismatch")
        return snapshot

    async def find(self, request: GenerationRequest, client_id: str) -> Snapshot | None:  # noqa: ARG002 — Runway keeps no name of ours
        return None

    async def recent(self, limit: int = 20) -> list[Snapshot]:  # noqa: ARG002 — Runway has no list
        return []

    def download(self, asset: Asset) -> AsyncIterator[bytes]:
        """From the link of the task, without our key. NotFound: look at the task again for a fresh link."""
        if not wire.is_link(asset.url):
            raise NotFound("The file has no link.", code="url_expired")
        request = self._client.build_request("GET", asset.url)
        return media_call(self._client, request, wire.link_error_of, max_bytes=self._max_media_bytes)

    async def cancel(self, remote_id: str) -> None:
        """Stop the task. One that has ended is left alone: the same call would delete what was paid for."""
        try:
            if not (await self.fetch(remote_id)).state.is_terminal:
                await self.delete(remote_id)
        except NotFound:
            return

    async def delete(self, remote_id: str) -> None:
        with suppress(NotFound):
            await self._call("DELETE", self._task_url(remote_id))

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> Hint:  # noqa: ARG002 — there are none
        raise BadSignature("Runway sends no webhooks.")

    async def health(self) -> Health:
        try:
            return wire.read_health(await self._call("GET", f"{self._base_url}/v1/organization"), self._models)
        except ProviderError as error:
            return Health(False, error.message)

    def _read(self, answer: Answer) -> Snapshot:
        now = datetime.fromtimestamp(self._clock(), UTC)
        return wire.read_task(read_json(answer), now=now, poll_after_seconds=self._poll_after)

    async def _call(self, method: str, url: str) -> Answer:
        request = self._client.build_request(method, url, headers=self._headers())
        return await reading_call(self._client, request, wire.error_of)

    def _task_url(self, remote_id: str) -> str:
        return f"{self._base_url}/v1/tasks/{quote(remote_id, safe='')}"

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._account.secret('api_key')}", "X-Runway-Version": wire.VERSION}
