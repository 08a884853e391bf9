"""Who may call the Kling sandbox: any key of a likely form, or a token signed with the sandbox's own pair of keys."""

import re

import jwt
from starlette.requests import Request

from providers.sandbox.kling_fields import Refusal

ACCESS_KEY = "sandbox-access"
SECRET_KEY = "sandbox-secret-of-thirty-two-bytes"  # noqa: S105 — opens the sandbox, which has nothing to take
WELL_FORMED_KEY = re.compile(r"[A-Za-z0-9_~+/=-]{3,256}")
LOOKS_SIGNED = re.compile(r"[\w-]+\.[\w-]+\.[\w-]*")


def require_key(request: Request) -> None:
    """Raises Refusal with the codes 1001 to 1004."""
    given = request.headers.get("authorization", "")
    if not given:
        raise Refusal(401, 1001, "Authorization is empty")
    scheme, _, key = given.partition(" ")
    if scheme == "Bearer" and LOOKS_SIGNED.fullmatch(key):
        _require_token(key)
    elif scheme != "Bearer" or not WELL_FORMED_KEY.fullmatch(key):
        raise Refusal(401, 1002, "Authorization is not valid")


def _require_token(token: str) -> None:
    try:
        claims = jwt.decode(token, SECRET_KEY, algorithms=["HS256"], options={"require": ["iss", "exp", "nbf"]})
    except jwt.ImmatureSignatureError:
        raise Refusal(401, 1003, "Authorization is not valid yet") from None
    except jwt.ExpiredSignatureError:
        raise Refusal(401, 1004, "Authorization has expired") from None
    except jwt.InvalidTokenError:
        raise Refusal(401, 1002, "Authorization is not valid") from None
    if claims["iss"] != ACCESS_KEY:
        raise Refusal(401, 1002, "Access key not found")
