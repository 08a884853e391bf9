"""Fetching what a provider delivered: only our own look at the bytes makes it a success."""

import asyncio
import logging
from typing import Any

from django.conf import settings

from providers import errors as refusals
from providers.base import Asset, Snapshot
from studio import clock
from studio.actions.concluding import MACHINE, call, conclude, cost_of, later, seen_states
from studio.actions.events import action, record_event
from studio.actions.ingesting import StoredClip, add_candidate, store_clip
from studio.actions.leasing import finish_step
from studio.media.errors import ChildFailed, TooLarge, UnreadableClip
from studio.media.storage import Received
from studio.models import Generation, Source
from studio.rules.generation import GenerationState, Reason
from studio.store import media_store

log = logging.getLogger(__name__)
MOST_BAD_DOWNLOADS = 3
DOWNLOAD_SECONDS = 300.0
"""With the media child's 300 s and the status call's 60 s still below the task's own limit."""


def fetch_clip(generation: Generation, snapshot: Snapshot) -> None:
    asset = next((asset for asset in snapshot.assets if asset.variant == "video"), Asset(generation.remote_id))
    try:
        received = call(generation, lambda adapter: _download(adapter.download(asset)))
    except refusals.NotFound:
        conclude(generation, GenerationState.LOST, reason=Reason.URL_EXPIRED, cost_billed=cost_of(generation, snapshot))
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
        cost = cost_of(generation, snapshot)
        conclude(generation, GenerationState.LOST, reason=Reason.BAD_BYTES, explanation=sentence, cost_billed=cost)
        return
    log.warning("Download of generation %s failed, will be tried again: %s", generation.pk, sentence)
    finish_step(generation, again_at=later(None))


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
        cost_billed=cost_of(generation, snapshot),
        states_seen=seen_states(generation, GenerationState.SUCCEEDED, at),
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
        finish_step(generation, again_at=later(None), bad_downloads=count, explanation=sentence)
        return
    kept = ""
    if received is not None:
        media_store().adopt(received)
        kept = received.sha256
    conclude(
        generation,
        GenerationState.LOST,
        reason=Reason.BAD_BYTES,
        explanation=sentence,
        bad_downloads=count,
        delivered_sha256=kept,
        cost_billed=cost_of(generation, snapshot),
    )
