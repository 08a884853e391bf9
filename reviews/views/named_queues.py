"""Named queues as moderators edit them: the rules in the order they are asked, and what a change would move."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from reviews.actions import naming_queues
from reviews.actions.sorting import Moves
from reviews.counting import Counted, read_together
from reviews.models import NamedQueue, Review
from reviews.named_queue_form import NamedQueueForm
from reviews.queues import posts_of, roles_anywhere
from reviews.rules.named_queues import in_words
from studio.actions.permitting import moderates
from studio.errors import NotPermitted
from studio.http import UserRequest, see_other
from studio.models import User
from studio.rules.roles import Role

READERS = frozenset({Role.MODERATOR, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class NamedRow:
    queue: NamedQueue
    rule: str
    waiting: int
    may_edit: bool


@require_safe
@login_required
def named_queues(request: UserRequest) -> HttpResponse:
    _require_reader(request.user)
    return render(
        request, "reviews/named_queues.html", {"rows": _rows(request.user), "may_add": _may_add(request.user)}
    )


@login_required
def named_queue_new(request: UserRequest) -> HttpResponse:
    _require_reader(request.user)
    if not _may_add(request.user):
        raise NotPermitted("Only moderators name queues.")
    form = NamedQueueForm(request.POST or None, user=request.user)
    if request.method != "POST" or not form.is_valid():
        return _form(request, form)
    if "preview" in request.POST:
        return _form(request, form, moves=_total(naming_queues.preview(form.draft())))
    queue, moved = naming_queues.create_queue(form.draft(), by=request.user)
    return _done(request, f"“{queue.name}” is made.", moved)


@login_required
def named_queue_edit(request: UserRequest, pk: int) -> HttpResponse:
    queue = get_object_or_404(NamedQueue.objects.in_force().visible_to(request.user), pk=pk)
    _require_reader(request.user)
    form = NamedQueueForm(request.POST or None, user=request.user, queue=queue)
    if request.method != "POST" or not form.is_valid():
        return _form(request, form, queue=queue)
    if "preview" in request.POST:
        return _form(request, form, queue=queue, moves=_total(naming_queues.preview(form.draft(), queue)))
    moved = naming_queues.change_queue(queue, form.draft(), by=request.user)
    return _done(request, f"“{queue.name}” is changed.", moved)


@require_POST
@login_required
def named_queue_move(request: UserRequest, pk: int) -> HttpResponse:
    queue = get_object_or_404(NamedQueue.objects.in_force().visible_to(request.user), pk=pk)
    moved = naming_queues.move_queue(queue, by=request.user, up=request.POST.get("to") == "earlier")
    return _done(request, "The rules are asked in another order.", moved)


@require_POST
@login_required
def named_queue_remove(request: UserRequest, pk: int) -> HttpResponse:
    queue = get_object_or_404(NamedQueue.objects.in_force().visible_to(request.user), pk=pk)
    moved = naming_queues.remove_queue(queue, by=request.user)
    return _done(request, f"“{queue.name}” is removed.", moved)


def _require_reader(user: User) -> None:
    if not roles_anywhere(posts_of(user)) & READERS:
        raise NotPermitted("Named queues are for moderators and auditors.")


def _may_add(user: User) -> bool:
    return user.is_superuser or Role.MODERATOR in roles_anywhere(posts_of(user))


def _rows(user: User) -> list[NamedRow]:
    queues = list(NamedQueue.objects.in_force().visible_to(user).select_related("project"))
    waiting = read_together(
        user, **{f"at_{queue.pk}": Counted(Review.objects.open().filter(named_queue=queue)) for queue in queues}
    )
    scopes = {queue.project_id: queue.project for queue in queues}
    allowed = {key: moderates(user, project) for key, project in scopes.items()}
    return [
        NamedRow(queue, in_words(queue.rule()), waiting[f"at_{queue.pk}"], allowed[queue.project_id])
        for queue in queues
    ]


def _total(moves: Moves) -> int:
    return sum(len(keys) for keys in moves.values())


def _form(
    request: UserRequest, form: NamedQueueForm, *, queue: NamedQueue | None = None, moves: int | None = None
) -> HttpResponse:
    context = {"form": form, "queue": queue, "moves": moves}
    return render(request, "reviews/named_queue.html", context, status=422 if form.is_bound and form.errors else 200)


def _done(request: UserRequest, what: str, moved: int) -> HttpResponse:
    messages.success(request, f"{what} {moved} waiting review{'' if moved == 1 else 's'} moved.")
    return see_other(request, reverse("named_queues"))
