"""The protocol's field names, and nothing else: our words to theirs and back. No other file knows them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

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
from providers.base import Asset, GenerationRequest, Hint, JobState, ModelTerms, Operation, Reference, Snapshot
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
LONG_AGO = datetime.min.replace(tzinfo=UTC)
LENGTH = re.compile(r"\d{1,4}(?:\.\d{1,6})?")
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


@dataclass(frozen=True, slots=True)
class PaidCall:
    """Where a job is ordered, relative to the base URL, and in which fields and files. A text or an object a field."""

    path: str
    fields: Mapping[str, object]
    files: tuple[tuple[str, Reference], ...] = ()

    @property
    def is_create(self) -> bool:
        return self.path == "/videos"


def paid_call_of(request: GenerationRequest, terms: ModelTerms, *, model: str, extras: Mapping[str, str]) -> PaidCall:
    """The call for an operation. `model` is "" where the server is not to be told one; `extras` as in `Profile`."""
    named = {"model": model} if model else {}
    source = request.source
    if source is None:
        fields = create_fields(request, terms, model=model, extras=extras)
        return PaidCall("/videos", fields, tuple(("input_reference", one) for one in request.references))
    words: dict[str, object] = {"prompt": request.prompt}
    if request.operation is Operation.REMIX:
        return PaidCall(f"/videos/{quote(source.remote_id, safe='')}/remix", words)
    path = "/videos/edits"
    if request.operation is Operation.EXTEND:
        path, words = "/videos/extensions", words | {"seconds": str(request.seconds or terms.default_seconds)}
    if source.remote_id:
        return PaidCall(path, words | {"video": {"id": source.remote_id}})
    return PaidCall(path, words | named, (("video", source),))


def create_fields(
    request: GenerationRequest, terms: ModelTerms, *, model: str, extras: Mapping[str, str]
) -> dict[str, str]:
    """The scalar fields of a create call; what neither the model nor the server takes is left out."""
    seconds = request.seconds or terms.default_seconds
    values: dict[str, object] = {
        "fps": request.fps,
        "frames": None if request.fps is None else round(seconds * request.fps),
        "seed": request.seed,
        "negative": request.negative or None,
        "audio": None if request.audio is None else str(request.audio).lower(),
    }
    taken_by_model = terms.extras | ({"frames"} if "fps" in terms.extras else frozenset())
    fields = {
        "model": model,
        "prompt": request.prompt,
        "seconds": str(seconds),
        "size": request.size or terms.default_size,
    }
    taken = {name: value for name, value in values.items() if name in taken_by_model and value is not None}
    fields |= {extras[name]: str(value) for name, value in taken.items() if name in extras}
    return {name: value for name, value in fields.items() if value}


def parts(fields: Mapping[str, object], files: tuple[tuple[str, Reference], ...]) -> list[tuple[str, Any]]:
    """The parts of a multipart call, as httpx takes them."""
    texts: list[tuple[str, Any]] = [(name, (None, str(value))) for name, value in fields.items()]
    return texts + [(name, (one.name, one.content, one.media_type)) for name, one in files]


def list_query(limit: int) -> dict[str, str]:
    return {"order": "desc", "limit": str(limit)}


def content_query(asset: Asset) -> dict[str, str]:
    """Servers without stills know no variants: the clip itself is asked for without the word."""
    return {} if asset.variant == "video" else {"variant": asset.variant}


def read_list(answer: Answer, *, has_thumbnail: bool = False) -> list[Snapshot]:
    """Newest first, whatever order the server keeps. Cursors are not needed, and not every server has them."""
    entries = read_json(answer).get("data")
    if not isinstance(entries, list):
        raise BadAnswer("The provider's list has no entries field.")
    jobs = [read_video(one, answer.headers, has_thumbnail=has_thumbnail) for one in entries if isinstance(one, dict)]
    return sorted(jobs, key=lambda job: job.created_at or LONG_AGO, reverse=True)


def read_video(video: Mapping[str, Any], headers: httpx.Headers, *, has_thumbnail: bool = False) -> Snapshot:
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
        assets=_assets(remote_id, video, has_thumbnail) if done else (),
        refusal=fault.message if refused else "",
        error=fault.message if state is JobState.FAILED and not refused else "",
        code=fault.code,
        prompt=str(video.get("prompt") or ""),
        created_at=unix_instant(video.get("created_at")),
        poll_after_seconds=milliseconds(headers.get("openai-poll-after-ms")),
        warnings=() if status in STATES else (f"The provider reports a status we do not know: {status[:60]}.",),
        raw=without_secrets(dict(video)),
    )


def _assets(remote_id: str, video: Mapping[str, Any], has_thumbnail: bool) -> tuple[Asset, ...]:
    expires_at = unix_instant(video.get("expires_at"))
    clip = Asset(remote_id, expires_at=expires_at, seconds=_length(video.get("seconds")))
    still = Asset(remote_id, variant="thumbnail", media_type="image/webp", expires_at=expires_at)
    return (clip, still) if has_thumbnail else (clip,)


def _length(value: object) -> Decimal | None:
    """Seconds as the job names them: text at OpenAI, a number elsewhere."""
    text = text_of(value, 12)
    return Decimal(text) if LENGTH.fullmatch(text) else None


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
