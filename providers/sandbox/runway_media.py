"""The files that come to the Runway sandbox: in a data URI, in an upload, or as a link that is taken on trust."""

import base64
import binascii
import io
import ipaddress
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import av
from anyio import to_thread
from PIL import Image, UnidentifiedImageError

Kind = Literal["image", "video", "audio"]
DATA_URI = re.compile(r"data:(\w+/[\w.+-]+);base64,(.*)", re.DOTALL)
MOST_INLINE: Mapping[Kind, int] = {"image": 5 * 1024**2, "video": 16 * 1024**2, "audio": 16 * 1024**2}
"""Bytes of a data URI as it is written."""
LARGEST_UPLOAD = 200 * 1024**2
UPLOADS_LIVE_SECONDS = 24 * 3600
LONGEST_LINK = 2048
STILLS: Mapping[str, str] = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
CONTAINERS: Mapping[str, str] = {
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/x-matroska": "matroska",
}
TOKEN = re.compile(r"[0-9a-f]{32}")


class Unusable(Exception):
    """A file that Runway would not take; the message says why."""


@dataclass(frozen=True, slots=True)
class Media:
    """What is known of a file: sides in pixels, and the length of a clip. Nothing of one that only a link names."""

    width: int = 0
    height: int = 0
    seconds: Decimal | None = None


class Uploads:
    """Ephemeral uploads in `folder`: a place is given away first, its file comes later and lives a day."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def open(self) -> str:
        token = secrets.token_hex(16)
        (self._folder / f"{token}.open").touch()
        return token

    def is_open(self, token: str) -> bool:
        return bool(TOKEN.fullmatch(token)) and (self._folder / f"{token}.open").exists()

    def put(self, token: str, content: bytes) -> None:
        (self._folder / f"{token}.file").write_bytes(content)
        (self._folder / f"{token}.open").unlink(missing_ok=True)

    def content(self, token: str) -> bytes | None:
        """None for a place that nobody filled, or a file that has expired."""
        file = self._folder / f"{token}.file"
        if not TOKEN.fullmatch(token) or not file.exists():
            return None
        return file.read_bytes() if time.time() - file.stat().st_mtime < UPLOADS_LIVE_SECONDS else None


async def look_at(uri: str, kind: Kind, uploads: Uploads) -> Media:
    """What `uri` leads to. Raises Unusable."""
    if uri.startswith("https://"):
        _check_link(uri)
        return Media()
    if uri.startswith("runway://"):
        content, said = uploads.content(uri.removeprefix("runway://")), ""
        if content is None:
            raise Unusable("The upload is unknown, empty or has expired.")
    else:
        said, content = _inline(uri, kind)
    return await to_thread.run_sync(_measure, content, kind, said)


def _check_link(uri: str) -> None:
    host = urlsplit(uri).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if "." not in host or len(uri) > LONGEST_LINK:
            raise Unusable("The URL must have a domain name and at most 2048 characters.") from None
        return
    raise Unusable("The URL must have a domain name, not an IP address.")


def _inline(uri: str, kind: Kind) -> tuple[str, bytes]:
    match = DATA_URI.fullmatch(uri)
    if match is None:
        raise Unusable("The data URI must be base64 with a content type.")
    if len(uri) > MOST_INLINE[kind]:
        raise Unusable(f"The data URI is larger than {MOST_INLINE[kind]} bytes.")
    if not match[1].startswith(f"{kind}/"):
        raise Unusable(f"The data URI must hold {kind}, not {match[1]}.")
    try:
        return match[1], base64.b64decode(match[2], validate=True)
    except (binascii.Error, ValueError):
        raise Unusable("The data URI is not base64.") from None


def _measure(content: bytes, kind: Kind, said: str) -> Media:
    return _still(content, said) if kind == "image" else _moving(content, kind, said)


def _still(content: bytes, said: str) -> Media:
    try:
        with Image.open(io.BytesIO(content), formats=tuple(STILLS)) as still:
            found, size = STILLS[still.format or ""], still.size
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        raise Unusable("The image must be a JPEG, PNG or WebP.") from None
    if said and found != said:
        raise Unusable(f"The image is {found}, not {said} as the data URI says.")
    return Media(*size)


def _moving(content: bytes, kind: Kind, said: str) -> Media:
    try:
        with av.open(io.BytesIO(content), mode="r") as container:
            if not container.streams.get(**{kind: 0}):
                raise Unusable(f"The file holds no {kind}.")
            names = set(container.format.name.split(","))
            if kind == "video" and not names & ({CONTAINERS.get(said)} if said else set(CONTAINERS.values())):
                raise Unusable(f"The file is {container.format.name}, not {said or 'a video that can be used'}.")
            seconds = Decimal(container.duration or 0) / av.time_base
            if kind == "audio":
                return Media(seconds=seconds)
            codec = container.streams.video[0].codec_context
            return Media(codec.width, codec.height, seconds)
    except (av.FFmpegError, ValueError, IndexError):
        raise Unusable(f"The {kind} cannot be read.") from None
