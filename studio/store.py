"""The one media store of this installation."""

from functools import cache

from django.conf import settings

from studio.media.storage import MediaStore


@cache
def media_store() -> MediaStore:
    return MediaStore(settings.MEDIA_STORE_FOLDER)
