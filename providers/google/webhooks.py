"""Webhooks of the Gemini API: Standard Webhooks around an event that names the job."""

from collections.abc import Mapping

import httpx

from providers.answers import read_json, text_of
from providers.base import Hint
from providers.errors import BadAnswer
from providers.google import interactions, lro
from providers.http import Answer

NAMES = ("id", "name", "operation_name", "operation", "interaction_id")
"""Where the job's name may stand in the event's data; the documents show no event of each kind."""


def read_hint(event_id: str, body: bytes) -> Hint:
    """The job that a verified message is about. Raises BadAnswer."""
    event = read_json(Answer(200, httpx.Headers(), body))
    kind, data = text_of(event.get("type"), 60), event.get("data")
    names = [data.get(name) for name in NAMES] if isinstance(data, Mapping) else []
    remote_id = next((name for name in names if isinstance(name, str) and name), "")
    if kind.startswith("interaction.") and not remote_id.startswith(interactions.PREFIX):
        remote_id = interactions.PREFIX + remote_id
    is_interaction = interactions.ID.fullmatch(remote_id.removeprefix(interactions.PREFIX))
    if not lro.NAME.fullmatch(remote_id) and not (remote_id.startswith(interactions.PREFIX) and is_interaction):
        raise BadAnswer("The webhook names no job.")
    return Hint(event_id=event_id, kind=kind, remote_id=remote_id)
