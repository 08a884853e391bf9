"""One step of one generation: send, look, fetch. Each ends in one transaction and leaves the row due again or final.

The order is always: intent committed, then the call, then its outcome committed. A generation found in `sending` with
`sent_at` set was being sent when its worker died: it may be paid, so it becomes `unknown` and is never sent again.
"""

from dataclasses import asdict
from datetime import timedelta
from fractions import Fraction
from typing import Any

from providers import errors as refusals
from providers.base import GenerationRequest, Submitted
from studio import clock
from studio.actions.concluding import MACHINE, call, conclude, later, poll_delay, seen_states
from studio.actions.events import action, record_event
from studio.actions.leasing import finish_step, write_leased
from studio.actions.watching import look
from studio.models import Generation
from studio.references import references_of, shown_reference
from studio.requesting import compiled_for, operation_of
from studio.rules.generation import GenerationState, Reason, is_final

JOB_DEADLINE = timedelta(minutes=30)


def step(generation: Generation) -> None:
    """Do the next step under the caller's lease. A provider's technical trouble is a later step, never an end."""
    state = GenerationState(generation.state)
    if is_final(state):
        finish_step(generation, again_at=None)
    elif generation.cancel_requested_at and not generation.remote_id and not generation.sent_at:
        conclude(
            generation, GenerationState.CANCELLED, explanation="Cancelled before it was sent; nothing was charged."
        )
    elif generation.sent_at and not generation.remote_id:
        conclude(generation, GenerationState.UNKNOWN, reason=Reason.ANSWER_LOST)
    elif state in (GenerationState.RESERVED, GenerationState.SENDING):
        _send(generation)
    else:
        look(generation)


def _send(generation: Generation) -> None:
    request = request_of(generation)
    _mark_sending(generation, request)
    try:
        submitted = call(generation, lambda adapter: adapter.submit(request, str(generation.client_key)))
    except refusals.AnswerLost as error:
        conclude(generation, GenerationState.UNKNOWN, reason=Reason.ANSWER_LOST, explanation=error.message)
    except refusals.ProviderUnavailable as error:
        _not_accepted(generation, error)
    except refusals.ProviderError as error:
        state, reason = _ending(error)
        conclude(generation, state, reason=reason, explanation=error.message)
    else:
        _accepted(generation, submitted)


def _ending(error: refusals.ProviderError) -> tuple[GenerationState, Reason]:
    """What a submit that was provably not accepted ends as."""
    match error:
        case refusals.ProviderRefused():
            return GenerationState.REFUSED, Reason.REFUSED
        case refusals.QuotaExhausted():
            return GenerationState.FAILED, Reason.QUOTA
        case refusals.ProviderRetired():
            return GenerationState.FAILED, Reason.RETIRED
        case refusals.BadAnswer():
            return GenerationState.UNKNOWN, Reason.ANSWER_LOST
        case _:
            return GenerationState.FAILED, Reason.INVALID


@action
def _mark_sending(generation: Generation, request: GenerationRequest) -> None:
    """The intent: committed before the call, so that a worker's death after it can be told from one before it."""
    at = clock.now()
    seen = seen_states(generation, GenerationState.SENDING, at)
    write_leased(
        generation,
        state=GenerationState.SENDING,
        sent_at=at,
        states_seen=seen,
        request=_shown(request),
        deadline_at=at + JOB_DEADLINE,
    )
    record_event(generation, verb="sending", actor=MACHINE)


@action
def _not_accepted(generation: Generation, error: refusals.ProviderUnavailable) -> None:
    finish_step(generation, again_at=later(error.retry_after_seconds), sent_at=None, explanation=error.message)


@action
def _accepted(generation: Generation, submitted: Submitted) -> None:
    at = clock.now()
    finish_step(
        generation,
        again_at=at + poll_delay(submitted.snapshot),
        state=GenerationState.SUBMITTED,
        remote_id=submitted.remote_id,
        explanation="",
        answer=dict(submitted.snapshot.raw),
        states_seen=seen_states(generation, GenerationState.SUBMITTED, at, submitted.snapshot.state),
    )
    record_event(generation, verb="submitted", actor=MACHINE, data={"remote_id": submitted.remote_id})


def request_of(generation: Generation) -> GenerationRequest:
    prompt, given = generation.prompt, generation.parameters
    words = compiled_for(prompt, generation.model)
    return GenerationRequest(
        model=generation.model,
        prompt=words.prompt,
        operation=operation_of(prompt),
        negative=words.negative,
        camera=words.camera,
        samples=generation.samples,
        references=references_of(prompt, provider=generation.provider),
        seconds=given.get("seconds"),
        size=given.get("size"),
        fps=Fraction(given["fps"]) if given.get("fps") else None,
        audio=given.get("audio"),
        seed=generation.seed,
    )


def _shown(request: GenerationRequest) -> dict[str, Any]:
    """The request as the generation's page shows it."""
    fields = {name: value for name, value in asdict(request).items() if value not in (None, "", ())}
    if request.references:
        fields["references"] = [shown_reference(reference) for reference in request.references]
    return {name: str(value) if isinstance(value, Fraction) else value for name, value in fields.items()}
