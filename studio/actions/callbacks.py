"""The address that a provider may call back about one job: its secret is in it."""

from django.conf import settings
from django.urls import reverse

from providers.base import Webhooks
from studio.generators import planning_adapter
from studio.models import Generation


def callback_url(generation: Generation) -> str:
    """Where the provider may say that this job moved; "" where it calls nobody, or could not reach us anyway."""
    if not is_reachable():
        return ""
    if planning_adapter(generation.provider).capabilities().webhooks is Webhooks.NONE:
        return ""
    return settings.PUBLIC_URL.rstrip("/") + reverse("job_hook", args=[generation.provider, generation.callback_token])


def is_reachable() -> bool:
    """Whether somebody outside can call us; the demo's sandbox lives on this machine."""
    return settings.PUBLIC_URL.startswith("https://") or settings.DEMO or settings.TEST
