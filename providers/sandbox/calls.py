"""Reading a create call, in any of its four encodings, and refusing it in the protocol's words."""

import io
import json
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import av
from PIL import Image, UnidentifiedImageError
from starlette.datastructures import UploadFile
from starlette.requests import Request

from providers.base import GenerationRequest, ModelTerms
from providers.catalogue import catalogue

BRACKETED = re.compile(r"(\w+)\[(\w+)\]")
SEED_LIMIT = 2**32


class Refusal(Exception):
    """An answer in the protocol's error envelope."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        kind: str = "invalid_request_error",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"message": message, "type": kind, "param": param, "code": code}}
        self.headers = dict(headers or {})


async def read_fields(request: Request) -> dict[str, Any]:
    """The fields of a JSON or multipart body; `name[key]` parts become objects, as JSON has them."""
    if request.headers.get("content-type", "").startswith(("multipart/", "application/x-www-form-urlencoded")):
        form = await request.form(max_files=4, max_fields=100)
        fields: dict[str, Any] = {}
        for name, value in form.multi_items():
            bracketed = BRACKETED.fullmatch(name)
            fields.update({bracketed[1]: {bracketed[2]: value}} if bracketed else {name: value})
        return fields
    try:
        document = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise Refusal(400, "We could not parse the JSON body of your request.") from None
    if not isinstance(document, dict):
        raise Refusal(400, "The body of a request is one JSON object.")
    return document


def text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value.strip():
        raise Refusal(400, f"Missing required parameter: '{name}'.", code="missing_required_parameter", param=name)
    return value


def terms(fields: Mapping[str, Any]) -> ModelTerms:
    model = str(fields.get("model") or "sora-2")
    if terms := catalogue().get(model):
        return terms
    message = f"Invalid value: '{model[:60]}' is not a model of this server."
    raise Refusal(400, message, code="invalid_value", param="model")


def asked(fields: Mapping[str, Any], prompt: str, terms: ModelTerms) -> GenerationRequest:
    extras = {name: fields.get(name) for name in ("fps", "seed", "negative_prompt", "generate_sound")}
    if terms.extras == frozenset():
        extras = dict.fromkeys(extras)
    return GenerationRequest(
        model=terms.key,
        prompt=prompt,
        negative=str(extras["negative_prompt"] or ""),
        seconds=whole(fields, "seconds", terms.default_seconds),
        size=str(fields.get("size") or terms.default_size),
        fps=_rate(extras["fps"]),
        audio=str(extras["generate_sound"]).lower() not in ("false", "0"),
        seed=None if extras["seed"] is None else whole(extras, "seed", 0) % SEED_LIMIT,
    )


def whole(fields: Mapping[str, Any], name: str, default: int) -> int:
    """A whole number, as text or as a number."""
    text = str(fields.get(name, default))
    if not re.fullmatch(r"-?[0-9]{1,18}", text):
        raise Refusal(400, f"Invalid value: '{text[:40]}'. {name} is a whole number.", code="invalid_value", param=name)
    return int(text)


def _rate(value: object) -> Fraction | None:
    if value is None:
        return None
    match = re.fullmatch(r"([1-9][0-9]{0,5})(?:/([1-9][0-9]{0,5}))?", str(value))
    if not match:
        raise Refusal(400, "fps is a number like 24 or 30000/1001.", code="invalid_value", param="fps")
    return Fraction(int(match[1]), int(match[2] or 1))


def check_reference(reference: object, width: int, height: int) -> None:
    """A first frame that arrives as a file must be a still of the clip's own size; links are taken on trust."""
    if not isinstance(reference, UploadFile):
        return
    try:
        with Image.open(io.BytesIO(reference.file.read()), formats=("JPEG", "PNG", "WEBP")) as still:
            size = still.size
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        raise Refusal(400, "input_reference must be a JPEG, PNG or WebP.", param="input_reference") from None
    if size != (width, height):
        message = f"The image must have the requested width and height: {size[0]}x{size[1]} is not {width}x{height}."
        raise Refusal(400, message, param="input_reference")


def read_clip(upload: object) -> tuple[int, int, float]:
    """Width, height and seconds of a clip that arrived as a file."""
    if not isinstance(upload, UploadFile):
        raise Refusal(400, "Missing required parameter: 'video'.", code="missing_required_parameter", param="video")
    try:
        with av.open(io.BytesIO(upload.file.read()), format="mp4") as container:
            stream = container.streams.video[0]
            seconds = float((stream.duration or 0) * (stream.time_base or 0))
            return stream.width, stream.height, seconds
    except (av.FFmpegError, IndexError):
        raise Refusal(400, "video must be an MP4.", param="video") from None
