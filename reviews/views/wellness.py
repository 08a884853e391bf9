"""A person's own page of what they are given to look at. Nobody else has one on them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render

from reviews.actions.caring import bounds_of, house_caps, save_care
from reviews.care_form import CareForm
from reviews.rules.exposure import HOUR
from studio.http import UserRequest, see_other


@login_required
def wellness(request: UserRequest) -> HttpResponse:
    bounds, house = bounds_of(request.user), house_caps()
    form = CareForm(request.POST if request.method == "POST" else None, care=bounds.care, house=house)
    if form.is_bound and form.is_valid():
        save_care(request.user, form.as_care())
        messages.success(request, "Saved.")
        return see_other(request, request.path)
    context = {
        "form": form,
        "caps": [form["hour"], form["day"]],
        "bounds": bounds,
        "stretch_minutes": round((HOUR - house.rest).total_seconds() / 60),
    }
    return render(request, "reviews/wellness.html", context, status=422 if form.is_bound else 200)
