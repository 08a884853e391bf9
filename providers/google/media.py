"""Stills and clips inside Google's JSON: base64 going out and coming back, and files that are named by a link."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from providers.answers import storable, text_of
from providers.base import Asset, Reference
from providers.errors import BadAnswer
from providers.http import Answer

MAX_INLINE_BYTES = 200 * 1024 * 1024
"""Of an answer that holds clips as base64, four bytes for each three of theirs."""
CARRIERS = ("bytesBase64Encoded", "encodedVideo", "data")
FILE = re.compile(r"(?:^|/)files/([a-z0-9]{1,100})(?![A-Za-z0-9_-])")
MARK = "inline:"


@dataclass(frozen=True, slots=True)
class Document:
    """An answer whose clips were taken out: `fields` is small and can be kept, `clips` are the bytes."""

    fields: dict[str, Any]
    clips: tuple[bytes, ...] = ()

    def clip(self, mark: object) -> bytes | None:
        """The bytes that stood where `mark` stands now; None when there were none."""
        if not isinstance(mark, str) or not mark.startswith(MARK):
            return None
        index = mark.removeprefix(MARK)
        is_ours = index.isascii() and index.isdigit() and len(index) < 6 and int(index) < len(self.clips)
        return self.clips[int(index)] if is_ours else None


def read_document(answer: Answer) -> Document:
    """Raises BadAnswer unless the body is one JSON object. Base64 is decoded while parsing: it is never kept twice."""
    clips: list[bytes] = []

    def taken_out(entry: dict[str, Any]) -> dict[str, Any]:
        for name in CARRIERS:
            if isinstance(entry.get(name), str) and (content := _decoded(entry[name])) is not None:
                clips.append(content)
                entry[name] = f"{MARK}{len(clips) - 1}"
        return entry

    try:
        fields = storable(json.loads(answer.body, object_hook=taken_out))
    except (ValueError, RecursionError) as error:
        raise BadAnswer("Google's answer is not JSON.") from error
    if not isinstance(fields, dict):
        raise BadAnswer("Google's answer is not a JSON object.")
    return Document(fields, tuple(clips))


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def encoded(reference: Reference) -> str:
    return base64.b64encode(reference.content).decode()


def file_id(link: object) -> str:
    """The id in a file's link or name; "" when it has none. The rest of a link is not believed: it could lead away."""
    match = FILE.search(link) if isinstance(link, str) else None
    return match[1] if match else ""


def media_type(value: object) -> str:
    return value if isinstance(value, str) and re.fullmatch(r"video/[\w.+-]{1,40}", value) else "video/mp4"


def asset(
    document: Document, entry: Mapping[str, Any], *, link: str, carrier: str, kind: str, remote_id: str
) -> Asset | None:
    """A clip of an answer: by its bytes, or by a file that Google keeps. None for any other place, such as a bucket.

    `link`, `carrier`, `kind` name the dialect's fields; `remote_id` is what the clip is called afterwards.
    """
    content = document.clip(entry.get(carrier))
    if content is not None:
        return Asset(remote_id, media_type=media_type(entry.get(kind)), inline=content)
    if file_id(entry.get(link)):
        return Asset(remote_id, media_type=media_type(entry.get(kind)), url=text_of(entry.get(link), 2000))
    return None
