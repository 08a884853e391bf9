"""The server's side of the OpenAI Videos protocol, for the models of the catalogue."""

import re
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from providers.base import FOUR_PLACES
from providers.catalogue import catalogue
from providers.openai_videos.terms import parse_size, problems_of
from providers.sandbox.calls import Refusal, asked, check_reference, read_fields, terms, text
from providers.sandbox.hangup import half_of, hang_up_now
from providers.sandbox.orders import DEFAULT_FPS, Order
from providers.sandbox.progress import Progress, expires_at, progress_of
from providers.sandbox.scenarios import Scenario, scenarios_in, without_magic
from providers.sandbox.stills import still_of
from providers.sandbox.store import Job, Store
from providers.sandbox.workshop import Workshop

POLL_AFTER_MS = "250"
WELL_FORMED_KEY = re.compile(r"Bearer [A-Za-z0-9._~+/=-]{1,256}")
PAGE = 20
MOST_A_PAGE = 100


Handler = Callable[["VideosServer", Request], Awaitable[Response]]


def endpoint(handler: Handler) -> Handler:
    """Checks the key, turns a Refusal into its envelope, and adds the headers that every answer has."""

    @wraps(handler)
    async def answer(server: "VideosServer", request: Request) -> Response:
        try:
            _require_key(request)
            response = await handler(server, request)
        except Refusal as refusal:
            response = JSONResponse(refusal.body, refusal.status, refusal.headers)
        response.headers["x-request-id"] = f"req_{uuid.uuid4().hex}"
        return response

    return answer


@dataclass(frozen=True, slots=True)
class VideosServer:
    """The endpoints over one store and one workshop; `pace_seconds` is how long a usual job takes at least."""

    store: Store
    workshop: Workshop
    pace_seconds: float

    def routes(self) -> list[Route]:
        """The table of endpoints, relative to the base URL."""
        table = [
            ("/videos", "POST", self.create),
            ("/videos", "GET", self.list),
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
        planned = self.store.take_planned()
        scenarios = scenarios_in(prompt) | planned
        self._refuse_by_scenario(scenarios, prompt, planned)
        return self._accept(request, self._order(fields, prompt, scenarios), prompt)

    @endpoint
    async def remix(self, request: Request) -> Response:
        source = self._job(request)
        prompt = text(await read_fields(request), "prompt")
        order = replace(
            source.order,
            prompt=without_magic(prompt),
            seed=self.store.takes_of(prompt),
            scenarios=scenarios_in(prompt),
        )
        return self._accept(request, order, prompt, remixed_from=source.id)

    @endpoint
    async def retrieve(self, request: Request) -> Response:
        return self._video(self._job(request))

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
        jobs = self.store.page(after=after, limit=int(limit) + 1, newest_first=newest_first)
        shown = [self._describe(job) for job in jobs[: int(limit)]]
        ends = {"first_id": shown[0]["id"] if shown else None, "last_id": shown[-1]["id"] if shown else None}
        return JSONResponse({"object": "list", "data": shown, **ends, "has_more": len(jobs) > int(limit)})

    @endpoint
    async def delete(self, request: Request) -> Response:
        job = self._job(request)
        self.store.delete(job.id, time.time())
        self.workshop.forget(job.id)
        return JSONResponse({"id": job.id, "object": "video.deleted", "deleted": True})

    @endpoint
    async def content(self, request: Request) -> Response:
        job = self._job(request)
        variant = request.query_params.get("variant", "video")
        if variant not in ("video", "thumbnail", "spritesheet"):
            raise Refusal(400, "variant must be video, thumbnail or spritesheet.", param="variant")
        if self._progress(job).status != "completed":
            raise Refusal(404, f"The video {job.id} has no content yet.", code="video_not_ready")
        if time.time() >= (expires_at(job) or 0):
            raise Refusal(404, f"The content of {job.id} has expired.", code="video_expired")
        clip = self.workshop.clip(job.id)
        if not clip.exists():
            self.workshop.start(job.id, job.order)
            await self.workshop.ready(job.id)
        if variant != "video":
            return await still_of(clip, variant)
        if Scenario.TRUNCATED in job.order.scenarios:
            return half_of(clip, "video/mp4")
        return FileResponse(clip, media_type="video/mp4")

    def _refuse_by_scenario(self, scenarios: frozenset[Scenario], prompt: str, planned: frozenset[Scenario]) -> None:
        if Scenario.RATE_LIMITED in scenarios and (
            Scenario.RATE_LIMITED in planned or self.store.count_attempt(prompt) == 1
        ):
            message = "Too many requests. Please slow down."
            waits = {"retry-after-ms": "200", "retry-after": "1"}
            raise Refusal(429, message, code="rate_limit_exceeded", kind="rate_limit_error", headers=waits)
        if Scenario.QUOTA in scenarios:
            raise Refusal(429, "You have no credits left.", code="insufficient_quota", kind="insufficient_quota")
        if Scenario.REFUSE_INPUT in scenarios:
            raise Refusal(400, "Your request was blocked by our moderation system.", code="moderation_blocked")
        if Scenario.RETIRED in scenarios:
            raise Refusal(404, "The model has been retired.", code="model_not_found", param="model")

    def _accept(self, request: Request, order: Order, prompt: str, remixed_from: str | None = None) -> Response:
        """Write the job down, and only then answer."""
        job = self.store.accept(
            f"video_{uuid.uuid4().hex}",
            order,
            prompt=prompt,
            client_id=request.headers.get("x-client-request-id", "")[:200],
            cost=(catalogue()[order.model].price_per_second * order.seconds).quantize(FOUR_PLACES),
            at=time.time(),
            remixed_from=remixed_from,
        )
        self.workshop.start(job.id, order)
        return hang_up_now() if Scenario.LOST in order.scenarios else self._video(job)

    def _order(self, fields: Mapping[str, Any], prompt: str, scenarios: frozenset[Scenario]) -> Order:
        model = terms(fields)
        wanted = asked(fields, prompt, model)
        if problems := problems_of(wanted, model):
            raise Refusal(400, str(problems[0]), code="invalid_value", param=problems[0].field)
        width, height = parse_size(wanted.size or "") or (0, 0)
        check_reference(fields.get("input_reference"), width, height)
        return Order(
            model=wanted.model,
            prompt=without_magic(prompt),
            width=width,
            height=height,
            seconds=wanted.seconds or model.default_seconds,
            seed=self.store.takes_of(prompt) if wanted.seed is None else wanted.seed,
            fps=wanted.fps or DEFAULT_FPS,
            negative=wanted.negative,
            audio=wanted.audio is not False,
            scenarios=scenarios,
        )

    def _job(self, request: Request) -> Job:
        return self._known(request.path_params["id"])

    def _known(self, job_id: str) -> Job:
        if job := self.store.find(job_id):
            return job
        raise Refusal(404, f"Video with id '{job_id[:100]}' not found.", code="not_found", param="video_id")

    def _progress(self, job: Job) -> Progress:
        broken = job.id in self.workshop.broken
        progress = progress_of(job, now=time.time(), pace_seconds=self.pace_seconds, broken=broken)
        if job.completed_at is None and progress.fault is None:
            self.workshop.start(job.id, job.order)
        return progress

    def _video(self, job: Job) -> Response:
        return JSONResponse(self._describe(job), headers={"openai-poll-after-ms": POLL_AFTER_MS})

    def _describe(self, job: Job) -> dict[str, Any]:
        progress = self._progress(job)
        done = progress.status == "completed"
        return {
            "id": job.id,
            "object": "video",
            "model": job.order.model,
            "status": progress.status,
            "progress": progress.percent,
            "created_at": int(job.created_at),
            "completed_at": int(job.completed_at) if done and job.completed_at else None,
            "expires_at": int(expires_at(job) or 0) if done else None,
            "prompt": job.prompt,
            "seconds": str(job.order.seconds),
            "size": f"{job.order.width}x{job.order.height}",
            "remixed_from_video_id": job.remixed_from,
            "error": dict(zip(("code", "message"), progress.fault, strict=True)) if progress.fault else None,
        }


def _require_key(request: Request) -> None:
    if not WELL_FORMED_KEY.fullmatch(request.headers.get("authorization", "")):
        raise Refusal(401, "Incorrect API key provided.", code="invalid_api_key")
