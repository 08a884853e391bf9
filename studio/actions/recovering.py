"""Settling a paid call whose answer was lost: by our own name for it, by the provider's list, else by a person.

What the ladder may find out: the job is there (it is adopted), it is provably not there (only a provider that keeps
our name can prove it; then it is sent, for the first time), or nobody can tell (`unknown`, with its cost).
"""

from collections.abc import Sequence
from datetime import timedelta

from providers import errors as refusals
from providers.base import GenerationRequest, Recovery, Snapshot
from studio import clock
from studio.actions import gating
from studio.actions.concluding import MACHINE, accept, call, conclude, later
from studio.actions.events import action, record_event
from studio.actions.leasing import finish_step
from studio.errors import Invalid
from studio.generators import planning_adapter
from studio.models import Generation
from studio.rules.generation import GenerationState, Reason
from studio.rules.recovery import Window, sole_match

LOOKUPS: tuple[timedelta, ...] = (timedelta(seconds=2), timedelta(seconds=6), timedelta(seconds=20))
"""How long to wait before each further look: a provider may list a job a moment after it took it."""
LISTED = 100
"""Newest jobs that are compared; the window of a lost call is a minute or two."""


def recover(generation: Generation, request: GenerationRequest) -> None:
    """One look for a lost job, under the caller's lease."""
    try:
        recovery = planning_adapter(generation.provider).capabilities().recovery
        found = _found(generation, request, recovery)
    except (refusals.ProviderUnavailable, refusals.BadAnswer) as error:
        gating.note_failure(generation.provider, error)
        _look_later(generation, error)
        return
    except Invalid as error:
        _look_later(generation, refusals.ProviderUnavailable(str(error)))
        return
    except refusals.ProviderError as error:
        conclude(generation, GenerationState.UNKNOWN, reason=Reason.ANSWER_LOST, explanation=error.message)
        return
    if found is not None:
        adopt(generation, found)
    elif recovery is Recovery.NONE:
        conclude(generation, GenerationState.UNKNOWN, reason=Reason.ANSWER_LOST)
    elif generation.lookups < len(LOOKUPS):
        finish_step(
            generation,
            again_at=clock.now() + LOOKUPS[generation.lookups],
            lookups=generation.lookups + 1,
            explanation="The provider's answer was lost; looking for the job there.",
        )
    elif recovery is Recovery.CLIENT_ID and generation.state != GenerationState.UNKNOWN:
        _send_after_all(generation)
    elif recovery is Recovery.CLIENT_ID:
        said = "The provider has no job under our name for it: by its word, nothing was accepted."
        finish_step(generation, again_at=None, explanation=said)
    else:
        conclude(generation, GenerationState.UNKNOWN, reason=Reason.ANSWER_LOST)


def _found(generation: Generation, request: GenerationRequest, recovery: Recovery) -> Snapshot | None:
    key = str(generation.client_key)
    if recovery is Recovery.CLIENT_ID:
        found: Snapshot | None = call(generation, lambda adapter: adapter.find(request, key))
        return found
    if recovery is Recovery.LIST:
        return _in_list(generation, call(generation, lambda adapter: adapter.recent(LISTED)))
    return None


def _in_list(generation: Generation, listed: Sequence[Snapshot]) -> Snapshot | None:
    """The one job of the list that can only be ours."""
    if generation.sent_at is None:
        return None
    taken = set(
        Generation.objects.filter(
            provider=generation.provider, remote_id__in=[snapshot.remote_id for snapshot in listed]
        ).values_list("remote_id", flat=True)
    )
    window = Window(generation.sent_at, until=clock.now())
    free = [snapshot for snapshot in listed if snapshot.remote_id not in taken]
    prompt = str(generation.request.get("prompt", ""))
    rivals = _others_lost(generation, prompt)
    return sole_match(free, client_key=str(generation.client_key), prompt=prompt, window=window, rivals=rivals)


def _others_lost(generation: Generation, prompt: str) -> int:
    """Calls with the same words whose job is not known either: a job of the list could be theirs."""
    same = Generation.objects.filter(provider=generation.provider, remote_id="", sent_at__isnull=False)
    return same.exclude(pk=generation.pk).filter(request__prompt=prompt).count()


@action
def adopt(generation: Generation, snapshot: Snapshot) -> None:
    """The job is there: from now on it is looked at like any other."""
    accept(generation, snapshot)
    if generation.remote_id:
        record_event(generation, verb="recovered", actor=MACHINE, data={"remote_id": snapshot.remote_id})


@action
def _send_after_all(generation: Generation) -> None:
    """The provider, which refuses a second job under our name, has none: this call never reached it."""
    finish_step(
        generation,
        again_at=clock.now(),
        sent_at=None,
        lookups=0,
        explanation="The call never reached the provider; it is sent now.",
    )
    record_event(generation, verb="never_arrived", actor=MACHINE)


def _look_later(generation: Generation, error: refusals.ProviderError) -> None:
    if generation.deadline_at and clock.now() >= generation.deadline_at:
        conclude(generation, GenerationState.UNKNOWN, reason=Reason.ANSWER_LOST, explanation=error.message)
    else:
        finish_step(generation, again_at=later(error.retry_after_seconds), explanation=error.message)
