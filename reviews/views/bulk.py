"""Decisions on the grid: one form for many takes, one undo for all of them."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_list_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from reviews.actions import bulk
from reviews.actions.bulk import BulkResult, LeftOut, Picked
from reviews.forms import BulkForm, read_seen
from reviews.models import Decision, Review
from reviews.places import Place, place_of
from reviews.queues import readers_only
from reviews.rules.bulk import MOST_AT_ONCE
from studio.errors import Invalid
from studio.http import UserRequest, see_other, wants_json


@require_POST
@login_required
def bulk_decide(request: UserRequest, slug: str) -> HttpResponse:
    """Decide the selected takes; says which were left out and why."""
    place = place_of(slug, request.user)
    if place is None:
        raise Http404
    readers_only(request.user)
    form = BulkForm(request.POST)
    if not form.is_valid():
        raise Invalid(form.problems())
    result = bulk.decide_many(_picked(request, place), by=request.user, bulk_key=uuid4(), **form.as_decision())
    _tell(request, result)
    return see_other(request, f"{reverse('queue', args=[place.slug])}?{form.cleaned_data['back'] or 'view=grid'}")


def _picked(request: UserRequest, place: Place) -> Sequence[Picked]:
    """The selected reviews of this queue, in its order; what is not in it any more is left out with the rest."""
    keys = [int(text) for text in request.POST.getlist("review") if text.isascii() and text.isdigit()]
    visible = Review.objects.visible_to(request.user).filter(pk__in=keys[: MOST_AT_ONCE + 1], queue=place.stage)
    return [_pick(request, review) for review in visible.select_related("candidate__prompt__project", "claimed_by")]


def _pick(request: UserRequest, review: Review) -> Picked:
    seen, key = read_seen(request.POST.get(f"seen-{review.pk}", ""), review, request.user) or (None, uuid4())
    return Picked(review, seen, key)


def _tell(request: UserRequest, result: BulkResult) -> None:
    by_reason: dict[str, list[LeftOut]] = defaultdict(list)
    for each in result.left_out:
        by_reason[each.why].append(each)
    if result.left_out and result.decided:
        messages.info(request, f"{len(result.decided)} decided, {len(result.left_out)} left as they were.")
    for why, left in by_reason.items():
        names = ", ".join(each.review.candidate.name for each in left[:3])
        more = f" and {len(left) - 3} more" if len(left) > 3 else ""
        messages.warning(request, f"Left out: {names}{more}. {why}")


@require_POST
@login_required
def bulk_undo(request: UserRequest, key: UUID) -> HttpResponse:
    """Take back what one press decided, as far as it has not settled."""
    standing = Decision.objects.filter(bulk_key=key, superseded_by=None, decided_by=request.user)
    decisions = get_list_or_404(standing.select_related("review").order_by("pk"))
    undone, late = bulk.undo_many(decisions, by=request.user)
    said = f"{undone} decision{'' if undone == 1 else 's'} taken back." + (f" {late} had settled." if late else "")
    messages.success(request, said)
    url = f"{reverse('queue', args=[decisions[0].review.queue])}?view=grid"
    return JsonResponse({"next": url}) if wants_json(request) else see_other(request, url)
