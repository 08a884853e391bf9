"""The server's side of Google's video models: Vertex and Gemini long-running operations, interactions, files."""

import base64
import json
import re
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import wraps
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from providers.base import JobState
from providers.catalogue import models_of
from providers.sandbox import google_calls as calls
from providers.sandbox.callbacks import Message, Messenger
from providers.sandbox.desk import PAGE_OF_HTML, Denial, Denied, FrontDesk, price_of
from providers.sandbox.google_calls import Fault, Wish, invalid
from providers.sandbox.progress import REFUSED, SHORT_LINK_SECONDS, Progress
from providers.sandbox.scenarios import Scenario
from providers.sandbox.store import Job
from providers.signing import sign
from providers.terms import billed_seconds

VERSIONS = ("v1", "v1beta", "v1beta1")
WEBHOOK_SECRET = "whsec_c2FuZGJveC1vZi1nb29nbGUtd2ViaG9va3M="  # noqa: S105 — the sandbox's, no secret at all
KEY = re.compile(r"[A-Za-z0-9._~+/=-]{1,4096}")
FILE = re.compile(r"([0-9a-f]{32})([0-3])([0-9]{0,13})")
LINK = re.compile(r"files/([a-z0-9]+)")
FILES = "https://generativelanguage.googleapis.com/v1beta/files"
"""Google's own client takes only the id out of such a link and asks its own base address."""
TOKENS_PER_SECOND = 5792
DOLLARS_PER_TOKEN = Decimal("17.50") / 1_000_000
FILTERED = (
    "The video was withheld as it violates our usage guidelines. If you think this was an error, send feedback. "
    "Support codes: 29310472"
)
STATUSES: Mapping[JobState, str] = {
    JobState.QUEUED: "queued",
    JobState.RUNNING: "in_progress",
    JobState.SUCCEEDED: "completed",
    JobState.FAILED: "failed",
    JobState.REFUSED: "failed",
    JobState.CANCELLED: "cancelled",
}
OTHER_NAME = "0" * 32

Handler = Callable[["GoogleServer", Request], Awaitable[Response]]


def endpoint(handler: Handler) -> Handler:
    """Checks version and key, and turns a Fault into the envelope."""

    @wraps(handler)
    async def answer(server: "GoogleServer", request: Request) -> Response:
        try:
            if request.path_params.get("version", "v1") not in VERSIONS:
                raise Fault(404, "NOT_FOUND", "This version is not served.")
            _require_key(request)
            return await handler(server, request)
        except (Fault, Denied) as turned_away:
            fault = turned_away if isinstance(turned_away, Fault) else _fault_of(turned_away.denial)
            return JSONResponse(fault.body, fault.http)

    return answer


@dataclass(frozen=True, slots=True)
class GoogleServer:
    """The endpoints of all three dialects. `messenger` tells those that asked to be called back."""

    desk: FrontDesk
    messenger: Messenger = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "messenger", Messenger(self.desk, self._tell, _forged))

    def routes(self) -> list[Route]:
        """The table of endpoints, relative to the base URL, which holds no version."""
        gemini, model = "/{version}/models/{model}", "publishers/google/models/{model}"
        parents = ("/{version}/", "/{version}/projects/{project}/locations/{location}/")
        table = [
            (f"{gemini}:predictLongRunning", "POST", self.create_gemini),
            (f"{gemini}/operations/{{id}}", "GET", self.operation),
            ("/{version}/models", "GET", self.models),
            ("/{version}/files/{id}:download", "GET", self.file),
            ("/download/{version}/files/{id}:download", "GET", self.content),
        ]
        for parent in parents:
            table += [
                (f"{parent}{model}:predictLongRunning", "POST", self.create_vertex),
                (f"{parent}{model}:fetchPredictOperation", "POST", self.fetch_predict),
                (f"{parent}{model}", "GET", self.model),
                (f"{parent}interactions", "POST", self.create_interaction),
                (f"{parent}interactions/{{id}}", "GET", self.interaction),
                (f"{parent}interactions/{{id}}", "DELETE", self.delete),
                (f"{parent}interactions/{{id}}/cancel", "POST", self.cancel),
            ]
        table.append((gemini, "GET", self.model))
        return [Route(path, handler, methods=[method]) for path, method, handler in table] + [
            Route("/token", token, methods=["POST"])
        ]

    @endpoint
    async def create_gemini(self, request: Request) -> Response:
        return await self._create_operation(request, "google", "gemini_lro", f"models/{_model(request)}")

    @endpoint
    async def create_vertex(self, request: Request) -> Response:
        place = request.path_params
        parent = f"projects/{place['project']}/locations/{place['location']}/" if "project" in place else ""
        resource = f"{parent}publishers/google/models/{_model(request)}"
        return await self._create_operation(request, "vertex", "vertex_lro", resource)

    @endpoint
    async def operation(self, request: Request) -> Response:
        job = self._job(request.path_params["id"], "gemini_lro")
        return self._readable(job) or JSONResponse(await self._operation(job))

    @endpoint
    async def fetch_predict(self, request: Request) -> Response:
        name = str((await calls.read_body(request)).get("operationName", ""))
        job = self._job(name.rpartition("/")[2], "vertex_lro")
        if job.details.get("name") != name:
            raise Fault(404, "NOT_FOUND", "The operation is not found.")
        return self._readable(job) or JSONResponse(await self._operation(job))

    @endpoint
    async def create_interaction(self, request: Request) -> Response:
        is_vertex = "project" in request.path_params or request.path_params["version"] == "v1beta1"
        body = await calls.read_body(request)
        prompt = calls.prompt_of("interactions", body)
        scenarios = self.desk.screen(prompt)
        provider = "vertex" if is_vertex else "google"
        terms = calls.model_of(provider, "interactions", str(body.get("model", "")))
        wish = calls.read_omni(terms, body, prompt, self._take)
        tokens = _tokens(wish)
        details = {"previous": body.get("previous_interaction_id"), "tokens": tokens, "labels": body.get("labels")}
        job = self._accept(wish, scenarios, "interactions", "", cost=DOLLARS_PER_TOKEN * tokens, **details)
        return self.desk.answer_lost(job) or JSONResponse(await self._interaction(job))

    @endpoint
    async def interaction(self, request: Request) -> Response:
        job = self._job(request.path_params["id"].removeprefix("int_"), "interactions")
        return self._readable(job) or JSONResponse(await self._interaction(job))

    @endpoint
    async def cancel(self, request: Request) -> Response:
        job = self._job(request.path_params["id"].removeprefix("int_"), "interactions")
        if not self.desk.progress(job).state.is_terminal:
            self.desk.cancel(job)
        return JSONResponse(await self._interaction(self._job(job.id, "interactions")))

    @endpoint
    async def delete(self, request: Request) -> Response:
        self.desk.delete(self._job(request.path_params["id"].removeprefix("int_"), "interactions"))
        return JSONResponse({})

    @endpoint
    async def models(self, _: Request) -> Response:
        return JSONResponse({"models": [{"name": f"models/{terms.wire_name}"} for terms in models_of("google")]})

    @endpoint
    async def model(self, request: Request) -> Response:
        name = _model(request)
        is_vertex = "/publishers/" in request.url.path
        if all(terms.wire_name != name for terms in models_of("vertex" if is_vertex else "google")):
            raise Fault(404, "NOT_FOUND", f"models/{name[:60]} is not found.")
        return JSONResponse({"name": f"publishers/google/models/{name}" if is_vertex else f"models/{name}"})

    @endpoint
    async def file(self, request: Request) -> Response:
        """Sends on to where the bytes are, as the real one does. Needs a key, the place itself does not."""
        self._file(request)
        if request.query_params.get("alt") != "media":
            raise invalid("Only alt=media is served.")
        prefix, _, rest = str(request.url).partition(f"/{request.path_params['version']}/files/")
        return RedirectResponse(f"{prefix}/download/{request.path_params['version']}/files/{rest}", 302)

    async def content(self, request: Request) -> Response:
        try:
            job, sample = self._file(request)
        except Fault as fault:
            return JSONResponse(fault.body, fault.http)
        return await self.desk.deliver(job, sample)

    async def _create_operation(self, request: Request, provider: str, dialect: str, resource: str) -> Response:
        body = await calls.read_body(request)
        prompt = calls.prompt_of(dialect, body)
        scenarios = self.desk.screen(prompt)
        terms = calls.model_of(provider, dialect, _model(request))
        wish = calls.read_veo(dialect, terms, body, prompt, self._take)
        job = self._accept(wish, scenarios, dialect, resource, cost=price_of(wish.request, terms))
        return self.desk.answer_lost(job) or JSONResponse({"name": job.details["name"]})

    def _accept(
        self,
        wish: Wish,
        scenarios: frozenset[Scenario],
        dialect: str,
        resource: str,
        *,
        cost: Decimal,
        **details: object,
    ) -> Job:
        job_id = uuid.uuid4().hex
        name = f"{resource}/operations/{job_id}" if resource else f"int_{job_id}"
        known = {"dialect": dialect, "name": name, "callback": wish.callback_url, "delivery": wish.delivery}
        order = self.desk.order(wish.request, wish.terms, scenarios)
        prompt, client_id = wish.request.prompt, wish.client_id
        job = self.desk.accept(job_id, order, prompt=prompt, cost=cost, client_id=client_id, details=known | details)
        if wish.callback_url:
            self.messenger.watch(job)
        return job

    def _job(self, job_id: str, dialect: str) -> Job:
        job = self.desk.find(job_id)
        if job is None or job.details.get("dialect") != dialect:
            raise Fault(404, "NOT_FOUND", "The requested operation or interaction is not found.")
        return job

    def _take(self, name: str) -> Job | None:
        """The finished job behind a file's link, or an interaction's id."""
        link = LINK.search(name)
        match = FILE.fullmatch(link[1]) if link else None
        job = self.desk.find(match[1] if match else name.removeprefix("int_"))
        return job if job is not None and self.desk.progress(job).is_done else None

    def _readable(self, job: Job) -> Response | None:
        """What is answered instead, in some scenarios."""
        if self.desk.is_unreadable(job):
            raise Fault(403, "PERMISSION_DENIED", "The caller does not have permission to read this.")
        return self.desk.answer_garbled(job)

    def _file(self, request: Request) -> tuple[Job, int]:
        """The job and the clip that a file's id stands for. Raises Fault for one that is gone."""
        match = FILE.fullmatch(request.path_params["id"])
        job = self.desk.find(match[1]) if match else None
        if match is None or job is None or not self.desk.progress(job).is_done:
            raise Fault(404, "NOT_FOUND", "The file is not found.")
        is_old = match[3] and time.time() > int(match[3]) / 1000 + SHORT_LINK_SECONDS
        if self.desk.has_expired(job) or is_old or int(match[2]) not in self.desk.samples(job):
            raise Fault(404, "NOT_FOUND", "The file has expired.")
        return job, int(match[2])

    def _link(self, job: Job, sample: int) -> str:
        stamp = str(int(time.time() * 1000)) if Scenario.SHORT_LINK in job.order.scenarios else ""
        return f"{FILES}/{job.id}{sample}{stamp}:download?alt=media"

    async def _operation(self, job: Job) -> dict[str, Any]:
        progress, name = self.desk.progress(job), str(job.details["name"])
        if not progress.state.is_terminal:
            return {"name": name}
        if Scenario.OTHER_JOB in job.order.scenarios:
            name = name.replace(job.id, OTHER_NAME)
        if progress.fault and progress.fault is not REFUSED:
            return {"name": name, "done": True, "error": {"code": 13, "message": progress.fault.message}}
        return {"name": name, "done": True, "response": await self._response(job, progress)}

    async def _response(self, job: Job, progress: Progress) -> dict[str, Any]:
        samples = self.desk.samples(job) if progress.is_done else []
        withheld = 0 if Scenario.NO_FILE in job.order.scenarios else job.order.samples - len(samples)
        counts = {"raiMediaFilteredCount": withheld, "raiMediaFilteredReasons": [FILTERED] * withheld}
        if job.details["dialect"] == "vertex_lro":
            videos = [{"bytesBase64Encoded": await self._inline(job, one), "mimeType": "video/mp4"} for one in samples]
            kind = "type.googleapis.com/cloud.ai.large_models.vision.GenerateVideoResponse"
            return {"@type": kind, **counts, "videos": videos}
        kind = "type.googleapis.com/google.ai.generativelanguage.v1beta.PredictLongRunningResponse"
        made = [{"video": {"uri": self._link(job, one)}} for one in samples]
        return {"@type": kind, "generateVideoResponse": {"generatedSamples": made, **counts}}

    async def _inline(self, job: Job, sample: int) -> str:
        content = (await self.desk.clip(job, sample)).read_bytes()
        scenarios = job.order.scenarios
        if Scenario.EMPTY in scenarios:
            content = b""
        elif Scenario.HTML in scenarios:
            content = PAGE_OF_HTML
        elif Scenario.TRUNCATED in scenarios:
            content = content[: len(content) // 2]
        return base64.b64encode(content).decode()

    async def _interaction(self, job: Job) -> dict[str, Any]:
        progress, order = self.desk.progress(job), job.order
        is_odd = Scenario.ODD_STATUS in order.scenarios and progress.state is JobState.RUNNING
        is_other = Scenario.OTHER_JOB in order.scenarios and progress.is_done
        answer: dict[str, Any] = {
            "id": f"int_{OTHER_NAME}" if is_other else job.details["name"],
            "object": "interaction",
            "model": order.model.removeprefix("vertex-"),
            "status": "dreaming" if is_odd else STATUSES[progress.state],
            "created": _iso(job.created_at),
            "updated": _iso(job.completed_at or job.created_at),
            "labels": job.details.get("labels") or {},
            "steps": [],
        }
        if previous := job.details.get("previous"):
            answer["previous_interaction_id"] = previous
        if progress.fault:
            code = "SAFETY" if progress.fault is REFUSED else "INTERNAL"
            message = FILTERED if progress.fault is REFUSED else progress.fault.message
            answer["errors"] = [{"code": code, "message": message}]
        if progress.is_done:
            content = [await self._video(job, sample) for sample in self.desk.samples(job)]
            answer["steps"] = [{"type": "model_output", "content": content}]
            answer["usage"] = {"total_output_tokens": job.details["tokens"]}
        return answer

    async def _video(self, job: Job, sample: int) -> dict[str, Any]:
        video = {"type": "video", "mime_type": "video/mp4"}
        if job.details["delivery"] == "inline":
            return video | {"data": await self._inline(job, sample)}
        return video | {"uri": self._link(job, sample)}

    def _tell(self, job: Job, progress: Progress) -> Message | None:
        """Only ends are told, and of an operation only a good one: there is no event for the others."""
        is_interaction = job.details["dialect"] == "interactions"
        if not progress.state.is_terminal or not (is_interaction or progress.is_done):
            return None
        kind = f"interaction.{'completed' if progress.is_done else 'failed'}" if is_interaction else "video.generated"
        event = {"type": kind, "timestamp": _iso(time.time()), "data": {"id": job.details["name"]}}
        body, event_id, now = json.dumps(event).encode(), f"evt_{job.id}", int(time.time())
        headers = {
            "content-type": "application/json",
            "webhook-id": event_id,
            "webhook-timestamp": str(now),
            "webhook-signature": sign(WEBHOOK_SECRET, event_id, now, body),
        }
        return Message(str(job.details["callback"]), headers, body)


async def token(request: Request) -> Response:
    """What `oauth2.googleapis.com/token` does, for any well-formed assertion: the demo has no accounts."""
    form = await request.form(max_files=0, max_fields=10)
    is_asked_well = form.get("grant_type") == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    if not is_asked_well or str(form.get("assertion", "")).count(".") != 2:
        return JSONResponse({"error": "invalid_grant", "error_description": "Invalid JWT."}, 400)
    return JSONResponse({"access_token": f"ya29.{uuid.uuid4().hex}", "expires_in": 3599, "token_type": "Bearer"})


def _forged(message: Message) -> Message:
    return replace(message, headers={**message.headers, "webhook-signature": "v1,Zm9yZ2Vk"})


def _tokens(wish: Wish) -> int:
    """As Google counts them at 720p; at other sizes in proportion to the price."""
    factor = price_of(wish.request, wish.terms) / price_of(replace(wish.request, size="1280x720"), wish.terms)
    return int(TOKENS_PER_SECOND * billed_seconds(wish.request, wish.terms) * factor)


def _model(request: Request) -> str:
    return str(request.path_params["model"])


def _iso(instant: float) -> str:
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _require_key(request: Request) -> None:
    bearer = request.headers.get("authorization", "")
    key = bearer.removeprefix("Bearer ") if bearer.startswith("Bearer ") else request.headers.get("x-goog-api-key", "")
    if not KEY.fullmatch(key):
        raise Fault(401, "UNAUTHENTICATED", "Request is missing required authentication credential.")


def _fault_of(denial: Denial) -> Fault:
    match denial:
        case Denial.SLOW_DOWN | Denial.FULL:
            wait = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "0.2s"}
            return Fault(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota.", [wait])
        case Denial.NO_MONEY:
            return Fault(400, "FAILED_PRECONDITION", "Billing is not enabled or has no funds left for this project.")
        case Denial.UNSAFE:
            words = "The prompt could not be submitted: it might violate our usage guidelines. Support codes: 58061214"
            return invalid(words)
        case Denial.RETIRED:
            return Fault(404, "NOT_FOUND", "The model is not found, or was retired.")
