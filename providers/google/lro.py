"""What both long-running dialects share: an instance, its parameters, and an operation that is done or not."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from providers.answers import text_of, without_secrets
from providers.base import Asset, GenerationRequest, JobState, ModelTerms, Operation, Reference, ReferenceRole, Snapshot
from providers.errors import BadAnswer
from providers.google import safety
from providers.google.media import Document, encoded
from providers.terms import FOLLOWS_SOURCE, ratio_of, resolution_of

NAME = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._:-]*/)+operations/[A-Za-z0-9_-][A-Za-z0-9._-]*")
CANCELLED = 1
RETRYABLE = (4, 8, 13, 14)  # gRPC: DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, INTERNAL, UNAVAILABLE
MASK_MODES: Mapping[Operation, str] = {Operation.INPAINT: "INSERT", Operation.OUTPAINT: "OUTPAINT"}
MOST_OF_A_REASON = 500

Samples = tuple[Sequence[Mapping[str, Any]], Mapping[str, Any]]
"""The clips of an answer in the dialect's words, and the object in which the safety system's counts stand."""


def still(reference: Reference) -> dict[str, Any]:
    return {"bytesBase64Encoded": encoded(reference), "mimeType": reference.media_type}


def instance(request: GenerationRequest, clip: Callable[[Reference], dict[str, Any]]) -> dict[str, Any]:
    """What the model is shown; `clip` writes a video as the dialect has it."""
    shown: dict[str, Any] = {"prompt": request.prompt}
    for role, name in ((ReferenceRole.FIRST_FRAME, "image"), (ReferenceRole.LAST_FRAME, "lastFrame")):
        for one in request.of_role(role):
            shown[name] = still(one)
    if stills := request.of_role(ReferenceRole.REFERENCE):
        shown["referenceImages"] = [{"image": still(one), "referenceType": "asset"} for one in stills]
    if request.source:
        shown["video"] = clip(request.source)
    if request.operation in MASK_MODES:
        for one in request.of_role(ReferenceRole.MASK):
            shown["mask"] = still(one) | {"maskMode": MASK_MODES[request.operation]}
    return shown


def parameters(request: GenerationRequest, terms: ModelTerms) -> dict[str, Any]:
    """What both dialects take. The number of clips is always said: each is paid for."""
    size = request.size or terms.default_size
    follows = request.operation in FOLLOWS_SOURCE or request.operation is Operation.EXTEND
    said: dict[str, Any] = {"sampleCount": request.samples}
    if not follows:
        said["durationSeconds"] = request.seconds or terms.default_seconds
    if not follows or request.operation is Operation.OUTPAINT:
        said["aspectRatio"] = ratio_of(size)
    if len({resolution_of(one) for one in terms.sizes or ()}) > 1 or request.operation is Operation.EXTEND:
        said["resolution"] = resolution_of(size)
    if request.negative and "negative" in terms.extras:
        said["negativePrompt"] = request.negative
    return said


def operation_name(document: Document) -> str:
    """Raises BadAnswer unless the answer names an operation in a way that can stand in a path."""
    name = document.fields.get("name")
    if not isinstance(name, str) or len(name) > 390 or not NAME.fullmatch(name):
        raise BadAnswer("Google's answer names no operation.")
    return name


def read_operation(
    document: Document, samples_of: Callable[[Mapping[str, Any]], Samples], asset_of: Callable[[Any, str], Asset | None]
) -> Snapshot:
    """An operation as it stands. `asset_of` gets a sample and the name to give it. Raises BadAnswer."""
    name, raw = operation_name(document), without_secrets(document.fields)
    if document.fields.get("done") is not True:
        return Snapshot(name, JobState.RUNNING, raw=raw)
    if isinstance(error := document.fields.get("error"), Mapping):
        return _ended_in_error(name, error, raw)
    samples, counts = samples_of(_object(document.fields.get("response")))
    assets = [asset_of(sample, f"{name}#{index}") for index, sample in enumerate(samples)]
    kept = tuple(asset for asset in assets if asset is not None)
    withheld, reasons = read_counts(counts)
    if withheld and not samples:
        return Snapshot(
            name,
            JobState.REFUSED,
            refusal=safety.told(reasons or "Google's safety system withheld every clip."),
            code=", ".join(safety.categories(reasons)),
            withheld=withheld,
            raw=raw,
        )
    return Snapshot(
        name, JobState.SUCCEEDED, assets=kept, withheld=withheld, warnings=_warnings(samples, kept, reasons), raw=raw
    )


def read_counts(counts: Mapping[str, Any]) -> tuple[int, str]:
    """How many clips the safety system kept back, and its words."""
    count, reasons = counts.get("raiMediaFilteredCount"), counts.get("raiMediaFilteredReasons")
    words = [text_of(one, MOST_OF_A_REASON) for one in reasons] if isinstance(reasons, list) else []
    number = count if isinstance(count, int) and not isinstance(count, bool) else 0
    return max(0, min(number, 100)), " ".join(words[:10])


def _ended_in_error(name: str, error: Mapping[str, Any], raw: Mapping[str, object]) -> Snapshot:
    message, number = text_of(error.get("message")) or "The operation failed without a word.", error.get("code")
    code = text_of(error.get("status") or number, 60)
    if number == CANCELLED:
        return Snapshot(name, JobState.CANCELLED, error=message, code=code, raw=raw)
    if number not in RETRYABLE and safety.is_refusal(message):
        named = ", ".join(safety.categories(message)) or code
        return Snapshot(name, JobState.REFUSED, refusal=safety.told(message), code=named, raw=raw)
    return Snapshot(name, JobState.FAILED, error=message, code=code, is_retryable=number in RETRYABLE, raw=raw)


def _warnings(samples: Sequence[object], kept: Sequence[Asset], reasons: str) -> tuple[str, ...]:
    said = []
    if len(kept) < len(samples):
        said.append(f"{len(samples) - len(kept)} of {len(samples)} clips lie where we cannot fetch them.")
    if not samples:
        said.append("The operation is done and holds no clip.")
    if reasons:
        said.append(safety.told(reasons))
    return tuple(said)


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def entries(value: object) -> list[Mapping[str, Any]]:
    """The objects of a list; an entry that is none counts as an empty one."""
    return [_object(entry) for entry in value] if isinstance(value, list) else []


def inner(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return _object(value.get(name))
