"""Errors. Kling's `code` decides and not the HTTP status: its 429 stands for waits and for empty accounts alike."""

from collections.abc import Mapping
from typing import Any

from providers.answers import read_json, retry_after_seconds, text_of
from providers.errors import (
    AccessDenied,
    AnswerLost,
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
from providers.http import Answer

KINDS: Mapping[int, type[ProviderError]] = {
    **dict.fromkeys((1000, 1001, 1002, 1003, 1004, 1103, 1304), AccessDenied),
    **dict.fromkeys((1100, 1101, 1102), QuotaExhausted),
    **dict.fromkeys((1200, 1201, 1202), InvalidRequest),
    1203: NotFound,
    **dict.fromkeys((1300, 1301), ProviderRefused),
    **dict.fromkeys((1302, 1303), RateLimited),
    **dict.fromkeys((5000, 5001, 5002), ProviderUnavailable),
}
"""Kling's table of codes ("General Information")."""
OF_A_CREATE_CALL: Mapping[int, type[ProviderError]] = {
    1203: ProviderRetired,
    **dict.fromkeys((5000, 5001, 5002), AnswerLost),
}
"""What some of them mean to a paid call: no such model; and it may have been accepted all the same."""
SLOT_WAIT_SECONDS = 5.0
"""No Retry-After is documented; a place among the parallel tasks frees when a clip is done, which takes a minute."""


def read_data(answer: Answer, *, creating: bool = False) -> Any:
    """What the envelope of a 2xx answer holds. Raises BadAnswer, or the error that its code stands for."""
    document = read_json(answer)
    code = _code(document)
    if code is None:
        raise BadAnswer("The provider's answer carries no code.")
    if code != 0:
        raise _error(answer, code, text_of(document.get("message")), creating=creating)
    return document.get("data")


def error_of(answer: Answer) -> ProviderError:
    """Of a call that only reads."""
    return _error(answer, *_said(answer), creating=False)


def create_error_of(answer: Answer) -> ProviderError:
    """Of a paid call."""
    return _error(answer, *_said(answer), creating=True)


def media_error_of(answer: Answer) -> ProviderError:
    """Of a link to a file: whoever serves it has its own words, only the status is to be relied on."""
    message = f"The link to the clip was answered with status {answer.status}."
    if answer.status in (401, 403, 404, 410):
        return NotFound(message)
    if answer.status == 429:
        return RateLimited(message, retry_after_seconds=retry_after_seconds(answer.headers))
    return ProviderUnavailable(message) if answer.status >= 500 else BadAnswer(message)


def _said(answer: Answer) -> tuple[int | None, str]:
    try:
        document = read_json(answer)
    except BadAnswer:
        return None, ""
    return _code(document), text_of(document.get("message"))


def _code(document: Mapping[str, Any]) -> int | None:
    code = document.get("code")
    if isinstance(code, str) and code.isascii() and code.isdigit():
        return int(code[:9])
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def _error(answer: Answer, code: int | None, message: str, *, creating: bool) -> ProviderError:
    kind = (OF_A_CREATE_CALL.get(code) if creating and code else None) or KINDS.get(code or 0)
    kind = kind or _kind_by_status(answer.status, is_protocol=code is not None, creating=creating)
    wait = retry_after_seconds(answer.headers)
    return kind(
        message or f"The provider answered with status {answer.status}.",
        code="" if code is None else str(code),
        retry_after_seconds=SLOT_WAIT_SECONDS if wait is None and code == 1303 else wait,
    )


def _kind_by_status(status: int, *, is_protocol: bool, creating: bool) -> type[ProviderError]:
    """For codes nobody documents, and for answers of somebody in between."""
    if status in (401, 403):
        return AccessDenied
    if status == 429:
        return RateLimited
    if status >= 500 or status in (408, 425):
        return ProviderUnavailable
    if status == 404 and not creating:
        # A stranger's page is no word of Kling's that it knows no such task: who relies on it may pay twice.
        return NotFound if is_protocol else BadAnswer
    return InvalidRequest
