"""The screening room and its verbs. Looking writes nothing; each verb is one POST to one action."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from reviews.actions import caring, deciding, queueing, skipping, taking_over
from reviews.actions.caring import Bounds
from reviews.actions.permitting import facts_of
from reviews.forms import DecisionForm, SkipForm
from reviews.models import Decision, Review
from reviews.rules.queues import Queue
from reviews.rules.veil import harms_in, in_words, is_severe
from reviews.views.queues import place_to_go_on
from reviews.views.recent import recent_of, toast_of
from reviews.views.room import beside_of, claim_shown, room_context, room_reviews
from reviews.views.second_looks import seconds_to_watch
from studio.errors import Invalid, StaleCandidate
from studio.http import UserRequest, see_other, wants_json
from studio.models import User


@require_safe
@login_required
def review(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(room_reviews(request.user), pk=pk)
    return _room(request, found)


def _room(request: UserRequest, found: Review, *, typed: DecisionForm | None = None, problem: str = "") -> HttpResponse:
    """The room; with what was typed and why it was refused, after a refusal."""
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    bounds = caring.bounds_of(request.user)
    if not problem and _asks_before(found, bounds):
        return _never_kept(render(request, "reviews/card.html", _card_context(found, request.user, bounds)))
    context = room_context(found, request.user, bounds) | {"typed": typed, "problem": problem}
    return _never_kept(render(request, "reviews/review.html", context, status=status))


def _never_kept(response: HttpResponse) -> HttpResponse:
    """The page carries a claim and a one-use form: it never comes from the back button."""
    response.headers["Cache-Control"] = "no-store"
    return response


def _asks_before(found: Review, bounds: Bounds) -> bool:
    """Whether a card of text stands before the clip."""
    asks = is_severe(found.shows) or bounds.unwanted_in(found.shows)
    return bool(asks) and found.closed_at is None and not bounds.has_open(found)


def _card_context(found: Review, user: User, bounds: Bounds) -> dict[str, Any]:
    unwanted = bounds.unwanted_in(found.shows)
    recent = recent_of(user)
    return {
        "review": found,
        "candidate": found.candidate,
        "may_contain": in_words(unwanted or harms_in(found.shows)),
        "is_unwanted": bool(unwanted),
        "bounds": bounds,
        "number": bounds.this_hour + 1,
        "claim": claim_shown(found, facts_of(found, user)),
        "beside": beside_of(found),
        "seconds_to_watch": seconds_to_watch(found),
        "toast": toast_of(recent),
    }


@require_POST
@login_required
def review_open(request: UserRequest, pk: int) -> HttpResponse:
    """From the card to the clip."""
    found = get_object_or_404(Review.objects.visible_to(request.user), pk=pk)
    caring.open_severe(found, by=request.user)
    return see_other(request, reverse("review", args=[found.pk]))


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
def review_take_over(request: UserRequest, pk: int) -> HttpResponse:
    """A moderator takes the clip out of somebody's hands."""
    found = get_object_or_404(Review.objects.visible_to(request.user), pk=pk)
    taking_over.take_over(found, by=request.user)
    return see_other(request, reverse("review", args=[found.pk]))


@require_POST
@login_required
def review_ahead(request: UserRequest, pk: int) -> JsonResponse:
    """Hold the clips after this one and say where they are, so that the page can load them beforehand."""
    found = get_object_or_404(Review.objects.visible_to(request.user), pk=pk)
    named = place_to_go_on(request, Queue(found.queue)).named
    ahead = queueing.claim_ahead(found, by=request.user, named=named)
    return JsonResponse({"ahead": [reverse("review", args=[review.pk]) for review in ahead]})


@require_POST
@login_required
def review_release(request: UserRequest, pk: int) -> HttpResponse:
    """Give the clip back, and those `also` prepared. A page that is being left sends this without waiting."""
    found = get_object_or_404(Review.objects.visible_to(request.user), pk=pk)
    for review in Review.objects.filter(pk__in=_numbers(request.POST.getlist("also"))):
        queueing.release(review, by=request.user)
    if "text/html" not in request.headers.get("Accept", ""):
        queueing.leave(found, by=request.user)
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    queueing.release(found, by=request.user)
    return see_other(request, reverse("queue", args=[found.queue]))


def _numbers(words: list[str]) -> list[int]:
    return [int(word) for word in words[: queueing.AHEAD] if word.isdecimal()]


@require_POST
@login_required
def review_skip(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Review.objects.visible_to(request.user), pk=pk)
    form = SkipForm(request.POST)
    if not form.is_valid():
        raise Invalid("Say why you skip it.")
    skipping.skip(found, by=request.user, cause=form.cleaned_data["cause"])
    return _go_on(request, found)


@require_POST
@login_required
def review_decide(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(room_reviews(request.user), pk=pk)
    form = DecisionForm(request.POST, review=found, user=request.user)
    if not form.is_valid():
        return _refused(request, found, form, form.problems())
    try:
        deciding.decide(found, by=request.user, **form.as_decision())
    except StaleCandidate:
        form.require_genuine()
        raise
    except Invalid as invalid:
        return _refused(request, found, form, str(invalid))
    return _go_on(request, found)


def _refused(request: UserRequest, found: Review, form: DecisionForm, why: str) -> HttpResponse:
    """422: scripts get the sentence, people their page with everything they typed."""
    if wants_json(request):
        raise Invalid(why)
    return _room(request, found, typed=form, problem=why)


def _go_on(request: UserRequest, after: Review) -> HttpResponse:
    """To the next review of the same queue, claimed; to the queue's page when nothing is left."""
    place = place_to_go_on(request, Queue(after.queue))
    following = queueing.claim_next(place.stage, by=request.user, named=place.named)
    if wants_json(request):
        return _as_json(request, following)
    url = reverse("review", args=[following.pk]) if following else reverse("queue", args=[place.slug])
    return see_other(request, url)


def _as_json(request: UserRequest, following: Review | None) -> JsonResponse:
    """For a page that shows the next clip already: where it is, and what stands around it now."""
    recent = recent_of(request.user)
    toast = toast_of(recent)
    shown = room_reviews(request.user).filter(pk=following.pk).first() if following else None
    return JsonResponse(
        {
            "next": reverse("review", args=[following.pk]) if following else None,
            "beside": beside_of(shown) if shown else "",
            "claimed_for": settings.CLAIM_SECONDS,
            "toast": render_to_string("_toast.html", {"toast": toast}, request) if toast else "",
            "recent": render_to_string("reviews/_recent.html", {"recent": recent}, request),
        }
    )


@require_POST
@login_required
def decision_undo(request: UserRequest, pk: int) -> HttpResponse:
    visible = Decision.objects.filter(review__in=Review.objects.visible_to(request.user))
    reopened = deciding.undo(get_object_or_404(visible, pk=pk), by=request.user)
    url = reverse("review", args=[reopened.pk])
    return JsonResponse({"next": url}) if wants_json(request) else see_other(request, url)
