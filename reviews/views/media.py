"""Bytes of takes. Permission on the row first; whoever may not see the take learns nothing, not even that it exists."""

from pathlib import PurePath
from uuid import UUID

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from studio.media.serving import serve_file
from studio.models import Candidate
from studio.store import media_store

CONTENT_TYPES = {
    "frames.json": "application/json",
    "proxy.mp4": "video/mp4",
    "poster.jpg": "image/jpeg",
    "sprite.jpg": "image/jpeg",
}
PRIVATE = "private, no-cache"


@require_safe
def media(request: HttpRequest, uuid: UUID, name: str) -> HttpResponseBase:
    """One file of one take, asked for again at every use: permission may have ended meanwhile."""
    if not request.user.is_authenticated:
        raise Http404
    candidate = get_object_or_404(Candidate.objects.visible_to(request.user).select_related("blob"), uuid=uuid)
    return file_of(request, candidate, name)


def file_of(request: HttpRequest, candidate: Candidate, name: str) -> HttpResponseBase:
    """The file `name` of a take that this request may see."""
    store = media_store()
    is_original = name == "original"
    path = store.private_path(candidate.sha256) if is_original else store.derived_path(candidate.sha256, name)
    if not path.is_file():
        raise Http404
    return serve_file(
        request,
        path,
        content_type=candidate.blob.media_type if is_original else CONTENT_TYPES[name],
        etag=f"{candidate.sha256}-{name}",
        cache_control=PRIVATE,
        filename=download_name(candidate) if is_original else None,
    )


def download_name(candidate: Candidate) -> str:
    """The take's name with the ending of its type."""
    ending = ".webm" if candidate.blob.media_type == "video/webm" else ".mp4"
    return candidate.name if PurePath(candidate.name).suffix.lower() == ending else f"{candidate.name}{ending}"
