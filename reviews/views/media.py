"""Bytes of takes. Permission on the row first; whoever may not see the take learns nothing, not even that it exists."""

from pathlib import PurePath
from uuid import UUID

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from reviews.checks.nudity import WITH_FACES, Nudity
from reviews.evidence import evidence_of, pictures_of
from reviews.models import Finding
from reviews.reach import takes_open_to
from reviews.rules.veil import VEILED_FROM, harm_of
from studio.media.serving import serve_file
from studio.models import Candidate
from studio.store import media_store

CONTENT_TYPES = {
    "frames.json": "application/json",
    "proxy.mp4": "video/mp4",
    "poster.jpg": "image/jpeg",
    "sprite.jpg": "image/jpeg",
    "waveform.png": "image/png",
}
POSTER = "poster.jpg"
STILLS = (POSTER, "sprite.jpg")
PRIVATE = "private, no-cache"


@require_safe
def media(request: HttpRequest, uuid: UUID, name: str) -> HttpResponseBase:
    """One file of one take, asked for again at every use: permission may have ended meanwhile."""
    if not request.user.is_authenticated:
        raise Http404
    candidate = get_object_or_404(takes_open_to(request.user).select_related("blob"), uuid=uuid)
    return file_of(request, candidate, name)


def file_of(
    request: HttpRequest, candidate: Candidate, name: str, *, content_type: str | None = None
) -> HttpResponseBase:
    """The file `name` of a take that this request may see."""
    store = media_store()
    is_original = name == "original"
    shown = in_passing(candidate, name) if name in STILLS else name
    path = store.private_path(candidate.sha256) if is_original else store.derived_path(candidate.sha256, shown)
    if not path.is_file():
        raise Http404
    return serve_file(
        request,
        path,
        content_type=candidate.blob.media_type if is_original else content_type or CONTENT_TYPES[name],
        etag=f"{candidate.sha256}-{shown}",
        cache_control=PRIVATE,
        filename=download_name(candidate) if is_original else None,
    )


def in_passing(candidate: Candidate, name: str) -> str:
    """The file behind the poster or contact sheet of a take. A poster that may harm is veiled, like the finding's.

    Raises Http404 where nudity and a face may meet: only who judges the take looks.
    """
    looked = Finding.objects.current(candidate).filter(check_key__in=VEILED_FROM)
    harmful = [each for each in looked if harm_of(each.check_key, each.label, each.severity)]
    if any(each.check_key == Nudity.key and each.label == WITH_FACES for each in harmful):
        raise Http404
    pictures = [picture for each in harmful for picture in pictures_of(evidence_of(each.evidence), ())]
    veiled = [picture.name for picture in pictures if picture.veiled]
    return veiled[0] if name == POSTER and veiled else name


def download_name(candidate: Candidate) -> str:
    """The take's name with the ending of its type."""
    ending = ".webm" if candidate.blob.media_type == "video/webm" else ".mp4"
    return candidate.name if PurePath(candidate.name).suffix.lower() == ending else f"{candidate.name}{ending}"
