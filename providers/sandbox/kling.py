"""The server's side of Kling's two wire formats, for the models of the catalogue."""

import json
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import wraps
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from providers.base import Operation
from providers.sandbox.callbacks import Message, Messenger
from providers.sandbox.desk import Denial, Denied, FrontDesk, price_of
from providers.sandbox.kling_fields import Refusal, invalid, read_body
from providers.sandbox.kling_keys import require_key
from providers.sandbox.kling_orders import KINDS, ROUTES, Ask, read_v1, read_v2
from providers.sandbox.kling_words import gone_at, in_v1, in_v2
from providers.sandbox.progress import Progress
from providers.sandbox.store import Job

PARALLEL_TASKS = 50
"""An account's pack of the generous kind; the real number is a matter of the contract."""
DENIALS: Mapping[Denial, Refusal] = {
    Denial.SLOW_DOWN: Refusal(429, 1302, "Too many requests"),
    Denial.FULL: Refusal(429, 1303, "Parallel tasks over the resource pack's limit"),
    Denial.NO_MONEY: Refusal(429, 1102, "Resource pack exhausted or expired"),
    Denial.UNSAFE: Refusal(400, 1301, "The request was stopped by content security"),
    Denial.RETIRED: Refusal(404, 1203, "The model is not found"),
}
CLIP_ID = re.compile(r"clip-(\d{18})")
LINK = re.compile(r"https?://[^/]+/(?:[^?]*/)?files/(\d{18})\.mp4(?:\?.*)?")
FORGED_LINK = "http://169.254.169.254/latest/forged.mp4"
MOST_LISTED = 500
EVERY_JOB = 1_000_000
Handler = Callable[["KlingServer", Request], Awaitable[Response]]


def endpoint(handler: Handler) -> Handler:
    """Checks the key, and turns a Refusal into Kling's envelope."""

    @wraps(handler)
    async def answer(server: "KlingServer", request: Request) -> Response:
        try:
            require_key(request)
            return await handler(server, request)
        except (Refusal, Denied) as turned_away:
            refusal = turned_away if isinstance(turned_away, Refusal) else DENIALS[turned_away.denial]
            return JSONResponse(_envelope(None, refusal.code, refusal.message), refusal.status)

    return answer


class KlingServer:
    """The endpoints. `parallel_tasks` is how many may be on their way at once."""

    def __init__(self, desk: FrontDesk, *, parallel_tasks: int = PARALLEL_TASKS) -> None:
        self.desk = desk
        self.messenger = Messenger(desk, self._tell, _forged)
        self._parallel_tasks = parallel_tasks

    def routes(self) -> list[Route]:
        """The table of endpoints, relative to the base URL."""
        table = [
            ("/v1/videos/{kind}", "POST", self.create_v1),
            ("/v1/videos/{kind}", "GET", self.list_v1),
            ("/v1/videos/{kind}/{id}", "GET", self.query_v1),
            ("/tasks", "GET", self.query_v2),
            ("/files/{id}.mp4", "GET", self.file),
            *((f"/{route}/{{model}}", "POST", self.create_v2) for route in ROUTES),
        ]
        return [Route(path, handler, methods=[method]) for path, method, handler in table]

    @endpoint
    async def create_v1(self, request: Request) -> Response:
        kind = _kind(request)
        return self._accept(request, read_v1(kind, await read_body(request), self._clip), kind)

    @endpoint
    async def create_v2(self, request: Request) -> Response:
        route = request.url.path.rsplit("/", 2)[1]
        ask = read_v2(route, request.path_params["model"], await read_body(request), self._clip)
        return self._accept(request, ask, "")

    @endpoint
    async def query_v1(self, request: Request) -> Response:
        job = self._found(request.path_params["id"])
        if job is None or job.details["kind"] != _kind(request):
            raise Refusal(404, 1203, "The task is not found")
        return self._answer_about(job) or JSONResponse(_envelope(self._describe(job)))

    @endpoint
    async def list_v1(self, request: Request) -> Response:
        kind = _kind(request)
        number, size = _page(request, "pageNum", 1, 1000), _page(request, "pageSize", 30, MOST_LISTED)
        jobs = [job for job in self._every_job() if job.details["kind"] == kind]
        return JSONResponse(_envelope([self._describe(job) for job in jobs[(number - 1) * size : number * size]]))

    @endpoint
    async def query_v2(self, request: Request) -> Response:
        named = (request.query_params.get(name, "") for name in ("task_ids", "external_task_ids"))
        ids = [one for names in named for one in names.split(",") if one]
        if not ids:
            raise invalid("task_ids must not be empty")
        jobs = [job for job in map(self._found, ids) if job and not job.details["kind"]]
        instead = next((answer for job in jobs if (answer := self._answer_about(job))), None)
        return instead or JSONResponse(_envelope([self._describe(job) for job in jobs]))

    async def file(self, request: Request) -> Response:
        """Needs no key: whoever has the link has the file."""
        job, until = self.desk.find(request.path_params["id"]), request.query_params.get("until", "")
        if job is None or not self.desk.progress(job).is_done:
            return Response("<Error><Code>NoSuchKey</Code></Error>", 404, media_type="application/xml")
        if not until.isdigit() or time.time() >= min(int(until), gone_at(job)):
            return Response("<Error><Code>AccessDenied</Code></Error>", 403, media_type="application/xml")
        return await self.desk.deliver(job)

    def _accept(self, request: Request, ask: Ask, kind: str) -> Response:
        wanted = ask.request
        if ask.client_id and self.desk.store.find_by_client_id(self.desk.protocol, ask.client_id):
            raise invalid(f"external_task_id '{ask.client_id[:80]}' already exists")
        scenarios = self.desk.screen(wanted.prompt)
        if self.desk.in_flight() >= self._parallel_tasks:
            raise Denied(Denial.FULL)
        order = self.desk.order(wanted, ask.terms, scenarios)
        if ask.terms.dialect == "v2" and wanted.operation is Operation.EXTEND:
            order = replace(order, seconds=wanted.seconds or order.seconds)  # the next shot comes by itself
        job = self.desk.accept(
            str(10**17 + secrets.randbelow(8 * 10**17)),
            order,
            prompt=wanted.prompt,
            cost=price_of(wanted, ask.terms),
            client_id=ask.client_id,
            details={
                "kind": kind,
                "callback_url": wanted.callback_url,
                "watermark": ask.wants_watermark,
                "base": str(request.url.replace(path=request.scope["root_path"], query="")),
            },
        )
        if wanted.callback_url:
            self.messenger.watch(job)
        return self.desk.answer_lost(job) or JSONResponse(_envelope(self._describe(job)))

    def _answer_about(self, job: Job) -> Response | None:
        if self.desk.is_unreadable(job):
            raise Refusal(403, 1103, "No right to read this task")
        return self.desk.answer_garbled(job)

    def _found(self, name: str) -> Job | None:
        """By the task's id, or by the caller's own name for it."""
        return self.desk.find(name) or self.desk.store.find_by_client_id(self.desk.protocol, name)

    def _clip(self, name: str) -> Job | None:
        """By the clip's own id or by a link to its file, as long as the file is there."""
        match = CLIP_ID.fullmatch(name) or LINK.fullmatch(name)
        job = self.desk.find(match[1]) if match else None
        if job is None or not self.desk.progress(job).is_done or time.time() >= gone_at(job):
            return None
        return job

    def _every_job(self) -> list[Job]:
        return self.desk.store.page(self.desk.protocol, after=None, limit=EVERY_JOB, newest_first=True)

    def _describe(self, job: Job, progress: Progress | None = None) -> dict[str, Any]:
        words = in_v1 if job.details["kind"] else in_v2
        return words(job, progress or self.desk.progress(job), len(self.desk.samples(job)))

    def _tell(self, job: Job, progress: Progress) -> Message | None:
        """v1's documented body is flat; that v2's comes in the envelope is the sandbox's guess."""
        task = self._describe(job, progress)
        body = task if job.details["kind"] else _envelope(task)
        return Message(
            str(job.details["callback_url"]), {"Content-Type": "application/json"}, json.dumps(body).encode()
        )


def _forged(message: Message) -> Message:
    """What a stranger would like us to believe: it is done, and the file lies where he says."""
    body = json.loads(message.body)
    task = body.get("data") or body
    task["task_status" if "task_id" in task else "status"] = "succeed" if "task_id" in task else "succeeded"
    task["task_result"] = {"videos": [{"id": "forged", "url": FORGED_LINK}]}
    return replace(message, body=json.dumps(body).encode())


def _envelope(data: object, code: int = 0, message: str = "SUCCEED") -> dict[str, object]:
    return {"code": code, "message": message, "request_id": secrets.token_hex(16), "data": data}


def _kind(request: Request) -> str:
    kind = str(request.path_params["kind"])
    if kind not in KINDS:
        raise Refusal(404, 1202, "The method is not valid")
    return kind


def _page(request: Request, name: str, default: int, most: int) -> int:
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most):
        raise invalid(f"{name} must be a number from 1 to {most}")
    return int(text)
