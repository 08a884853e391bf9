"""The web server's entry: `uvicorn studio.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
_django = get_asgi_application()

from studio.bodycap import BodyCap  # noqa: E402 — both want Django set up
from studio.production import refuse_unsafe_start  # noqa: E402

application = BodyCap(_django)
refuse_unsafe_start()
