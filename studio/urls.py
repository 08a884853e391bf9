"""Every address of Dailies."""

from django.contrib import admin
from django.urls import include, path

from studio.api.house import api
from studio.views.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("api/v1/", api.urls),
    path("", include("studio.views.urls")),
    path("", include("reviews.views.urls")),
]
handler404 = "reviews.views.problems.not_found"
handler500 = "reviews.views.problems.broken"
handler403 = "reviews.views.problems.forbidden"
handler400 = "reviews.views.problems.bad_request"
