"""Dialect of the Interactions API, in which Gemini Omni makes and edits clips."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from providers.answers import iso_instant, text_of, without_secrets
from providers.base import (
    FOUR_PLACES,
    Asset,
    GenerationRequest,
    JobState,
    ModelTerms,
    Operation,
    Reference,
    ReferenceRole,
    Snapshot,
)
from providers.errors import BadAnswer
from providers.google import lro, media, safety
from providers.google.media import Document
from providers.terms import FOLLOWS_SOURCE, ratio_of, resolution_of

PREFIX = "interactions/"
ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,380}")
DOLLARS_PER_TOKEN = Decimal("17.50") / 1_000_000
"""Of video output. Source: Google AI for Developers, Gemini API pricing, read 2026-11-22."""
TASKS: Mapping[Operation, str] = {
    Operation.TEXT_TO_VIDEO: "text_to_video",
    Operation.IMAGE_TO_VIDEO: "image_to_video",
    Operation.FIRST_LAST_FRAME: "image_to_video",
    Operation.REFERENCE_TO_VIDEO: "reference_to_video",
    Operation.EDIT: "edit",
    Operation.RESTYLE: "edit",
    Operation.INPAINT: "edit",
    Operation.OUTPAINT: "edit",
    Operation.REMIX: "edit",
    Operation.EXTEND: "extend",
}
STATES: Mapping[str, JobState] = {
    "queued": JobState.QUEUED,
    "in_progress": JobState.RUNNING,
    "requires_action": JobState.RUNNING,
    "requires_continuation": JobState.RUNNING,
    "completed": JobState.SUCCEEDED,
    "failed": JobState.FAILED,
    "incomplete": JobState.FAILED,
    "budget_exceeded": JobState.FAILED,
    "cancelled": JobState.CANCELLED,
}
RETRYABLE = ("INTERNAL", "UNAVAILABLE", "DEADLINE", "RESOURCE_EXHAUSTED")
"""Parts of error codes, which are addresses of error types here."""
NEEDS_A_PERSON = ("requires_action", "requires_continuation")
SENTENCES: Mapping[str, str] = {
    "failed": "The interaction failed without a word.",
    "incomplete": "The interaction stopped before the clip was finished.",
    "budget_exceeded": "The account's budget at Google is used up.",
}


def create_body(
    request: GenerationRequest, terms: ModelTerms, client_id: str, *, delivery: str, callback_url: str
) -> dict[str, Any]:
    """`delivery` is "uri" or "inline"."""
    config: dict[str, Any] = {"video_config": {"task": TASKS[request.operation]}}
    if request.seed is not None and "seed" in terms.extras:
        config["seed"] = request.seed
    body: dict[str, Any] = {
        "model": terms.wire_name,
        "input": _input(request),
        "background": True,
        "response_format": _format(request, terms) | {"delivery": delivery},
        "generation_config": config,
        "labels": {"dailies_call": client_id},
    }
    if earlier := previous(request):
        body["previous_interaction_id"] = earlier
    return body | ({"webhook_config": {"uris": [callback_url]}} if callback_url else {})


def previous(request: GenerationRequest) -> str:
    """The interaction that made the source clip; "" when none did, or it is not known."""
    source = request.source
    is_ours = source is not None and source.remote_id.startswith(PREFIX)
    return source.remote_id.removeprefix(PREFIX) if source is not None and is_ours else ""


def read(document: Document) -> Snapshot:
    """Raises BadAnswer when the interaction has no id."""
    fields = document.fields
    remote_id, status = _remote_id(fields.get("id")), text_of(fields.get("status"), 60)
    state = STATES.get(status, JobState.RUNNING)
    faults = list(_faults(fields))
    message = " ".join(text_of(fault.get("message")) for fault in faults).strip() or SENTENCES.get(status, "")
    code = next((text for fault in faults if (text := text_of(fault.get("code"), 60))), "")
    refused = state is JobState.FAILED and safety.is_refusal(f"{code} {message}")
    assets, strays = _assets(document, remote_id) if state is JobState.SUCCEEDED else ((), 0)
    return Snapshot(
        remote_id=remote_id,
        state=JobState.REFUSED if refused else state,
        assets=assets,
        refusal=safety.told(message) if refused else "",
        error=message if state is JobState.FAILED and not refused else "",
        code=(", ".join(safety.categories(message)) if refused else "") or code or _own_code(status),
        cost=_cost(fields, state),
        is_retryable=status == "failed" and not refused and any(word in code.upper() for word in RETRYABLE),
        client_id=text_of(lro.inner(fields, "labels").get("dailies_call"), 200),
        created_at=iso_instant(fields.get("created")),
        warnings=tuple(_warnings(status, state, assets, strays)),
        raw=without_secrets(fields),
    )


def _own_code(status: str) -> str:
    return status if status in ("incomplete", "budget_exceeded") else ""


def _remote_id(value: object) -> str:
    if not isinstance(value, str) or not ID.fullmatch(value):
        raise BadAnswer("Google's interaction has no id that we could keep.")
    return PREFIX + value


def _input(request: GenerationRequest) -> str | list[dict[str, str]]:
    shown = [_content(one) for one in request.references if one.role is not ReferenceRole.MASK and not _is_known(one)]
    return [{"type": "text", "text": request.prompt}, *shown] if shown else request.prompt


def _is_known(reference: Reference) -> bool:
    """The clip that an interaction made is named, not sent again."""
    return reference.role is ReferenceRole.SOURCE and reference.remote_id.startswith(PREFIX)


def _content(reference: Reference) -> dict[str, str]:
    kind = "video" if reference.media_type.startswith("video/") else "image"
    sent = {"type": kind, "data": media.encoded(reference), "mime_type": reference.media_type}
    framed = reference.role in (ReferenceRole.FIRST_FRAME, ReferenceRole.LAST_FRAME)
    return sent | ({"name": reference.role.value} if framed else {})


def _format(request: GenerationRequest, terms: ModelTerms) -> dict[str, str]:
    size = request.size or terms.default_size
    follows = request.operation in FOLLOWS_SOURCE
    said = {"type": "video", "resolution": resolution_of(size)}
    if not follows:
        said["duration"] = f"{request.seconds or terms.default_seconds}s"
    if request.operation is Operation.OUTPAINT or not (follows or request.operation is Operation.EXTEND):
        said["aspect_ratio"] = ratio_of(size)
    return said


def _assets(document: Document, remote_id: str) -> tuple[tuple[Asset, ...], int]:
    """The clips of the last output, and how many more lie where we cannot fetch them."""
    outputs = [step for step in lro.entries(document.fields.get("steps")) if step.get("type") == "model_output"]
    content = lro.entries(outputs[-1].get("content")) if outputs else []
    videos = [entry for entry in content if entry.get("type") == "video"]
    names = {"link": "uri", "carrier": "data", "kind": "mime_type", "remote_id": remote_id}
    found = [media.asset(document, video, **names) for video in videos]
    kept = tuple(asset for asset in found if asset is not None)
    return kept, len(found) - len(kept)


def _faults(fields: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from lro.entries(fields.get("errors"))
    for step in lro.entries(fields.get("steps")):
        if isinstance(step.get("error"), Mapping):
            yield step["error"]


def _cost(fields: Mapping[str, Any], state: JobState) -> Decimal | None:
    """US dollars by the tokens that the provider counted; None while it runs, or when it does not count."""
    tokens = lro.inner(fields, "usage").get("total_output_tokens")
    if not state.is_terminal or not isinstance(tokens, int) or isinstance(tokens, bool) or not 0 <= tokens < 10**9:
        return None
    return (DOLLARS_PER_TOKEN * tokens).quantize(FOUR_PLACES)


def _warnings(status: str, state: JobState, assets: tuple[Asset, ...], strays: int) -> Iterator[str]:
    if status in NEEDS_A_PERSON:
        yield f"Google waits for somebody: the interaction stands at {status}. Look at it in Google's console."
    elif status not in STATES:
        yield f"The provider reports a status we do not know: {status}."
    if strays:
        yield f"{strays} clips lie where we cannot fetch them."
    elif state is JobState.SUCCEEDED and not assets:
        yield "The interaction is completed and holds no clip."
