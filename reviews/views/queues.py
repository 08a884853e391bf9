"""The queues: what waits, for how long, and the one button that opens the next."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Subquery
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from reviews.actions import queueing
from reviews.counting import Counted, count_of, read_together
from reviews.models import Review, SavedView
from reviews.places import Place, place_of, places_for
from reviews.queue_forms import QueueFilter
from reviews.queues import posts_of, readers_only, roles_anywhere
from reviews.rules.care import Care, left_to_nobody
from reviews.rules.queues import WORKED_BY, Queue
from reviews.rules.veil import in_words
from reviews.views.bounds import bounds_for
from reviews.views.grid import bulk_context
from reviews.views.paging_queue import page_along
from reviews.views.polling import login_required_while_polling, poll_of
from reviews.views.recent import decided_today, recent_of, toast_of
from reviews.views.waiting import waiting_rows, with_rows
from studio import clock
from studio.errors import NotPermitted
from studio.http import UserRequest, page_or_partial, see_other
from studio.models import Membership, Project, User
from studio.rules.roles import Role

SOON = timedelta(hours=1)
WORKING_IN = "working_in"
"""In the session: the slug of the queue in which this person pressed Start; the next clip comes from there."""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One queue as the list draws it. Counts stop at `MOST_COUNTED`."""

    slug: str
    title: str
    purpose: str
    waiting: int
    due_soon: int
    overdue: int
    oldest: datetime | None
    holders: str
    offered: int
    works: bool
    """Whether this person decides in it."""
    role: str
    is_part: bool


@require_safe
@login_required_while_polling
def queues(request: UserRequest) -> HttpResponse:
    held = readers_only(request.user)
    rows = _queue_rows(request.user, held, bounds_for(request, request.user).spared)
    context = {
        "queues": rows,
        "primary": next((row.slug for row in rows if row.works and row.offered), ""),
        "all_empty": not any(row.waiting for row in rows),
        "last_came": _last_came(request.user),
        "views": SavedView.objects.filter(user=request.user),
        "names_queues": request.user.is_superuser or Role.MODERATOR in held,
        "left_to_nobody": _left_to_nobody(request.user) if Role.MODERATOR in held else (),
        "poll": poll_of(request),
    }
    return page_or_partial(request, "reviews/queues.html", "queue-list", context)


def _left_to_nobody(user: User) -> list[tuple[str, str]]:
    """Projects that `user` moderates, with what no reviewer there is given. Who asked for what is told to nobody."""
    projects = (
        Project.objects.all()
        if user.is_superuser
        else Project.objects.filter(memberships__user=user, memberships__role=Role.MODERATOR)
    )
    reviewers = Membership.objects.filter(project__in=projects.values("pk"), role=WORKED_BY[Queue.FLAGGED])
    wishes: dict[str, list[Care]] = defaultdict(list)
    for name, kept in reviewers.order_by("project__name").values_list("project__name", "user__preferences__care"):
        wishes[name].append(Care.from_json(kept or {}))
    return [(name, in_words(harms)) for name, cares in wishes.items() if (harms := left_to_nobody(cares))]


def _queue_rows(user: User, held: frozenset[Role], spared: int) -> list[QueueRow]:
    places = places_for(user)
    asked: dict[str, Subquery] = {}
    for number, place in enumerate(places):
        asked |= {f"{name}_{number}": question for name, question in _questions(place, user, held, spared).items()}
    told, holders = read_together(user, **asked), _holders(user)
    return [
        QueueRow(
            slug=place.slug,
            title=place.title,
            purpose=place.purpose,
            waiting=told[f"waiting_{number}"],
            due_soon=told[f"due_soon_{number}"],
            overdue=told[f"overdue_{number}"],
            oldest=told[f"oldest_{number}"],
            holders=", ".join(sorted(holders[place.stage, place.named.pk if place.named else None])),
            offered=told.get(f"offered_{number}", 0) + told.get(f"held_{number}", 0),
            works=place.worked_by in held,
            role=place.worked_by.label.lower(),
            is_part=place.named is not None,
        )
        for number, place in enumerate(places)
    ]


def _questions(place: Place, user: User, held: frozenset[Role], spared: int) -> Mapping[str, Subquery]:
    at, waiting = clock.now(), place.waiting(user)
    unordered = waiting.order_by()
    questions: dict[str, Subquery] = {
        "waiting": Counted(unordered),
        "due_soon": Counted(unordered.filter(due_at__gt=at, due_at__lte=at + SOON)),
        "overdue": Counted(unordered.filter(due_at__lte=at)),
        "oldest": Subquery(waiting.order_by("pk").values("opened_at")[:1]),
    }
    if place.worked_by in held:
        questions |= {"offered": Counted(place.offered(user, spared)), "held": Counted(place.held(user).order_by())}
    return questions


def _holders(user: User) -> Mapping[tuple[str, int | None], set[str]]:
    """Who holds something now, by queue and by its named part."""
    claims = Review.objects.open().visible_to(user).filter(claim_expires_at__gt=clock.now())
    names: dict[tuple[str, int | None], set[str]] = defaultdict(set)
    rows = claims.values_list("queue", "named_queue", "claimed_by__first_name", "claimed_by__username")
    for slug, named, first, username in rows:
        for part in {None, named}:
            names[slug, part].add(first or username)
    return names


def _last_came(user: User) -> datetime | None:
    newest = Review.objects.visible_to(user).order_by("-pk")
    return newest.values_list("opened_at", flat=True).first()


@require_safe
@login_required_while_polling
def queue(request: UserRequest, slug: str) -> HttpResponse:
    place = _place_or_404(slug, request.user)
    posts = posts_of(request.user)
    held = readers_only(request.user, posts)
    narrowing = QueueFilter(request.GET, posts=posts, held=held)
    waiting = narrowing.narrow(place.waiting(request.user))
    page = page_along(with_rows(waiting), request)
    recent = recent_of(request.user)
    works, bounds = place.worked_by in held, bounds_for(request, request.user)
    grid = request.GET.get("view") == "grid"
    rows = waiting_rows(page.rows, request.user)
    context = {
        "place": place,
        "caption": f"Waiting in {place.title}, in the order in which they are handed out",
        "rows": rows,
        "grid": grid,
        "bulk": bulk_context(place, page.rows, request.user) if grid and works and rows else None,
        "total": count_of(waiting.order_by()),
        "page": page,
        "filter": narrowing,
        "narrowed": bool(narrowing.wanted()),
        "query": narrowing.query(),
        "views": _views_here(request.user, place),
        "works": works,
        "role": place.worked_by.label.lower(),
        "pause": bounds.pause,
        "offered": works and (place.held(request.user).exists() or place.offered(request.user, bounds.spared).exists()),
        "last_came": _last_came(request.user) if not page.rows else None,
        "decided_today": decided_today(request.user),
        "toast": toast_of(recent),
        "poll": poll_of(request),
    }
    return page_or_partial(request, "reviews/queue.html", "queue-table", context)


def _views_here(user: User, place: Place) -> Sequence[SavedView]:
    return list(SavedView.objects.filter(user=user, place=place.slug))


def _place_or_404(slug: str, user: User) -> Place:
    if (place := place_of(slug, user)) is None:
        raise Http404
    return place


@require_POST
@login_required
def claim_next(request: UserRequest, slug: str) -> HttpResponse:
    """Take the first review that this person may decide, and open it; the next ones come from here, too."""
    place = _place_or_404(slug, request.user)
    if place.worked_by not in roles_anywhere(posts_of(request.user)):
        raise NotPermitted(f"Only {place.worked_by.label.lower()}s decide in this queue.")
    request.session[WORKING_IN] = place.slug
    review = queueing.claim_next(place.stage, by=request.user, named=place.named)
    if review:
        return see_other(request, reverse("review", args=[review.pk]))
    messages.info(request, "Nothing in this queue is free for you now.")
    return see_other(request, reverse("queue", args=[slug]))


def place_to_go_on(request: UserRequest, stage: Queue) -> Place:
    """Where the next clip comes from: the named queue in which this person began, else the whole of `stage`."""
    begun = place_of(request.session.get(WORKING_IN, ""), request.user)
    if begun and begun.stage is stage:
        return begun
    return Place(stage.value, stage.label, "", stage)
