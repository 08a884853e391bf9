"""Where the links of the Runway sandbox lead: files go up by a signed form and come down by a signed address."""

import hashlib
import hmac
import time
from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from providers.sandbox.desk import FrontDesk
from providers.sandbox.progress import SHORT_LINK_SECONDS
from providers.sandbox.runway_media import LARGEST_UPLOAD, Uploads
from providers.sandbox.scenarios import Scenario
from providers.sandbox.store import Job

LINKS_LIVE_SECONDS = 24 * 3600
LINK_KEY = b"the sandbox keeps no secrets"


@dataclass(frozen=True, slots=True)
class FileStore:
    """Asks for no key: whoever holds an address may use it. `base` is the address of the server, prefix and all."""

    desk: FrontDesk
    uploads: Uploads

    def routes(self) -> list[Route]:
        return [
            Route("/store/uploads/{token}", self.take_upload, methods=["POST"]),
            Route("/store/outputs/{id}/{sample:int}.mp4", self.output, methods=["GET"]),
        ]

    def place(self, base: str) -> dict[str, object]:
        """Where an upload goes, what to send along, and its name afterwards."""
        token = self.uploads.open()
        url = f"{base}/store/uploads/{token}"
        return {"uploadUrl": url, "fields": _form_fields(token), "runwayUri": f"runway://{token}"}

    def link(self, job: Job, sample: int, base: str) -> str:
        """A fresh address of a finished clip."""
        lives = SHORT_LINK_SECONDS if Scenario.SHORT_LINK in job.order.scenarios else LINKS_LIVE_SECONDS
        until = time.time() + lives if Scenario.EXPIRED not in job.order.scenarios else time.time() - 1
        return f"{base}/store/outputs/{job.id}/{sample}.mp4?_jwt={_signed(job.id, until)}"

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


def _form_fields(token: str) -> dict[str, str]:
    return {"key": f"ephemeral/{token}", "policy": _seal(f"upload {token}"), "success_action_status": "204"}


def _signed(job_id: str, until: float) -> str:
    return f"{until:.3f}.{_seal(f'output {job_id} {until:.3f}')}"


def _is_valid(token: str, job_id: str, *, now: float) -> bool:
    until, _, seal = token.rpartition(".")
    is_known = hmac.compare_digest(seal.encode(), _seal(f"output {job_id} {until}").encode())
    return is_known and now < float(until)


def _seal(words: str) -> str:
    return hmac.new(LINK_KEY, words.encode(), hashlib.sha256).hexdigest()[:32]
