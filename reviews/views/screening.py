"""The screening room and its verbs. Looking writes nothing; each verb is one POST to one action."""

from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from reviews.actions import deciding, queueing, skipping
from reviews.forms import DecisionForm, SkipForm
from reviews.models import Decision, Review
from reviews.rules.queues import Queue
from reviews.views.recent import sentence_of, with_reasons
from reviews.views.room import room_context, room_reviews
from studio import clock
from studio.errors import Invalid, StaleCandidate
from studio.http import UserRequest, see_other, wants_json


@require_safe
@login_required
def review(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(room_reviews(request.user), pk=pk)
    return _room(request, found)


def _room(request: UserRequest, found: Review, *, typed: DecisionForm | None = None, problem: str = "") -> HttpResponse:
    """The room; with what was typed and why it was refused, after a refusal."""
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    context = room_context(found, request.user) | {"typed": typed, "problem": problem}
    response = render(request, "reviews/review.html", context, status=status)
    response.headers["Cache-Control"] = (
        "no-store"  # the page carries a claim and a one-use form: never from the back button
    )
    return response


@require_POST
@login_required
def review_claim(request: UserRequest, pk: int) -> HttpResponse:
    """Take this clip, or renew the hold on it."""
    found = queueing.claim(get_object_or_404(Review.objects.visible_to(request.user), pk=pk), by=request.user)
    if wants_json(request):
        return JsonResponse({"expires_at": found.claim_expires_at})
    return see_other(request, reverse("review", args=[found.pk]))


@require_POST
@login_required
def review_release(request: UserRequest, pk: int) -> HttpResponse:
    """Give the clip back. A page that is being left sends this without waiting for the answer."""
    found = get_object_or_404(Review.objects.visible_to(request.user), pk=pk)
    queueing.release(found, by=request.user)
    if "text/html" not in request.headers.get("Accept", ""):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return see_other(request, reverse("queue", args=[found.queue]))


@require_POST
@login_required
def review_skip(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Review.objects.visible_to(request.user), pk=pk)
    form = SkipForm(request.POST)
    if not form.is_valid():
        raise Invalid("Say why you skip it.")
    skipping.skip(found, by=request.user, cause=form.cleaned_data["cause"])
    return see_other(request, next_url(request, found))


@require_POST
@login_required
def review_decide(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(room_reviews(request.user), pk=pk)
    form = DecisionForm(request.POST, review=found, user=request.user)
    if not form.is_valid():
        return _refused(request, found, form, form.problems())
    try:
        decision = deciding.decide(found, by=request.user, **form.as_decision())
    except StaleCandidate:
        form.require_genuine()
        raise
    except Invalid as invalid:
        return _refused(request, found, form, str(invalid))
    following = next_url(request, found)
    return _as_json(decision, following) if wants_json(request) else see_other(request, following)


def _refused(request: UserRequest, found: Review, form: DecisionForm, why: str) -> HttpResponse:
    """422: scripts get the sentence, people their page with everything they typed."""
    if wants_json(request):
        raise Invalid(why)
    return _room(request, found, typed=form, problem=why)


def next_url(request: UserRequest, after: Review) -> str:
    """The next review of the same queue, claimed; the queue's page when nothing is left."""
    following = queueing.claim_next(Queue(after.queue), by=request.user)
    return reverse("review", args=[following.pk]) if following else reverse("queue", args=[after.queue])


def _as_json(decision: Decision, following: str) -> JsonResponse:
    told = with_reasons(Decision.objects.filter(pk=decision.pk)).get()
    return JsonResponse(
        {
            "next": following if "/reviews/" in following else None,
            "decision": decision.pk,
            "sentence": sentence_of(told),
            "settles_at": decision.settles_at,
            "seconds_left": max(0.0, (decision.settles_at - clock.now()).total_seconds()),
        }
    )


@require_POST
@login_required
def decision_undo(request: UserRequest, pk: int) -> HttpResponse:
    visible = Decision.objects.filter(review__in=Review.objects.visible_to(request.user))
    reopened = deciding.undo(get_object_or_404(visible, pk=pk), by=request.user)
    url = reverse("review", args=[reopened.pk])
    return JsonResponse({"next": url}) if wants_json(request) else see_other(request, url)
