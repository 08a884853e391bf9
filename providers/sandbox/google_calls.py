"""Reading create calls in Google's three dialects: known fields only, media that opens, what the model allows."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from providers.base import GenerationRequest, ModelTerms, Operation, Reference, ReferenceRole
from providers.catalogue import models_of
from providers.google.limits import VEO_EXTENDS_BY, narrowed, problems
from providers.sandbox.google_faults import Fault, as_object, as_objects, invalid
from providers.sandbox.google_media import FindTake, omni_media, veo_source, veo_stills
from providers.terms import problems_of, ratio_of, resolution_of

ALWAYS = {"sampleCount", "durationSeconds", "aspectRatio", "resolution", "negativePrompt", "personGeneration"}
PARAMETERS: Mapping[str, Collection[str]] = {
    "gemini_lro": ALWAYS | {"enhancePrompt"},
    "vertex_lro": ALWAYS
    | {
        "enhancePrompt",
        "seed",
        "generateAudio",
        "fps",
        "storageUri",
        "compressionQuality",
        "resizeMode",
        "pubsubTopic",
    },
}
INSTANCE: Mapping[str, Collection[str]] = {
    "gemini_lro": {"prompt", "image", "lastFrame", "video", "referenceImages"},
    "vertex_lro": {"prompt", "image", "lastFrame", "video", "referenceImages", "mask"},
}
TOP: Mapping[str, Collection[str]] = {
    "gemini_lro": {"instances", "parameters", "webhookConfig"},
    "vertex_lro": {"instances", "parameters", "labels"},
    "interactions": {
        *("model", "input", "background", "response_format", "generation_config", "labels", "webhook_config"),
        *("previous_interaction_id", "store", "stream", "safety_settings", "service_tier"),
    },
}
FORMAT = {"type", "aspect_ratio", "duration", "resolution", "delivery", "gcs_uri"}
TASKS: Mapping[str, Operation] = {
    "text_to_video": Operation.TEXT_TO_VIDEO,
    "image_to_video": Operation.IMAGE_TO_VIDEO,
    "reference_to_video": Operation.REFERENCE_TO_VIDEO,
    "edit": Operation.EDIT,
    "extend": Operation.EXTEND,
}
PEOPLE = ("dont_allow", "allow_adult", "allow_all")
MASKS = {
    "INSERT": Operation.INPAINT,
    "REMOVE": Operation.INPAINT,
    "REMOVE_STATIC": Operation.INPAINT,
    "OUTPAINT": Operation.OUTPAINT,
}


@dataclass(frozen=True, slots=True)
class Wish:
    """A create call, understood. `callback_url` is "" for none."""

    request: GenerationRequest
    terms: ModelTerms
    callback_url: str = ""
    client_id: str = ""
    delivery: str = "uri"


async def read_body(request: Request) -> dict[str, Any]:
    try:
        document = json.loads(await request.body() or b"{}")
    except (ValueError, RecursionError):
        raise invalid("Invalid JSON payload received.") from None
    if not isinstance(document, dict):
        raise invalid("Invalid JSON payload received: not an object.")
    return document


def model_of(provider: str, dialect: str, name: str) -> ModelTerms:
    for terms in models_of(provider):
        if terms.wire_name == name and terms.dialect == dialect:
            return terms
    raise Fault(404, "NOT_FOUND", f"models/{name[:60]} is not found for this API version, or is not supported.")


def prompt_of(dialect: str, body: Mapping[str, Any]) -> str:
    """The words of a call, before anything else is judged. Raises Fault."""
    if dialect == "interactions":
        given = body.get("input")
        words = [given] if isinstance(given, str) else [one.get("text", "") for one in as_objects(given, "input")]
        prompt = " ".join(word for word in words if isinstance(word, str) and word)
    else:
        prompt = _instance(body).get("prompt", "")
    if not isinstance(prompt, str) or not prompt.strip():
        raise invalid("The prompt is empty.")
    return prompt


def read_veo(dialect: str, terms: ModelTerms, body: Mapping[str, Any], prompt: str, take: FindTake) -> Wish:
    """Raises Fault."""
    _only(body, TOP[dialect], "")
    instance, said = _instance(body), as_object(body, "parameters")
    _only(instance, INSTANCE[dialect], "instances[0].")
    _only(said, PARAMETERS[dialect], "parameters.")
    if "storageUri" in said:
        raise Fault(403, "PERMISSION_DENIED", "The bucket cannot be written to.")
    if said.get("personGeneration", "allow_all") not in PEOPLE:
        raise invalid(f"personGeneration is one of {', '.join(PEOPLE)}.")
    references = [*veo_stills(instance), *veo_source(instance, take)]
    operation = _veo_operation(instance)
    asked = GenerationRequest(
        model=terms.key,
        prompt=prompt,
        operation=operation,
        negative=str(said.get("negativePrompt", "")),
        seconds=_whole(said, "durationSeconds") if operation is not Operation.EXTEND else VEO_EXTENDS_BY,
        size=_size(terms, said.get("aspectRatio"), said.get("resolution"), references),
        audio=_truth(said, "generateAudio"),
        seed=_whole(said, "seed"),
        samples=_whole(said, "sampleCount") or 1,
        references=tuple(references),
    )
    hook = as_object(body, "webhookConfig")
    return _judged(Wish(asked, terms, callback_url=_callback(hook), client_id=_label(body)))


def read_omni(terms: ModelTerms, body: Mapping[str, Any], prompt: str, take: FindTake) -> Wish:
    """Raises Fault."""
    _only(body, TOP["interactions"], "")
    if body.get("background") is not True:
        raise invalid("Video generation must be run with background=true.")
    shape, config = as_object(body, "response_format"), as_object(body, "generation_config")
    _only(shape, FORMAT, "response_format.")
    _only(config, {"seed", "video_config"}, "generation_config.")
    references = omni_media(body, take)
    operation = _omni_operation(config, references)
    if shape.get("type") != "video" or shape.get("delivery", "inline") not in ("inline", "uri"):
        raise invalid('response_format is of type "video", its delivery "inline" or "uri".')
    if terms.provider == "vertex" and shape.get("delivery") == "uri" and not shape.get("gcs_uri"):
        raise invalid("gcs_uri is required when delivery is uri.")
    asked = GenerationRequest(
        model=terms.key,
        prompt=prompt,
        operation=operation,
        seconds=_duration(shape.get("duration")),
        size=_size(terms, shape.get("aspect_ratio"), shape.get("resolution"), references),
        seed=_whole(config, "seed"),
        references=tuple(references),
    )
    hook = as_object(body, "webhook_config")
    delivery = str(shape.get("delivery", "inline"))
    return _judged(Wish(asked, terms, callback_url=_callback(hook), client_id=_label(body), delivery=delivery))


def _judged(wish: Wish) -> Wish:
    terms = narrowed(wish.request, wish.terms)
    for problem in (*problems_of(wish.request, terms), *problems(wish.request, wish.terms)):
        raise invalid(str(problem))
    return wish


def _only(fields: Mapping[str, Any], known: Collection[str], where: str) -> None:
    for name in fields:
        if name not in known:
            raise invalid(f'Invalid JSON payload received. Unknown name "{where}{name[:60]}": Cannot find field.')


def _instance(body: Mapping[str, Any]) -> Mapping[str, Any]:
    instances = as_objects(body.get("instances"), "instances")
    if len(instances) != 1:
        raise invalid("instances must hold exactly one instance.")
    return instances[0]


def _whole(fields: Mapping[str, Any], name: str) -> int | None:
    value = fields.get(name)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise invalid(f"{name} must be a whole number.")
    return value


def _truth(fields: Mapping[str, Any], name: str) -> bool | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, bool):
        raise invalid(f"{name} must be true or false.")
    return value


def _duration(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value.endswith("s") or not value[:-1].isdigit() or len(value) > 5:
        raise invalid('duration is written like "8s".')
    return int(value[:-1])


def _size(terms: ModelTerms, ratio: object, resolution: object, references: list[Reference]) -> str:
    """The size of the catalogue that a ratio and a resolution mean; a clip that is worked on keeps its own."""
    source = next((one for one in references if one.role is ReferenceRole.SOURCE and one.size), None)
    if ratio is None and source is not None and source.size in (terms.sizes or ()):
        return source.size
    ratio, resolution = ratio or ratio_of(terms.default_size), resolution or resolution_of(terms.default_size)
    for size in terms.sizes or ():
        if ratio_of(size) == ratio and resolution_of(size) == resolution:
            return size
    raise invalid(f"{str(ratio)[:20]} at {str(resolution)[:20]} is not supported by this model.")


def _callback(config: Mapping[str, Any]) -> str:
    uris = config.get("uris", [])
    if not isinstance(uris, list) or not all(isinstance(uri, str) for uri in uris):
        raise invalid("uris must be a list of texts.")
    return uris[0] if uris else ""


def _label(body: Mapping[str, Any]) -> str:
    return str(as_object(body, "labels").get("dailies_call", ""))


def _veo_operation(instance: Mapping[str, Any]) -> Operation:
    if "mask" in instance:
        mode = str(as_object(instance, "mask").get("maskMode", "")).upper()
        if mode not in MASKS:
            raise invalid(f"maskMode is one of {', '.join(MASKS)}.")
        return MASKS[mode]
    named = {
        "video": Operation.EXTEND,
        "referenceImages": Operation.REFERENCE_TO_VIDEO,
        "lastFrame": Operation.FIRST_LAST_FRAME,
        "image": Operation.IMAGE_TO_VIDEO,
    }
    return next((operation for name, operation in named.items() if name in instance), Operation.TEXT_TO_VIDEO)


def _omni_operation(config: Mapping[str, Any], references: list[Reference]) -> Operation:
    roles = {one.role for one in references}
    task = as_object(config, "video_config").get("task")
    if task is None:
        guessed = {ReferenceRole.SOURCE: Operation.EDIT, ReferenceRole.REFERENCE: Operation.REFERENCE_TO_VIDEO}
        return next((operation for role, operation in guessed.items() if role in roles), Operation.TEXT_TO_VIDEO)
    if task not in TASKS:
        raise invalid(f"task is one of {', '.join(TASKS)}.")
    if ReferenceRole.LAST_FRAME in roles:
        return Operation.FIRST_LAST_FRAME
    return TASKS[task]
