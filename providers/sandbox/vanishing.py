"""A provider that is suddenly not there any more: every call of its prefix ends without an answer, or with a 404."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from providers.sandbox.hangup import hang_up_now

PREFIXES: Mapping[str, str] = MappingProxyType(
    {"openai_videos": "/openai", "runway": "/runway", "kling": "/kling", "google": "/google"}
)
WAYS = ("hang_up", "not_found")


@dataclass(frozen=True, slots=True)
class Vanished:
    """Which protocols are gone, and how that looks from outside."""

    _ways: dict[str, str] = field(default_factory=dict)

    def set(self, protocol: str, *, gone: bool, way: str = WAYS[0]) -> None:
        """Raises KeyError for a protocol nobody speaks, ValueError for another way of being gone."""
        prefix = PREFIXES[protocol]
        if way not in WAYS:
            raise ValueError(way)
        self._ways.pop(prefix, None)
        if gone:
            self._ways[prefix] = way

    def way_of(self, path: str) -> str:
        """How a call to `path` ends; "" when its protocol is there."""
        return next((way for prefix, way in self._ways.items() if f"{path}/".startswith(f"{prefix}/")), "")

    def gone(self) -> list[str]:
        return [protocol for protocol, prefix in PREFIXES.items() if prefix in self._ways]


class VanishingProtocols:
    """Stands before the whole application."""

    def __init__(self, app: ASGIApp, vanished: Vanished) -> None:
        self._app, self._vanished = app, vanished

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        way = self._vanished.way_of(scope["path"]) if scope["type"] == "http" else ""
        if way == "hang_up" and "transport" in scope.get("state", {}):
            await hang_up_now()(scope, receive, send)
        elif way:
            await PlainTextResponse("Not Found", 404)(scope, receive, send)
        else:
            await self._app(scope, receive, send)
