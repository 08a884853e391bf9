"""The audit trail: every event, newest first, and the proof that none was altered."""

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from reviews.queues import posts_of, roles_anywhere
from reviews.views.trail import lines_of
from studio.actions.events import verify_chain
from studio.errors import NotPermitted
from studio.http import UserRequest
from studio.models import ChainHead, Event, User
from studio.rules.roles import Role
from studio.views.paging import page_of

ROWS = 100


def keepers_only(user: User) -> None:
    if not roles_anywhere(posts_of(user)) & {Role.AUDITOR, Role.MODERATOR}:
        raise NotPermitted("The audit trail is for auditors and moderators.")


@require_safe
@login_required
def audit(request: UserRequest) -> HttpResponse:
    keepers_only(request.user)
    return _trail(request)


@require_POST
@login_required
def audit_verify(request: UserRequest) -> HttpResponse:
    """Recompute every digest. Answers at once: it changes nothing, so there is nothing to repeat by reloading."""
    keepers_only(request.user)
    return _trail(request, checked=True, complaint=verify_chain())


def _trail(request: UserRequest, *, checked: bool = False, complaint: str = "") -> HttpResponse:
    page = page_of(_filtered(request), request, size=ROWS)
    head = ChainHead.objects.filter(pk=1).first() or ChainHead()
    context = {
        "lines": lines_of(page.rows),
        "page": page,
        "head": head,
        "checked": checked,
        "complaint": complaint,
        "verbs": Event.objects.order_by("verb").values_list("verb", flat=True).distinct(),
        "people": User.objects.order_by("first_name", "username"),
        "filters": {name: request.GET.get(name, "") for name in ("row", "person", "verb")},
    }
    return render(request, "reviews/audit.html", context)


def _filtered(request: UserRequest) -> "QuerySet[Event]":
    """Narrowed by row ("candidate:7"), person (an id, or "machine") and verb."""
    events = Event.objects.all()
    if row := _asked(request, "row").strip():
        events = events.filter(subject=row)
    if (person := _asked(request, "person")) == "machine":
        events = events.filter(actor__startswith="system:")
    elif person:
        events = events.filter(actor=f"user:{person}")
    if verb := _asked(request, "verb"):
        events = events.filter(verb=verb)
    return events


def _asked(request: UserRequest, name: str) -> str:
    """Without NUL, which PostgreSQL's text cannot hold and an address may."""
    return request.GET.get(name, "").replace("\0", "")
