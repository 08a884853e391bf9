"""One step of one generation: send, look, fetch. Each ends in one transaction and leaves the row due again or final.

The order is always: intent committed, then the call, then its outcome committed. A generation found in `sending` with
`sent_at` set was being sent when its worker died: it may be paid, so it becomes `unknown` and is never sent again.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, TypeVar

from django.conf import settings

from providers import errors as refusals
from providers.base import Asset, GenerationRequest, JobState, Snapshot, Submitted
from studio import clock
from studio.actions.events import Actor, action, record_event
from studio.actions.ingesting import StoredClip, add_candidate, store_clip
from studio.actions.leasing import finish_step, write_leased
from studio.errors import Invalid, LeaseLost
from studio.generators import opened
from studio.media.errors import ChildFailed, TooLarge, UnreadableClip
from studio.media.storage import Received
from studio.models import Generation, Source
from studio.rules.direction import compile_negative, compile_text
from studio.rules.generation import GenerationState, Reason, is_final, lower_states
from studio.store import media_store

log = logging.getLogger(__name__)
MACHINE = Actor.system("generating")
MOST_BAD_DOWNLOADS = 3
JOB_DEADLINE = timedelta(minutes=30)
DOWNLOAD_SECONDS = 300.0
"""With the media child's 300 s and the status call's 60 s still below the task's own limit."""
T = TypeVar("T")


def step(generation: Generation) -> None:
    """Do the next step under the caller's lease. A provider's technical trouble is a later step, never an end."""
    state = GenerationState(generation.state)
    if is_final(state):
        finish_step(generation, again_at=None)
    elif generation.cancel_requested_at and not generation.remote_id and not generation.sent_at:
        _conclude(
            generation, GenerationState.CANCELLED, explanation="Cancelled before it was sent; nothing was charged."
        )
    elif generation.sent_at and not generation.remote_id:
        _conclude(generation, GenerationState.UNKNOWN, reason=Reason.ANSWER_LOST)
    elif state in (GenerationState.RESERVED, GenerationState.SENDING):
        _send(generation)
    else:
        _look(generation)


def _send(generation: Generation) -> None:
    request = request_of(generation)
    _mark_sending(generation, request)
    try:
        submitted = _call(generation, lambda adapter: adapter.submit(request, str(generation.client_key)))
    except refusals.AnswerLost as error:
        _conclude(generation, GenerationState.UNKNOWN, reason=Reason.ANSWER_LOST, explanation=error.message)
    except refusals.ProviderUnavailable as error:
        _not_accepted(generation, error)
    except refusals.ProviderError as error:
        state, reason = _ending(error)
        _conclude(generation, state, reason=reason, explanation=error.message)
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
    seen = _seen(generation, GenerationState.SENDING, at)
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
    finish_step(generation, again_at=_later(error.retry_after_seconds), sent_at=None, explanation=error.message)


@action
def _accepted(generation: Generation, submitted: Submitted) -> None:
    at = clock.now()
    finish_step(
        generation,
        again_at=at + _poll_delay(submitted.snapshot),
        state=GenerationState.SUBMITTED,
        remote_id=submitted.remote_id,
        explanation="",
        answer=dict(submitted.snapshot.raw),
        states_seen=_seen(generation, GenerationState.SUBMITTED, at, submitted.snapshot.state),
    )
    record_event(generation, verb="submitted", actor=MACHINE, data={"remote_id": submitted.remote_id})


def _look(generation: Generation) -> None:
    try:
        if generation.cancel_requested_at:
            _call(generation, lambda adapter: adapter.cancel(generation.remote_id))
            _conclude(
                generation,
                GenerationState.CANCELLED,
                explanation="Cancelled at the provider; what it charges is booked.",
                cost_billed=generation.cost_estimated,
            )
            return
        snapshot = _call(generation, lambda adapter: adapter.fetch(generation.remote_id))
    except refusals.NotFound:
        _conclude(generation, GenerationState.UNKNOWN, reason=Reason.UNREADABLE)
    except refusals.ProviderRetired as error:
        _conclude(generation, GenerationState.UNKNOWN, reason=Reason.PROVIDER_GONE, explanation=error.message)
    except refusals.ProviderError as error:
        _look_again(generation, _later(error.retry_after_seconds))
    else:
        _react(generation, snapshot)


def _react(generation: Generation, snapshot: Snapshot) -> None:
    cost: dict[str, Any] = {"cost_billed": snapshot.cost} if snapshot.cost is not None else {}
    match snapshot.state:
        case JobState.SUCCEEDED:
            _fetch_clip(generation, snapshot)
        case JobState.REFUSED:
            _conclude(generation, GenerationState.REFUSED, reason=Reason.REFUSED, explanation=snapshot.refusal, **cost)
        case JobState.FAILED:
            _conclude(
                generation, GenerationState.FAILED, reason=Reason.PROVIDER_ERROR, explanation=snapshot.error, **cost
            )
        case JobState.CANCELLED:
            _conclude(generation, GenerationState.CANCELLED, explanation=snapshot.error, **cost)
        case _ if generation.deadline_at and clock.now() >= generation.deadline_at:
            _conclude(generation, GenerationState.UNKNOWN, reason=Reason.STALLED)
        case _:
            _keep_waiting(generation, snapshot)


@action
def _keep_waiting(generation: Generation, snapshot: Snapshot) -> None:
    at = clock.now()
    columns: dict[str, Any] = {"progress": snapshot.progress or 0, "answer": dict(snapshot.raw)}
    if snapshot.state is JobState.RUNNING and generation.state in lower_states(GenerationState.RUNNING):
        columns |= {"state": GenerationState.RUNNING, "states_seen": _seen(generation, GenerationState.RUNNING, at)}
        record_event(generation, verb="running", actor=MACHINE)
    finish_step(generation, again_at=at + _poll_delay(snapshot), **columns)


def _look_again(generation: Generation, at: datetime) -> None:
    if generation.deadline_at and clock.now() >= generation.deadline_at:
        _conclude(generation, GenerationState.UNKNOWN, reason=Reason.STALLED)
    else:
        finish_step(generation, again_at=at)


def _fetch_clip(generation: Generation, snapshot: Snapshot) -> None:
    asset = next((asset for asset in snapshot.assets if asset.variant == "video"), Asset(generation.remote_id))
    try:
        received = _call(generation, lambda adapter: _download(adapter.download(asset)))
    except refusals.NotFound:
        _conclude(generation, GenerationState.LOST, reason=Reason.URL_EXPIRED, cost_billed=_cost(generation, snapshot))
        return
    except (refusals.BadAnswer, TooLarge) as error:
        _bad_download(generation, None, str(error), snapshot)
        return
    except (refusals.ProviderError, OSError) as error:
        _download_again(generation, str(error), snapshot)
        return
    try:
        clip = store_clip(received)
    except (UnreadableClip, ChildFailed) as error:
        _bad_download(generation, received, error.sentence, snapshot)
    else:
        _succeed(generation, clip, snapshot)
    finally:
        media_store().discard(received)


def _download_again(generation: Generation, sentence: str, snapshot: Snapshot) -> None:
    """The line broke, which says nothing about the clip: tried again until the deadline, only then given up."""
    if generation.deadline_at and clock.now() >= generation.deadline_at:
        cost = _cost(generation, snapshot)
        _conclude(generation, GenerationState.LOST, reason=Reason.BAD_BYTES, explanation=sentence, cost_billed=cost)
        return
    log.warning("Download of generation %s failed, will be tried again: %s", generation.pk, sentence)
    finish_step(generation, again_at=_later(None))


async def _download(chunks: Any) -> Received:
    """Raises ProviderUnavailable when it takes too long: bytes that drip must not hold a worker for ever."""
    try:
        async with asyncio.timeout(DOWNLOAD_SECONDS):
            return await _receive(chunks)
    except TimeoutError as error:
        sentence = f"The download did not end within {DOWNLOAD_SECONDS:.0f} s."
        raise refusals.ProviderUnavailable(sentence) from error


async def _receive(chunks: Any) -> Received:
    with media_store().incoming(settings.MAX_CLIP_BYTES) as incoming:
        async for chunk in chunks:
            incoming.write(chunk)
        return incoming.finish()


@action
def _succeed(generation: Generation, clip: StoredClip, snapshot: Snapshot) -> None:
    at = clock.now()
    finish_step(
        generation,
        again_at=None,
        state=GenerationState.SUCCEEDED,
        reason="",
        explanation="",
        progress=100,
        answer=dict(snapshot.raw),
        cost_billed=_cost(generation, snapshot),
        states_seen=_seen(generation, GenerationState.SUCCEEDED, at),
    )
    record_event(generation, verb="succeeded", actor=MACHINE, data={"sha256": clip.sha256})
    name = f"{generation.prompt.title} · take {generation.take_number}"
    add_candidate(
        clip,
        prompt=generation.prompt,
        source=Source.GENERATION,
        name=name,
        by=generation.requested_by,
        generation=generation,
    )


def _bad_download(generation: Generation, received: Received | None, sentence: str, snapshot: Snapshot) -> None:
    """Delivered, but no usable clip: fetched afresh twice more, then lost with its bytes kept."""
    count = generation.bad_downloads + 1
    if count < MOST_BAD_DOWNLOADS:
        finish_step(generation, again_at=_later(None), bad_downloads=count, explanation=sentence)
        return
    kept = ""
    if received is not None:
        media_store().adopt(received)
        kept = received.sha256
    _conclude(
        generation,
        GenerationState.LOST,
        reason=Reason.BAD_BYTES,
        explanation=sentence,
        bad_downloads=count,
        delivered_sha256=kept,
        cost_billed=_cost(generation, snapshot),
    )


@action
def _conclude(
    generation: Generation,
    state: GenerationState,
    *,
    reason: Reason | str = "",
    explanation: str = "",
    **columns: object,
) -> None:
    """End the machine's work on a generation, for good or until a person settles it. States never move back."""
    if generation.state not in lower_states(state):
        raise LeaseLost(f"Generation {generation.pk} is already {generation.state}.")
    finish_step(
        generation,
        again_at=None,
        state=state,
        reason=reason,
        explanation=explanation or (Reason(reason).label + "." if reason else ""),
        states_seen=_seen(generation, state, clock.now()),
        **columns,
    )
    record_event(generation, verb=state.value, actor=MACHINE, data={"reason": str(reason)})


def request_of(generation: Generation) -> GenerationRequest:
    prompt, given = generation.prompt, generation.parameters
    return GenerationRequest(
        model=generation.model,
        prompt=compile_text(prompt.text, prompt.direction),
        negative=compile_negative(prompt.direction),
        seconds=given.get("seconds"),
        size=given.get("size"),
        fps=Fraction(given["fps"]) if given.get("fps") else None,
        audio=given.get("audio"),
        seed=generation.seed,
    )


def _shown(request: GenerationRequest) -> dict[str, Any]:
    """The request as the generation's page shows it."""
    fields = {name: value for name, value in asdict(request).items() if value not in (None, "", ())}
    return {name: str(value) if isinstance(value, Fraction) else value for name, value in fields.items()}


def _seen(generation: Generation, state: GenerationState, at: datetime, said: str = "") -> list[Mapping[str, str]]:
    return [*generation.states_seen, {"state": state.value, "at": at.isoformat(), "said": str(said)}]


def _cost(generation: Generation, snapshot: Snapshot) -> object:
    return snapshot.cost if snapshot.cost is not None else generation.cost_estimated


def _poll_delay(snapshot: Snapshot) -> timedelta:
    return timedelta(seconds=max(snapshot.poll_after_seconds or 0, settings.POLL_SECONDS))


def _later(retry_after_seconds: float | None) -> datetime:
    """When to try again: what the provider asked for, else 2–6 s with jitter so that rows do not move in step."""
    return clock.now() + timedelta(seconds=retry_after_seconds or random.uniform(2, 6))  # noqa: S311 — spreading load, no secret


def _call(generation: Generation, make: Callable[[Any], Coroutine[Any, Any, T]]) -> T:
    """Run one adapter call to its end; no transaction is open meanwhile."""

    async def run() -> T:
        async with opened(generation.provider) as adapter:
            return await make(adapter)

    try:
        return asyncio.run(run())
    except Invalid as error:
        raise refusals.ProviderRetired(str(error)) from error
