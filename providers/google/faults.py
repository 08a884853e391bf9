"""Google's error envelope, `{"error": {"code", "message", "status", "details"}}`, as errors of our tree."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from providers.answers import LONGEST_WAIT_SECONDS, read_json, retry_after_seconds, text_of
from providers.errors import (
    AccessDenied,
    BadAnswer,
    InvalidRequest,
    NotFound,
    ProviderError,
    ProviderRefused,
    ProviderRetired,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
)
from providers.google import safety
from providers.http import Answer

DELAY = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)s")


@dataclass(frozen=True, slots=True)
class Fault:
    """`status` is the envelope's word, such as RESOURCE_EXHAUSTED; `wait_seconds` its RetryInfo."""

    message: str = ""
    status: str = ""
    reason: str = ""
    wait_seconds: float | None = None

    @property
    def is_refusal(self) -> bool:
        return safety.is_refusal(self.message)


def error_of(answer: Answer) -> ProviderError:
    """The error that an answer other than 2xx stands for; the caller decides what a 5xx means to a paid call."""
    fault = read_fault(answer)
    message = fault.message or f"Google answered with status {answer.status}."
    kind = _kind_of(answer.status, fault)
    wait = retry_after_seconds(answer.headers)
    return kind(
        safety.told(message) if kind is ProviderRefused else message,
        code=fault.status,
        retry_after_seconds=fault.wait_seconds if wait is None else wait,
    )


def creation_error_of(answer: Answer) -> ProviderError:
    """As `error_of`, for a create call: what it does not know there is the model."""
    error = error_of(answer)
    return ProviderRetired(error.message, code=error.code) if isinstance(error, NotFound) else error


def continuation_error_of(answer: Answer) -> ProviderError:
    """As `error_of`, for a create call that builds on an earlier take: that may be what it does not know."""
    error = error_of(answer)
    gone = "Google does not know the take this builds on (any more), or the model"
    return InvalidRequest(f"{gone}: {error.message}", code=error.code) if isinstance(error, NotFound) else error


def read_fault(answer: Answer) -> Fault:
    try:
        error = read_json(answer).get("error")
    except BadAnswer:
        return Fault()
    if not isinstance(error, Mapping):
        return Fault(message=text_of(error))
    details = list(_details(error))
    return Fault(
        message=text_of(error.get("message")),
        status=text_of(error.get("status"), 60),
        reason=next((text_of(one.get("reason"), 60) for one in details if "reason" in one), ""),
        wait_seconds=next((wait for one in details if (wait := _delay(one.get("retryDelay"))) is not None), None),
    )


def _details(error: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    details = error.get("details")
    yield from (one for one in details if isinstance(one, Mapping)) if isinstance(details, list) else ()


def _delay(value: object) -> float | None:
    """Seconds of a protobuf duration such as "34.5s"."""
    match = DELAY.fullmatch(value) if isinstance(value, str) else None
    return min(float(match[1]), LONGEST_WAIT_SECONDS) if match else None


def _kind_of(status: int, fault: Fault) -> type[ProviderError]:
    if status == 429:
        return RateLimited
    if status >= 500 or status in (408, 409):
        return ProviderUnavailable
    if status == 400 and fault.reason == "API_KEY_INVALID":
        return AccessDenied
    if status == 400 and fault.status == "FAILED_PRECONDITION":
        return QuotaExhausted if "billing" in fault.message.lower() else AccessDenied
    if status == 400 and fault.is_refusal:
        return ProviderRefused
    return {401: AccessDenied, 403: AccessDenied, 404: NotFound, 410: NotFound}.get(status, InvalidRequest)
