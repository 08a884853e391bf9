"""What the person of a request is given to look at, read once however many parts of the page ask."""

from weakref import WeakKeyDictionary

from django.http import HttpRequest

from reviews.actions.caring import Bounds, bounds_of
from studio.models import User

_read: WeakKeyDictionary[HttpRequest, Bounds] = WeakKeyDictionary()


def bounds_for(request: HttpRequest, user: User) -> Bounds:
    """Of `user`, who asks."""
    if request not in _read:
        _read[request] = bounds_of(user)
    return _read[request]
