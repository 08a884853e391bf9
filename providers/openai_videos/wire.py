"""The protocol's field names, and nothing else: our words to theirs and back. No other file knows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from providers.answers import (
    job_id,
    milliseconds,
    percent,
    read_json,
    retry_after_seconds,
    text_of,
    unix_instant,
    without_secrets,
)
from providers.base import Asset, GenerationRequest, Hint, JobState, ModelTerms, Reference, Snapshot
from providers.errors import (
    AccessDenied,
    BadAnswer,
    InvalidRequest,
    NotFound,
    ProviderError,
    ProviderRefused,
    ProviderRetired,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
)
from providers.http import Answer

STATES: Mapping[str, JobState] = {
    "queued": JobState.QUEUED,
    "in_progress": JobState.RUNNING,
    "processing": JobState.RUNNING,  # LiteLLM
    "completed": JobState.SUCCEEDED,
    "failed": JobState.FAILED,
    "cancelled": JobState.CANCELLED,  # LiteLLM
}
SAFETY_WORDS = ("moderation", "policy", "safety", "sentinel")
QUOTA_CODES = ("insufficient_quota", "billing_hard_limit_reached")


@dataclass(frozen=True, slots=True)
class Fault:
    """The `error` object of an answer or of a failed job, every field as text."""

    message: str
    code: str
    type: str

    @property
    def is_refusal(self) -> bool:
        return any(word in self.code.lower() for word in SAFETY_WORDS)


def create_fields(request: GenerationRequest, terms: ModelTerms) -> dict[str, str]:
    """The scalar fields of a create call; what the model does not take is left out."""
    extras: dict[str, object] = {
        "fps": request.fps,
        "seed": request.seed,
        "negative": request.negative or None,
        "audio": None if request.audio is None else str(request.audio).lower(),
    }
    names = {"fps": "fps", "seed": "seed", "negative": "negative_prompt", "audio": "generate_sound"}
    fields = {
        "model": terms.wire_name,
        "prompt": request.prompt,
        "seconds": str(request.seconds or terms.default_seconds),
        "size": request.size or terms.default_size,
    }
    taken = {key: value for key, value in extras.items() if key in terms.extras and value is not None}
    return fields | {names[key]: str(value) for key, value in taken.items()}


def create_parts(fields: Mapping[str, str], references: tuple[Reference, ...]) -> list[tuple[str, Any]]:
    """The parts of a multipart create call, as httpx takes them."""
    parts: list[tuple[str, Any]] = [(name, (None, value)) for name, value in fields.items()]
    return parts + [("input_reference", (one.name, one.content, one.media_type)) for one in references]


def list_query(limit: int) -> dict[str, str]:
    return {"order": "desc", "limit": str(limit)}


def content_query(asset: Asset) -> dict[str, str]:
    return {"variant": asset.variant}


def read_list(answer: Answer) -> list[Snapshot]:
    entries = read_json(answer).get("data")
    if not isinstance(entries, list):
        raise BadAnswer("The provider's list has no entries field.")
    return [read_video(entry, answer.headers) for entry in entries if isinstance(entry, dict)]


def read_video(video: Mapping[str, Any], headers: httpx.Headers) -> Snapshot:
    """A job as the provider describes it. Raises BadAnswer when it has no id."""
    remote_id, status = job_id(video.get("id")), str(video.get("status"))
    fault = read_fault(video.get("error"))
    state = STATES.get(status, JobState.RUNNING)
    refused = state is JobState.FAILED and fault.is_refusal
    done = state is JobState.SUCCEEDED
    return Snapshot(
        remote_id=remote_id,
        state=JobState.REFUSED if refused else state,
        progress=percent(video.get("progress")),
        assets=(Asset(remote_id, expires_at=unix_instant(video.get("expires_at"))),) if done else (),
        refusal=fault.message if refused else "",
        error=fault.message if state is JobState.FAILED and not refused else "",
        code=fault.code,
        prompt=str(video.get("prompt") or ""),
        created_at=unix_instant(video.get("created_at")),
        poll_after_seconds=milliseconds(headers.get("openai-poll-after-ms")),
        warnings=() if status in STATES else (f"The provider reports a status we do not know: {status[:60]}.",),
        raw=without_secrets(dict(video)),
    )


def read_fault(error: object) -> Fault:
    if not isinstance(error, Mapping):
        return Fault(message=str(error or "")[:1000], code="", type="")
    return Fault(**{name: text_of(error.get(name)) for name in ("message", "code", "type")})


def read_hint(event_id: str, body: bytes) -> Hint:
    """The job a webhook is about. Raises BadAnswer."""
    event = read_json(Answer(200, httpx.Headers(), body))
    data = event.get("data")
    remote_id = data.get("id") if isinstance(data, Mapping) else None
    if not isinstance(remote_id, str) or not remote_id:
        raise BadAnswer("The webhook names no job.")
    return Hint(event_id=event_id, kind=str(event.get("type", "")), remote_id=remote_id)


def error_of(answer: Answer) -> ProviderError:
    """The error that an answer other than 2xx stands for; the caller decides what a 5xx means to a paid call."""
    try:
        fault = read_fault(read_json(answer).get("error"))
    except BadAnswer:
        fault = Fault(message="", code="", type="")
    message = fault.message or f"The provider answered with status {answer.status}."
    if answer.status == 429:
        return _slow_down(answer, fault, message)
    kind = _kind_of(answer.status, fault)
    return kind(message, code=fault.code, retry_after_seconds=retry_after_seconds(answer.headers))


def _kind_of(status: int, fault: Fault) -> type[ProviderError]:
    if fault.code == "model_not_found":
        return ProviderRetired
    if fault.is_refusal and status in (400, 403, 422):
        return ProviderRefused
    if status >= 500 or status in (408, 409, 425):
        return ProviderUnavailable
    return {401: AccessDenied, 402: QuotaExhausted, 403: AccessDenied, 404: NotFound, 410: NotFound}.get(
        status, InvalidRequest
    )


def _slow_down(answer: Answer, fault: Fault, message: str) -> ProviderError:
    if fault.code in QUOTA_CODES or fault.type in QUOTA_CODES:
        return QuotaExhausted(message, code=fault.code)
    return RateLimited(message, code=fault.code, retry_after_seconds=retry_after_seconds(answer.headers))
