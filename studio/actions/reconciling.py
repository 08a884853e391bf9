"""Settling what is open with the providers: after an unclean stop, a restored backup, or because a person asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from providers import errors as refusals
from providers.base import Recovery, Snapshot
from studio import clock
from studio.actions.concluding import call
from studio.actions.events import Actor, action
from studio.actions.generating import request_of
from studio.actions.leasing import leased
from studio.actions.recovering import LISTED, adopt
from studio.actions.settling_generations import look_anew
from studio.errors import Invalid
from studio.generators import account_of, planning_adapter
from studio.models import Generation
from studio.rules.generation import GenerationState
from studio.rules.recovery import Window, sole_match

MACHINE = Actor.system("reconcile")


@dataclass(frozen=True, slots=True)
class Stray:
    """A job of the provider's list that no generation here knows: charged, and nobody's."""

    provider: str
    snapshot: Snapshot


def unsettled() -> QuerySet[Generation]:
    """Calls whose end is not known and that nothing is due to look at."""
    return Generation.objects.filter(state=GenerationState.UNKNOWN, run_after=None)


@action
def wake(generation: Generation) -> bool:
    """Have an unknown generation looked for, or looked at, once more by the workers."""
    return look_anew(generation, actor=MACHINE)


def adopt_since(provider: str, since: datetime) -> tuple[list[Generation], list[Stray]]:
    """After a backup was restored: match the provider's newest jobs with calls that the rows believe unsent.

    Run it before the workers start, or they send again what was sent after the backup. Returns the generations that
    got their job back, and the jobs that belong to nobody. Raises ProviderError.
    """
    recovery = planning_adapter(provider).capabilities().recovery
    waiting = Generation.objects.filter(provider=provider, remote_id="").filter(
        Q(state__in=[GenerationState.RESERVED, GenerationState.SENDING]) | Q(state=GenerationState.UNKNOWN)
    )
    if recovery is Recovery.CLIENT_ID:
        return [row for row in waiting if _adopted_by_key(row)], []
    if recovery is Recovery.NONE:
        return [], []
    any_row = Generation.objects.filter(provider=provider).first()
    listed: list[Snapshot] = call(any_row, lambda adapter: adapter.recent(LISTED)) if any_row else []
    free = _unknown_here(provider, listed)
    adopted = [row for row in waiting if _adopted_by_list(row, free, since)]
    kept = {row.remote_id for row in adopted}
    recent = [job for job in free if job.created_at and job.created_at >= since and job.remote_id not in kept]
    return adopted, [Stray(provider, job) for job in recent]


def _unknown_here(provider: str, listed: Iterable[Snapshot]) -> list[Snapshot]:
    jobs = list(listed)
    known = Generation.objects.filter(provider=provider, remote_id__in=[job.remote_id for job in jobs])
    taken = set(known.values_list("remote_id", flat=True))
    return [job for job in jobs if job.remote_id not in taken]


def _adopted_by_key(row: Generation) -> bool:
    request, key = request_of(row, with_content=False), str(row.client_key)
    return _adopt(row, call(row, lambda adapter: adapter.find(request, key)))


def _adopted_by_list(row: Generation, free: list[Snapshot], since: datetime) -> bool:
    prompt = request_of(row, with_content=False).prompt
    alike = Generation.objects.filter(provider=row.provider, remote_id="", prompt=row.prompt).exclude(pk=row.pk)
    rivals = alike.exclude(state__in=[GenerationState.FAILED, GenerationState.CANCELLED]).count()
    window = Window(since, until=clock.now())
    found = sole_match(free, client_key=str(row.client_key), prompt=prompt, window=window, rivals=rivals)
    return _adopt(row, found)


def _adopt(row: Generation, found: Snapshot | None) -> bool:
    if found is None:
        return False
    Generation.objects.filter(pk=row.pk).update(run_after=clock.now())
    with leased(Generation, row.pk) as held:
        if held is None:
            return False
        adopt(held, found)
        row.remote_id = held.remote_id
    return bool(row.remote_id)


def reachable_providers() -> list[str]:
    """Providers with work here that are set up."""
    names = Generation.objects.order_by().values_list("provider", flat=True).distinct()
    return [name for name in names if _is_set_up(name)]


def _is_set_up(provider: str) -> bool:
    try:
        account_of(provider)
    except (Invalid, refusals.ProviderError):
        return False
    return True
