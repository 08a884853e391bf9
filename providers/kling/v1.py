"""The older wire format: `/v1/videos/‹kind›`, the model in the body, durations as text, stills as bare base64."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from providers.answers import text_of
from providers.base import CameraMove, GenerationRequest, ModelTerms, Operation, Reference, ReferenceRole, Snapshot
from providers.kling import tasks
from providers.kling.places import Place
from providers.kling.tasks import Draft, Lookup, SourceClip
from providers.terms import FOLLOWS_SOURCE, ratio_of, resolution_of

MODES = {"720p": "std", "1080p": "pro", "4k": "4k"}
OMNI = ("kling-video-o1", "kling-v3-omni")
OMNI_KIND = "omni-video"
KINDS: Mapping[Operation, str] = {
    Operation.TEXT_TO_VIDEO: "text2video",
    Operation.IMAGE_TO_VIDEO: "image2video",
    Operation.FIRST_LAST_FRAME: "image2video",
    Operation.REFERENCE_TO_VIDEO: "multi-image2video",
    Operation.EXTEND: "video-extend",
}
"""Of the models that are not omni."""
LISTED_KINDS = ("text2video", "image2video", OMNI_KIND)
EXTENDABLE_KINDS = ("text2video", "image2video", "multi-image2video", "video-extend")
SHARE = 5
"""How far a camera move goes, on Kling's scale of -10 to 10."""
AXES: Mapping[CameraMove, tuple[str, int]] = {
    CameraMove.PUSH_IN: ("zoom", -SHARE),  # below nought: longer focal length, narrower view
    CameraMove.PULL_OUT: ("zoom", SHARE),
    CameraMove.PAN_LEFT: ("tilt", -SHARE),  # Kling calls a turn in the horizontal plane "tilt" …
    CameraMove.PAN_RIGHT: ("tilt", SHARE),
    CameraMove.TILT_UP: ("pan", SHARE),  # … and one in the vertical plane "pan"
    CameraMove.TILT_DOWN: ("pan", -SHARE),
    CameraMove.TRUCK_LEFT: ("horizontal", -SHARE),
    CameraMove.TRUCK_RIGHT: ("horizontal", SHARE),
    CameraMove.PEDESTAL_UP: ("vertical", SHARE),
    CameraMove.PEDESTAL_DOWN: ("vertical", -SHARE),
    CameraMove.ROLL_LEFT: ("roll", -SHARE),
    CameraMove.ROLL_RIGHT: ("roll", SHARE),
}


def kind_of(request: GenerationRequest, terms: ModelTerms) -> str:
    return OMNI_KIND if terms.wire_name in OMNI else KINDS[request.operation]


def create(request: GenerationRequest, terms: ModelTerms, client_id: str, source: SourceClip | None) -> Draft:
    kind = kind_of(request, terms)
    body = _common(request, terms, client_id)
    match kind:
        case "video-extend":
            body |= {"video_id": source.clip_id if source else ""}
        case "omni-video":
            body |= _shot(request, terms) | _omni(request, source)
        case _:
            body |= _shot(request, terms) | _stills(request, terms)
    return Draft(f"/v1/videos/{kind}", kind, body)


def by_task_id(place: Place) -> Lookup:
    return Lookup(f"/v1/videos/{place.kind}/{quote(place.task_id, safe='')}")


def by_client_id(kind: str, client_id: str) -> Lookup:
    """Kling takes our name for a task in the same place."""
    return Lookup(f"/v1/videos/{kind}/{quote(client_id, safe='')}")


def page(kind: str, limit: int) -> Lookup:
    return Lookup(f"/v1/videos/{kind}", {"pageNum": "1", "pageSize": str(max(1, min(500, limit)))})


def read_task(task: Mapping[str, Any], kind: str) -> Snapshot:
    place = Place.of_task("v1", kind, task.get("task_id"))
    info, result = task.get("task_info"), task.get("task_result")
    return tasks.snapshot(
        place,
        task,
        status=text_of(task.get("task_status")),
        reason=text_of(task.get("task_status_msg")),
        client_id=text_of(info.get("external_task_id")) if isinstance(info, dict) else "",
        created_at=task.get("created_at"),
        assets=tasks.clips(place, result.get("videos") if isinstance(result, dict) else None),
    )


def _common(request: GenerationRequest, terms: ModelTerms, client_id: str) -> dict[str, Any]:
    body: dict[str, Any] = {"prompt": request.prompt, "external_task_id": client_id}
    if request.negative and "negative" in terms.extras:
        body["negative_prompt"] = request.negative
    if request.callback_url:
        body["callback_url"] = request.callback_url
    return body | {"watermark_info": {"enabled": False}}


def _shot(request: GenerationRequest, terms: ModelTerms) -> dict[str, Any]:
    """What every kind but an extension says of the clip."""
    size = request.size or terms.default_size
    shot: dict[str, Any] = {"model_name": terms.wire_name, "mode": MODES[resolution_of(size)]}
    if request.operation not in FOLLOWS_SOURCE:
        shot["duration"] = str(request.seconds or terms.default_seconds)
    if request.operation in (Operation.TEXT_TO_VIDEO, Operation.REFERENCE_TO_VIDEO):
        shot["aspect_ratio"] = ratio_of(size)
    if "audio" in terms.extras and request.operation not in FOLLOWS_SOURCE:
        shot["sound"] = "on" if wants_sound(request, terms) else "off"
    return shot


def wants_sound(request: GenerationRequest, terms: ModelTerms) -> bool:
    """Kling 2.6 makes sound in its mode "pro" only; a spec that says nothing goes without it elsewhere."""
    if request.audio is None and terms.wire_name == "kling-v2-6":
        return resolution_of(request.size or terms.default_size) != "720p"
    return terms.audio if request.audio is None else request.audio


def _stills(request: GenerationRequest, terms: ModelTerms) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for name, role in (("image", ReferenceRole.FIRST_FRAME), ("image_tail", ReferenceRole.LAST_FRAME)):
        for still in request.of_role(role):
            body[name] = base64(still)
    if many := request.of_role(ReferenceRole.REFERENCE):
        body["image_list"] = [{"image": base64(still)} for still in many]
    if request.camera and "camera" in terms.extras and "image_tail" not in body:
        axis, amount = AXES[request.camera]
        body["camera_control"] = {"type": "simple", "config": {axis: amount}}
    return body


def _omni(request: GenerationRequest, source: SourceClip | None) -> dict[str, Any]:
    types = {ReferenceRole.FIRST_FRAME: "first_frame", ReferenceRole.LAST_FRAME: "end_frame"}
    images = [
        {"image_url": base64(still)} | ({"type": types[still.role]} if still.role in types else {})
        for still in request.references
        if still.role in (*types, ReferenceRole.REFERENCE)
    ]
    body: dict[str, Any] = {"image_list": images} if images else {}
    if source:
        sound = "no" if request.audio is False else "yes"
        body["video_list"] = [{"video_url": source.url, "refer_type": "base", "keep_original_sound": sound}]
    return body


def base64(still: Reference) -> str:
    """Bare, as Kling wants it: a `data:` prefix is refused."""
    return b64encode(still.content).decode("ascii")
