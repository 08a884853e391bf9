"""The server's side of the OpenAI Videos protocol, for the models of the catalogue."""

import json
import re
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import wraps
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from providers.base import JobState
from providers.catalogue import catalogue
from providers.sandbox.callbacks import Message, Messenger
from providers.sandbox.calls import Refusal, asked, check_reference, read_clip, read_fields, terms, text, whole
from providers.sandbox.desk import Denial, Denied, FrontDesk, price_of
from providers.sandbox.listeners import Listeners, signed_headers
from providers.sandbox.orders import Order
from providers.sandbox.progress import Progress, expires_at
from providers.sandbox.scenarios import Scenario, without_magic
from providers.sandbox.stills import still_of
from providers.sandbox.store import Job
from providers.terms import parse_size, problems_of

STATUSES: Mapping[JobState, str] = {
    JobState.QUEUED: "queued",
    JobState.RUNNING: "in_progress",
    JobState.SUCCEEDED: "completed",
    JobState.FAILED: "failed",
    JobState.REFUSED: "failed",
    JobState.CANCELLED: "failed",
}
POLL_AFTER_MS = "250"
WELL_FORMED_KEY = re.compile(r"Bearer [A-Za-z0-9._~+/=-]{1,256}")
PAGE = 20
MOST_A_PAGE = 100


MOST_ADDED = 20
LONGEST_EXTENDED = 120
"""Seconds: what one extension adds, and what a clip may grow to."""
MOST_CHARACTERS = 2


@dataclass(frozen=True, slots=True)
class Source:
    """A clip that another is made from. `id` is None for one that was uploaded."""

    id: str | None
    order: Order


Handler = Callable[["VideosServer", Request], Awaitable[Response]]


def endpoint(handler: Handler) -> Handler:
    """Checks the key, turns a Refusal into its envelope, and adds the headers that every answer has."""

    @wraps(handler)
    async def answer(server: "VideosServer", request: Request) -> Response:
        try:
            _require_key(request)
            response = await handler(server, request)
        except (Refusal, Denied) as turned_away:
            refusal = turned_away if isinstance(turned_away, Refusal) else _refusal_of(turned_away.denial)
            response = JSONResponse(refusal.body, refusal.status, refusal.headers)
        response.headers["x-request-id"] = f"req_{uuid.uuid4().hex}"
        return response

    return answer


@dataclass(frozen=True, slots=True)
class VideosServer:
    """The endpoints of the protocol. Characters live as long as the server does."""

    desk: FrontDesk
    listeners: Listeners = field(default_factory=Listeners)
    messenger: Messenger = field(init=False)
    _characters: dict[str, dict[str, Any]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "messenger", Messenger(self.desk, self._tell, _forged))  # frozen, and it needs us

    def routes(self) -> list[Route]:
        """The table of endpoints, relative to the base URL."""
        table = [
            ("/videos", "POST", self.create),
            ("/videos", "GET", self.list),
            ("/videos/edits", "POST", self.edit),
            ("/videos/extensions", "POST", self.extend),
            ("/videos/characters", "POST", self.create_character),
            ("/videos/characters/{id}", "GET", self.retrieve_character),
            ("/videos/{id}", "GET", self.retrieve),
            ("/videos/{id}", "DELETE", self.delete),
            ("/videos/{id}/content", "GET", self.content),
            ("/videos/{id}/remix", "POST", self.remix),
        ]
        return [Route(path, handler, methods=[method]) for path, method, handler in table]

    @endpoint
    async def create(self, request: Request) -> Response:
        fields = await read_fields(request)
        prompt = text(fields, "prompt")
        scenarios = self.desk.screen(prompt)
        model = terms(fields)
        wanted = asked(fields, prompt, model)
        if problems := problems_of(wanted, model):
            raise Refusal(400, str(problems[0]), code="invalid_value", param=problems[0].field)
        check_reference(fields.get("input_reference"), *(parse_size(wanted.size or "") or (0, 0)))
        self._check_characters(fields.get("characters"))
        order = self.desk.order(wanted, model, scenarios)
        return self._accept(request, order, prompt, cost=price_of(wanted, model))

    @endpoint
    async def remix(self, request: Request) -> Response:
        source = self._job(request)
        prompt = text(await read_fields(request), "prompt")
        scenarios = self.desk.screen(prompt)
        order = self._after(source.order, prompt, scenarios, seconds=source.order.seconds)
        return self._accept(request, order, prompt, cost=source.cost, remixed_from=source.id)

    @endpoint
    async def edit(self, request: Request) -> Response:
        """The same length again, at the list price of a second."""
        fields = await read_fields(request)
        prompt = text(fields, "prompt")
        scenarios = self.desk.screen(prompt)
        source = self._source(fields)
        order = self._after(source.order, prompt, scenarios, seconds=source.order.seconds)
        cost = _list_price(source.order) * order.seconds
        return self._accept(request, order, prompt, cost=cost, remixed_from=source.id)

    @endpoint
    async def extend(self, request: Request) -> Response:
        """What is added is charged; what comes back holds the source, too."""
        fields = await read_fields(request)
        prompt = text(fields, "prompt")
        scenarios = self.desk.screen(prompt)
        source = self._source(fields)
        added = whole(fields, "seconds", 4)
        total = source.order.seconds + added
        if not 1 <= added <= MOST_ADDED or total > LONGEST_EXTENDED:
            message = f"A clip is extended by 1 to {MOST_ADDED} seconds, to {LONGEST_EXTENDED} in all; not to {total}."
            raise Refusal(400, message, code="invalid_value", param="seconds")
        order = self._after(source.order, prompt, scenarios, seconds=total)
        return self._accept(request, order, prompt, cost=_list_price(source.order) * added, extended=source.id)

    @endpoint
    async def create_character(self, request: Request) -> Response:
        fields = await read_fields(request)
        name = text(fields, "name")
        read_clip(fields.get("video"))
        character_id = f"char_{uuid.uuid4().hex}"
        character = {"id": character_id, "created_at": int(time.time()), "name": name[:200]}
        self._characters[character_id] = character
        return JSONResponse(character)

    @endpoint
    async def retrieve_character(self, request: Request) -> Response:
        if character := self._characters.get(request.path_params["id"]):
            return JSONResponse(character)
        raise Refusal(404, "No such character.", code="not_found", param="character_id")

    @endpoint
    async def retrieve(self, request: Request) -> Response:
        job = self._job(request)
        if self.desk.is_unreadable(job):
            raise Refusal(403, "You may not read this video.", code="forbidden")
        return self.desk.answer_garbled(job) or self._video(job)

    @endpoint
    async def list(self, request: Request) -> Response:
        query = request.query_params
        limit = query.get("limit", str(PAGE))
        if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit) <= MOST_A_PAGE:
            raise Refusal(400, f"limit must be a number from 1 to {MOST_A_PAGE}.", param="limit")
        if query.get("order", "desc") not in ("asc", "desc"):
            raise Refusal(400, "order must be asc or desc.", param="order")
        after = self._known(query["after"]) if query.get("after") else None
        newest_first = query.get("order", "desc") == "desc"
        jobs = self.desk.store.page(self.desk.protocol, after=after, limit=int(limit) + 1, newest_first=newest_first)
        shown = [self._describe(job) for job in jobs[: int(limit)]]
        ends = {"first_id": shown[0]["id"] if shown else None, "last_id": shown[-1]["id"] if shown else None}
        return JSONResponse({"object": "list", "data": shown, **ends, "has_more": len(jobs) > int(limit)})

    @endpoint
    async def delete(self, request: Request) -> Response:
        job = self._job(request)
        self.desk.delete(job)
        return JSONResponse({"id": job.id, "object": "video.deleted", "deleted": True})

    @endpoint
    async def content(self, request: Request) -> Response:
        job = self._job(request)
        variant = request.query_params.get("variant", "video")
        if variant not in ("video", "thumbnail", "spritesheet"):
            raise Refusal(400, "variant must be video, thumbnail or spritesheet.", param="variant")
        if not self.desk.progress(job).is_done:
            raise Refusal(404, f"The video {job.id} has no content yet.", code="video_not_ready")
        if self.desk.has_expired(job) or not self.desk.samples(job):
            raise Refusal(404, f"The content of {job.id} has expired.", code="video_expired")
        if variant != "video":
            return await still_of(await self.desk.clip(job), variant)
        return await self.desk.deliver(job)

    def _check_characters(self, asked: object) -> None:
        if asked is None:
            return
        ids = [one.get("id") for one in asked if isinstance(one, dict)] if isinstance(asked, list) else []
        if not 1 <= len(ids) <= MOST_CHARACTERS or not all(one in self._characters for one in ids):
            message = f"characters names 1 to {MOST_CHARACTERS} characters that exist."
            raise Refusal(400, message, code="invalid_value", param="characters")

    def _source(self, fields: Mapping[str, Any]) -> Source:
        """The clip that `video` names, or that came with it."""
        video = fields.get("video")
        if not isinstance(video, dict):
            width, height, seconds = read_clip(video)
            model = terms(fields)
            uploaded = Order(model.key, "", width, height, max(1, round(seconds)), seed=0, audio=model.audio)
            return Source(None, uploaded)
        job = self._known(str(video.get("id") or ""))
        if not self.desk.progress(job).is_done:
            raise Refusal(400, f"The video {job.id} is not finished yet.", code="video_not_ready", param="video")
        return Source(job.id, job.order)

    def _after(self, source: Order, prompt: str, scenarios: frozenset[Scenario], *, seconds: int) -> Order:
        """A new take of the source's size, rate and model."""
        seed = self.desk.store.takes_of(prompt)
        return replace(source, prompt=without_magic(prompt), seed=seed, scenarios=scenarios, seconds=seconds)

    def _tell(self, job: Job, progress: Progress) -> Message | None:
        """The signed word that a job has ended, for whoever was registered to hear it."""
        listener = self.listeners.of(self.desk.protocol)
        if listener is None or not progress.state.is_terminal:
            return None
        now, event_id = int(time.time()), f"evt_{uuid.uuid4().hex}"
        kind = "video.completed" if progress.is_done else "video.failed"
        event = {"id": event_id, "object": "event", "created_at": now, "type": kind, "data": {"id": job.id}}
        body = json.dumps(event).encode()
        return Message(listener.url, signed_headers(listener.secret, event_id, now, body), body)

    def _accept(
        self,
        request: Request,
        order: Order,
        prompt: str,
        *,
        cost: Decimal,
        remixed_from: str | None = None,
        extended: str | None = None,
    ) -> Response:
        job = self.desk.accept(
            f"video_{uuid.uuid4().hex}",
            order,
            prompt=prompt,
            cost=cost,
            client_id=request.headers.get("x-client-request-id", ""),
            details={"remixed_from": remixed_from, "extended": extended},
        )
        if self.listeners.of(self.desk.protocol):
            self.messenger.watch(job)
        return self.desk.answer_lost(job) or self._video(job)

    def _job(self, request: Request) -> Job:
        return self._known(request.path_params["id"])

    def _known(self, job_id: str) -> Job:
        if job := self.desk.find(job_id):
            return job
        raise Refusal(404, f"Video with id '{job_id[:100]}' not found.", code="not_found", param="video_id")

    def _video(self, job: Job) -> Response:
        return JSONResponse(self._describe(job), headers={"openai-poll-after-ms": POLL_AFTER_MS})

    def _describe(self, job: Job) -> dict[str, Any]:
        progress = self.desk.progress(job)
        done = progress.is_done
        odd = Scenario.ODD_STATUS in job.order.scenarios and progress.state is JobState.RUNNING
        return {
            "id": "video_of_another_job" if Scenario.OTHER_JOB in job.order.scenarios and done else job.id,
            "object": "video",
            "model": job.order.model,
            "status": "dreaming" if odd else STATUSES[progress.state],
            "progress": progress.percent,
            "created_at": int(job.created_at),
            "completed_at": int(job.completed_at) if done and job.completed_at else None,
            "expires_at": int(expires_at(job) or 0) if done else None,
            "prompt": job.prompt,
            "seconds": str(job.order.seconds),
            "size": f"{job.order.width}x{job.order.height}",
            "remixed_from_video_id": job.details.get("remixed_from"),
            "error": {"code": progress.fault.code, "message": progress.fault.message} if progress.fault else None,
        }


def _list_price(order: Order) -> Decimal:
    return catalogue()[order.model].price_per_second


def _forged(message: Message) -> Message:
    """As a stranger would send it, who does not know the secret."""
    event_id, now = message.headers["webhook-id"], int(message.headers["webhook-timestamp"])
    return replace(message, headers=signed_headers("a stranger's secret", event_id, now, message.body))


def _refusal_of(denial: Denial) -> Refusal:
    waits = {"retry-after-ms": "200", "retry-after": "1"}
    match denial:
        case Denial.SLOW_DOWN | Denial.FULL:
            message = "Too many requests. Please slow down."
            return Refusal(429, message, code="rate_limit_exceeded", kind="rate_limit_error", headers=waits)
        case Denial.NO_MONEY:
            return Refusal(429, "You have no credits left.", code="insufficient_quota", kind="insufficient_quota")
        case Denial.UNSAFE:
            return Refusal(400, "Your request was blocked by our moderation system.", code="moderation_blocked")
        case Denial.RETIRED:
            return Refusal(404, "The model has been retired.", code="model_not_found", param="model")


def _require_key(request: Request) -> None:
    if not WELL_FORMED_KEY.fullmatch(request.headers.get("authorization", "")):
        raise Refusal(401, "Incorrect API key provided.", code="invalid_api_key")
