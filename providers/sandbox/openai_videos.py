"""The server's side of the OpenAI Videos protocol, for the models of the catalogue."""

import re
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import wraps
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from providers.base import JobState
from providers.sandbox.calls import Refusal, asked, check_reference, read_fields, terms, text
from providers.sandbox.desk import Denial, Denied, FrontDesk, price_of
from providers.sandbox.orders import Order
from providers.sandbox.progress import expires_at
from providers.sandbox.scenarios import Scenario, scenarios_in, without_magic
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
    """The endpoints of the protocol."""

    desk: FrontDesk

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
        scenarios = self.desk.screen(prompt)
        model = terms(fields)
        wanted = asked(fields, prompt, model)
        if problems := problems_of(wanted, model):
            raise Refusal(400, str(problems[0]), code="invalid_value", param=problems[0].field)
        check_reference(fields.get("input_reference"), *(parse_size(wanted.size or "") or (0, 0)))
        order = self.desk.order(wanted, model, scenarios)
        return self._accept(request, order, prompt, cost=price_of(wanted, model))

    @endpoint
    async def remix(self, request: Request) -> Response:
        source = self._job(request)
        prompt = text(await read_fields(request), "prompt")
        order = replace(
            source.order,
            prompt=without_magic(prompt),
            seed=self.desk.store.takes_of(prompt),
            scenarios=scenarios_in(prompt),
        )
        return self._accept(request, order, prompt, cost=source.cost, remixed_from=source.id)

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
        jobs = self.desk.store.page("openai_videos", after=after, limit=int(limit) + 1, newest_first=newest_first)
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

    def _accept(
        self, request: Request, order: Order, prompt: str, *, cost: Decimal, remixed_from: str | None = None
    ) -> Response:
        job = self.desk.accept(
            f"video_{uuid.uuid4().hex}",
            order,
            prompt=prompt,
            cost=cost,
            client_id=request.headers.get("x-client-request-id", ""),
            details={"remixed_from": remixed_from},
        )
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
