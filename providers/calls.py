"""The three kinds of call to a vendor, each with its own view of what a broken line means."""

from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import contextmanager

import httpx

from providers.errors import AnswerLost, BadAnswer, ProviderError, ProviderUnavailable
from providers.http import (
    EXCHANGE_SECONDS,
    MAX_JSON_BYTES,
    MAX_MEDIA_BYTES,
    Answer,
    exchange,
    followed,
    media_bytes,
    raw_bytes,
)

NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
MAX_ERROR_BYTES = 65536
KEY_HEADERS = ("Authorization", "api-key", "x-goog-api-key")
SHORTEST_KEY = 8
"""Anything shorter could be a word of the answer's."""
ErrorOf = Callable[[Answer], ProviderError]
"""Turns an answer other than 2xx into an error of the tree, in the vendor's words."""


async def paid_call(
    client: httpx.AsyncClient,
    request: httpx.Request,
    error_of: ErrorOf,
    *,
    surely_refused: Callable[[Answer], bool] = lambda _: False,
) -> Answer:
    """Send a call that may cost money, once. Whatever leaves doubt about acceptance is AnswerLost.

    `surely_refused` knows answers of status 408 or 5xx that a vendor documents as "nothing was accepted".
    """
    try:
        answer = without_our_keys(await exchange(client, request), request)
    except NOTHING_SENT as error:
        raise ProviderUnavailable("The provider cannot be reached.") from error
    except (httpx.TransportError, BadAnswer) as error:
        raise AnswerLost("The job was sent, but no answer came back.") from error
    if (answer.status >= 500 or answer.status == 408) and not surely_refused(answer):
        raise AnswerLost(f"The provider answered with status {answer.status}: the job may have been accepted.")
    if not 200 <= answer.status < 300:
        raise error_of(answer)
    return answer


@contextmanager
def accepted() -> Iterator[None]:
    """Around the reading of a paid call's answer: one that cannot be read may stand for a job all the same."""
    try:
        yield
    except BadAnswer as error:
        raise AnswerLost(f"The provider accepted the job with an answer we cannot read: {error}") from error


async def reading_call(
    client: httpx.AsyncClient,
    request: httpx.Request,
    error_of: ErrorOf,
    *,
    max_bytes: int = MAX_JSON_BYTES,
    within_seconds: float = EXCHANGE_SECONDS,
) -> Answer:
    """Send a call that costs nothing and may be repeated. Raises ProviderError."""
    with reading():
        answer = await exchange(client, request, max_bytes=max_bytes, within_seconds=within_seconds)
        answer = without_our_keys(answer, request)
    if not 200 <= answer.status < 300:
        raise error_of(answer)
    return answer


async def media_call(
    client: httpx.AsyncClient,
    request: httpx.Request,
    error_of: ErrorOf,
    *,
    max_bytes: int = MAX_MEDIA_BYTES,
    redirects_to: Collection[str] = (),
) -> AsyncIterator[bytes]:
    """The bytes of a file as they come. Raises ProviderError, BadAnswer for a body that is not as announced.

    `redirects_to` are the hosts that the file may lie at instead, see `followed`.
    """
    request.headers["Accept-Encoding"] = "identity"
    with reading():
        response = await followed(client, request, redirects_to)
        try:
            if response.status_code != 200:
                raise error_of(without_our_keys(await _short_answer(response), request))
            async for chunk in media_bytes(response, max_bytes=max_bytes):
                yield chunk
        finally:
            await response.aclose()


def without_our_keys(answer: Answer, request: httpx.Request) -> Answer:
    """Some servers repeat the key that they do not like, and their words are shown to people and kept in rows."""
    said = [request.headers.get(name, "").rpartition(" ")[2] for name in KEY_HEADERS]
    body = answer.body
    for key in said:
        if len(key) >= SHORTEST_KEY:
            body = body.replace(key.encode(), "…".encode())
    return Answer(answer.status, answer.headers, body)


@contextmanager
def reading() -> Iterator[None]:
    try:
        yield
    except httpx.TransportError as error:
        raise ProviderUnavailable(f"The provider cannot be reached: {type(error).__name__}.") from error


async def _short_answer(response: httpx.Response) -> Answer:
    """An error answer to a download, read no further than an error message goes."""
    body = bytearray()
    async for chunk in raw_bytes(response):
        body += chunk
        if len(body) > MAX_ERROR_BYTES:
            break
    return Answer(response.status_code, response.headers, bytes(body))
