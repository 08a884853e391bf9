"""Speaks to an examiner over a client that is handed in; `wire` knows the field names."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import httpx

from providers.calls import reading_call
from providers.examiners import wire
from providers.examiners.base import Connection, Examiner, Remark, Subject
from providers.http import Answer
from providers.openai_videos.wire import error_of

ANSWER_SECONDS = 120.0
"""A vision model thinks longer than a list of jobs is read."""


class _Speaking:
    def __init__(self, connection: Connection, client: httpx.AsyncClient) -> None:
        self._connection, self._client = connection, client

    async def _post(self, path: str, body: Mapping[str, Any]) -> Answer:
        key = self._connection.api_key
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        url = f"{self._connection.base_url.rstrip('/')}/{path}"
        request = self._client.build_request("POST", url, json=body, headers=headers)
        return await reading_call(self._client, request, error_of, within_seconds=ANSWER_SECONDS)


class Moderations(_Speaking):
    """The moderation protocol: one picture a call, scores by category. It reads no prompt."""

    covers: ClassVar[frozenset[Subject]] = frozenset({Subject.VIOLENCE})

    async def examine(self, pictures: Sequence[bytes], things: Sequence[str]) -> Sequence[Remark]:  # noqa: ARG002
        bodies = [wire.moderation_body(self._connection.model, picture) for picture in pictures]
        answers = await asyncio.gather(*(self._post("moderations", body) for body in bodies))
        return [remark for number, answer in enumerate(answers) for remark in wire.read_moderation(answer, number)]


class Vision(_Speaking):
    """A vision model behind the chat protocol: all pictures and the prompt's things in one question."""

    covers: ClassVar[frozenset[Subject]] = frozenset(Subject)

    async def examine(self, pictures: Sequence[bytes], things: Sequence[str]) -> Sequence[Remark]:
        answer = await self._post("chat/completions", wire.chat_body(self._connection.model, pictures, things))
        return list(wire.read_chat(answer, len(pictures)))


EXAMINERS: Mapping[str, type[Examiner]] = {"moderations": Moderations, "vision": Vision}
