"""Stills and clips in Google's create calls: they must open, and be what they are said to be."""

import base64
import binascii
import io
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import av
from PIL import Image, UnidentifiedImageError

from providers.base import Reference, ReferenceRole
from providers.sandbox.google_faults import Fault, as_object, as_objects, invalid
from providers.sandbox.store import Job

FindTake = Callable[[str], Job | None]
"""A job by a file's link or an interaction's id."""


def veo_stills(instance: Mapping[str, Any]) -> list[Reference]:
    roles = {"image": ReferenceRole.FIRST_FRAME, "lastFrame": ReferenceRole.LAST_FRAME, "mask": ReferenceRole.MASK}
    found = [_still(role, as_object(instance, name), name) for name, role in roles.items() if name in instance]
    for one in as_objects(instance.get("referenceImages", []), "referenceImages"):
        if str(one.get("referenceType", "")).lower() not in ("asset", "style"):
            raise invalid("referenceType is asset or style.")
        found.append(_still(ReferenceRole.REFERENCE, as_object(one, "image"), "referenceImages"))
    return found


def veo_source(instance: Mapping[str, Any], take: FindTake) -> list[Reference]:
    if "video" not in instance:
        return []
    video = as_object(instance, "video")
    if isinstance(uri := video.get("uri"), str):
        return [_known(take(uri), uri)]
    kind = str(video.get("mimeType", video.get("encoding", "")))
    return [_clip(_bytes(video.get("bytesBase64Encoded", video.get("encodedVideo")), "video"), kind)]


def omni_media(body: Mapping[str, Any], take: FindTake) -> list[Reference]:
    found = []
    if (earlier := body.get("previous_interaction_id")) is not None:
        found.append(_known(take(str(earlier)), str(earlier)))
    given = body.get("input")
    task = as_object(as_object(body, "generation_config"), "video_config").get("task")
    for one in as_objects(given, "input") if isinstance(given, list) else ():
        if one.get("type") == "video":
            found.append(_clip(_bytes(one.get("data"), "input"), str(one.get("mime_type", ""))))
        elif one.get("type") == "image":
            is_frame = task == "image_to_video"
            role = ReferenceRole.FIRST_FRAME if is_frame else ReferenceRole.REFERENCE
            role = ReferenceRole.LAST_FRAME if is_frame and one.get("name") == "last_frame" else role
            found.append(
                _still(role, {"bytesBase64Encoded": one.get("data"), "mimeType": one.get("mime_type")}, "input")
            )
        elif one.get("type") != "text":
            raise invalid("input holds text, image and video.")
    return found


def _bytes(value: object, name: str) -> bytes:
    try:
        return base64.b64decode(value if isinstance(value, str) else "", validate=True)
    except (binascii.Error, ValueError):
        raise invalid(f"{name} is not base64.") from None


def _still(role: ReferenceRole, image: Mapping[str, Any], name: str) -> Reference:
    content = _bytes(image.get("bytesBase64Encoded"), name)
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as still:
            kind = f"image/{str(still.format).lower()}"
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        raise invalid(f"{name} is no image that can be read.") from None
    if image.get("mimeType") != kind:
        raise invalid(f"{name} is {kind}, not {str(image.get('mimeType'))[:40]}.")
    return Reference(role, name, kind, content)


def _clip(content: bytes, kind: str) -> Reference:
    try:
        with av.open(io.BytesIO(content), "r") as container:
            stream = container.streams.video[0]
            seconds = Decimal(container.duration or 0) / av.time_base
            size = f"{stream.width}x{stream.height}"
    except (av.FFmpegError, OSError, ValueError, IndexError):
        raise invalid("video is no clip that can be read.") from None
    return Reference(ReferenceRole.SOURCE, "video", kind, content, seconds=round(seconds, 1), size=size)


def _known(job: Job | None, name: str) -> Reference:
    if job is None:
        raise Fault(404, "NOT_FOUND", f"{name[-60:]} is not found.")
    order = job.order
    return Reference(
        *(ReferenceRole.SOURCE, "video", "video/mp4", b""),
        remote_id=name,
        seconds=Decimal(order.seconds),
        size=f"{order.width}x{order.height}",
    )
