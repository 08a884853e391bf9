"""Addresses of the judging pages."""

from django.urls import path

from reviews.views import audit, dashboard, desk, feed, gallery, judging, media, queues, screening, take

PRIVATE_FILES = ("frames.json", "proxy.mp4", "poster.jpg", "sprite.jpg", "original")
PUBLIC_FILES = ("clip.mp4", "clip.webm", "rendition.mp4", "poster.jpg")

urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("queues/", queues.queues, name="queues"),
    path("queues/<slug:slug>/", queues.queue, name="queue"),
    path("queues/<slug:slug>/claim/", queues.claim_next, name="claim_next"),
    path("reviews/<int:pk>/", screening.review, name="review"),
    path("reviews/<int:pk>/claim/", screening.review_claim, name="review_claim"),
    path("reviews/<int:pk>/release/", screening.review_release, name="review_release"),
    path("reviews/<int:pk>/skip/", screening.review_skip, name="review_skip"),
    path("reviews/<int:pk>/decide/", screening.review_decide, name="review_decide"),
    path("decisions/<int:pk>/undo/", screening.decision_undo, name="decision_undo"),
    path("findings/<int:pk>/label/", judging.finding_label, name="finding_label"),
    path("candidates/<uuid:uuid>/", take.take, name="take"),
    path("candidates/<uuid:uuid>/notes/", judging.candidate_note, name="candidate_note"),
    path("candidates/<uuid:uuid>/withdraw/", take.withdraw, name="withdraw"),
    path("candidates/<uuid:uuid>/reinstate/", take.reinstate, name="reinstate"),
    *(path(f"candidates/<uuid:uuid>/{name}", media.media, {"name": name}, name="media") for name in PRIVATE_FILES),
    path("p/<slug:slug>/desk/", desk.desk, name="desk"),
    path("gallery/", gallery.gallery, name="gallery"),
    path("gallery/<uuid:uuid>/", gallery.clip, name="clip"),
    *(
        path(f"gallery/<uuid:uuid>/{name}", gallery.public_media, {"name": name}, name="public_media")
        for name in PUBLIC_FILES
    ),
    path("feed.json", feed.feed_json, name="feed_json"),
    path("feed.rss", feed.feed_rss, name="feed_rss"),
    path("audit/", audit.audit, name="audit"),
    path("audit/verify/", audit.audit_verify, name="audit_verify"),
]
