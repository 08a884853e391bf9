"""The newer wire format: the model in the path, `contents`, `settings` and `options` in the body, one route to ask."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from providers.answers import text_of
from providers.base import GenerationRequest, ModelTerms, Operation, ReferenceRole, Snapshot
from providers.kling import tasks
from providers.kling.places import Place
from providers.kling.tasks import Draft, Lookup, SourceClip
from providers.kling.v1 import base64
from providers.terms import FOLLOWS_SOURCE, ratio_of, resolution_of

OMNI = ("kling-3.0-omni", "kling-o1")
STILLS = {
    ReferenceRole.FIRST_FRAME: "first_frame",
    ReferenceRole.LAST_FRAME: "last_frame",
    ReferenceRole.REFERENCE: "refer_image",
}


def kind_of(request: GenerationRequest, terms: ModelTerms) -> str:  # noqa: ARG001 — a dialect's words
    return ""


def create(request: GenerationRequest, terms: ModelTerms, client_id: str, source: SourceClip | None) -> Draft:
    options: dict[str, Any] = {"external_task_id": client_id, "watermark_info": {"enabled": False}}
    if request.callback_url:
        options["callback_url"] = request.callback_url
    route = _route(request, terms)
    said = {"prompt": request.prompt} if route == "text-to-video" else {"contents": _contents(request, source)}
    body = said | {"settings": _settings(request, terms), "options": options}
    return Draft(f"/{route}/{quote(terms.wire_name, safe='')}", "", body)


def by_task_id(place: Place) -> Lookup:
    return Lookup("/tasks", {"task_ids": place.task_id})


def by_client_id(kind: str, client_id: str) -> Lookup:  # noqa: ARG001 — a dialect's words
    return Lookup("/tasks", {"external_task_ids": client_id})


def read_task(task: Mapping[str, Any], kind: str = "") -> Snapshot:  # noqa: ARG001 — a dialect's words
    place = Place.of_task("v2", "", task.get("id"))
    outputs = task.get("outputs")
    listed = outputs if isinstance(outputs, list) else []
    videos = [one for one in listed if isinstance(one, dict) and one.get("type") == "video"]
    return tasks.snapshot(
        place,
        task,
        status=text_of(task.get("status")),
        reason=text_of(task.get("message")),
        client_id=text_of(task.get("external_id")),
        created_at=task.get("create_time"),
        assets=tasks.clips(place, videos),
    )


def _route(request: GenerationRequest, terms: ModelTerms) -> str:
    if terms.wire_name in OMNI:
        return "omni-video"
    return "text-to-video" if request.operation is Operation.TEXT_TO_VIDEO else "image-to-video"


def _settings(request: GenerationRequest, terms: ModelTerms) -> dict[str, Any]:
    size = request.size or terms.default_size
    settings: dict[str, Any] = {"resolution": resolution_of(size)}
    edits = request.operation in FOLLOWS_SOURCE
    if not edits and not request.of_role(ReferenceRole.FIRST_FRAME):
        settings["aspect_ratio"] = ratio_of(size)
    if not edits:
        settings["duration"] = request.seconds or terms.default_seconds
    if edits:
        settings["audio"] = "off" if request.audio is False else "original"
    elif "audio" in terms.extras:
        settings["audio"] = "off" if request.audio is False else "native"
    if request.operation is Operation.EXTEND:
        settings["multi_shot"] = True  # a clip to go on from is taken for the shot before
    return settings


def _contents(request: GenerationRequest, source: SourceClip | None) -> list[dict[str, str]]:
    contents = [{"type": "prompt", "text": request.prompt}]
    # The documentation wants addresses; that bare base64 does as well, as in v1, is unverified.
    contents += [{"type": STILLS[one.role], "url": base64(one)} for one in request.references if one.role in STILLS]
    if source:
        kind = "feature_video" if request.operation is Operation.EXTEND else "base_video"
        contents.append({"type": kind, "url": source.url})
    return contents
