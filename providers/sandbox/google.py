"""The server's side of Google's video models: Vertex and Gemini long-running operations, interactions, files."""

import re
import time
import uuid
from dataclasses import dataclass, field, replace
from decimal import Decimal

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from providers.catalogue import models_of
from providers.sandbox import google_calls as calls
from providers.sandbox.desk import FrontDesk, price_of
from providers.sandbox.google_answers import Answers
from providers.sandbox.google_calls import Wish
from providers.sandbox.google_door import endpoint
from providers.sandbox.google_faults import Fault, invalid
from providers.sandbox.google_webhooks import Hooks
from providers.sandbox.progress import SHORT_LINK_SECONDS
from providers.sandbox.scenarios import Scenario
from providers.sandbox.store import Job
from providers.terms import billed_seconds

FILE = re.compile(r"([0-9a-f]{32})([0-3])([0-9]{0,13})")
LINK = re.compile(r"files/([a-z0-9]+)")
TOKENS_PER_SECOND = 5792
DOLLARS_PER_TOKEN = Decimal("17.50") / 1_000_000


@dataclass(frozen=True, slots=True)
class GoogleServer:
    """The endpoints of all three dialects. `hooks` tells those that asked to be called back."""

    desk: FrontDesk
    answers: Answers = field(init=False)
    hooks: Hooks = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "answers", Answers(self.desk))
        object.__setattr__(self, "hooks", Hooks(self.desk))

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
        routes = [Route(path, handler, methods=[method]) for path, method, handler in table]
        return [*routes, Route("/token", token, methods=["POST"]), *self.hooks.routes()]

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
        return self._readable(job) or JSONResponse(await self.answers.operation(job))

    @endpoint
    async def fetch_predict(self, request: Request) -> Response:
        name = str((await calls.read_body(request)).get("operationName", ""))
        job = self._job(name.rpartition("/")[2], "vertex_lro")
        if job.details.get("name") != name:
            raise Fault(404, "NOT_FOUND", "The operation is not found.")
        return self._readable(job) or JSONResponse(await self.answers.operation(job))

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
        return self.desk.answer_lost(job) or JSONResponse(await self.answers.interaction(job))

    @endpoint
    async def interaction(self, request: Request) -> Response:
        job = self._job(request.path_params["id"].removeprefix("int_"), "interactions")
        return self._readable(job) or JSONResponse(await self.answers.interaction(job))

    @endpoint
    async def cancel(self, request: Request) -> Response:
        job = self._job(request.path_params["id"].removeprefix("int_"), "interactions")
        if not self.desk.progress(job).state.is_terminal:
            self.desk.cancel(job)
        return JSONResponse(await self.answers.interaction(self._job(job.id, "interactions")))

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
        self.hooks.watch(job)
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


async def token(request: Request) -> Response:
    """What `oauth2.googleapis.com/token` does, for any well-formed assertion: the demo has no accounts."""
    form = await request.form(max_files=0, max_fields=10)
    is_asked_well = form.get("grant_type") == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    if not is_asked_well or str(form.get("assertion", "")).count(".") != 2:
        return JSONResponse({"error": "invalid_grant", "error_description": "Invalid JWT."}, 400)
    return JSONResponse({"access_token": f"ya29.{uuid.uuid4().hex}", "expires_in": 3599, "token_type": "Bearer"})


def _tokens(wish: Wish) -> int:
    """As Google counts them at 720p; at other sizes in proportion to the price."""
    factor = price_of(wish.request, wish.terms) / price_of(replace(wish.request, size="1280x720"), wish.terms)
    return int(TOKENS_PER_SECOND * billed_seconds(wish.request, wish.terms) * factor)


def _model(request: Request) -> str:
    return str(request.path_params["model"])
