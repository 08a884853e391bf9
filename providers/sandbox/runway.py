"""The server's side of Runway's API (version 2024-11-06), for the models of the catalogue that Runway serves."""

import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import wraps
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from providers.base import GenerationRequest, JobState, ModelTerms, Operation, Reference, ReferenceRole
from providers.catalogue import models_of
from providers.sandbox.desk import Denial, Denied, FrontDesk, price_of
from providers.sandbox.openai_videos import WELL_FORMED_KEY
from providers.sandbox.progress import BROKEN, SHORT_LINK_SECONDS, Progress
from providers.sandbox.runway_bodies import (
    IMAGE_TO_VIDEO,
    TEXT_TO_VIDEO,
    VIDEO_TO_VIDEO,
    Body,
    Issue,
    Shape,
    issues_of,
)
from providers.sandbox.runway_media import LARGEST_UPLOAD, Kind, Media, Unusable, Uploads, look_at
from providers.sandbox.scenarios import Scenario
from providers.sandbox.store import Job

VERSION = "2024-11-06"
LINKS_LIVE_SECONDS = 24 * 3600
LONGEST_SOURCE_SECONDS = 30
GUESSED_SECONDS = Decimal(5)
"""The length of a clip that only a link names."""
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
LINK_KEY = b"the sandbox keeps no secrets"


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
    """The endpoints, and the file store that its links lead to."""

    desk: FrontDesk
    uploads: Uploads

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
            ("/store/uploads/{token}", "POST", self.take_upload),
            ("/store/outputs/{id}/{sample:int}.mp4", "GET", self.output),
        ]
        return [Route(path, handler, methods=[method]) for path, method, handler in table]

    @endpoint
    async def text_to_video(self, request: Request) -> Response:
        body = await _checked(request, TEXT_TO_VIDEO)
        await self._look_at_all(body)
        operation = Operation.REFERENCE_TO_VIDEO if body.get("references") else Operation.TEXT_TO_VIDEO
        return self._accept(_asked(body, operation), body)

    @endpoint
    async def image_to_video(self, request: Request) -> Response:
        body = await _checked(request, IMAGE_TO_VIDEO)
        await self._look_at_all(body)
        return self._accept(_asked(body, Operation.IMAGE_TO_VIDEO), body)

    @endpoint
    async def video_to_video(self, request: Request) -> Response:
        body = await _checked(request, VIDEO_TO_VIDEO)
        name = "videoUri" if "videoUri" in body else "promptVideo"
        source = (await self._look(name, body[name], kind="video"))[0]
        if (source.seconds or 0) > LONGEST_SOURCE_SECONDS:
            raise invalid(Issue("too_big", (name,), f"The video is longer than {LONGEST_SOURCE_SECONDS} seconds"))
        await self._look_at_all(body)
        return self._accept(_asked_of_a_clip(body, source), body)

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
        token = self.uploads.open()
        url = f"{_base(request)}/store/uploads/{token}"
        return JSONResponse({"uploadUrl": url, "fields": _form_fields(token), "runwayUri": f"runway://{token}"})

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

    async def take_upload(self, request: Request) -> Response:
        """The second step: a form post without a key, its fields first, as a signed one to a bucket is."""
        token = request.path_params["token"]
        if "authorization" in request.headers or not self.uploads.is_open(token):
            return Response("Only one way to sign a post is allowed.", 400 if self.uploads.is_open(token) else 403)
        async with request.form(max_files=1, max_fields=20) as form:
            names, file = [name for name, _ in form.multi_items()], form.get("file")
            signed = all(form.get(name) == value for name, value in _form_fields(token).items())
            if not signed or not isinstance(file, UploadFile) or names[-1] != "file":
                return Response("The form's fields do not match its policy.", 403)
            content = await file.read()
        if not 0 < len(content) <= LARGEST_UPLOAD:
            return Response("The file is empty or too large.", 400)
        self.uploads.put(token, content)
        return Response(status_code=204)

    async def output(self, request: Request) -> Response:
        """A clip, for whoever holds a link that has not expired."""
        job, sample = self.desk.find(request.path_params["id"]), request.path_params["sample"]
        if job is None or sample not in self.desk.samples(job) or not self.desk.progress(job).is_done:
            return Response("Not found.", 404)
        if not _is_valid(request.query_params.get("_jwt", ""), job.id, now=time.time()):
            return Response("The link has expired.", 403)
        return await self.desk.deliver(job, sample)

    async def _look_at_all(self, body: Body) -> None:
        for name, kind in GUIDES.items():
            await self._look(name, *_uris(body.get(name)), kind=kind)

    async def _look(self, name: str, *uris: str, kind: Kind) -> list[Media]:
        try:
            return [await look_at(uri, kind, self.uploads) for uri in uris]
        except Unusable as unusable:
            raise invalid(Issue("custom", (name,), str(unusable))) from None

    def _accept(self, wanted: GenerationRequest, body: Body) -> Response:
        terms = _terms(wanted.model)
        scenarios = self.desk.screen(wanted.prompt, lets_in=(Denial.UNSAFE, Denial.FULL))
        if Scenario.REFUSE_INPUT in scenarios:
            scenarios |= {Scenario.REFUSE}
        job = self.desk.accept(
            str(uuid.uuid4()),
            self.desk.order(wanted, terms, scenarios),
            prompt=wanted.prompt,
            cost=price_of(wanted, terms),
            details={"ratio": body.get("ratio")},
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
            task["output"] = [self._link(job, sample, request) for sample in self.desk.samples(job)]
        if progress.fault:
            task |= {"failure": progress.fault.message, "failureCode": _failure_code(progress, scenarios)}
        return task

    def _link(self, job: Job, sample: int, request: Request) -> str:
        lives = SHORT_LINK_SECONDS if Scenario.SHORT_LINK in job.order.scenarios else LINKS_LIVE_SECONDS
        until = time.time() + lives if Scenario.EXPIRED not in job.order.scenarios else time.time() - 1
        return f"{_base(request)}/store/outputs/{job.id}/{sample}.mp4?_jwt={_signed(job.id, until)}"


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


def _uris(value: object) -> list[str]:
    """The URIs of a field that is one, or a list of objects with one each."""
    if isinstance(value, str):
        return [value]
    return [str(entry["uri"]) for entry in value] if isinstance(value, list) else []


def _terms(model: str) -> ModelTerms:
    return next(terms for terms in models_of("runway") if terms.key == model)


def _key_of(wire_name: str) -> str:
    return next(terms.key for terms in models_of("runway") if terms.wire_name == wire_name)


def _asked(body: Body, operation: Operation) -> GenerationRequest:
    terms = _terms(_key_of(body["model"]))
    duration = body.get("duration")
    return GenerationRequest(
        model=terms.key,
        prompt=body.get("promptText") or "",
        operation=operation,
        negative=body.get("negativePrompt") or "",
        seconds=duration if isinstance(duration, int) else terms.default_seconds,
        size=str(body.get("ratio") or terms.default_size).replace(":", "x"),
        audio=body.get("audio", True) if "audio" in terms.extras else None,
        seed=body.get("seed"),
    )


def _asked_of_a_clip(body: Body, source: Media) -> GenerationRequest:
    """What comes back has the source's sides, or those of the target shape around it."""
    terms = _terms(_key_of(body["model"]))
    width, height = (source.width, source.height) if source.width else (1280, 720)
    if shape := body.get("targetAspectRatio"):
        width, height = _around(width, height, shape)
    duration = body.get("duration")
    clip = Reference(ReferenceRole.SOURCE, "source", "video/mp4", b"", seconds=source.seconds or GUESSED_SECONDS)
    return GenerationRequest(
        model=terms.key,
        prompt=body.get("promptText") or "",
        operation=Operation.EXTEND if body.get("mode") == "extend" else Operation.EDIT,
        seconds=duration if isinstance(duration, int) else terms.default_seconds,
        size=f"{_even(width)}x{_even(height)}",
        seed=body.get("seed"),
        references=(clip,),
    )


def _around(width: int, height: int, shape: str) -> tuple[int, int]:
    """The smallest picture of `shape` that holds one of `width` by `height`."""
    wide, _, high = shape.partition(":")
    ratio = int(wide) / int(high)
    return (round(height * ratio), height) if width / height < ratio else (width, round(width / ratio))


def _even(side: int) -> int:
    return max(16, side // 2 * 2)


def _upload_complaints(body: Body) -> list[tuple[str, str]]:
    name, kind = body.get("filename"), body.get("type")
    wrong = []
    if not isinstance(name, str) or not 0 < len(name) <= 255:
        wrong.append(("filename", "Invalid input: expected a file name"))
    if kind != "ephemeral":
        wrong.append(("type", "Invalid option: expected ephemeral"))
    return wrong


def _form_fields(token: str) -> dict[str, str]:
    return {"key": f"ephemeral/{token}", "policy": _seal(f"upload {token}"), "success_action_status": "204"}


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


def _signed(job_id: str, until: float) -> str:
    return f"{until:.3f}.{_seal(f'output {job_id} {until:.3f}')}"


def _is_valid(token: str, job_id: str, *, now: float) -> bool:
    until, _, seal = token.rpartition(".")
    is_known = hmac.compare_digest(seal.encode(), _seal(f"output {job_id} {until}").encode())
    return is_known and now < float(until)


def _seal(words: str) -> str:
    return hmac.new(LINK_KEY, words.encode(), hashlib.sha256).hexdigest()[:32]


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
