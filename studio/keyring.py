"""Sealing what must not be readable in the database: provider keys. Fernet (AES-128-CBC with HMAC-SHA256) underneath.

A key of the ring is any text of 32 characters or more; the first seals, all open.
"""

import base64
import hashlib
import json
from collections.abc import Mapping

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from studio.errors import Invalid

SHORTEST_KEY = 32


def seal(secrets: Mapping[str, str], *, owner: str) -> str:
    """Readable only by `unseal` with the same `owner`: a sealed text moved to another row does not open.

    Raises Invalid when this installation has no keyring.
    """
    return _ring().encrypt(json.dumps({"owner": owner, "secrets": dict(secrets)}).encode()).decode()


def unseal(sealed: str, *, owner: str) -> dict[str, str]:
    """{} for "". Raises Invalid when the text was sealed with a key that is gone, or for another owner."""
    if not sealed:
        return {}
    try:
        opened = json.loads(_ring().decrypt(sealed.encode()))
    except InvalidToken as error:
        raise Invalid("The keys stored here were sealed with a key that is not in DAILIES_KEYRING any more.") from error
    if opened["owner"] != owner:
        raise Invalid("The keys stored here belong to another provider.")
    return dict(opened["secrets"])


def _ring() -> MultiFernet:
    if not settings.KEYRING:
        raise Invalid("This installation has no DAILIES_KEYRING, so it can keep no keys.")
    return MultiFernet([Fernet(_fernet_key(text)) for text in settings.KEYRING])


def _fernet_key(text: str) -> bytes:
    """The ring's keys are long random texts; a hash only brings them to Fernet's 32 bytes."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
