"""Who we are: one API key, or the older pair of keys that signs a token for every call."""

import jwt

from providers.accounts import Account

LIVES_SECONDS = 1800
STARTS_EARLIER_SECONDS = 5
"""What Kling's own examples allow for clocks that differ."""
STALE = ("1003", "1004")
"""Codes of a token that is not valid yet, or not any more: a fresh one may do."""


def authorization(account: Account, *, now: float) -> str:
    """The value of the header. A token is made anew for every call, so that none is ever old."""
    return f"Bearer {account.secret('api_key') or token(account, now=now)}"


def signs_tokens(account: Account) -> bool:
    return not account.secret("api_key")


def token(account: Account, *, now: float) -> str:
    """A JWT (HS256) that begins at unix seconds `now` and lives for half an hour."""
    claims = {
        "iss": account.secret("access_key"),
        "exp": int(now) + LIVES_SECONDS,
        "nbf": int(now) - STARTS_EARLIER_SECONDS,
    }
    return jwt.encode(claims, account.secret("secret_key"), algorithm="HS256")
