"""What both wire formats say of a task, in the house's words; and what a dialect has to offer."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from providers.answers import millisecond_instant, text_of, without_secrets
from providers.base import Asset, GenerationRequest, JobState, ModelTerms, Snapshot
from providers.errors import BadAnswer
from providers.kling.places import Place

STATES: Mapping[str, JobState] = {
    "submitted": JobState.QUEUED,
    "processing": JobState.RUNNING,
    "succeed": JobState.SUCCEEDED,  # v1
    "succeeded": JobState.SUCCEEDED,  # v2
    "failed": JobState.FAILED,
}
SAFETY = re.compile(r"risk|sensitive|policy|violat|safety", re.IGNORECASE)
"""A failed task gives its reason as free text only; these words tell a refusal from a breakdown."""
LONGEST_CLIP_SECONDS = Decimal(3600)


@dataclass(frozen=True, slots=True)
class Draft:
    """A create call that is ready to be sent. `kind` is the v1 kind of the task it makes, "" in v2."""

    path: str
    kind: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Lookup:
    """A call that asks for tasks."""

    path: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceClip:
    """A clip that Kling itself made: its own id there (v1 only) and the link it can be fetched from."""

    clip_id: str
    url: str


class Dialect(Protocol):
    """One wire format."""

    def create(
        self, request: GenerationRequest, terms: ModelTerms, client_id: str, source: SourceClip | None
    ) -> Draft: ...

    def kind_of(self, request: GenerationRequest, terms: ModelTerms) -> str: ...

    def by_task_id(self, place: Place) -> Lookup: ...

    def by_client_id(self, kind: str, client_id: str) -> Lookup: ...

    def read_task(self, task: Mapping[str, Any], kind: str) -> Snapshot:
        """Raises BadAnswer for one without an id."""
        ...


def entries(data: object) -> list[Mapping[str, Any]]:
    """The tasks of an answer, one or several. Raises BadAnswer."""
    found = data if isinstance(data, list) else [data]
    return [one_task(entry) for entry in found]


def one_task(entry: object) -> Mapping[str, Any]:
    """Raises BadAnswer for what is none."""
    if not isinstance(entry, dict):
        raise BadAnswer("The provider's answer holds no task where one is due.")
    return entry


def snapshot(
    place: Place,
    task: Mapping[str, Any],
    *,
    status: str,
    reason: str,
    client_id: str,
    created_at: object,
    assets: tuple[Asset, ...],
) -> Snapshot:
    """Kling tells no progress, and its cost in units of the account's pack, whose price nobody states: both are None.

    The units stay in `raw`.
    """
    state = STATES.get(status, JobState.RUNNING)
    failed = state is JobState.FAILED
    refused = failed and bool(SAFETY.search(reason))
    reason = reason or "The provider gives no reason."
    return Snapshot(
        remote_id=str(place),
        state=JobState.REFUSED if refused else state,
        assets=assets if state is JobState.SUCCEEDED else (),
        refusal=reason if refused else "",
        error=reason if failed and not refused else "",
        client_id=client_id,
        created_at=millisecond_instant(created_at),
        warnings=() if status in STATES else (f"The provider reports a status we do not know: {status[:60]}.",),
        raw=without_secrets(dict(task)),
    )


def clip(place: Place, number: int, entry: object) -> Asset | None:
    """A file of a finished task; None for what has no link. A clip without an id of its own goes by its number."""
    url = entry.get("url") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(url, str) or not url.startswith(("https://", "http://")):
        return None
    own_id = text_of(entry.get("id"), 120) if place.dialect == "v1" else ""
    return Asset(str(place.file(own_id or str(number))), url=url, seconds=_length(entry.get("duration")))


def clips(place: Place, listed: object) -> tuple[Asset, ...]:
    found = (clip(place, number, entry) for number, entry in enumerate(listed if isinstance(listed, list) else []))
    return tuple(asset for asset in found if asset)


def _length(value: object) -> Decimal | None:
    try:
        length = Decimal(text_of(value, 20))
    except InvalidOperation:
        return None
    return length if length.is_finite() and 0 < length <= LONGEST_CLIP_SECONDS else None
