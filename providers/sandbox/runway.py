"""The server's side of Runway's API (version 2024-11-06), for the models of the catalogue that Runway serves."""

import json
import re
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from providers.base import GenerationRequest, JobState, Operation
from providers.catalogue import models_of
from providers.sandbox.desk import Denial, Denied, FrontDesk, price_of
from providers.sandbox.progress import BROKEN, Progress
from providers.sandbox.runway_bodies import (
    IMAGE_TO_VIDEO,
    TEXT_TO_VIDEO,
    VIDEO_TO_VIDEO,
    Body,
    Issue,
    Shape,
    issues_of,
)
from providers.sandbox.runway_media import Kind, Media, Unusable, look_at
from providers.sandbox.runway_orders import asked, asked_of_a_clip, terms_of, uris_of
from providers.sandbox.runway_store import FileStore
from providers.sandbox.scenarios import Scenario
from providers.sandbox.store import Job

VERSION = "2024-11-06"
WELL_FORMED_KEY = re.compile(r"Bearer [A-Za-z0-9._~+/=-]{1,256}")
LONGEST_SOURCE_SECONDS = 30
CREDITS_AT_FIRST = 10_000_000
A_DAY = 86_400
WAITS_UNTIL = 50
"""Per cent of a job during which it waits for a place when the account's are taken."""
GUIDES: Mapping[str, Kind] = {
    "promptImage": "image",
    "keyframes": "image",
    "references": "image",
    "referenceVideos": "video",
    "referenceAudio": "audio",
}
"""Fields whose files guide a clip."""
UPLOAD_FIELDS = frozenset({"filename", "type"})


class Refusal(Exception):
    """An answer in Runway's error envelope."""

    def __init__(self, status: int, message: str, issues: Sequence[Issue] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, object] = {"error": message}
        if issues:
            self.body["issues"] = [issue.as_json() for issue in issues]


def invalid(*issues: Issue) -> Refusal:
    return Refusal(400, "Validation of body failed", issues)


Handler = Callable[["RunwayServer", Request], Awaitable[Response]]


def endpoint(handler: Handler) -> Handler:
    """Checks the key and the version, and turns a Refusal into its envelope."""

    @wraps(handler)
    async def answer(server: "RunwayServer", request: Request) -> Response:
        try:
            if not WELL_FORMED_KEY.fullmatch(request.headers.get("authorization", "")):
                raise Refusal(401, "The API key is invalid.")
            if request.headers.get("x-runway-version") != VERSION:
                raise Refusal(400, f"The X-Runway-Version header must be {VERSION}.")
            return await handler(server, request)
        except (Refusal, Denied) as turned_away:
            refusal = turned_away if isinstance(turned_away, Refusal) else _refusal_of(turned_away.denial)
            return JSONResponse(refusal.body, refusal.status)

    return answer


@dataclass(frozen=True, slots=True)
class RunwayServer:
    """The endpoints of the API; `files` is the store that its links lead to."""

    desk: FrontDesk
    files: FileStore

    def routes(self) -> list[Route]:
        """The table of endpoints, relative to the base URL."""
        table = [
            ("/v1/text_to_video", "POST", self.text_to_video),
            ("/v1/image_to_video", "POST", self.image_to_video),
            ("/v1/video_to_video", "POST", self.video_to_video),
            ("/v1/tasks/{id}", "GET", self.retrieve),
            ("/v1/tasks/{id}", "DELETE", self.delete),
            ("/v1/uploads", "POST", self.open_upload),
            ("/v1/organization", "GET", self.organization),
        ]
        return [Route(path, handler, methods=[method]) for path, method, handler in table] + self.files.routes()

    @endpoint
    async def text_to_video(self, request: Request) -> Response:
        body = await _checked(request, TEXT_TO_VIDEO)
        await self._look_at_all(body)
        operation = Operation.REFERENCE_TO_VIDEO if body.get("references") else Operation.TEXT_TO_VIDEO
        return self._accept(asked(body, operation))

    @endpoint
    async def image_to_video(self, request: Request) -> Response:
        body = await _checked(request, IMAGE_TO_VIDEO)
        await self._look_at_all(body)
        return self._accept(asked(body, Operation.IMAGE_TO_VIDEO))

    @endpoint
    async def video_to_video(self, request: Request) -> Response:
        body = await _checked(request, VIDEO_TO_VIDEO)
        name = "videoUri" if "videoUri" in body else "promptVideo"
        source = (await self._look(name, body[name], kind="video"))[0]
        if (source.seconds or 0) > LONGEST_SOURCE_SECONDS:
            raise invalid(Issue("too_big", (name,), f"The video is longer than {LONGEST_SOURCE_SECONDS} seconds"))
        await self._look_at_all(body)
        return self._accept(asked_of_a_clip(body, source))

    @endpoint
    async def retrieve(self, request: Request) -> Response:
        job = self._job(request)
        if self.desk.is_unreadable(job):
            raise Refusal(404, "Not found.")
        return self.desk.answer_garbled(job) or JSONResponse(self._describe(job, request))

    @endpoint
    async def delete(self, request: Request) -> Response:
        """A task that was stopped or deleted is not found any more; one that heeds nobody goes on."""
        job = self._job(request)
        if Scenario.LATE in job.order.scenarios and not self.desk.progress(job).state.is_terminal:
            self.desk.cancel(job)
        else:
            self.desk.delete(job)
        return Response(status_code=204)

    @endpoint
    async def open_upload(self, request: Request) -> Response:
        body = await _read(request)
        wrong = [
            *(Issue("unrecognized_keys", (), f'Unrecognized key: "{name[:60]}"') for name in set(body) - UPLOAD_FIELDS),
            *(Issue("invalid_value", (name,), why) for name, why in _upload_complaints(body)),
        ]
        if wrong:
            raise invalid(*wrong)
        return JSONResponse(self.files.place(_base(request)))

    @endpoint
    async def organization(self, _: Request) -> Response:
        jobs = [job for job in self.desk.store.ledger() if job.protocol == self.desk.protocol]
        models = models_of("runway")
        today = [job.order.model for job in jobs if job.created_at > time.time() - A_DAY]
        limits = {"maxConcurrentGenerations": 2, "maxDailyGenerations": 200}
        return JSONResponse(
            {
                "creditBalance": CREDITS_AT_FIRST - sum(map(_credits, jobs)),
                "tier": {"maxMonthlyCreditSpend": 10_000, "models": {one.wire_name: limits for one in models}},
                "usage": {"models": {one.wire_name: {"dailyGenerations": today.count(one.key)} for one in models}},
            }
        )

    async def _look_at_all(self, body: Body) -> None:
        for name, kind in GUIDES.items():
            await self._look(name, *uris_of(body.get(name)), kind=kind)

    async def _look(self, name: str, *uris: str, kind: Kind) -> list[Media]:
        try:
            return [await look_at(uri, kind, self.files.uploads) for uri in uris]
        except Unusable as unusable:
            raise invalid(Issue("custom", (name,), str(unusable))) from None

    def _accept(self, wanted: GenerationRequest) -> Response:
        terms = terms_of(wanted.model)
        scenarios = self.desk.screen(wanted.prompt, lets_in=(Denial.UNSAFE, Denial.FULL))
        if Scenario.REFUSE_INPUT in scenarios:
            scenarios |= {Scenario.REFUSE}
        job = self.desk.accept(
            str(uuid.uuid4()),
            self.desk.order(wanted, terms, scenarios),
            prompt=wanted.prompt,
            cost=price_of(wanted, terms),
        )
        if lost := self.desk.answer_lost(job):
            return lost
        return JSONResponse({"id": job.id, "estimatedCost": {"credits": _credits(job)}})

    def _job(self, request: Request) -> Job:
        if job := self.desk.find(request.path_params["id"]):
            return job
        raise Refusal(404, "Not found.")

    def _describe(self, job: Job, request: Request) -> dict[str, Any]:
        progress, scenarios = self.desk.progress(job), job.order.scenarios
        status = _status(progress, scenarios)
        is_other = Scenario.OTHER_JOB in scenarios and progress.is_done
        task: dict[str, Any] = {
            "id": str(uuid.uuid5(uuid.NAMESPACE_OID, job.id)) if is_other else job.id,
            "createdAt": _iso(job.created_at),
            "status": status,
        }
        if not progress.state.is_terminal:
            task["estimatedCost"] = {"credits": _credits(job)}
        else:
            task["cost"] = {"credits": _credits(job)}
        if status == "RUNNING":
            task["progress"] = progress.percent / 100
        if progress.is_done:
            task["output"] = [self.files.link(job, sample, _base(request)) for sample in self.desk.samples(job)]
        if progress.fault:
            task |= {"failure": progress.fault.message, "failureCode": _failure_code(progress, scenarios)}
        return task


def _base(request: Request) -> str:
    """Where the caller found this server, prefix and all."""
    return f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}"


async def _read(request: Request) -> Body:
    try:
        body = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise Refusal(400, "The body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise Refusal(400, "The body must be a JSON object.")
    return body


async def _checked(request: Request, shapes: Mapping[str, Shape]) -> Body:
    body = await _read(request)
    if issues := issues_of(shapes, body):
        raise invalid(*issues)
    return body


def _upload_complaints(body: Body) -> list[tuple[str, str]]:
    name, kind = body.get("filename"), body.get("type")
    wrong = []
    if not isinstance(name, str) or not 0 < len(name) <= 255:
        wrong.append(("filename", "Invalid input: expected a file name"))
    if kind != "ephemeral":
        wrong.append(("type", "Invalid option: expected ephemeral"))
    return wrong


def _status(progress: Progress, scenarios: frozenset[Scenario]) -> str:
    waits = Scenario.FULL in scenarios and progress.percent < WAITS_UNTIL
    match progress.state:
        case JobState.QUEUED:
            return "THROTTLED" if waits else "PENDING"
        case JobState.RUNNING:
            return "THROTTLED" if waits else "DREAMING" if Scenario.ODD_STATUS in scenarios else "RUNNING"
        case JobState.SUCCEEDED:
            return "SUCCEEDED"
        case JobState.CANCELLED:
            return "CANCELLED"
        case _:
            return "FAILED"


def _failure_code(progress: Progress, scenarios: frozenset[Scenario]) -> str:
    if progress.state is JobState.REFUSED:
        return "SAFETY.INPUT.TEXT" if Scenario.REFUSE_INPUT in scenarios else "SAFETY.OUTPUT.VIDEO"
    return "INTERNAL" if progress.fault is BROKEN else "INTERNAL.BAD_OUTPUT.CODE01"


def _credits(job: Job) -> int:
    return int((job.cost * 100).to_integral_value())


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _refusal_of(denial: Denial) -> Refusal:
    """Places taken and unsafe words are no reason to turn a call away: the task shows them."""
    match denial:
        case Denial.SLOW_DOWN | Denial.FULL:
            return Refusal(429, "You have reached the limit of generations for today.")
        case Denial.NO_MONEY:
            return Refusal(400, "You do not have enough credits to run this task.")
        case Denial.RETIRED:
            return invalid(Issue("invalid_value", ("model",), "This model has been retired."))
        case _:
            return Refusal(400, "The call was refused.")
