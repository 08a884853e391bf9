"""The doors to the providers, shared by all workers as rows: who may send now, and what the last answers taught."""

from datetime import datetime, timedelta

from django.db.models import F

from providers.catalogue import catalogue
from providers.errors import ProviderError, RateLimited
from providers.registry import PROVIDERS
from studio import clock
from studio.actions.events import Actor, action, record_event
from studio.generators import is_official
from studio.models import Generation, Priority, ProviderAccount, ProviderGate
from studio.rules.gate import (
    DENIALS_TO_STOP,
    PROBE_FOR,
    Door,
    Places,
    Wait,
    closed_for,
    refilled,
    wait_for_door,
    wait_for_place,
)

MACHINE = Actor.system("gate")


def admit(generation: Generation, at: datetime) -> Wait | None:
    """Let a paid call through, or say when to come again. Inside the action that marks the row as being sent.

    The door's row is locked until COMMIT, so that of two workers one sees the place that the other has taken.
    """
    gate = _locked(generation.provider)
    account = ProviderAccount.objects.filter(provider=generation.provider).first()
    per_minute = (account and account.most_per_minute) or 0
    tokens = refilled(gate.tokens, since=gate.refilled_at, at=at, per_minute=per_minute) if per_minute else None
    door = Door(
        label_of(generation.provider), gate.stopped_because, gate.closed_until, gate.last_trouble, tokens, per_minute
    )
    wait = wait_for_door(door, at) or _wait_for_place(generation, (account and account.most_at_once) or 0, at)
    if wait is None:
        _pass(gate, tokens, at)
    return wait


def _locked(provider: str) -> ProviderGate:
    ProviderGate.objects.get_or_create(provider=provider)
    return ProviderGate.objects.select_for_update().get(provider=provider)


def _wait_for_place(generation: Generation, most_at_once: int, at: datetime) -> Wait | None:
    """The account's own limit counts all its models; without one, the vendor's usual one counts each by itself."""
    is_batch = generation.priority != Priority.PERSON
    here = Generation.objects.filter(provider=generation.provider)
    person_waits = is_batch and here.not_sent().filter(priority=Priority.PERSON, run_after__lte=at).exists()
    others = here.holding_a_place().exclude(pk=generation.pk)
    label, most = label_of(generation.provider), most_at_once
    terms = catalogue().get(generation.model)
    if not most and terms and is_official(generation.provider):
        label, most, others = terms.label, terms.concurrency, others.filter(model=generation.model)
    places = Places(label, others.count() if most else 0, most, person_waits=person_waits)
    return wait_for_place(places, at, is_batch=is_batch)


def _pass(gate: ProviderGate, tokens: float | None, at: datetime) -> None:
    """Take a token; after a closure this call is the probe, and the next wait for what it brings."""
    gate.tokens = tokens - 1 if tokens is not None else 0.0
    gate.refilled_at = at
    if gate.failures and gate.closed_until is not None:
        gate.closed_until = at + PROBE_FOR
    gate.save(update_fields=["tokens", "refilled_at", "closed_until"])


def closed_until(provider: str, at: datetime) -> datetime | None:
    """When the provider may be looked at again; None for now."""
    closed = ProviderGate.objects.filter(provider=provider, closed_until__gt=at)
    return closed.values_list("closed_until", flat=True).first()


def note_answer(provider: str) -> None:
    """It answers: the door is open. Costs one look at a row when there was no trouble."""
    troubled = ProviderGate.objects.filter(provider=provider).exclude(failures=0, closed_until=None)
    troubled.update(failures=0, closed_until=None)


def note_failure(provider: str, error: ProviderError) -> None:
    """The line broke, or it asks us to slow down: everybody waits, not only the row that was told."""
    at = clock.now()
    ProviderGate.objects.get_or_create(provider=provider)
    rows = ProviderGate.objects.filter(provider=provider)
    if isinstance(error, RateLimited):
        pause = timedelta(seconds=min(error.retry_after_seconds or 1.0, 60.0))
        rows.update(closed_until=at + pause, last_trouble=error.message)
        return
    rows.update(failures=F("failures") + 1, last_trouble=error.message)
    pause_after = closed_for(rows.values_list("failures", flat=True).get())
    if pause_after is not None:
        rows.update(closed_until=at + pause_after)


def note_denial(provider: str, error: ProviderError) -> None:
    """No money or no right: a few in a row stop the provider until a moderator opens it again."""
    ProviderGate.objects.get_or_create(provider=provider)
    rows = ProviderGate.objects.filter(provider=provider)
    rows.update(denials=F("denials") + 1, last_trouble=error.message)
    if rows.values_list("denials", flat=True).get() >= DENIALS_TO_STOP:
        _stop(rows.get(), error.message)


@action
def _stop(gate: ProviderGate, why: str) -> None:
    if ProviderGate.objects.filter(pk=gate.pk, stopped_because="").update(stopped_because=why):
        record_event(gate, verb="stopped", actor=MACHINE, data={"because": why})


def note_accepted(provider: str) -> None:
    ProviderGate.objects.filter(provider=provider).exclude(denials=0).update(denials=0)
    note_answer(provider)


def label_of(provider: str) -> str:
    info = PROVIDERS.get(provider)
    return info.label if info else provider
