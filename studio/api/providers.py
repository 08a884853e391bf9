"""How providers are set here. Keys go in and never come out; their last four characters tell one from another."""

from datetime import datetime
from typing import Any

from django.http import Http404
from ninja import Router, Schema
from pydantic import Field

from studio.actions.providing import configure_provider, may_read, may_set, open_again
from studio.api.access import TokenRequest, needs
from studio.api.answers import Body, answers
from studio.api.refusals import Unusable, problems_of
from studio.errors import NotPermitted
from studio.provider_forms import (
    LONGEST_ADDRESS,
    LONGEST_OPTION,
    LONGEST_SECRET,
    MOST_AT_ONCE,
    MOST_PER_MINUTE,
    ProviderForm,
)
from studio.providing import Standing, State, health_of, standing_of
from studio.rules.scopes import Scope

router = Router(tags=["providers"])


class ProviderDetail(Schema):
    slug: str
    label: str
    state: State
    why_not: str
    trouble: str
    """What keeps calls from passing now; empty when they pass."""
    address: str
    webhook_address: str
    models: list[str]
    in_flight: int
    is_set_here: bool
    """False: only the environment says anything about it."""
    is_enabled: bool
    base_url: str
    options: dict[str, str]
    keys: dict[str, str] = Field(description="The last characters of each key that is stored.")
    most_at_once: int | None
    most_per_minute: int | None
    changed_by: str | None
    changed_at: datetime | None


class ProviderIn(Body):
    """All of it is replaced but the keys: those not named stay, those in `forget` go."""

    is_enabled: bool = True
    base_url: str = Field("", max_length=LONGEST_ADDRESS, description="Empty: as the environment says.")
    options: dict[str, str] = Field({}, max_length=20)
    keys: dict[str, str] = Field({}, max_length=20, description="Written only; no answer ever holds one.")
    forget: list[str] = Field([], max_length=20)
    most_at_once: int | None = Field(None, ge=1, le=MOST_AT_ONCE)
    most_per_minute: int | None = Field(None, ge=1, le=MOST_PER_MINUTE)


class HealthOut(Schema):
    is_well: bool
    sentence: str
    facts: dict[str, str]


@router.get("/providers/{slug:slug}", response=answers(ProviderDetail), **needs(Scope.ADMIN))
def get_provider(request: TokenRequest, slug: str) -> ProviderDetail:
    """For moderators and auditors, with a token that is not for one project only."""
    _require(request, may_read(request.auth.user))
    return _shown(_standing(slug))


@router.put("/providers/{slug:slug}", response=answers(ProviderDetail), **needs(Scope.ADMIN))
def put_provider(request: TokenRequest, slug: str, said: ProviderIn) -> ProviderDetail:
    """For moderators. A new address takes no stored key along: enter it again, or forget it."""
    _require(request, may_set(request.auth.user))
    standing = _standing(slug)
    form = ProviderForm(_typed(said, standing), standing=standing)
    if not form.is_valid():
        raise Unusable(problems_of(form))
    configure_provider(slug, form.choice(), by=request.auth.user)
    return _shown(_standing(slug))


@router.post("/providers/{slug:slug}/test", response=answers(HealthOut), **needs(Scope.ADMIN))
def test_provider(request: TokenRequest, slug: str) -> HealthOut:
    """Ask it once whether it answers; that costs nothing. For moderators."""
    _require(request, may_set(request.auth.user))
    health = health_of(_standing(slug))
    return HealthOut(is_well=health.is_well, sentence=health.sentence, facts=dict(health.facts))


@router.post("/providers/{slug:slug}/open", response=answers(ProviderDetail), **needs(Scope.ADMIN))
def open_provider(request: TokenRequest, slug: str) -> ProviderDetail:
    """Let calls pass again after what stopped them was put right. For moderators; 409 when nothing stops it."""
    _require(request, may_set(request.auth.user))
    open_again(_standing(slug).slug, by=request.auth.user)
    return _shown(_standing(slug))


def _require(request: TokenRequest, may: bool) -> None:
    """Providers belong to the whole house, so a token for one project does not reach them."""
    if not may or request.auth.project_id is not None:
        raise NotPermitted("Providers are for moderators (auditors read), and for tokens of all projects.")


def _standing(slug: str) -> Standing:
    if standing := standing_of(slug):
        return standing
    raise Http404


def _typed(said: ProviderIn, standing: Standing) -> dict[str, Any]:
    """As the page's form has it. Raises Unusable for options and keys that this provider is not told."""
    known = {field.slug: field.is_secret for field in standing.info.fields}
    for place, names, is_secret in (
        ("options", said.options, False),
        ("keys", said.keys, True),
        ("forget", said.forget, True),
    ):
        for name in names:
            if known.get(name) is not is_secret:
                raise Unusable({place: [f"{standing.info.label} is not told “{name[:40]}”."]})
    if any(len(value) > LONGEST_OPTION for value in said.options.values()):
        raise Unusable({"options": [f"{LONGEST_OPTION} characters at most."]})
    if any(not 0 < len(value) <= LONGEST_SECRET for value in said.keys.values()):
        raise Unusable({"keys": [f"1 to {LONGEST_SECRET} characters."]})
    typed: dict[str, Any] = said.model_dump(include={"is_enabled", "base_url", "most_at_once", "most_per_minute"})
    typed |= {f"option_{name}": value for name, value in said.options.items()}
    typed |= {f"secret_{name}": value for name, value in said.keys.items()}
    return typed | {f"forget_{name}": "on" for name in said.forget}


def _shown(standing: Standing) -> ProviderDetail:
    row = standing.row
    return ProviderDetail(
        slug=standing.slug,
        label=standing.info.label,
        state=standing.state,
        why_not=standing.why_not,
        trouble=standing.trouble,
        address=standing.address,
        webhook_address=standing.webhook_address,
        models=[terms.key for terms in standing.models],
        in_flight=standing.in_flight,
        is_set_here=row is not None,
        is_enabled=row.is_enabled if row else True,
        base_url=row.base_url if row else "",
        options=row.options if row else {},
        keys=row.secret_endings if row else {},
        most_at_once=row.most_at_once if row else None,
        most_per_minute=row.most_per_minute if row else None,
        changed_by=row.changed_by.username if row else None,
        changed_at=row.changed_at if row else None,
    )
