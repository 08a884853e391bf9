from django.apps import AppConfig


class StudioConfig(AppConfig):
    name = "studio"
    verbose_name = "Making"

    def ready(self) -> None:
        from studio import (
            celery,  # noqa: F401 — binds shared tasks to the app in every process
            system_checks,  # noqa: F401 — registers them
        )
