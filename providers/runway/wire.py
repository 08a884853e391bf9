"""Runway's field names (API version 2024-11-06), and nothing else: our words to theirs and back."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx

from providers.answers import iso_instant, job_id, percent, read_json, retry_after_seconds, text_of, without_secrets
from providers.base import (
    FOUR_PLACES,
    Asset,
    GenerationRequest,
    Health,
    JobState,
    ModelTerms,
    Operation,
    Reference,
    ReferenceRole,
    Snapshot,
)
from providers.errors import (
    AccessDenied,
    BadAnswer,
    InvalidRequest,
    NotFound,
    ProviderError,
    ProviderRetired,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
)
from providers.http import Answer
from providers.terms import parse_size

VERSION = "2024-11-06"
CREDIT = Decimal("0.01")
"""US dollars."""
LINK_LIVES = timedelta(hours=24)
"""Links to results live 24 to 48 hours; looking at the task again gives fresh ones."""
PATHS: Mapping[Operation, str] = {
    Operation.TEXT_TO_VIDEO: "/v1/text_to_video",
    Operation.REFERENCE_TO_VIDEO: "/v1/text_to_video",
    Operation.IMAGE_TO_VIDEO: "/v1/image_to_video",
    Operation.FIRST_LAST_FRAME: "/v1/image_to_video",
    Operation.EDIT: "/v1/video_to_video",
    Operation.RESTYLE: "/v1/video_to_video",
    Operation.OUTPAINT: "/v1/video_to_video",
    Operation.EXTEND: "/v1/video_to_video",
}
FROM_WORDS_ALONE: Mapping[str, tuple[str, ...]] = {"gen4.5": ("1280x720", "720x1280")}
"""Models that make fewer sizes where no picture is given."""
POSITIONS: Mapping[ReferenceRole, str] = {ReferenceRole.FIRST_FRAME: "first", ReferenceRole.LAST_FRAME: "last"}
SHAPES: Mapping[str, float] = {
    name: int(name.partition(":")[0]) / int(name.partition(":")[2])
    for name in ("16:9", "4:3", "3:2", "1:1", "2:3", "3:4", "9:16", "21:9")
}
"""What `targetAspectRatio` takes, and width by height of each."""
SAME_SHAPE = 0.02
"""Relative. Runway's own 1584:672 and 1104:832 pass for 21:9 and 4:3."""
STATES: Mapping[str, JobState] = {
    "PENDING": JobState.QUEUED,
    "THROTTLED": JobState.QUEUED,  # accepted, waits for a place of this account
    "RUNNING": JobState.RUNNING,
    "SUCCEEDED": JobState.SUCCEEDED,
    "FAILED": JobState.FAILED,
    "CANCELLED": JobState.CANCELLED,
}
WORTH_ANOTHER_TRY = ("INTERNAL", "INPUT_PREPROCESSING")
TYPES: Mapping[str, str] = {".mov": "video/quicktime", ".webm": "video/webm"}
NO_MONEY = ("enough credits", "insufficient credits")
GONE_FOR_GOOD = ("retired", "deprecated", "no longer available", "no longer supported", "end of life")


def create_body(request: GenerationRequest, terms: ModelTerms, uris: Sequence[str]) -> dict[str, Any]:
    """The body of a create call. `uris` are where Runway finds `request.references`, in their order."""
    body: dict[str, Any] = {"model": terms.wire_name, "promptText": request.prompt}
    placed = list(zip(request.references, uris, strict=True))
    match path_of(request):
        case "/v1/video_to_video":
            body |= _from_a_clip(request, placed)
        case "/v1/image_to_video":
            body |= _shape(request, terms)
            frames = [(POSITIONS[one.role], uri) for one, uri in placed if one.role in POSITIONS]
            body["promptImage"] = [{"uri": uri, "position": position} for position, uri in frames]
        case _:
            body |= _shape(request, terms)
            if stills := _uris(placed, ReferenceRole.REFERENCE):
                body["references"] = [{"uri": uri} for uri in stills]
    return body | _extras(request, terms)


def path_of(request: GenerationRequest) -> str:
    """Raises InvalidRequest for what Runway has no call for."""
    if path := PATHS.get(request.operation):
        return path
    raise InvalidRequest(f"Runway has no call for {request.operation.value}.")


def _shape(request: GenerationRequest, terms: ModelTerms) -> dict[str, Any]:
    size = request.size or terms.default_size
    return {"ratio": size.replace("x", ":"), "duration": request.seconds or terms.default_seconds}


def _from_a_clip(request: GenerationRequest, placed: Sequence[tuple[Reference, str]]) -> dict[str, Any]:
    source = _uris(placed, ReferenceRole.SOURCE)[0]
    if request.operation is Operation.EXTEND:
        seconds = {} if request.seconds is None else {"duration": request.seconds}
        return {"promptVideo": source, "mode": "extend", **seconds}
    body: dict[str, Any] = {"videoUri": source}
    if stills := _uris(placed, ReferenceRole.REFERENCE):
        body["keyframes"] = [{"at": at, "uri": uri} for at, uri in zip(_spread(len(stills)), stills, strict=True)]
    if request.operation is Operation.OUTPAINT:
        body["targetAspectRatio"] = shape_of(request.size or "")
    return body


def _uris(placed: Sequence[tuple[Reference, str]], role: ReferenceRole) -> list[str]:
    return [uri for one, uri in placed if one.role is role]


def _spread(count: int) -> list[float]:
    """Where in the source each of `count` stills holds, as a fraction: the first at its start, the last at its end."""
    return [round(index / max(1, count - 1), 4) for index in range(count)]


def _extras(request: GenerationRequest, terms: ModelTerms) -> dict[str, Any]:
    """What only some models take. Sound is always said aloud, as the price hangs on it."""
    asked: dict[str, Any] = {
        "seed": ("seed", request.seed),
        "negative": ("negativePrompt", request.negative or None),
        "audio": ("audio", terms.audio if request.audio is None else request.audio),
    }
    return {name: value for key, (name, value) in asked.items() if key in terms.extras and value is not None}


def shape_of(size: str) -> str:
    """The target aspect ratio that `size` has; "" when it has none of those that Runway knows."""
    sides = parse_size(size)
    if sides is None:
        return ""
    asked = sides[0] / sides[1]
    nearest = min(SHAPES, key=lambda name: abs(SHAPES[name] / asked - 1))
    return nearest if abs(SHAPES[nearest] / asked - 1) <= SAME_SHAPE else ""


def utf16_units(text: str) -> int:
    """How Runway counts a prompt: a sign beyond the basic plane, such as an emoji, counts twice."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def upload_body(filename: str) -> dict[str, str]:
    return {"filename": filename, "type": "ephemeral"}


def read_upload(answer: Answer) -> tuple[str, dict[str, str], str]:
    """Where an upload goes, the fields that go first, and the URI it has afterwards. Raises BadAnswer."""
    document = read_json(answer)
    url, fields, uri = document.get("uploadUrl"), document.get("fields"), document.get("runwayUri")
    if not isinstance(url, str) or not isinstance(uri, str) or not isinstance(fields, dict) or not is_link(url):
        raise BadAnswer("Runway's answer names no place to upload to.")
    return url, {name: text_of(value, longest=100_000) for name, value in fields.items()}, uri


def read_task(task: Mapping[str, Any], *, now: datetime, poll_after_seconds: float | None = None) -> Snapshot:
    """A task as Runway describes it, or the answer to its creation, which has no status yet. Raises BadAnswer."""
    remote_id, status = job_id(task.get("id")), str(task.get("status", "PENDING"))
    state, code = STATES.get(status, JobState.RUNNING), text_of(task.get("failureCode"))
    failure = text_of(task.get("failure")) if state is JobState.FAILED else ""
    if state is JobState.FAILED and _is_safety(code):
        state = JobState.REFUSED
    links = _links(task.get("output")) if state is JobState.SUCCEEDED else []
    progress = task.get("progress")
    return Snapshot(
        remote_id=remote_id,
        state=state,
        progress=percent(progress * 100) if isinstance(progress, int | float) else None,
        assets=tuple(_asset(remote_id, link, expires_at=now + LINK_LIVES) for link in links),
        refusal=failure if state is JobState.REFUSED else "",
        error=failure if state is JobState.FAILED else "",
        code=code,
        cost=_dollars(_credits(task.get("cost"))),
        created_at=iso_instant(task.get("createdAt")),
        poll_after_seconds=None if state.is_terminal else poll_after_seconds,
        is_retryable=state is JobState.FAILED and _is_worth_another_try(code),
        warnings=() if status in STATES else (f"Runway reports a status we do not know: {status[:60]}.",),
        raw=without_secrets(dict(task)),
    )


def _is_safety(code: str) -> bool:
    """`SAFETY.INPUT.TEXT`, `SAFETY.OUTPUT.VIDEO`; the word may stand after another, more parts may follow."""
    return "SAFETY" in code.split(".")


def _is_worth_another_try(code: str) -> bool:
    """No code at all is a fault that nobody knows; media that cannot be used stay so."""
    return not code or code.split(".")[0] in WORTH_ANOTHER_TRY


def _credits(cost: object) -> object:
    return cost.get("credits") if isinstance(cost, Mapping) else None


def _dollars(credits: object) -> Decimal | None:
    if isinstance(credits, bool) or not isinstance(credits, int | float) or not 0 <= credits < 1e9:
        return None
    return (Decimal(str(credits)) * CREDIT).quantize(FOUR_PLACES)


def _links(output: object) -> list[str]:
    return [link for link in output if isinstance(link, str) and is_link(link)] if isinstance(output, list) else []


def is_link(text: str) -> bool:
    """Whether `text` can be called at all; the guard judges where it leads."""
    try:
        url = httpx.URL(text)
        return url.scheme in ("http", "https") and bool(url.host)
    except httpx.InvalidURL:
        return False


def _asset(remote_id: str, link: str, *, expires_at: datetime) -> Asset:
    path = httpx.URL(link).path
    media_type = next((kind for ending, kind in TYPES.items() if path.endswith(ending)), "video/mp4")
    return Asset(remote_id, media_type=media_type, url=link, expires_at=expires_at)


def read_health(answer: Answer, models: Sequence[ModelTerms]) -> Health:
    """What Runway says about the organisation: its credits, its tier, and how many of our models run at once."""
    organization = read_json(answer)
    credits = organization.get("creditBalance")
    facts = {"credits": text_of(credits, longest=20)}
    tier = organization.get("tier")
    if isinstance(tier, Mapping):
        facts["credits a month at most"] = text_of(tier.get("maxMonthlyCreditSpend"), longest=20)
        facts |= _limits(tier.get("models"), models)
    sentence = "It answers with this key."
    if (left := _dollars(credits)) is not None:
        sentence = f"It answers with this key; {credits} credits (${left:.2f}) are left."
    return Health(True, sentence, {name: value for name, value in facts.items() if value})


def _limits(said: object, models: Sequence[ModelTerms]) -> dict[str, str]:
    entries = said if isinstance(said, Mapping) else {}
    limits = {}
    for terms in models:
        entry = entries.get(terms.wire_name)
        if isinstance(entry, Mapping):
            at_once, a_day = entry.get("maxConcurrentGenerations"), entry.get("maxDailyGenerations")
            limits[terms.wire_name] = f"{_limit(at_once)} at once, {_limit(a_day)} a day"
    return limits


def _limit(value: object) -> str:
    return "any number" if value is None else text_of(value, longest=20)


def error_of(answer: Answer) -> ProviderError:
    """The error that an answer other than 2xx stands for; the caller decides what a 5xx means to a paid call."""
    try:
        document = read_json(answer)
    except BadAnswer:
        document = {}
    said, issues = text_of(document.get("error")), _issues(document.get("issues"))
    details = "; ".join(f"{field}: {message}" if field else message for field, message in issues)
    message = f"{said} ({details[:600]})" if said and details else said or details[:600]
    kind = _kind_of(answer.status, said.lower(), issues)
    shown = message or f"Runway answered with status {answer.status}."
    return kind(shown, code=text_of(document.get("code")), retry_after_seconds=retry_after_seconds(answer.headers))


def _kind_of(status: int, said: str, issues: Sequence[tuple[str, str]]) -> type[ProviderError]:
    if status == 402 or (status == 400 and any(words in said for words in NO_MONEY)):
        return QuotaExhausted
    if status in (400, 404, 410) and _speaks_of_a_retired_model(said, issues):
        return ProviderRetired
    if status == 429:
        return RateLimited
    if status >= 500 or status in (408, 409, 425):
        return ProviderUnavailable
    return {401: AccessDenied, 403: AccessDenied, 404: NotFound, 410: NotFound}.get(status, InvalidRequest)


def _speaks_of_a_retired_model(said: str, issues: Sequence[tuple[str, str]]) -> bool:
    """A model that Runway does not take (any more) is an issue with the field `model`, or said in words."""
    return any(field == "model" for field, _ in issues) or (
        "model" in said and any(words in said for words in GONE_FOR_GOOD)
    )


def _issues(value: object) -> list[tuple[str, str]]:
    """Field and message of each validation issue. Their form is not documented: whatever is not so is left out."""
    issues = []
    for issue in value if isinstance(value, list) else ():
        if isinstance(issue, Mapping):
            path = issue.get("path")
            parts = [text_of(part, longest=60) for part in path] if isinstance(path, list) else []
            field = ".".join(part for part in parts if part != "body")
            issues.append((field, text_of(issue.get("message") or issue.get("code"), longest=300)))
    return issues


def link_error_of(answer: Answer) -> ProviderError:
    """For a link to a result, which leads to a store that does not speak Runway's words."""
    if answer.status in (401, 403, 404, 410):
        return NotFound("The link to the file has expired.", code="url_expired")
    if answer.status == 429:
        return RateLimited(
            "The file store asks us to slow down.", retry_after_seconds=retry_after_seconds(answer.headers)
        )
    if answer.status >= 500 or answer.status == 408:
        return ProviderUnavailable(f"The file store answered with status {answer.status}.")
    return BadAnswer(f"The file store answered with status {answer.status}.")


def upload_error_of(answer: Answer) -> ProviderError:
    """For the place that an upload goes to. Nothing is paid yet, and the next try gets a place of its own."""
    if answer.status in (400, 413, 415):
        return InvalidRequest(f"Runway's file store does not take the file: status {answer.status}.")
    return ProviderUnavailable(f"Runway's file store answered with status {answer.status}.")
