"""Calls from providers: verified, kept once, and never more than a hint to look at a job now."""

from datetime import timedelta

from django.db.models import Q, QuerySet

from providers.base import Hint, Webhooks
from providers.errors import BadAnswer, BadSignature, ProviderError
from studio import clock
from studio.enqueue import after_commit
from studio.errors import Invalid
from studio.generators import planning_adapter
from studio.models import Errand, Generation, WebhookEvent
from studio.rules.generation import GenerationState

KEPT_FOR = timedelta(days=30)
WAITING = (GenerationState.SUBMITTED, GenerationState.RUNNING, GenerationState.UNKNOWN)
"""Whoever has not got its job number yet, or has ended, is not woken: there is nothing to ask, or nothing to learn."""


def hear_account(provider: str, headers: dict[str, str], body: bytes) -> bool:
    """A signed call about any job of the account. False when it is not provably the provider's or signs are off."""
    hint = _verified(provider, headers, body, Webhooks.SIGNED)
    if hint is None:
        return False
    _keep(provider, hint, Generation.objects.filter(provider=provider, remote_id=hint.remote_id))
    return True


def hear_job(provider: str, token: str, headers: dict[str, str], body: bytes) -> bool:
    """A call to the secret address of one job. False when nobody has this address, or the call makes no sense."""
    job = Generation.objects.filter(provider=provider, callback_token=token)
    if not token or not job.exists():
        return False
    hint = _verified(provider, headers, body, Webhooks.UNSIGNED) or _verified(provider, headers, body, Webhooks.SIGNED)
    if hint is None:
        return False
    _keep(provider, hint, job)
    return True


def _verified(provider: str, headers: dict[str, str], body: bytes, kind: Webhooks) -> Hint | None:
    try:
        adapter = planning_adapter(provider)
        return adapter.parse_webhook(headers, body) if adapter.capabilities().webhooks is kind else None
    except (BadSignature, BadAnswer, ProviderError, Invalid):
        return None


def _keep(provider: str, hint: Hint, jobs: "QuerySet[Generation]") -> None:
    """Note the event and bring forward the look at its job; the same event a second time changes nothing.

    Not an action of the house: nothing is decided here, and a provider may send thousands.
    """
    event, is_new = WebhookEvent.objects.get_or_create(
        provider=provider,
        event_id=hint.event_id[:200],
        defaults={"kind": hint.kind[:80], "remote_id": hint.remote_id[:400], "received_at": clock.now()},
    )
    if not is_new:
        return
    at = clock.now()
    found = list(jobs.filter(state__in=WAITING).exclude(remote_id=""))
    for job in found:
        resting = Q(errand=Errand.POLL, run_after__gt=at) | Q(state=GenerationState.UNKNOWN, run_after=None)
        if Generation.objects.filter(resting, pk=job.pk, state__in=WAITING).update(run_after=at, errand=Errand.FETCH):
            after_commit("studio.tasks.fetch_generation", job.pk)
    if found or jobs.exists():
        WebhookEvent.objects.filter(pk=event.pk).update(matched=True)


def forget_old_events() -> int:
    """Remove events past their keeping; how many."""
    return WebhookEvent.objects.filter(received_at__lt=clock.now() - KEPT_FOR).delete()[0]
