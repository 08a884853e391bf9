"""Speaks to Kling over a client that is handed in; `v1` and `v2` know the field names of its two wire formats."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

import httpx

from providers.accounts import API_KEY, Account, Field, ProviderInfo
from providers.adapter import CatalogueAdapter
from providers.base import (
    Asset,
    Capabilities,
    GenerationRequest,
    Health,
    Hint,
    ModelTerms,
    Problem,
    Recovery,
    Snapshot,
    Submitted,
    Webhooks,
)
from providers.calls import accepted, media_call, paid_call, reading_call
from providers.catalogue import models_of
from providers.errors import AccessDenied, AnswerLost, BadAnswer, InvalidRequest, NotFound, ProviderError
from providers.http import Answer
from providers.kling import limits, v1, v2
from providers.kling.auth import STALE, authorization, signs_tokens
from providers.kling.faults import create_error_of, error_of, media_error_of, read_data
from providers.kling.places import Place
from providers.kling.tasks import Dialect, Draft, Lookup, SourceClip, entries, one_task
from providers.kling.webhooks import read_hint

INFOS: tuple[ProviderInfo, ...] = (
    ProviderInfo(
        "kling",
        "Kling",
        "https://api-singapore.klingai.com",
        (
            API_KEY,
            Field("access_key", "Access key", is_secret=True, help="Of the older pair of keys; needs the secret key."),
            Field("secret_key", "Secret key", is_secret=True, help="Signs a token for every call; is never sent."),
        ),
        any_of=(("api_key",), ("access_key", "secret_key")),
    ),
)
DIALECTS: Mapping[str, Dialect] = {"v1": v1, "v2": v2}
SAYS_TAKEN = re.compile(r"external.?task|duplicat|already (exist|used)", re.IGNORECASE)
"""How a create call may be told that our name for it is taken; Kling's words for it are unverified."""


def build(info: ProviderInfo, account: Account, client: httpx.AsyncClient) -> "Kling":
    return Kling(info, account, models_of(info.slug), client=client)


class Kling(CatalogueAdapter):
    """The adapter. A remote id is a `Place`, written out."""

    def capabilities(self) -> Capabilities:
        return Capabilities(
            provider=self._info.slug,
            label=self._info.label,
            models=self._models,
            can_list=True,
            recovery=Recovery.CLIENT_ID,
            webhooks=Webhooks.UNSIGNED,
        )

    async def submit(self, request: GenerationRequest, client_id: str) -> Submitted:
        terms = self._usable_terms(request)
        source = await self._source_clip(request)
        draft = DIALECTS[terms.dialect].create(request, terms, client_id, source)
        try:
            snapshot = await self._create(DIALECTS[terms.dialect], draft)
        except InvalidRequest as refused:
            snapshot = await self._made_before(request, client_id, refused)
        return Submitted(snapshot.remote_id, snapshot)

    async def fetch(self, remote_id: str) -> Snapshot:
        place = Place.parse(remote_id)
        if place is None:
            raise NotFound("This is no task of Kling's.")
        dialect = DIALECTS[place.dialect]
        found = await self._tasks(dialect, dialect.by_task_id(place), place.kind)
        if not found:
            raise NotFound("The provider knows no such task.")
        if found[0].remote_id != str(place.task):
            raise BadAnswer(f"The provider answered with another job: {found[0].remote_id[:80]}.", code="mismatch")
        return found[0]

    async def find(self, request: GenerationRequest, client_id: str) -> Snapshot | None:
        """None only when Kling itself says that it has no such task."""
        terms = self._terms(request)
        dialect, kind = DIALECTS[terms.dialect], DIALECTS[terms.dialect].kind_of(request, terms)
        try:
            found = await self._tasks(dialect, dialect.by_client_id(kind, client_id), kind)
        except NotFound:
            return None
        if found and found[0].client_id not in ("", client_id):
            raise BadAnswer(f"The provider answered with another job: {found[0].client_id[:80]}.", code="mismatch")
        return found[0] if found else None

    async def recent(self, limit: int = 20) -> list[Snapshot]:
        """Of v1 only, where there is a list by kind; that v2 has one is unverified."""
        pages = [await self._tasks(v1, v1.page(kind, limit), kind) for kind in v1.LISTED_KINDS]
        return sorted((task for page in pages for task in page), key=_age, reverse=True)[:limit]

    async def download(self, asset: Asset) -> AsyncIterator[bytes]:
        """Links are signed and need no key; one that has run out is asked for anew."""
        link = asset.url or await self._fresh_link(asset.remote_id)
        try:
            async for chunk in self._file(link):
                yield chunk
            return
        except NotFound:
            if not asset.url:
                raise
        async for chunk in self._file(await self._fresh_link(asset.remote_id)):
            yield chunk

    async def cancel(self, remote_id: str) -> None:
        """Kling has no way to stop a task."""

    async def delete(self, remote_id: str) -> None:
        """Nor to delete one: results vanish after 30 days."""

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> Hint:  # noqa: ARG002 — nothing in them is signed
        return read_hint(body)

    async def health(self) -> Health:
        try:
            jobs = await self._tasks(v1, v1.page("text2video", 1), "text2video")
        except ProviderError as error:
            return Health(False, error.message)
        return Health(True, "It answers with this key.", {"jobs listed": str(len(jobs))})

    def _problems(self, request: GenerationRequest, terms: ModelTerms) -> list[Problem]:
        return limits.problems_of(request, terms)

    async def _create(self, dialect: Dialect, draft: Draft) -> Snapshot:
        answer = await self._with_fresh_token(
            lambda: paid_call(self._client, self._request("POST", draft.path, json=draft.body), create_error_of)
        )
        with accepted():
            return dialect.read_task(one_task(read_data(answer, creating=True)), draft.kind)

    async def _made_before(self, request: GenerationRequest, client_id: str, refused: InvalidRequest) -> Snapshot:
        """The task that already has our name, if that is why a create call was refused.

        Raises `refused` when it was for another reason, AnswerLost when the task that must exist cannot be shown.
        """
        says_taken = bool(SAYS_TAKEN.search(refused.message))
        try:
            found = await self.find(request, client_id)
        except ProviderError:
            found = None
        if found:
            return found
        if says_taken:
            raise AnswerLost("The provider says that it has this job already.", code=refused.code) from refused
        raise refused

    async def _source_clip(self, request: GenerationRequest) -> SourceClip | None:
        """Kling fetches clips by address, and links run out: the take's own task is asked for one. Costs nothing."""
        if request.source is None:
            return None
        try:
            clip = await self._clip(request.source.remote_id)
        except NotFound as error:
            raise InvalidRequest(f"Kling has no clip any more for {request.source.name}.", code=error.code) from error
        place = Place.parse(clip.remote_id)
        return SourceClip(place.clip if place else "", clip.url)

    async def _clip(self, remote_id: str) -> Asset:
        """A clip by its own place or by its task's, with a link as of now. Raises NotFound."""
        clips = (await self.fetch(remote_id)).clips
        place = Place.parse(remote_id)
        wanted = [clip for clip in clips if clip.remote_id == remote_id or (place and not place.clip)]
        if not wanted:
            raise NotFound("The provider offers no clip of this task.")
        return wanted[0]

    async def _fresh_link(self, remote_id: str) -> str:
        return (await self._clip(remote_id)).url

    def _file(self, link: str) -> AsyncIterator[bytes]:
        try:
            request = self._client.build_request("GET", link)
        except httpx.InvalidURL as error:
            raise BadAnswer("The provider's link to the clip is no address.") from error
        return media_call(self._client, request, media_error_of)

    async def _tasks(self, dialect: Dialect, lookup: Lookup, kind: str) -> list[Snapshot]:
        answer = await self._with_fresh_token(
            lambda: reading_call(
                self._client, self._request("GET", lookup.path, params=dict(lookup.params) or None), error_of
            )
        )
        return [dialect.read_task(task, kind) for task in entries(read_data(answer))]

    async def _with_fresh_token(self, call: Callable[[], Awaitable[Answer]]) -> Answer:
        """`call`, and once again when the token's time was wrong: a call without a valid token changed nothing."""
        try:
            return await call()
        except AccessDenied as error:
            if error.code not in STALE or not signs_tokens(self._account):
                raise
        return await call()

    def _request(
        self, method: str, path: str, *, params: Mapping[str, str] | None = None, json: object = None
    ) -> httpx.Request:
        headers = {"Authorization": authorization(self._account, now=self._clock())}
        return self._client.build_request(method, f"{self._base_url}{path}", params=params, json=json, headers=headers)


def _age(task: Snapshot) -> float:
    return task.created_at.timestamp() if task.created_at else 0.0
