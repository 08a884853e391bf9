"""The door of Google's side: versions, keys, and refusals in its envelope."""

import re
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from providers.sandbox.desk import Denial, Denied
from providers.sandbox.google_faults import Fault, invalid

VERSIONS = ("v1", "v1beta", "v1beta1")
KEY = re.compile(r"[A-Za-z0-9._~+/=-]{1,4096}")

Handler = Callable[[Any, Request], Awaitable[Response]]


def endpoint(handler: Handler) -> Handler:
    """Checks version and key, and turns a Fault into the envelope."""

    @wraps(handler)
    async def answer(server: Any, request: Request) -> Response:
        try:
            if request.path_params.get("version", "v1") not in VERSIONS:
                raise Fault(404, "NOT_FOUND", "This version is not served.")
            _require_key(request)
            return await handler(server, request)
        except (Fault, Denied) as turned_away:
            fault = turned_away if isinstance(turned_away, Fault) else _fault_of(turned_away.denial)
            return JSONResponse(fault.body, fault.http)

    return answer


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
