from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = "Judging"

    def ready(self) -> None:
        from reviews import receivers  # noqa: F401 — connects `candidate_ready`
