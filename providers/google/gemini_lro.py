"""Dialect of the Gemini API for Veo: `predictLongRunning`, an operation to GET, clips as files of the service.

It takes neither seed nor `generateAudio`, mask, fps, storage or labels; Google's own client refuses to send them.
"""

from collections.abc import Mapping
from typing import Any

from providers.base import Asset, GenerationRequest, ModelTerms, Reference, Snapshot
from providers.google import lro, media
from providers.google.media import Document

OFFICIAL_FILES = "https://generativelanguage.googleapis.com/v1beta"


def create_body(request: GenerationRequest, terms: ModelTerms, callback_url: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "instances": [lro.instance(request, _clip)],
        "parameters": lro.parameters(request, terms),
    }
    return body | ({"webhookConfig": {"uris": [callback_url]}} if callback_url else {})


def read(document: Document) -> Snapshot:
    """Raises BadAnswer."""

    def asset_of(sample: Mapping[str, Any], name: str) -> Asset | None:
        video = lro.inner(sample, "video")
        file = media.file_id(video.get("uri"))
        called = f"files/{file}" if file else name
        return media.asset(document, video, link="uri", carrier="encodedVideo", kind="encoding", remote_id=called)

    return lro.read_operation(document, _samples, asset_of)


def _samples(response: Mapping[str, Any]) -> lro.Samples:
    made = lro.inner(response, "generateVideoResponse")
    return lro.entries(made.get("generatedSamples")), made


def _clip(reference: Reference) -> dict[str, Any]:
    """A take of the service itself goes by its link, as the service wrote it; anything else by its bytes."""
    if file := media.file_id(reference.remote_id):
        return {"uri": f"{OFFICIAL_FILES}/files/{file}:download?alt=media"}
    return {"encodedVideo": media.encoded(reference), "encoding": reference.media_type}
