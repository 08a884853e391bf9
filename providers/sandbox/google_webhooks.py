"""Calling back as the Gemini API does: registered webhooks, each with a secret of its own, and those of one call."""

import base64
import json
import secrets
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from providers.sandbox.callbacks import Message, Messenger
from providers.sandbox.desk import FrontDesk
from providers.sandbox.google_answers import iso
from providers.sandbox.google_calls import read_body
from providers.sandbox.google_door import endpoint
from providers.sandbox.google_faults import Fault, invalid
from providers.sandbox.progress import Progress
from providers.sandbox.store import Job
from providers.signing import sign

WEBHOOK_SECRET = "whsec_c2FuZGJveC1vZi1nb29nbGUtd2ViaG9va3M="  # noqa: S105 — the sandbox's, no secret at all
EVENTS = (
    *("batch.succeeded", "batch.expired", "batch.failed", "video.generated"),
    *("interaction.completed", "interaction.failed", "interaction.requires_action"),
)


@dataclass(slots=True)
class Hook:
    """A registered webhook, in memory only."""

    id: str
    uri: str
    name: str
    events: tuple[str, ...]
    secret: str
    created_at: float = field(default_factory=time.time)

    def describe(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "uri": self.uri,
            "subscribed_events": list(self.events),
            "state": "enabled",
            "create_time": iso(self.created_at),
            "signing_secrets": [{"truncated_secret": self.secret[:10]}],
        }


class Hooks:
    """Everybody who is to be told, and the endpoints at which they register."""

    def __init__(self, desk: FrontDesk) -> None:
        self._desk = desk
        self._hooks: dict[str, Hook] = {}
        self._messengers: dict[str, Messenger] = {}
        self._of_one_call = Messenger(desk, _tell_of_one_call, forged)

    def routes(self) -> list[Route]:
        one = "/{version}/webhooks/{id}"
        table = [
            ("/{version}/webhooks", "POST", self.create),
            ("/{version}/webhooks", "GET", self.list),
            (f"{one}:rotateSigningSecret", "POST", self.rotate),
            (f"{one}:ping", "POST", self.ping),
            (one, "GET", self.get),
            (one, "PATCH", self.update),
            (one, "DELETE", self.delete),
        ]
        return [Route(path, handler, methods=[method]) for path, method, handler in table]

    def watch(self, job: Job) -> None:
        """The address that a call names stands in for all that are registered."""
        if job.details.get("callback"):
            self._of_one_call.watch(job)
            return
        for hook_id in self._hooks:
            self._messengers[hook_id].watch(job)

    async def close(self) -> None:
        for messenger in (self._of_one_call, *self._messengers.values()):
            await messenger.close()

    @endpoint
    async def create(self, request: Request) -> Response:
        said = await read_body(request)
        secret = _new_secret()
        hook = Hook(uuid.uuid4().hex, _uri(said), str(said.get("name", "")), _events(said), secret)
        self._hooks[hook.id] = hook
        self._messengers[hook.id] = Messenger(self._desk, self._teller(hook.id), forged)
        return JSONResponse(hook.describe() | {"new_signing_secret": secret})

    @endpoint
    async def list(self, _: Request) -> Response:
        return JSONResponse({"webhooks": [hook.describe() for hook in self._hooks.values()]})

    @endpoint
    async def get(self, request: Request) -> Response:
        return JSONResponse(self._hook(request).describe())

    @endpoint
    async def update(self, request: Request) -> Response:
        hook, said = self._hook(request), await read_body(request)
        hook.uri = _uri(said) if "uri" in said else hook.uri
        hook.events = _events(said) if "subscribed_events" in said else hook.events
        hook.name = str(said.get("name", hook.name))
        return JSONResponse(hook.describe())

    @endpoint
    async def delete(self, request: Request) -> Response:
        hook = self._hook(request)
        del self._hooks[hook.id]
        await self._messengers.pop(hook.id).close()
        return JSONResponse({})

    @endpoint
    async def ping(self, request: Request) -> Response:
        self._hook(request)
        return JSONResponse({})

    @endpoint
    async def rotate(self, request: Request) -> Response:
        hook = self._hook(request)
        hook.secret = _new_secret()
        return JSONResponse({"secret": hook.secret})

    def _hook(self, request: Request) -> Hook:
        if hook := self._hooks.get(request.path_params["id"]):
            return hook
        raise Fault(404, "NOT_FOUND", "The webhook is not found.")

    def _teller(self, hook_id: str) -> Callable[[Job, Progress], Message | None]:
        def tell(job: Job, progress: Progress) -> Message | None:
            hook, kind = self._hooks.get(hook_id), event_of(job, progress)
            return message(job, kind, hook.uri, hook.secret) if hook and kind in hook.events else None

        return tell


def event_of(job: Job, progress: Progress) -> str:
    """Only ends are told, and of an operation only a good one: there is no event for the others."""
    is_interaction = job.details["dialect"] == "interactions"
    if not progress.state.is_terminal or job.details["dialect"] == "vertex_lro":
        return ""
    if is_interaction:
        return f"interaction.{'completed' if progress.is_done else 'failed'}"
    return "video.generated" if progress.is_done else ""


def message(job: Job, kind: str, url: str, secret: str) -> Message:
    event = {"type": kind, "timestamp": iso(time.time()), "data": {"id": job.details["name"]}}
    body, event_id, now = json.dumps(event).encode(), f"evt_{job.id}", int(time.time())
    headers = {
        "content-type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": str(now),
        "webhook-signature": sign(secret, event_id, now, body),
    }
    return Message(url, headers, body)


def forged(genuine: Message) -> Message:
    return replace(genuine, headers={**genuine.headers, "webhook-signature": "v1,Zm9yZ2Vk"})


def _tell_of_one_call(job: Job, progress: Progress) -> Message | None:
    kind = event_of(job, progress)
    return message(job, kind, str(job.details["callback"]), WEBHOOK_SECRET) if kind else None


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


def _uri(said: Mapping[str, Any]) -> str:
    uri = said.get("uri")
    if not isinstance(uri, str) or not uri.startswith(("http://", "https://")):
        raise invalid("uri must be an address.")
    return uri


def _events(said: Mapping[str, Any]) -> tuple[str, ...]:
    events = said.get("subscribed_events")
    if not isinstance(events, list) or not events or not all(event in EVENTS for event in events):
        raise invalid(f"subscribed_events are some of {', '.join(EVENTS)}.")
    return tuple(events)
