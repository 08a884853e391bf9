"""The hash chain of events: h(i) = SHA-256(h(i-1) ‖ canonical JSON of event i), h(0) = 32 zero bytes."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime

FIRST = "0" * 64


def canonical_time(at: datetime) -> str:
    """UTC with microseconds, e.g. `2026-11-22T12:00:00.000000Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def event_digest(
    previous: str, *, seq: int, at: datetime, actor: str, verb: str, subject: str, data: Mapping[str, object]
) -> str:
    """Hex digest that binds an event to the one before. `data` holds no floats: their text form is not canonical."""
    body = {"seq": seq, "at": canonical_time(at), "actor": actor, "verb": verb, "subject": subject, "data": data}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(bytes.fromhex(previous) + text.encode()).hexdigest()
