"""The one media store of this installation."""

from functools import cache

from django.conf import settings

from studio.errors import Invalid
from studio.media.storage import MediaStore


@cache
def media_store() -> MediaStore:
    return MediaStore(settings.MEDIA_STORE_FOLDER)


def require_room() -> None:
    """Raises Invalid when the disk is nearly full: what cannot be kept must be neither bought nor taken in."""
    if not media_store().has_room():
        raise Invalid("The disk of this installation is nearly full. Tell whoever runs it; nothing was sent or stored.")
