"""Lists that keep themselves fresh, and stop by themselves when nobody touches the page."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from studio.http import is_partial, see_other

MOST_POLLS = 200
"""At 4 s each this is about a quarter of an hour; reloading the page starts again."""


def poll_of(request: HttpRequest) -> str:
    """The address from which this part fetches itself again; "" when it has done so often enough."""
    text = request.GET.get("polls", "0")
    polls = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else MOST_POLLS
    if polls >= MOST_POLLS:
        return ""
    query = request.GET.copy()
    query["polls"] = str(polls + 1)
    return f"{request.path}?{query.urlencode()}"


def login_required_while_polling(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """`login_required` for a page that fetches itself: the whole page goes to the sign-in, not just the part."""
    guarded = login_required(view)

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if is_partial(request) and not request.user.is_authenticated:
            return see_other(request, reverse("sign_in"))
        return guarded(request, *args, **kwargs)

    return answer
