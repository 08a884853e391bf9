"""Software that holds tokens, in a house whose generator is never called and asks one cent a second."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from studio.actions.tokens import create_token
from studio.models import Project, User
from studio.rules.scopes import Scope
from tests.studio.views.conftest import PROVIDERS

ORDER = {
    "text": "A paper boat crosses a flooded street",
    "direction": {"subject": "a paper boat", "negative": "people"},
    "model": "sandbox-1",
    "seconds": 4,
    "size": "640x360",
    "takes": 3,
    "audio": False,
    "agreed_cost": "0.1200",
}


def order(**changes: object) -> dict[str, object]:
    return ORDER | {"idempotency_key": str(uuid4())} | changes


@pytest.fixture(autouse=True)
def _generators(settings) -> None:
    settings.PROVIDER_SETTINGS = PROVIDERS


def key_of(user: User, *scopes: Scope, project: Project | None = None) -> str:
    made = create_token(
        user, name="a script", scopes=scopes or tuple(Scope), lasts_for=timedelta(days=1), project=project
    )
    return made.key


def software(user: User, *scopes: Scope, project: Project | None = None) -> Client:
    """A client with a token of `user`; without `scopes` it has them all."""
    return Client(headers={"Authorization": f"Bearer {key_of(user, *scopes, project=project)}"})


@pytest.fixture
def as_software() -> Callable[..., Client]:
    return software
