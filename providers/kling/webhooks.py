"""Callbacks. Nobody signs them: one is a hint to look, believed no further than that it has the right form."""

from collections.abc import Mapping
from typing import Any

import httpx

from providers.answers import read_json, text_of
from providers.base import Hint
from providers.errors import BadAnswer, BadSignature
from providers.http import Answer


def read_hint(body: bytes) -> Hint:
    """The task that a callback is about, by the provider's bare id: it does not say which route that task has.

    Flat, or in the envelope of an answer; v2's words are unverified and taken like those of its answers.
    Raises BadSignature for anything else.
    """
    try:
        document = read_json(Answer(200, httpx.Headers(), body))
    except BadAnswer as error:
        raise BadSignature("The callback is not JSON.") from error
    inside = document.get("data")
    task: Mapping[str, Any] = inside if isinstance(inside, dict) else document
    task_id, status = _either(task, "task_id", "id"), _either(task, "task_status", "status")
    if not task_id or not status:
        raise BadSignature("The callback names no task and no status.")
    at = _either(task, "updated_at", "update_time")
    return Hint(event_id=f"{task_id}:{status}:{at}"[:200], kind=status, remote_id=task_id)


def _either(task: Mapping[str, Any], *names: str) -> str:
    values = (task.get(name) for name in names)
    return next((text_of(value, 100) for value in values if isinstance(value, str | int) and value), "")
