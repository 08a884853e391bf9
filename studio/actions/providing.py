"""How providers are set by moderators. Keys go in sealed and never come out; events tell what changed, never a key."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Q

from providers.registry import PROVIDERS
from studio.actions.events import Actor, action, record_event
from studio.errors import Conflict, Invalid, NotPermitted
from studio.keyring import seal, unseal
from studio.models import ProviderAccount, ProviderGate, User
from studio.rules.addresses import problem_with_address
from studio.rules.roles import Role

SHORTEST_SHOWN = 12
"""Secrets shorter than this show no ending: four characters would be too much of them."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a moderator chose. `secrets` are new ones; those not named are kept, unless `forgotten`."""

    base_url: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    forgotten: frozenset[str] = frozenset()
    is_enabled: bool = True
    most_at_once: int | None = None
    most_per_minute: int | None = None


def may_set(user: User) -> bool:
    """Providers belong to the whole house: moderators of any project and superusers set them."""
    return _holds(user, Role.MODERATOR)


def may_read(user: User) -> bool:
    return _holds(user, Role.MODERATOR, Role.AUDITOR)


def _holds(user: User, *roles: Role) -> bool:
    return user.is_active and (user.is_superuser or user.memberships.filter(Q(role__in=roles)).exists())


@action
def configure_provider(provider: str, choice: Choice, *, by: User) -> ProviderAccount:
    """Keep what was chosen. Raises NotPermitted, Invalid.

    Kept keys never follow a new address: whoever may change the address could have them sent to themselves.
    """
    _require_moderator(by)
    if provider not in PROVIDERS:
        raise Invalid(f"The provider “{provider}” is not known.")
    if choice.base_url and (problem := problem_with_address(choice.base_url, settings.EGRESS_HOSTS)):
        raise Invalid(problem)
    if unusable := [slug for slug, secret in choice.secrets.items() if not _can_be_sent(secret)]:
        raise Invalid(f"{_labels(provider, unusable)}: there are characters in it that no key has.")
    row = ProviderAccount.objects.select_for_update().filter(provider=provider).first()
    row = row or ProviderAccount(provider=provider)
    _keep_secrets(row, choice)
    row.base_url, row.options = choice.base_url, dict(choice.options)
    row.is_enabled = choice.is_enabled
    row.most_at_once, row.most_per_minute = choice.most_at_once, choice.most_per_minute
    row.changed_by = by
    row.save()
    record_event(row, verb="configured_provider", actor=Actor.of(by), data=_told(row, choice))
    return row


def _can_be_sent(secret: str) -> bool:
    """As a header; of a key file, which is never sent, lines may be several."""
    return secret.isascii() and (secret.isprintable() or secret.lstrip().startswith("{"))


def _labels(provider: str, slugs: Iterable[str]) -> str:
    fields = {one.slug: one.label for one in PROVIDERS[provider].fields}
    return ", ".join(sorted(fields.get(slug, slug) for slug in slugs))


def _keep_secrets(row: ProviderAccount, choice: Choice) -> None:
    named = {*choice.secrets, *choice.forgotten}
    if row.pk and choice.base_url != row.base_url and (left := set(row.secret_endings) - named):
        labels = _labels(row.provider, left)
        raise Invalid(f"The address is another one: enter again or remove what belongs to the old one ({labels}).")
    if not named:
        return  # without a key of the ring the rest can still be set
    others = set(row.secret_endings) - named
    held = unseal(row.sealed_secrets, owner=row.provider) if others else {}
    kept = {slug: secret for slug, secret in held.items() if slug not in named} | dict(choice.secrets)
    endings = {slug: row.secret_endings.get(slug, "") for slug in kept}
    row.secret_endings = endings | {slug: _ending(secret) for slug, secret in choice.secrets.items()}
    row.sealed_secrets = seal(kept, owner=row.provider) if kept else ""


def _ending(secret: str) -> str:
    return secret[-4:] if len(secret) >= SHORTEST_SHOWN else ""


def _told(row: ProviderAccount, choice: Choice) -> dict[str, object]:
    return {
        "provider": row.provider,
        "base_url": row.base_url,
        "options": row.options,
        "is_enabled": row.is_enabled,
        "most_at_once": row.most_at_once,
        "most_per_minute": row.most_per_minute,
        "keys_set": sorted(choice.secrets),
        "keys_removed": sorted(choice.forgotten - set(choice.secrets)),
    }


@action
def open_again(provider: str, *, by: User) -> None:
    """Let calls pass again after what stopped them was put right. Raises NotPermitted, Conflict when nothing did."""
    _require_moderator(by)
    gate = ProviderGate.objects.select_for_update().filter(provider=provider).exclude(stopped_because="").first()
    if gate is None:
        raise Conflict("Nothing stops this provider; somebody may have opened it just now.")
    because = gate.stopped_because
    gate.stopped_because, gate.failures, gate.closed_until = "", 0, None
    gate.save(update_fields=["stopped_because", "failures", "closed_until"])
    record_event(gate, verb="opened_provider", actor=Actor.of(by), data={"provider": provider, "because": because})


@action
def rotate_keys(*, actor: Actor) -> int:
    """Seal every provider's keys anew with the first key of the ring. Raises Invalid when one cannot be opened."""
    rows = list(ProviderAccount.objects.select_for_update().exclude(sealed_secrets=""))
    for row in rows:
        row.sealed_secrets = seal(unseal(row.sealed_secrets, owner=row.provider), owner=row.provider)
        row.save(update_fields=["sealed_secrets"])
        record_event(row, verb="rotated_keys", actor=actor, data={"provider": row.provider})
    return len(rows)


def _require_moderator(by: User) -> None:
    if not may_set(by):
        raise NotPermitted("Only a moderator may set providers.")
