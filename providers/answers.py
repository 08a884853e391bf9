"""Reading what any vendor answers: JSON that could hold anything, times in three dialects, waits, and secrets."""

import json
import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from providers.errors import BadAnswer
from providers.http import Answer

LONGEST_WAIT_SECONDS = 600.0
"""However long a provider tells us to wait: a row that is due in years would hold money and say nothing."""
LONGEST_ID = 400
DEEPEST = 40
"""Levels of an answer that are kept; what lies below them is left out."""
LONGEST_TEXT_KEPT = 4000
"""Characters of one text that are kept of an answer: a clip that came as base64 does not belong into a row."""
NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
"""What JSON may carry and no database can: NUL, and halves of a character."""
SECRET_WORDS = ("key", "token", "secret", "authorization", "signature", "cookie", "headers", "callback", "webhook")
"""The last two: whoever knows the address that a provider calls back can call it, too."""
NOT_SECRET = ("total_output_tokens", "total_tokens", "total_input_tokens")


def read_json(answer: Answer) -> dict[str, Any]:
    """Raises BadAnswer unless the body is one JSON object, which then holds nothing that could not be stored."""
    try:
        document = storable(json.loads(answer.body))
    except (ValueError, RecursionError) as error:
        raise BadAnswer("The provider's answer is not JSON.") from error
    if not isinstance(document, dict):
        raise BadAnswer("The provider's answer is not a JSON object.")
    return document


def storable(value: Any, depth: int = 0) -> Any:
    """A copy that every database can keep as JSON and as text: no NUL, no lone surrogate, no NaN, no abyss."""
    if isinstance(value, str):
        return NOT_TEXT.sub("\ufffd", value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict | list) and depth == DEEPEST:
        return None
    if isinstance(value, dict):
        return {storable(name): storable(entry, depth + 1) for name, entry in value.items()}
    return [storable(entry, depth + 1) for entry in value] if isinstance(value, list) else value


def without_secrets(value: Any) -> Any:
    """A copy to keep and to show: what stands under a secret-sounding name is masked, links lose their query, and
    texts longer than `LONGEST_TEXT_KEPT` are cut.
    """
    if isinstance(value, dict):
        return {name: "…" if _is_secret(name) else without_secrets(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [without_secrets(entry) for entry in value]
    return _shown_text(value) if isinstance(value, str) else value


def _shown_text(text: str) -> str:
    if text.startswith(("https://", "http://")) and "?" in text:
        return text.partition("?")[0] + "?…"  # signed links carry their key in the query
    return text if len(text) <= LONGEST_TEXT_KEPT else f"{text[:200]}… ({len(text)} characters)"


def _is_secret(name: object) -> bool:
    lower = str(name).lower()
    return lower not in NOT_SECRET and any(word in lower for word in SECRET_WORDS)


def text_of(value: object, longest: int = 1000) -> str:
    """Any JSON value as text, "" for what is missing."""
    return "" if value is None else str(value)[:longest]


def job_id(value: object) -> str:
    """Raises BadAnswer unless `value` is an id that a row can keep."""
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_ID:
        raise BadAnswer("The provider's job has no id that we could keep.")
    return value


def percent(value: object) -> int | None:
    """A progress of 0 to 100 as a whole number."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return max(0, min(100, int(value))) if isinstance(value, int | float) else None


def unix_instant(value: object) -> datetime | None:
    """Aware UTC from unix seconds."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def millisecond_instant(value: object) -> datetime | None:
    """Aware UTC from unix milliseconds."""
    return unix_instant(value / 1000) if isinstance(value, int | float) and not isinstance(value, bool) else None


def iso_instant(value: object) -> datetime | None:
    """Aware UTC from ISO 8601; a time without a zone is taken for UTC."""
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value)
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def retry_after_seconds(headers: httpx.Headers) -> float | None:
    """`retry-after-ms`, else `Retry-After` in seconds or as a date; None when absent or unreadable."""
    if (precise := milliseconds(headers.get("retry-after-ms"))) is not None:
        return precise
    text = headers.get("retry-after", "")
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST_WAIT_SECONDS)
    try:
        wait = (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
        return min(max(0.0, wait), LONGEST_WAIT_SECONDS)
    except (TypeError, ValueError):
        return None


def milliseconds(text: str | None) -> float | None:
    """Seconds from a header of whole milliseconds."""
    return min(int(text[:9]) / 1000, LONGEST_WAIT_SECONDS) if text and text.isascii() and text.isdigit() else None
