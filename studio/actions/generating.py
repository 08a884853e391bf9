"""One step of one generation: send, look, fetch. Each ends in one transaction and leaves the row due again or final.

The order is always: intent committed, then the call, then its outcome committed. A generation found in `sending` with
`sent_at` set was being sent when its worker died or its answer was lost: it may be paid, so it is looked for
(`recovering`), and never sent again unless the provider provably has no such job.
"""

from dataclasses import asdict, replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

from providers import errors as refusals
from providers.base import GenerationRequest, Submitted
from studio import clock
from studio.actions import gating
from studio.actions.callbacks import callback_url
from studio.actions.calling_off import is_batch_called_off, is_called_off
from studio.actions.concluding import JOB_DEADLINE, MACHINE, accept, call, conclude, end, later, seen_states
from studio.actions.events import action, record_event
from studio.actions.leasing import finish_step, write_leased
from studio.actions.recovering import recover
from studio.actions.watching import look
from studio.crashpoints import crashpoint
from studio.errors import Invalid
from studio.generators import account_of
from studio.models import Generation
from studio.references import references_of, shown_reference
from studio.requesting import compiled_for, operation_of
from studio.rules.gate import STOPPED_LOOK, Wait
from studio.rules.generation import GenerationState, Reason, is_final

NEVER_SENT = "Cancelled before it was sent; nothing was charged."
PAUSED_LOOK = timedelta(seconds=10)


def step(generation: Generation) -> None:
    """Do the next step under the caller's lease. A provider's technical trouble is a later step, never an end."""
    state = GenerationState(generation.state)
    is_sent = bool(generation.sent_at or generation.remote_id)
    if is_final(state):
        finish_step(generation, again_at=None)
    elif generation.cancel_requested_at and not is_sent:
        conclude(generation, GenerationState.CANCELLED, explanation=NEVER_SENT)
    elif generation.sent_at and not generation.remote_id:
        recover(generation, request_of(generation, with_content=False))
    elif state in (GenerationState.RESERVED, GenerationState.SENDING):
        _send(generation)
    else:
        look(generation)


def _send(generation: Generation) -> None:
    """The files that go along are read only once the door is passed: a row that waits would read them each time."""
    if not _mark_sending(generation, request_of(generation, with_content=False)):
        return
    crashpoint("generating.before_call")
    try:
        request = replace(request_of(generation), callback_url=callback_url(generation))
    except OSError as error:
        said = f"A file that goes along cannot be read here; nothing was sent. {error.strerror}."
        conclude(generation, GenerationState.FAILED, reason=Reason.INVALID, explanation=said)
    else:
        _call(generation, request)


def _call(generation: Generation, request: GenerationRequest) -> None:
    """The paid call. An error that is not of the tree leaves the row as one whose answer was lost."""
    try:
        submitted = call(generation, lambda adapter: adapter.submit(request, str(generation.client_key)))
    except refusals.AnswerLost as error:
        finish_step(generation, again_at=clock.now(), explanation=error.message)
    except refusals.ProviderUnavailable as error:
        gating.note_failure(generation.provider, error)
        _not_accepted(generation, error)
    except refusals.ProviderError as error:
        _turned_away(generation, error)
    else:
        crashpoint("generating.after_accept")
        _accepted(generation, submitted)
        gating.note_accepted(generation.provider)
        crashpoint("generating.after_remote_id")


def _turned_away(generation: Generation, error: refusals.ProviderError) -> None:
    """A paid call that was provably not accepted, for good."""
    if isinstance(error, refusals.QuotaExhausted | refusals.AccessDenied):
        gating.note_denial(generation.provider, error)
    state, reason = _ending(error)
    conclude(generation, state, reason=reason, explanation=error.message)


def _ending(error: refusals.ProviderError) -> tuple[GenerationState, Reason]:
    match error:
        case refusals.ProviderRefused():
            return GenerationState.REFUSED, Reason.REFUSED
        case refusals.QuotaExhausted():
            return GenerationState.FAILED, Reason.QUOTA
        case refusals.AccessDenied():
            return GenerationState.FAILED, Reason.DENIED
        case refusals.ProviderRetired():
            return GenerationState.FAILED, Reason.RETIRED
        case refusals.BadAnswer():
            return GenerationState.UNKNOWN, Reason.ANSWER_LOST
        case _:
            return GenerationState.FAILED, Reason.INVALID


@action
def _mark_sending(generation: Generation, request: GenerationRequest) -> bool:
    """The intent: committed before the call, so that a worker's death after it can be told from one before it.

    False when there is to be no call now: it must wait, and is due again with the reason, or was called off meanwhile.
    """
    at = clock.now()
    if is_called_off(generation) or is_batch_called_off(generation):
        end(generation, GenerationState.CANCELLED, explanation=NEVER_SENT)
        return False
    if wait := _not_set_up(generation) or _paused(generation) or gating.admit(generation, at):
        finish_step(generation, again_at=wait.until, explanation=wait.why)
        return False
    seen = seen_states(generation, GenerationState.SENDING, at)
    write_leased(
        generation,
        state=GenerationState.SENDING,
        sent_at=at,
        lookups=0,
        states_seen=seen,
        request=_shown(request),
        explanation="",
        deadline_at=at + JOB_DEADLINE,
    )
    record_event(generation, verb="sending", actor=MACHINE)
    return True


def _not_set_up(generation: Generation) -> Wait | None:
    """A provider may be switched off for a while, or its keys be locked: what was ordered there waits."""
    try:
        account_of(generation.provider)
    except Invalid as error:
        return Wait(clock.now() + STOPPED_LOOK, f"{error} It is sent once that is put right.")
    return None


def _paused(generation: Generation) -> Wait | None:
    batch = generation.batch
    if batch is None or batch.paused_at is None:
        return None
    return Wait(clock.now() + PAUSED_LOOK, "Its batch is paused.")


@action
def _not_accepted(generation: Generation, error: refusals.ProviderUnavailable) -> None:
    finish_step(generation, again_at=later(error.retry_after_seconds), sent_at=None, explanation=error.message)


@action
def _accepted(generation: Generation, submitted: Submitted) -> None:
    accept(generation, submitted.snapshot)


def request_of(generation: Generation, *, with_content: bool = True) -> GenerationRequest:
    """What is sent for this row. Without the bytes of its references it serves to validate and to estimate."""
    prompt, given = generation.prompt, generation.parameters
    words = compiled_for(prompt, generation.model)
    return GenerationRequest(
        model=generation.model,
        prompt=words.prompt,
        operation=operation_of(prompt),
        negative=words.negative,
        camera=words.camera,
        references=references_of(prompt, provider=generation.provider, with_content=with_content),
        seconds=given.get("seconds"),
        size=given.get("size"),
        fps=Fraction(given["fps"]) if given.get("fps") else None,
        audio=given.get("audio"),
        seed=generation.seed,
        samples=generation.samples,
    )


def _shown(request: GenerationRequest) -> dict[str, Any]:
    """The request as the generation's page shows it: no bytes, and no address that is itself a secret."""
    hidden = ("callback_url", "references")
    fields = {
        name: value for name, value in asdict(request).items() if value not in (None, "", ()) and name not in hidden
    }
    if request.references:
        fields["references"] = [shown_reference(reference) for reference in request.references]
    return {name: str(value) if isinstance(value, Fraction) else value for name, value in fields.items()}
