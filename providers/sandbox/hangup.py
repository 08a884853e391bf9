"""Answers that never come, or stop half-way: what a network does to us on a bad day."""

from pathlib import Path

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol


class HangUpProtocol(H11Protocol):
    """uvicorn's HTTP with the socket's transport in the request's state, so that an endpoint can close it."""

    def connection_made(self, transport):  # type: ignore[no-untyped-def]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class _HangUp(Response):
    def __init__(self, content: bytes = b"", announced: int = 0, media_type: str | None = None) -> None:
        super().__init__(content, media_type=media_type)
        self.headers["content-length"] = str(announced)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.body:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await send({"type": "http.response.body", "body": self.body, "more_body": True})
        scope["state"]["transport"].close()
        while (await receive())["type"] != "http.disconnect":
            continue


def hang_up_now() -> Response:
    """Closes the connection without a byte of answer."""
    return _HangUp()


def half_of(file: Path, media_type: str) -> Response:
    """Announces the whole of `file`, sends its first half, closes."""
    content = file.read_bytes()
    return _HangUp(content[: len(content) // 2], len(content), media_type)
