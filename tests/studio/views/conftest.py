"""A house with one generator that can be asked, whose prices are known, and that is never called."""

import pytest
from django.test import Client

from studio.models import User

PROVIDERS = {
    "sandbox": {"base_url": "http://127.0.0.1:9/openai/v1", "secrets": {"api_key": "sandbox-key"}},
    "openai_videos": {"base_url": "https://api.openai.com/v1", "secrets": {}},
}


@pytest.fixture(autouse=True)
def _generators(settings) -> None:
    settings.PROVIDER_SETTINGS = PROVIDERS


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def sign_in():
    return signed_in
