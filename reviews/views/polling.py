"""Lists that keep themselves fresh, and stop by themselves when nobody touches the page."""

from django.http import HttpRequest

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
