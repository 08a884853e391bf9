"""Tokens for other software: made and revoked by the person whose rights they carry, never more than those."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from studio import clock
from studio.actions.events import Actor, action, record_event
from studio.errors import Conflict, Invalid, NotPermitted
from studio.models import ApiToken, Project, User
from studio.rules.allowance import WRITES_A_MINUTE, refilled, wait_for_write
from studio.rules.one_line import one_line
from studio.rules.scopes import Scope

MARK = "dly"
"""What every key begins with, so that a search for leaked keys finds them."""
PREFIX_BYTES, SECRET_BYTES = 5, 32
LONGEST = timedelta(days=365)
USE_NOTED_EVERY = timedelta(minutes=1)
NO_DIGEST = "0" * 64


@dataclass(frozen=True, slots=True)
class NewToken:
    """`key` is shown to its owner now and never again: we keep its SHA-256."""

    token: ApiToken
    key: str = field(repr=False)


@action
def create_token(
    user: User, *, name: str, scopes: Collection[Scope], lasts_for: timedelta, project: Project | None = None
) -> NewToken:
    """A token of `user` for one project, or for all they belong to.

    Raises Invalid without a name or a scope or for more than a year, NotPermitted for a project that is not theirs.
    """
    if not user.is_active or (project and not Project.objects.visible_to(user).filter(pk=project.pk).exists()):
        raise NotPermitted("A token reaches only the projects that its owner belongs to.")
    if not (kept := one_line(name)) or not scopes:
        raise Invalid("A token has a name, and says what it may be used for.")
    if not timedelta(0) < lasts_for <= LONGEST:
        raise Invalid("A token lasts for a year at most.")
    at = clock.now()
    prefix, secret = secrets.token_hex(PREFIX_BYTES), secrets.token_urlsafe(SECRET_BYTES)
    key = f"{MARK}_{prefix}_{secret}"
    token = ApiToken.objects.create(
        user=user,
        name=kept[:80],
        prefix=prefix,
        digest=_digest(key),
        scopes=[scope.value for scope in Scope if scope in scopes],
        project=project,
        expires_at=at + lasts_for,
        writes_left=WRITES_A_MINUTE,
        writes_counted_at=at,
    )
    said = {"scopes": token.scopes, "project": project.slug if project else "", "until": token.expires_at.isoformat()}
    record_event(token, verb="token_made", actor=Actor.of(user), data=said)
    return NewToken(token, key)


@action
def revoke_token(token: ApiToken, *, by: User) -> None:
    """It opens nothing from the next request on. Raises NotPermitted for somebody else's, Conflict the second time."""
    if token.user_id != by.pk:
        raise NotPermitted("Only its owner may revoke a token.")
    if not ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=clock.now()):
        raise Conflict("This token was revoked already.")
    record_event(token, verb="token_revoked", actor=Actor.of(by))


def authenticate(key: str) -> ApiToken | None:
    """The live token that `key` proves, with its owner; None for every other text, without saying why.

    Compared in constant time, also when nothing has this prefix. When it was last used is noted once a minute.
    """
    mark, _, rest = key.partition("_")
    prefix = rest.partition("_")[0]
    known = ApiToken.objects.select_related("user", "project")
    token = known.filter(prefix=prefix).first() if prefix.isascii() and prefix.isalnum() else None
    is_proved = secrets.compare_digest(_digest(key), token.digest if token else NO_DIGEST)
    at = clock.now()
    if token is None or not is_proved or mark != MARK or not _is_live(token):
        return None
    unnoted = Q(last_used_at=None) | Q(last_used_at__lte=at - USE_NOTED_EVERY)
    if token.last_used_at is None or token.last_used_at <= at - USE_NOTED_EVERY:
        ApiToken.objects.filter(unnoted, pk=token.pk).update(last_used_at=at)
    return token


def _is_live(token: ApiToken) -> bool:
    return token.revoked_at is None and token.expires_at > clock.now() and token.user.is_active


def spend_write(token: ApiToken) -> timedelta | None:
    """Count one write of `token`; when it has none left, how long until the next, and nothing is counted."""
    with transaction.atomic():
        row = ApiToken.objects.select_for_update().get(pk=token.pk)
        at = clock.now()
        left = refilled(row.writes_left, since=row.writes_counted_at, at=at)
        if wait := wait_for_write(left):
            return wait
        row.writes_left, row.writes_counted_at = left - 1, at
        row.save(update_fields=["writes_left", "writes_counted_at"])
        return None


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
