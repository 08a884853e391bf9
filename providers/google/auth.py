"""How a call shows who it is from: an API key, or a service account's token, minted by an assertion (RFC 7523)."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx
import jwt

from providers.answers import read_json, text_of
from providers.calls import reading_call
from providers.errors import AccessDenied, BadAnswer, ProviderError, ProviderUnavailable, RateLimited
from providers.http import Answer

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_SECONDS = 3600
RENEWED_BEFORE_SECONDS = 120
"""A token is not used in its last two minutes: a call under way must not outlive it."""
MOST_TOKENS_KEPT = 64
_tokens: dict[str, tuple[str, float]] = {}
"""Tokens of this process with their ends (unix seconds), by account: adapters live for one call, tokens for an hour."""


class Keys(Protocol):
    async def headers(self) -> dict[str, str]:
        """Raises ProviderError when no token is to be had."""
        ...

    def forget(self) -> bool:
        """Drop what was refused; whether fresh `headers` may differ."""
        ...


@dataclass(frozen=True, slots=True)
class ApiKey:
    key: str = field(repr=False)

    async def headers(self) -> dict[str, str]:
        return {"x-goog-api-key": self.key}

    def forget(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """The JSON file of a service account. `clock` gives unix seconds."""

    text: str = field(repr=False)
    client: httpx.AsyncClient = field(repr=False)
    clock: Callable[[], float]

    async def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {await self._token()}"}

    def forget(self) -> bool:
        return _tokens.pop(self._name(), None) is not None

    async def _token(self) -> str:
        token, ends_at = _tokens.get(self._name(), ("", 0.0))
        if token and self.clock() < ends_at - RENEWED_BEFORE_SECONDS:
            return token
        token, lives_seconds = await self._minted()
        while len(_tokens) >= MOST_TOKENS_KEPT:
            _tokens.pop(next(iter(_tokens), ""), None)
        _tokens[self._name()] = token, self.clock() + lives_seconds
        return token

    async def _minted(self) -> tuple[str, float]:
        """A fresh token and the seconds it lives. Raises ProviderError."""
        account = account_of(self.text)
        form = {"grant_type": GRANT, "assertion": self._assertion(account)}
        try:
            request = self.client.build_request("POST", account["token_uri"], data=form)
        except httpx.InvalidURL as error:
            raise AccessDenied("The service account's token_uri is no address.") from error
        answer = read_json(await reading_call(self.client, request, _token_error_of))
        token, lives = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
            raise BadAnswer("The token service answered without a token.")
        return token, float(lives) if isinstance(lives, int | float) and not isinstance(lives, bool) else 0.0

    def _assertion(self, account: Mapping[str, str]) -> str:
        now = int(self.clock())
        claims = {
            "iss": account["client_email"],
            "scope": SCOPE,
            "aud": account["token_uri"],
            "iat": now,
            "exp": now + ASSERTION_SECONDS,
        }
        try:
            return jwt.encode(
                claims, account["private_key"], algorithm="RS256", headers={"kid": account["private_key_id"]}
            )
        except (ValueError, TypeError, jwt.PyJWTError) as error:
            raise AccessDenied("The service account's private key cannot be read.") from error

    def _name(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def account_of(text: str) -> dict[str, str]:
    """The fields of a service account's file that are needed, as texts. Raises AccessDenied."""
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise AccessDenied("The service account is not the JSON file that Google hands out.") from error
    names = ("client_email", "private_key", "token_uri")
    if not isinstance(document, dict) or not all(isinstance(document.get(one), str) for one in names):
        raise AccessDenied("The service account's file lacks client_email, private_key or token_uri.")
    return {name: text_of(document.get(name), 8000) for name in (*names, "private_key_id", "project_id")}


def _token_error_of(answer: Answer) -> ProviderError:
    """The token service's words are OAuth's: `{"error": "invalid_grant", "error_description": …}`."""
    if answer.status == 429:
        return RateLimited("The token service asks us to slow down.")
    if answer.status >= 500:
        return ProviderUnavailable(f"The token service answered with status {answer.status}.")
    try:
        fields = read_json(answer)
    except BadAnswer:
        fields = {}
    why = text_of(fields.get("error_description") or fields.get("error"), 300) or f"status {answer.status}"
    return AccessDenied(f"Google gave the service account no token: {why}.", code=text_of(fields.get("error"), 60))
