"""Standard Webhooks signatures (standardwebhooks.com, specification 1.0): sign and verify with a shared secret."""

import base64
import hashlib
import hmac
from collections.abc import Mapping

from providers.errors import BadSignature

TOLERANCE_SECONDS = 300


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`. `timestamp` is unix seconds; a `whsec_` secret is base64 after the prefix."""
    signed = b".".join([message_id.encode(), str(timestamp).encode(), body])
    digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def verify(secret: str, headers: Mapping[str, str], body: bytes, *, now: float) -> str:
    """Check a webhook and return its id. `now` is unix seconds. Raises BadSignature."""
    lower = {name.lower(): value for name, value in headers.items()}
    message_id, timestamp = lower.get("webhook-id", ""), lower.get("webhook-timestamp", "")
    if not (secret and message_id and timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 16):
        raise BadSignature("The webhook is not signed.")
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        raise BadSignature("The webhook's time is more than five minutes away from ours.")
    expected = sign(secret, message_id, int(timestamp), body).encode()
    given = lower.get("webhook-signature", "").split()
    if not any(hmac.compare_digest(expected, one.encode()) for one in given):
        raise BadSignature("The webhook's signature does not match.")
    return message_id


def _key(secret: str) -> bytes:
    if not secret.startswith("whsec_"):
        return secret.encode()
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError as error:
        raise BadSignature("The webhook secret is not base64.") from error
    if not key:  # anybody can sign with nothing
        raise BadSignature("The webhook secret is empty.")
    return key
