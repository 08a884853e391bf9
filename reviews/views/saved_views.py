"""A person's saved views: the list, and the forms that keep, rename and delete one."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from reviews.actions import saving_views
from reviews.models import SavedView
from reviews.places import place_of
from reviews.queue_forms import QueueFilter
from reviews.queues import posts_of, readers_only
from studio.errors import Invalid
from studio.http import UserRequest, see_other


@require_safe
@login_required
def saved_views(request: UserRequest) -> HttpResponse:
    readers_only(request.user)
    return render(request, "reviews/saved_views.html", {"views": SavedView.objects.filter(user=request.user)})


@require_POST
@login_required
def view_save(request: UserRequest) -> HttpResponse:
    """The filters come as the fields that the queue's page had; what is none of them is left out."""
    posts = posts_of(request.user)
    held = readers_only(request.user, posts)
    place = place_of(request.POST.get("place", ""), request.user)
    if place is None:
        raise Invalid("Say which queue the view is of.")
    narrowing = QueueFilter(request.POST, posts=posts, held=held)
    query = narrowing.query() + ("&view=grid" if request.POST.get("view") == "grid" else "")
    view = saving_views.save_view(
        by=request.user, name=request.POST.get("name", ""), place=place.slug, query=query.removeprefix("&")
    )
    return see_other(request, f"{reverse('queue', args=[view.place])}?{view.query}")


@require_POST
@login_required
def view_rename(request: UserRequest, pk: int) -> HttpResponse:
    saving_views.rename_view(_own(request, pk), by=request.user, name=request.POST.get("name", ""))
    return see_other(request, reverse("saved_views"))


@require_POST
@login_required
def view_delete(request: UserRequest, pk: int) -> HttpResponse:
    saving_views.delete_view(_own(request, pk), by=request.user)
    return see_other(request, reverse("saved_views"))


def _own(request: UserRequest, pk: int) -> SavedView:
    return get_object_or_404(SavedView.objects.filter(user=request.user), pk=pk)
