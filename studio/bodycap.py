"""Keeps strangers from filling the disk: a body is held to its cap while it arrives, before Django writes it down.

Django keeps the whole body of a request in a temporary file before any view, and so any permission, is asked. Only the
upload pages take large ones, from people who are signed in; and by API the same from software with a live token.
"""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import DatabaseError, close_old_connections

from studio.actions.tokens import authenticate
from studio.http import API

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SLACK_BYTES = 1024 * 1024
"""Multipart lines, headers of parts, the other fields of a form."""
UPLOAD_PAGES = "/upload/"
UPLOADS_BY_API = ("/references", "/takes")
SENTENCE = b"This request is larger than this address takes.\n"


class BodyCap:
    """ASGI middleware: 413 for a body that is, or says it is, larger than its address takes."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        cap = await cap_of(scope)
        if announced(scope) > cap:
            await refuse(send)
            return
        counted = Counted(receive, send, cap)
        await self._app(scope, counted.receive, counted.send)
        if counted.is_over and not counted.has_answered:
            await refuse(send)


class Counted:
    """One exchange. A body that grows past its cap ends as if the sender had gone."""

    def __init__(self, receive: Receive, send: Send, cap: int) -> None:
        self._receive, self._send, self._left = receive, send, cap
        self.is_over = self.has_answered = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        self.is_over = self.is_over or self._left < 0
        return {"type": "http.disconnect"} if self.is_over else message

    async def send(self, message: Message) -> None:
        self.has_answered = True
        await self._send(message)


async def cap_of(scope: Scope) -> int:
    """Bytes that this request may send."""
    small = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + SLACK_BYTES
    path = scope["path"]
    if scope["method"] != "POST" or not path.endswith((UPLOAD_PAGES, *UPLOADS_BY_API)):
        return small
    if path.startswith(API):
        is_known = await sync_to_async(holds_token)(header(scope, b"authorization"))
    else:
        is_known = path.endswith(UPLOAD_PAGES) and await sync_to_async(is_signed_in)(header(scope, b"cookie"))
    return settings.MAX_CLIP_BYTES + SLACK_BYTES if is_known else small


def holds_token(authorization: str) -> bool:
    """Whether this is the key of a live token; what it may be used for is asked later."""
    kind, _, key = authorization.partition(" ")
    close_old_connections()  # as below
    try:
        return kind.lower() == "bearer" and authenticate(key.strip()) is not None
    except DatabaseError:
        return False
    finally:
        close_old_connections()


def is_signed_in(cookies: str) -> bool:
    """Whether these cookies name a live session of somebody; what they may do is asked later."""
    try:
        morsel = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return False
    session = import_module(settings.SESSION_ENGINE).SessionStore(morsel.value if morsel else None)
    close_old_connections()  # we stand outside Django's requests, which do this around each of theirs
    try:
        return SESSION_KEY in session
    except DatabaseError:
        return False
    finally:
        close_old_connections()


def announced(scope: Scope) -> int:
    """The Content-Length; 0 when there is none."""
    length = header(scope, b"content-length")[:20]
    return int(length) if length.isascii() and length.isdigit() else 0


def header(scope: Scope, wanted: bytes) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == wanted), "")


async def refuse(send: Send) -> None:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(SENTENCE)).encode()),
        (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
        (b"x-content-type-options", b"nosniff"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": HTTPStatus.REQUEST_ENTITY_TOO_LARGE.value, "headers": headers})
    await send({"type": "http.response.body", "body": SENTENCE})
