"""Fetching what a provider delivered: only our own look at the bytes makes it a success."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from providers import errors as refusals
from providers.base import Asset, Snapshot
from studio import clock
from studio.actions.calling_off import is_called_off
from studio.actions.concluding import MACHINE, call, conclude, cost_of, end, later, seen_states, settle
from studio.actions.events import action, record_event
from studio.actions.ingesting import StoredClip, add_candidate, store_clip
from studio.actions.leasing import finish_step
from studio.crashpoints import crashpoint
from studio.media.errors import ChildFailed, TooLarge, UnreadableClip
from studio.media.storage import Received
from studio.models import Errand, Generation, Source
from studio.rules.generation import GenerationState, Reason
from studio.store import media_store

log = logging.getLogger(__name__)
MOST_BAD_DOWNLOADS = 3
DOWNLOAD_SECONDS = 300.0
"""With the media child's 300 s and the status call's 60 s still below the task's own limit."""
NO_FILE = "The provider says that it is finished, but offers no file."


@dataclass(frozen=True, slots=True)
class Unusable(Exception):
    """What was delivered is no clip. `reason` if it stays so; `kept` is the SHA-256 of bytes that were set aside."""

    sentence: str
    reason: Reason = Reason.BAD_BYTES
    kept: str = ""


def fetch_clips(generation: Generation, snapshot: Snapshot) -> None:
    """Fetch every clip of a finished job and conclude. A next try fetches all: files are named by their bytes."""
    if not snapshot.clips and snapshot.withheld:
        cost: dict[str, Any] = {"cost_billed": snapshot.cost} if snapshot.cost is not None else {}
        explanation = snapshot.refusal or Reason.WITHHELD.label + "."
        conclude(generation, GenerationState.REFUSED, reason=Reason.WITHHELD, explanation=explanation, **cost)
        return
    try:
        clips, spoiled = _fetch_all(generation, snapshot.clips)
    except refusals.ProviderError as error:
        _download_again(generation, error.message, snapshot)
    except OSError as error:
        _download_again(generation, f"It cannot be stored here: {error.strerror}.", snapshot)
    else:
        is_last = generation.bad_downloads + 1 >= MOST_BAD_DOWNLOADS
        if spoiled is None or (clips and is_last):
            _book(generation, clips, snapshot, spoiled)
        else:
            _try_afresh(generation, spoiled, snapshot)


def _fetch_all(generation: Generation, assets: Sequence[Asset]) -> tuple[dict[int, StoredClip], Unusable | None]:
    """The usable clips by their places, and what is wrong with another: one bad file must not cost the good ones.

    Raises ProviderError, OSError.
    """
    clips: dict[int, StoredClip] = {}
    spoiled = None if assets else Unusable(NO_FILE)
    for place, asset in enumerate(assets):
        try:
            clips[place] = _fetch(generation, asset)
        except Unusable as unusable:
            spoiled = unusable
    return clips, spoiled


def _fetch(generation: Generation, asset: Asset) -> StoredClip:
    """Raises Unusable, ProviderError, OSError."""
    try:
        received = call(generation, lambda adapter: _download(adapter.download(asset)))
    except refusals.NotFound as error:
        raise Unusable(error.message, Reason.URL_EXPIRED) from error
    except (refusals.BadAnswer, TooLarge) as error:
        raise Unusable(str(error)) from error
    crashpoint("ingesting.before_verify")
    try:
        return store_clip(received)
    except (UnreadableClip, ChildFailed) as error:
        media_store().adopt(received)
        raise Unusable(error.sentence, kept=received.sha256) from error
    finally:
        media_store().discard(received)


def _download_again(generation: Generation, sentence: str, snapshot: Snapshot) -> None:
    """The line broke or our disk is full, which says nothing about the clip: tried again until the deadline, then a
    person's matter. It is not lost: it may well lie there still.
    """
    if generation.deadline_at and clock.now() >= generation.deadline_at:
        conclude(generation, GenerationState.UNKNOWN, reason=Reason.STALLED, explanation=sentence)
        return
    log.warning("Download of generation %s failed, will be tried again: %s", generation.pk, sentence)
    finish_step(
        generation,
        again_at=later(None),
        errand=Errand.FETCH,
        explanation=sentence,
        url_expires_at=_first_end(snapshot),
    )


def _first_end(snapshot: Snapshot) -> datetime | None:
    """When the first of its links ends, where the provider says so: what was paid for should be here by then."""
    return min((clip.expires_at for clip in snapshot.clips if clip.expires_at), default=None)


async def _download(chunks: AsyncIterator[bytes]) -> Received:
    """Raises ProviderUnavailable when it takes too long: bytes that drip must not hold a worker for ever."""
    try:
        async with asyncio.timeout(DOWNLOAD_SECONDS):
            return await _receive(chunks)
    except TimeoutError as error:
        sentence = f"The download did not end within {DOWNLOAD_SECONDS:.0f} s."
        raise refusals.ProviderUnavailable(sentence) from error


async def _receive(chunks: AsyncIterator[bytes]) -> Received:
    with media_store().incoming(settings.MAX_CLIP_BYTES) as incoming:
        async for chunk in chunks:
            incoming.write(chunk)
            crashpoint("ingesting.mid_download")
        return incoming.finish()


@action
def _book(
    generation: Generation, clips: Mapping[int, StoredClip], snapshot: Snapshot, spoiled: Unusable | None
) -> None:
    if is_called_off(generation):
        _keep_without_take(generation, clips, snapshot)
    else:
        _succeed(generation, clips, snapshot, spoiled)


def _succeed(
    generation: Generation, clips: Mapping[int, StoredClip], snapshot: Snapshot, spoiled: Unusable | None
) -> None:
    at = clock.now()
    finish_step(
        generation,
        again_at=None,
        state=GenerationState.SUCCEEDED,
        reason=Reason.WITHHELD if snapshot.withheld else spoiled.reason if spoiled else "",
        explanation=_said_of_missing(generation, snapshot, spoiled),
        progress=100,
        withheld=snapshot.withheld,
        answer=dict(snapshot.raw),
        cost_billed=cost_of(generation, snapshot),
        states_seen=seen_states(generation, GenerationState.SUCCEEDED, at),
    )
    digests = [clip.sha256 for clip in clips.values()]
    record_event(generation, verb="succeeded", actor=MACHINE, data={"sha256": digests})
    for sample, clip in clips.items():
        add_take(generation, clip, sample)
    settle(generation)


def add_take(generation: Generation, clip: StoredClip, sample: int) -> None:
    """One clip of a generation becomes a take, inside the caller's action."""
    number = f"{generation.take_number}" + (f".{sample + 1}" if generation.samples > 1 else "")
    add_candidate(
        clip,
        prompt=generation.prompt,
        source=Source.GENERATION,
        name=f"{generation.prompt.title} · take {number}",
        by=generation.requested_by,
        generation=generation,
        sample=sample,
    )


def _said_of_missing(generation: Generation, snapshot: Snapshot, spoiled: Unusable | None) -> str:
    said = []
    if snapshot.withheld:
        why = snapshot.refusal or "The provider's safety system kept the rest back."
        said.append(f"{snapshot.withheld} of {generation.samples} clips did not come. {why}")
    if spoiled:
        said.append(f"Not every clip could be used. {spoiled.sentence}")
    return " ".join(said)


def _keep_without_take(generation: Generation, clips: Mapping[int, StoredClip], snapshot: Snapshot) -> None:
    """Delivered and charged although it was cancelled: booked and kept, but a take only if a person adopts it."""
    end(
        generation,
        GenerationState.CANCELLED,
        explanation="It was cancelled, but the provider had finished it and charges for it. The clip is kept.",
        cost_billed=cost_of(generation, snapshot),
        delivered_sha256=next(iter(clips.values())).sha256,
        answer=dict(snapshot.raw),
    )


def _try_afresh(generation: Generation, unusable: Unusable, snapshot: Snapshot) -> None:
    """Delivered, but no usable clip: the job is asked for fresh links twice more, then it is lost, its bytes kept."""
    count = generation.bad_downloads + 1
    if count < MOST_BAD_DOWNLOADS:
        finish_step(
            generation,
            again_at=later(None),
            errand=Errand.FETCH,
            bad_downloads=count,
            explanation=unusable.sentence,
            url_expires_at=_first_end(snapshot),
        )
        return
    conclude(
        generation,
        GenerationState.LOST,
        reason=unusable.reason,
        explanation=unusable.sentence,
        bad_downloads=count,
        delivered_sha256=unusable.kept,
        cost_billed=cost_of(generation, snapshot),
    )
