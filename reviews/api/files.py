"""The bytes of a take, by the same view as the pages': permission on the row first, then ranges."""

from typing import Literal
from uuid import UUID

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from ninja import Router

from reviews.views.media import file_of
from studio.api.access import TokenRequest, needs
from studio.api.answers import WHOLE_OR_PART, Refusal
from studio.api.takes import takes_by_address
from studio.rules.scopes import Scope

router = Router(tags=["takes"])
Name = Literal["original", "proxy.mp4", "poster.jpg", "sprite.jpg", "frames.json"]


@router.get(
    "/takes/{uuid:uuid}/files/{name}",
    response={(401, 403, 404, 422): Refusal},
    url_name="get_file",
    **needs(Scope.CANDIDATES_READ, responses=WHOLE_OR_PART),
)
def get_file(request: TokenRequest, uuid: UUID, name: Name) -> HttpResponseBase:
    """One file of a take; `Range` and `If-None-Match` are understood. `original` is byte for byte what was made."""
    return file_of(request, get_object_or_404(takes_by_address(request), uuid=uuid), name)
