"""Dialect of the Agent Platform (Vertex): `predictLongRunning`, asked about with `fetchPredictOperation`.

Without a `storageUri`, which we never send, the finished clips come inside the answer.
"""

from collections.abc import Mapping
from typing import Any

from providers.base import Asset, GenerationRequest, ModelTerms, Reference, Snapshot
from providers.google import lro, media
from providers.google.media import Document


def create_body(request: GenerationRequest, terms: ModelTerms, client_id: str) -> dict[str, Any]:
    said = lro.parameters(request, terms)
    if request.seed is not None and "seed" in terms.extras:
        said["seed"] = request.seed
    if "audio" in terms.extras:
        said["generateAudio"] = terms.audio if request.audio is None else request.audio
    return {"instances": [lro.instance(request, _clip)], "parameters": said, "labels": {"dailies_call": client_id}}


def poll_body(name: str) -> dict[str, str]:
    return {"operationName": name}


def model_of(name: str) -> str:
    """The resource on which an operation is asked about."""
    return name.rpartition("/operations/")[0]


def read(document: Document) -> Snapshot:
    """Raises BadAnswer."""

    def asset_of(sample: Mapping[str, Any], name: str) -> Asset | None:
        return media.asset(document, sample, link="uri", carrier="bytesBase64Encoded", kind="mimeType", remote_id=name)

    return lro.read_operation(document, lambda response: (lro.entries(response.get("videos")), response), asset_of)


def _clip(reference: Reference) -> dict[str, Any]:
    return lro.still(reference)
