"""The web server's entry: `uvicorn studio.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
application = get_asgi_application()

from studio.production import refuse_unsafe_start  # noqa: E402 — it wants Django set up

refuse_unsafe_start()
