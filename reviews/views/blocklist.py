"""The blocklist: what is shut out, by whom and why. Its pictures are shown nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from reviews.actions import blocking
from reviews.actions.wording import LONGEST
from reviews.forms import BlockForm, UnblockForm
from reviews.models import BlockEntry
from reviews.queues import posts_of, roles_anywhere
from reviews.reach import takes_open_to
from studio.errors import Invalid, NotPermitted
from studio.http import UserRequest, see_other
from studio.models import Candidate, Membership, User
from studio.rules.roles import Role
from studio.views.paging import page_of

ROWS = 50


@dataclass(frozen=True, slots=True)
class Row:
    """An entry as its reader may see it: `href` to its take where that is theirs to open, `may_remove` as moderator."""

    entry: BlockEntry
    matches: int
    href: str
    may_remove: bool


@require_safe
@login_required
def blocklist(request: UserRequest) -> HttpResponse:
    if not roles_anywhere(posts_of(request.user)) & {Role.MODERATOR, Role.AUDITOR}:
        raise NotPermitted("The blocklist is for moderators and auditors.")
    page = page_of(_entries(), request, size=ROWS)
    context = {
        "rows": _rows(page.rows, request.user),
        "page": page,
        "active": BlockEntry.objects.active().count(),
        "longest": LONGEST,
    }
    return render(request, "reviews/blocklist.html", context)


def _entries() -> "QuerySet[BlockEntry]":
    wanted = ("added_by", "removed_by", "source__prompt")
    return BlockEntry.objects.select_related(*wanted).defer("hashes").annotate(found=Count("matches")).order_by("-pk")


def _rows(entries: Sequence[BlockEntry], user: User) -> Sequence[Row]:
    roles = Membership.objects.filter(user=user).values_list("project_id", "role")
    open_to = {project for project, _ in roles}
    moderated = {project for project, role in roles if role == Role.MODERATOR}
    rows = []
    for entry in entries:
        project = entry.source.prompt.project_id
        href = reverse("take", args=[entry.source.uuid]) if user.is_superuser or project in open_to else ""
        mine = user.is_superuser or project in moderated
        rows.append(Row(entry, getattr(entry, "found", 0), href, mine and entry.removed_at is None))
    return rows


@require_POST
@login_required
def block_take(request: UserRequest, uuid: UUID) -> HttpResponse:
    taken = takes_open_to(request.user).select_related("prompt__project", "blob", "copy_of__prompt__project")
    candidate = get_object_or_404(taken, uuid=uuid)
    form = BlockForm(request.POST)
    if not form.is_valid():
        raise Invalid("Say why, in a few words.")
    entry = blocking.block(candidate.copy_of or candidate, by=request.user, reason=form.cleaned_data["reason"])
    messages.info(request, f"On the blocklist as entry {entry.pk}. What looks like it goes to a moderator from now on.")
    return see_other(request, reverse("take", args=[uuid]))


@require_POST
@login_required
def block_remove(request: UserRequest, pk: int) -> HttpResponse:
    sources = Candidate.objects.visible_to(request.user)
    entries = BlockEntry.objects.filter(source__in=sources).select_related("source__prompt__project")
    entry = get_object_or_404(entries, pk=pk)
    form = UnblockForm(request.POST)
    if not form.is_valid():
        raise Invalid("Say why, in a few words.")
    blocking.unblock(entry, by=request.user, because=form.cleaned_data["because"])
    messages.info(request, f"Entry {pk} is off the blocklist.")
    return see_other(request, reverse("blocklist"))
