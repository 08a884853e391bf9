"""The re-check of a project's takes: how far it is, and what a moderator may do about it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from reviews.actions import rechecking
from reviews.actions.replanning import Asked, affected
from reviews.models import Policy, Recheck
from reviews.rules.rechecking import AGAIN, WITH_REJECTED
from reviews.views.polling import login_required_while_polling, poll_of
from studio.http import UserRequest, is_partial, page_or_partial, see_other
from studio.models import Candidate, Project, roles_of
from studio.rules.roles import Role
from studio.views.places import project_for

READERS = (Role.MODERATOR, Role.AUDITOR)
MOST_ASKED = 400
"""So many open takes are counted for the page; starting looks at all of them."""


@dataclass(frozen=True, slots=True)
class ShownRecheck:
    """The newest re-check (`row`, None before the first), and how many takes another would look at."""

    row: Recheck | None
    done: int
    total: int
    left_out: int
    is_active: bool
    """Its version is still in force."""
    affected: int
    """Open takes that would be looked at again."""
    rejected: int
    """Rejected ones of which the same is true."""
    asked: int

    @property
    def is_running(self) -> bool:
        return self.row is not None and self.row.finished_at is None and self.row.cancelled_at is None

    @property
    def is_moving(self) -> bool:
        """Whether its numbers may change by themselves: one that was stopped has takes under way as well."""
        return self.row is not None and self.row.finished_at is None and self.done < self.total

    @property
    def is_overtaken(self) -> bool:
        return self.row is not None and self.row.finished_at is not None and self.done < self.total

    @property
    def may_cancel(self) -> bool:
        return self.is_running

    @property
    def may_start(self) -> bool:
        return not self.is_running and bool(self.affected or self.rejected)

    @property
    def may_resume(self) -> bool:
        stopped = self.row is not None and self.row.cancelled_at is not None and self.row.finished_at is None
        return stopped and self.is_active

    @property
    def is_bounded(self) -> bool:
        return self.asked == MOST_ASKED


@require_safe
@login_required_while_polling
def recheck(request: UserRequest, slug: str) -> HttpResponse:
    """The panel, as it fetches itself; by itself it is no page."""
    project = project_for(request, slug, *READERS)
    if not is_partial(request):
        return see_other(request, reverse("policy", args=[slug]))
    policy = Policy.objects.active_in(project).first()
    may_change = Role.MODERATOR in roles_of(request.user, project)
    context = recheck_context(request, project, policy, may_change=may_change)
    return page_or_partial(request, "reviews/policy.html", "recheck", context)


def recheck_context(
    request: UserRequest, project: Project, policy: Policy | None, *, may_change: bool
) -> dict[str, Any]:
    shown = _shown(project, policy)
    poll = poll_of(request) if is_partial(request) else f"{reverse('recheck', args=[project.slug])}?polls=1"
    return {"project": project, "recheck": shown, "may_change": may_change, "poll": poll}


def _shown(project: Project, policy: Policy | None) -> ShownRecheck:
    newest = Recheck.objects.filter(project=project).select_related("policy", "started_by")
    row = newest.annotate(
        done=Count("items", filter=Q(items__done_at__isnull=False)),
        total=Count("items"),
        left_out=Count("items", filter=~Q(items__left_out="")),
    ).first()
    is_running = row is not None and row.finished_at is None and row.cancelled_at is None
    takes = {} if is_running or policy is None else _takes(project)
    found = [takes[key] for key in affected(takes, Asked.by(policy))] if policy and takes else []
    return ShownRecheck(
        row,
        done=getattr(row, "done", 0),
        total=getattr(row, "total", 0),
        left_out=getattr(row, "left_out", 0),
        is_active=row is not None and policy is not None and row.policy_id == policy.pk,
        affected=len([status for status in found if status in AGAIN]),
        rejected=len([status for status in found if status not in AGAIN]),
        asked=len(takes),
    )


def _takes(project: Project) -> dict[int, str]:
    """Takes that could be checked again, with their status; the newest."""
    takes = Candidate.objects.filter(prompt__project=project, status__in=WITH_REJECTED).order_by("-pk")
    return dict(takes.values_list("pk", "status")[:MOST_ASKED])


@require_POST
@login_required
def recheck_start(request: UserRequest, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.MODERATOR)
    with_rejected = "with_rejected" in request.POST
    started = rechecking.start_recheck(project, by=request.user, with_rejected=with_rejected)
    count = started.items.count()
    messages.info(request, f"{count} take{'' if count == 1 else 's'} will be checked again, a few at a time.")
    return see_other(request, reverse("policy", args=[slug]))


@require_POST
@login_required
def recheck_cancel(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    rechecking.cancel_recheck(_recheck(request, slug, pk), by=request.user)
    return see_other(request, reverse("policy", args=[slug]))


@require_POST
@login_required
def recheck_resume(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    rechecking.resume_recheck(_recheck(request, slug, pk), by=request.user)
    return see_other(request, reverse("policy", args=[slug]))


def _recheck(request: UserRequest, slug: str, pk: int) -> Recheck:
    project = project_for(request, slug, Role.MODERATOR)
    return get_object_or_404(Recheck.objects.select_related("project"), project=project, pk=pk)
