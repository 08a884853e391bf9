"""What was published, for other software: JSON Feed 1.1 (https://jsonfeed.org/version/1.1) and RSS 2.0."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.feedgenerator import Enclosure, Rss201rev2Feed
from django.views.decorators.http import condition, require_safe

from reviews.actions.publishing import clip_name
from reviews.models import Publication, PublicationState

NEWEST = 50
TITLE = "Dailies: published clips"
WORDS = "Approved AI-generated clips."
CACHE = "public, no-cache"


def _changed_at(_: HttpRequest) -> datetime | None:
    """When a clip last came or went."""
    known = Publication.objects.filter(state__in=[PublicationState.LIVE, PublicationState.WITHDRAWN])
    moments = known.aggregate(came=Max("published_at"), went=Max("withdrawn_at"))
    return max((moment for moment in moments.values() if moment), default=None)


def _etag(request: HttpRequest) -> str:
    """Of exactly the clips that are public now, on this host: two changes within a second differ too."""
    live = ",".join(str(pk) for pk in Publication.objects.live().values_list("pk", flat=True)[:NEWEST])
    return f'"{hashlib.sha256(f"{request.get_host()} {live}".encode()).hexdigest()[:32]}"'


@require_safe
@condition(etag_func=_etag, last_modified_func=_changed_at)
def feed_json(request: HttpRequest) -> HttpResponse:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": TITLE,
        "description": WORDS,
        "home_page_url": request.build_absolute_uri(reverse("gallery")),
        "feed_url": request.build_absolute_uri(reverse("feed_json")),
        "language": "en",
        "items": [_item(request, publication) for publication in _newest()],
    }
    return JsonResponse(document, content_type="application/feed+json", headers={"Cache-Control": CACHE})


def _newest() -> Sequence[Publication]:
    return list(Publication.objects.live().select_related("candidate__blob")[:NEWEST])


def _item(request: HttpRequest, publication: Publication) -> dict[str, Any]:
    candidate = publication.candidate
    return {
        "id": f"urn:uuid:{publication.uuid}",
        "url": _address(request, "clip", publication),
        "title": publication.title,
        "content_text": _words(publication),
        "image": _file(request, publication, "poster.jpg"),
        "date_published": _published(publication).isoformat(),
        "tags": ["AI-generated"],
        "attachments": [
            {
                "url": _file(request, publication, clip_name(publication)),
                "mime_type": publication.media_type,
                "title": publication.title,
                "size_in_bytes": candidate.blob.size,
                "duration_in_seconds": candidate.facts["duration_seconds"],
            }
        ],
        "_dailies": {"ai_generated": True, "sha256": publication.sha256},
    }


def _words(publication: Publication) -> str:
    return f"AI-generated clip, {publication.candidate.facts['duration_seconds']:.1f} s."


def _published(publication: Publication) -> datetime:
    """A live row has a date; the database holds it to that."""
    assert publication.published_at is not None
    return publication.published_at


def _address(request: HttpRequest, name: str, publication: Publication) -> str:
    return request.build_absolute_uri(reverse(name, args=[publication.uuid]))


def _file(request: HttpRequest, publication: Publication, name: str) -> str:
    return request.build_absolute_uri(reverse("public_media", kwargs={"uuid": publication.uuid, "name": name}))


@require_safe
@condition(etag_func=_etag, last_modified_func=_changed_at)
def feed_rss(request: HttpRequest) -> HttpResponse:
    home = request.build_absolute_uri(reverse("gallery"))
    feed = Rss201rev2Feed(TITLE, home, WORDS, language="en", feed_url=request.build_absolute_uri(reverse("feed_rss")))
    for publication in _newest():
        size, address = str(publication.candidate.blob.size), _file(request, publication, clip_name(publication))
        feed.add_item(
            publication.title,
            _address(request, "clip", publication),
            _words(publication),
            unique_id=f"urn:uuid:{publication.uuid}",
            unique_id_is_permalink=False,
            pubdate=_published(publication),
            categories=["AI-generated"],
            enclosures=[Enclosure(address, size, publication.media_type)],
        )
    response = HttpResponse(content_type="application/rss+xml; charset=utf-8", headers={"Cache-Control": CACHE})
    feed.write(response, "utf-8")
    return response
