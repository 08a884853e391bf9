"""The public pages. The row opens the route; after a withdrawal every address answers 410 at once."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from reviews.actions.publishing import RENDITION, clip_name, plays_in_browsers
from reviews.models import Publication, PublicationState
from studio.media.serving import serve_file
from studio.store import media_store
from studio.views.paging import page_of

ROWS = 24
PUBLIC = "public, no-cache"  # may be kept, must be asked for again: a withdrawal holds from the next request on
CONTENT_TYPES = {"rendition.mp4": "video/mp4", "poster.jpg": "image/jpeg"}


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    page = page_of(Publication.objects.live().select_related("candidate"), request, size=ROWS)
    return render(request, "reviews/gallery.html", {"page": page})


def _publication(uuid: UUID) -> Publication:
    """A release that is public or was. Everything else does not exist for the public."""
    known = Publication.objects.filter(
        state__in=[PublicationState.LIVE, PublicationState.WITHDRAWN], published_at__isnull=False
    )
    return get_object_or_404(known.select_related("candidate__blob", "candidate__generation"), uuid=uuid)


@require_safe
def clip(request: HttpRequest, uuid: UUID) -> HttpResponse:
    publication = _publication(uuid)
    if publication.state == PublicationState.WITHDRAWN:
        return render(request, "reviews/clip_withdrawn.html", {"publication": publication}, status=HTTPStatus.GONE)
    return render(request, "reviews/clip.html", _shown(publication))


def _shown(publication: Publication) -> dict[str, Any]:
    candidate = publication.candidate
    facts = candidate.facts
    return {
        "publication": publication,
        "candidate": candidate,
        "frames": {"duration": facts["duration_seconds"], "fps": facts["fps"], "count": facts["frames"]},
        "file": clip_name(publication),
        "plays_as": clip_name(publication) if plays_in_browsers(candidate) else RENDITION,
    }


@require_safe
def public_media(request: HttpRequest, uuid: UUID, name: str) -> HttpResponseBase:
    publication = _publication(uuid)
    if publication.state == PublicationState.WITHDRAWN:
        return HttpResponse(
            "Withdrawn.", status=HTTPStatus.GONE, content_type="text/plain", headers={"Cache-Control": "no-store"}
        )
    path = media_store().public_path(publication.uuid) / name
    if not path.is_file():
        raise Http404
    return serve_file(
        request,
        path,
        content_type=CONTENT_TYPES.get(name, publication.media_type),
        etag=f"{publication.sha256}-{name}",
        cache_control=PUBLIC,
    )
