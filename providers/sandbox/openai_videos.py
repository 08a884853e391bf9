"""The server's side of the OpenAI Videos protocol, for the models of the catalogue."""

import io
import json
import re
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import wraps
from typing import Any

from PIL import Image, UnidentifiedImageError
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from providers.base import FOUR_PLACES, GenerationRequest, ModelTerms
from providers.catalogue import catalogue
from providers.openai_videos.terms import parse_size, problems_of
from providers.sandbox.hangup import hang_up_now, half_of
from providers.sandbox.orders import DEFAULT_FPS, Order
from providers.sandbox.progress import Progress, expires_at, progress_of
from providers.sandbox.scenarios import Scenario, scenarios_in, without_magic
from providers.sandbox.store import Job, Store
from providers.sandbox.stills import still_of
from providers.sandbox.workshop import Workshop

POLL_AFTER_MS = "250"
WELL_FORMED_KEY = re.compile(r"Bearer [A-Za-z0-9._~+/=-]{1,256}")
BRACKETED = re.compile(r"(\w+)\[(\w+)\]")
PAGE = 20
MOST_A_PAGE = 100
SEED_LIMIT = 2**32


class Refusal(Exception):
    """An answer in the protocol's error envelope."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        kind: str = "invalid_request_error",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"message": message, "type": kind, "param": param, "code": code}}
        self.headers = dict(headers or {})


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
        prompt = _text(fields, "prompt")
        planned = self.store.take_planned()
        scenarios = scenarios_in(prompt) | planned
        self._refuse_by_scenario(scenarios, prompt, planned)
        return self._accept(request, self._order(fields, prompt, scenarios), prompt)

    @endpoint
    async def remix(self, request: Request) -> Response:
        source = self._job(request)
        prompt = _text(await read_fields(request), "prompt")
        old = source.order
        seed = self.store.takes_of(prompt)
        order = Order(
            **{name: getattr(old, name) for name in ("model", "width", "height", "seconds", "fps", "negative", "audio")},
            prompt=without_magic(prompt),
            seed=seed,
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
        terms = _terms(fields)
        asked = _asked(fields, prompt, terms)
        if problems := problems_of(asked, terms):
            raise Refusal(400, str(problems[0]), code="invalid_value", param=problems[0].field)
        width, height = parse_size(asked.size or "") or (0, 0)
        _check_reference(fields.get("input_reference"), width, height)
        return Order(
            model=asked.model,
            prompt=without_magic(prompt),
            width=width,
            height=height,
            seconds=asked.seconds or terms.default_seconds,
            seed=self.store.takes_of(prompt) if asked.seed is None else asked.seed,
            fps=asked.fps or DEFAULT_FPS,
            negative=asked.negative,
            audio=asked.audio is not False,
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


async def read_fields(request: Request) -> dict[str, Any]:
    """The fields of a JSON or multipart body; `name[key]` parts become objects, as JSON has them."""
    if request.headers.get("content-type", "").startswith(("multipart/", "application/x-www-form-urlencoded")):
        form = await request.form(max_files=4, max_fields=100)
        fields: dict[str, Any] = {}
        for name, value in form.multi_items():
            bracketed = BRACKETED.fullmatch(name)
            fields.update({bracketed[1]: {bracketed[2]: value}} if bracketed else {name: value})
        return fields
    try:
        document = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise Refusal(400, "We could not parse the JSON body of your request.") from None
    if not isinstance(document, dict):
        raise Refusal(400, "The body of a request is one JSON object.")
    return document


def _require_key(request: Request) -> None:
    if not WELL_FORMED_KEY.fullmatch(request.headers.get("authorization", "")):
        raise Refusal(401, "Incorrect API key provided.", code="invalid_api_key")


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value.strip():
        raise Refusal(400, f"Missing required parameter: '{name}'.", code="missing_required_parameter", param=name)
    return value


def _terms(fields: Mapping[str, Any]) -> ModelTerms:
    model = str(fields.get("model") or "sora-2")
    if terms := catalogue().get(model):
        return terms
    raise Refusal(400, f"Invalid value: '{model[:60]}' is not a model of this server.", code="invalid_value", param="model")


def _asked(fields: Mapping[str, Any], prompt: str, terms: ModelTerms) -> GenerationRequest:
    extras = {name: fields.get(name) for name in ("fps", "seed", "negative_prompt", "generate_sound")}
    if terms.extras == frozenset():
        extras = dict.fromkeys(extras)
    return GenerationRequest(
        model=terms.key,
        prompt=prompt,
        negative=str(extras["negative_prompt"] or ""),
        seconds=_whole(fields, "seconds", terms.default_seconds),
        size=str(fields.get("size") or terms.default_size),
        fps=_rate(extras["fps"]),
        audio=str(extras["generate_sound"]).lower() not in ("false", "0"),
        seed=None if extras["seed"] is None else _whole(extras, "seed", 0) % SEED_LIMIT,
    )


def _whole(fields: Mapping[str, Any], name: str, default: int) -> int:
    text = str(fields.get(name, default))
    if not re.fullmatch(r"-?[0-9]{1,18}", text):
        raise Refusal(400, f"Invalid value: '{text[:40]}'. {name} is a whole number.", code="invalid_value", param=name)
    return int(text)


def _rate(value: object) -> Fraction | None:
    if value is None:
        return None
    match = re.fullmatch(r"([1-9][0-9]{0,5})(?:/([1-9][0-9]{0,5}))?", str(value))
    if not match:
        raise Refusal(400, "fps is a number like 24 or 30000/1001.", code="invalid_value", param="fps")
    return Fraction(int(match[1]), int(match[2] or 1))


def _check_reference(reference: object, width: int, height: int) -> None:
    """A first frame that arrives as a file must be a still of the clip's own size; links are taken on trust."""
    if not isinstance(reference, UploadFile):
        return
    try:
        with Image.open(io.BytesIO(reference.file.read()), formats=("JPEG", "PNG", "WEBP")) as still:
            size = still.size
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        raise Refusal(400, "input_reference must be a JPEG, PNG or WebP.", param="input_reference") from None
    if size != (width, height):
        message = f"Inpaint image must match the requested width and height: {size[0]}x{size[1]} is not {width}x{height}."
        raise Refusal(400, message, param="input_reference")
