"""What is left to chance: which judgements are looked at twice, which clean takes are audited, what is mixed in."""

from collections.abc import Sequence
from typing import TypeVar

from django.db.models import Model
from django.utils.crypto import salted_hmac

from reviews.rules.sampling import falls_within

M = TypeVar("M", bound=Model)


def is_drawn(about: str, *, share: float, of: str) -> bool:
    """Whether `about` is drawn with probability `share` (0 to 1) in the lottery `of`; asked again, the same answer.

    HMAC-SHA256 (RFC 2104) under the installation's SECRET_KEY: without it nobody can tell beforehand, and whoever steps
    in for a process that died draws the same. What was drawn is recorded, so a new key changes nothing of the past.
    """
    return falls_within(_digest(about, of), share)


def first_drawn(about: str, rows: Sequence[M], *, of: str) -> M:
    """One of `rows`, each as likely as the others, drawn in the same manner."""
    return min(rows, key=lambda row: _digest(f"{about}:{row.pk}", of))


def _digest(about: str, of: str) -> bytes:
    return salted_hmac(f"reviews.sampling.{of}", about, algorithm="sha256").digest()
