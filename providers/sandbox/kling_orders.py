"""Create calls of both wire formats, understood and held against the model's terms."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from math import sqrt

from providers.base import GenerationRequest, ModelTerms, Operation, Reference, ReferenceRole
from providers.catalogue import models_of
from providers.sandbox.kling_fields import Fields, Refusal, check_camera, invalid, still
from providers.sandbox.store import Job
from providers.terms import FOLLOWS_SOURCE, problems_of

KINDS = ("text2video", "image2video", "multi-image2video", "omni-video", "video-extend")
ROUTES = ("text-to-video", "image-to-video", "omni-video")
V1_OMNI = ("kling-video-o1", "kling-v3-omni")
V2_OMNI = ("kling-3.0-omni", "kling-o1")
OF_MANY_IMAGES = ("kling-v1-6",)
MODES = {"std": "720p", "pro": "1080p", "4k": "4k"}
PIXELS = {"720p": 1280 * 720, "1080p": 1920 * 1080, "4k": 3840 * 2160}
SHAPES = {"16:9": 16 / 9, "9:16": 9 / 16, "1:1": 1.0}
FOREIGN_CLIP_SECONDS = Decimal(5)
EXTENSION_SECONDS = 5
BEFORE_IT_IS_READ = "…"
"""Stands for the prompt, which is checked after all else."""
ADDRESSES = re.compile(r"https?://\S+")

FindClip = Callable[[str], Job | None]
"""The finished job that a clip's own id, or the link to its file, stands for."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A create call as understood: `request.prompt` has its magic words still, `request.size` is the clip's."""

    request: GenerationRequest
    terms: ModelTerms
    client_id: str
    wants_watermark: bool


def read_v1(kind: str, fields: Fields, find_clip: FindClip) -> Ask:
    """Raises Refusal. A field that a kind does not have is refused, too."""
    request, terms = _extension(fields, find_clip) if kind == "video-extend" else _v1_shot(kind, fields, find_clip)
    ask = _asked(request, terms, fields.text("prompt"), options=fields)
    fields.nothing_else()
    return ask


def read_v2(route: str, name: str, fields: Fields, find_clip: FindClip) -> Ask:
    """Raises Refusal. Fields that nobody knows are passed over without a word, as the real one does."""
    terms = _model(name, "v2")
    if (route == "omni-video") != (name in V2_OMNI):
        raise Refusal(404, 1203, f"model '{name}' is not found at /{route}")
    prompt, references = (fields.text("prompt"), []) if route == "text-to-video" else _contents(fields, find_clip)
    operation = _operation(references, extends="feature_video")
    if route == "image-to-video" and operation not in (Operation.IMAGE_TO_VIDEO, Operation.FIRST_LAST_FRAME):
        raise invalid("contents must have a first_frame")
    request = _v2_settings(fields.part("settings"), terms, operation, references)
    return _asked(_agreed(request, terms), terms, prompt, options=fields.part("options"))


def _asked(request: GenerationRequest, terms: ModelTerms, prompt: str, *, options: Fields) -> Ask:
    if not prompt.strip():
        raise invalid("prompt must not be empty")
    if len(prompt) > terms.max_prompt:
        raise invalid(f"prompt must have at most {terms.max_prompt} characters")
    callback = options.text("callback_url", longest=2000)
    if callback and not ADDRESSES.fullmatch(callback):
        raise invalid("callback_url is no address")
    return Ask(
        replace(request, prompt=prompt, callback_url=callback),
        terms,
        client_id=options.text("external_task_id", longest=200),
        wants_watermark=options.part("watermark_info").flag("enabled"),
    )


def _v1_shot(kind: str, fields: Fields, find_clip: FindClip) -> tuple[GenerationRequest, ModelTerms]:
    terms = _model(fields.text("model_name", "kling-v1"), "v1")
    is_omni, many = terms.wire_name in V1_OMNI, kind == "multi-image2video"
    if is_omni != (kind == "omni-video") or (many and terms.wire_name not in OF_MANY_IMAGES):
        raise invalid(f"model_name '{terms.wire_name}' is not supported by {kind}")
    references = _v1_references(kind, fields, find_clip)
    operation = _operation(references, extends="feature")
    follows, framed = operation in FOLLOWS_SOURCE, _of(references, ReferenceRole.FIRST_FRAME)
    fields.only_if("duration", not follows)
    fields.only_if("aspect_ratio", not follows and not framed)
    fields.only_if("negative_prompt", "negative" in terms.extras)
    fields.only_if("camera_control", "camera" in terms.extras and not fields.has("image_tail") and not many)
    fields.only_if("cfg_scale", terms.wire_name.startswith("kling-v1"))
    fields.only_if("sound", "audio" in terms.extras)
    if fields.has("camera_control"):
        check_camera(fields.part("camera_control"))
    fields.number("cfg_scale", 0, 1)
    mode, sound = fields.choice("mode", MODES, "std"), fields.choice("sound", ("on", "off"), "off") == "on"
    if sound and terms.wire_name == "kling-v2-6" and mode != "pro":
        raise invalid("sound 'on' is only supported in mode 'pro'")
    duration = fields.text("duration", "5")
    if not re.fullmatch(r"[1-9][0-9]?", duration):
        raise invalid(f"duration value '{duration[:40]}' is invalid")
    request = GenerationRequest(
        terms.key,
        BEFORE_IT_IS_READ,
        operation,
        negative=fields.text("negative_prompt", longest=2500),
        seconds=None if follows else int(duration),
        size=_size(MODES[mode], SHAPES[fields.choice("aspect_ratio", SHAPES, "16:9")]),
        audio=None if follows else sound,
        references=tuple(references),
    )
    return _agreed(request, terms), terms


def _v1_references(kind: str, fields: Fields, find_clip: FindClip) -> list[Reference]:
    match kind:
        case "image2video":
            roles = {"image": ReferenceRole.FIRST_FRAME, "image_tail": ReferenceRole.LAST_FRAME}
            found = [still(fields, name, role) for name, role in roles.items() if fields.has(name)]
            if not _of(found, ReferenceRole.FIRST_FRAME):
                raise invalid("image must not be empty")
            return found
        case "multi-image2video":
            found = [still(one, "image", ReferenceRole.REFERENCE) for one in fields.many("image_list", 4)]
            if not found:
                raise invalid("image_list must not be empty")
            return found
        case "omni-video":
            return _v1_omni_references(fields, find_clip)
    return []


def _v1_omni_references(fields: Fields, find_clip: FindClip) -> list[Reference]:
    roles = {
        "": ReferenceRole.REFERENCE,
        "first_frame": ReferenceRole.FIRST_FRAME,
        "end_frame": ReferenceRole.LAST_FRAME,
    }
    videos = fields.many("video_list", 1)
    images = fields.many("image_list", 4 if videos else 7)
    found = [still(one, "image_url", roles[one.choice("type", roles, "")]) for one in images]
    for video in videos:
        kind = video.choice("refer_type", ("base", "feature"), "base")
        video.choice("keep_original_sound", ("yes", "no"), "yes")
        found.append(_source(video.text("video_url"), kind, find_clip))
        video.nothing_else()
    return found


def _extension(fields: Fields, find_clip: FindClip) -> tuple[GenerationRequest, ModelTerms]:
    source = find_clip(fields.text("video_id"))
    if source is None:
        raise Refusal(404, 1203, "video_id is not found")
    terms = _model(source.order.model, "v1")
    if not terms.wire_name.startswith("kling-v1"):
        raise invalid("video_id is of a model whose videos cannot be extended")
    fields.number("cfg_scale", 0, 1)
    clip = Reference(ReferenceRole.SOURCE, "video_id", "video/mp4", b"", seconds=Decimal(source.order.seconds))
    request = GenerationRequest(
        terms.key,
        BEFORE_IT_IS_READ,
        Operation.EXTEND,
        negative=fields.text("negative_prompt", longest=2500),
        seconds=EXTENSION_SECONDS,
        references=(clip,),
    )
    size = f"{source.order.width}x{source.order.height}"
    return replace(_agreed(request, terms), size=size), terms


def _contents(fields: Fields, find_clip: FindClip) -> tuple[str, list[Reference]]:
    roles = {
        "first_frame": ReferenceRole.FIRST_FRAME,
        "last_frame": ReferenceRole.LAST_FRAME,
        "refer_image": ReferenceRole.REFERENCE,
    }
    prompt, found = "", []
    for one in fields.many("contents", 20):
        kind = one.choice("type", ("prompt", *roles, "feature_video", "base_video"), "")
        if kind == "prompt":
            prompt = one.text("text")
        elif kind in roles:
            found.append(still(one, "url", roles[kind]))
        else:
            found.append(_source(one.text("url"), kind, find_clip))
    return prompt, found


def _v2_settings(
    settings: Fields, terms: ModelTerms, operation: Operation, references: Sequence[Reference]
) -> GenerationRequest:
    follows, framed = operation in FOLLOWS_SOURCE, _of(references, ReferenceRole.FIRST_FRAME)
    settings.only_if("aspect_ratio", not follows and not framed)
    if not (follows or framed or settings.has("aspect_ratio")):
        raise invalid("settings.aspect_ratio must not be empty")
    sounds = ("original", "off") if follows else ("off", "native") if "audio" in terms.extras else ("off",)
    sound = settings.choice("audio", sounds, "original" if follows else "off")
    is_multi = settings.flag("multi_shot")
    if is_multi is not (operation is Operation.EXTEND):
        raise invalid("settings.multi_shot goes with a feature_video, and a feature_video with it")
    if follows and len(references) > 1 + len(_of(references, ReferenceRole.REFERENCE)):
        raise invalid("a base_video goes without frames")
    if any(one.role is ReferenceRole.SOURCE for one in references) and len(references) > 5:
        raise invalid("at most 4 refer_image go beside a video")
    return GenerationRequest(
        terms.key,
        BEFORE_IT_IS_READ,
        operation,
        seconds=None if follows else settings.whole("duration", 5),
        size=_size(
            settings.choice("resolution", PIXELS, "720p"), SHAPES[settings.choice("aspect_ratio", SHAPES, "16:9")]
        ),
        audio=None if sound == "original" else sound == "native",
        references=tuple(references),
    )


def _operation(references: Sequence[Reference], *, extends: str) -> Operation:
    """`extends` is the word for a clip that another one follows, as it was kept as the name of the reference."""
    roles = {one.role for one in references}
    if source := _of(references, ReferenceRole.SOURCE):
        return Operation.EXTEND if source[0].name == extends else Operation.EDIT
    if ReferenceRole.LAST_FRAME in roles:
        return Operation.FIRST_LAST_FRAME
    if ReferenceRole.FIRST_FRAME in roles:
        return Operation.IMAGE_TO_VIDEO
    return Operation.REFERENCE_TO_VIDEO if roles else Operation.TEXT_TO_VIDEO


def _source(url: str, kind: str, find_clip: FindClip) -> Reference:
    if not ADDRESSES.fullmatch(url):
        raise invalid("a video is given by its address")
    job = find_clip(url)
    seconds = Decimal(job.order.seconds) if job else FOREIGN_CLIP_SECONDS
    size = f"{job.order.width}x{job.order.height}" if job else ""
    return Reference(ReferenceRole.SOURCE, kind, "video/mp4", b"", seconds=seconds, size=size)


def _agreed(request: GenerationRequest, terms: ModelTerms) -> GenerationRequest:
    """`request` once the terms allow it; a clip that follows a picture takes on that picture's shape."""
    if problems := problems_of(request, terms):
        raise invalid(f"{problems[0].field}: {problems[0].message}")
    leads = [one for one in request.references if one.role in (ReferenceRole.FIRST_FRAME, ReferenceRole.SOURCE)]
    if request.size is None or not leads or not leads[0].size:
        return request
    width, _, height = leads[0].size.partition("x")
    resolution = next(name for name in PIXELS if request.size in {_size(name, shape) for shape in SHAPES.values()})
    return replace(request, size=_size(resolution, int(width) / int(height)))


def _size(resolution: str, shape: float) -> str:
    """Even sides with `shape` as width over height, and about as many pixels as 16:9 has at this resolution."""
    height = sqrt(PIXELS[resolution] / shape)
    return f"{round(height * shape / 2) * 2}x{round(height / 2) * 2}"


def _model(name: str, dialect: str) -> ModelTerms:
    found = next((one for one in models_of("kling") if one.wire_name == name and one.dialect == dialect), None)
    if found is None:
        raise Refusal(404, 1203, f"model '{name[:60]}' is not found")
    return found


def _of(references: Sequence[Reference], role: ReferenceRole) -> list[Reference]:
    return [one for one in references if one.role is role]
