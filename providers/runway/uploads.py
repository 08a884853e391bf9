"""How files reach Runway, which cannot fetch from us: in the call itself when small, else uploaded beforehand."""

import base64
from collections.abc import Callable, Mapping

import httpx

from providers.base import Reference
from providers.calls import reading_call
from providers.errors import BadAnswer, ProviderUnavailable
from providers.runway import wire

LARGEST_INLINE = 5_000_000
"""Bytes of a data URI, base64 and all. The documents say 5 MB for stills and 16 MB for clips, the SDK 5 MB for both."""
LARGEST_UPLOAD = 200_000_000
UPLOAD_SECONDS = 600.0
ENDINGS: Mapping[str, str] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
}


def is_small(reference: Reference) -> bool:
    return len(f"data:{reference.media_type};base64,") + -(-len(reference.content) // 3) * 4 <= LARGEST_INLINE


def data_uri(reference: Reference) -> str:
    return f"data:{reference.media_type};base64,{base64.b64encode(reference.content).decode('ascii')}"


def filename_of(reference: Reference) -> str:
    """A name that says what the file is for; its author's own name stays in the house."""
    return f"{reference.role.value}.{ENDINGS.get(reference.media_type, 'bin')}"


class Uploader:
    """Two steps: ask for a place, then send the file there, without our key. Both cost nothing and may be repeated."""

    def __init__(self, client: httpx.AsyncClient, base_url: str, headers: Callable[[], dict[str, str]]) -> None:
        self._client, self._base_url, self._headers = client, base_url, headers

    async def uri_of(self, reference: Reference) -> str:
        """Where Runway finds the file. Raises ProviderError; nothing was paid then."""
        return data_uri(reference) if is_small(reference) else await self._upload(reference)

    async def _upload(self, reference: Reference) -> str:
        filename = filename_of(reference)
        ask = self._client.build_request(
            "POST", f"{self._base_url}/v1/uploads", json=wire.upload_body(filename), headers=self._headers()
        )
        try:
            url, fields, uri = wire.read_upload(await reading_call(self._client, ask, wire.error_of))
            file = (filename, reference.content, reference.media_type)
            send = self._client.build_request("POST", url, data=fields, files={"file": file})
            await reading_call(self._client, send, wire.upload_error_of, within_seconds=UPLOAD_SECONDS)
        except BadAnswer as error:
            raise ProviderUnavailable(f"The file could not be uploaded: {error}") from error
        return uri
