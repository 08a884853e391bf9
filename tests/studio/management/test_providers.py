"""`manage.py providers` and `rotate_keys`."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from providers.catalogue import catalogue
from providers.registry import PROVIDERS
from studio.actions.events import verify_chain
from studio.actions.providing import Choice, configure_provider
from studio.keyring import unseal
from studio.models import Event, ProviderAccount

pytestmark = pytest.mark.django_db
OLD, NEW = "the old key of the ring, long enough", "the new key of the ring, long enough"
KEY = "sk-a-long-secret-key-wxyz"


def said(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


@pytest.fixture
def configured(settings, moderator):
    settings.KEYRING = [OLD]
    settings.PROVIDER_SETTINGS = {}
    choice = Choice(base_url="https://videos.example/v1", secrets={"api_key": KEY})
    configure_provider("custom", choice, by=moderator)


def test_it_prints_every_provider_and_model_and_no_key(configured):
    text = said("providers")
    for info in PROVIDERS.values():
        assert f"{info.label} ({info.slug}): " in text
    for terms in catalogue().values():
        assert f"    {terms.key}: " in text
        assert terms.source in text
    assert "OpenAI-compatible server (custom): configured" in text
    assert "vLLM-Omni (vllm_omni): no address" in text
    assert "retires on 2026-09-24" in text
    assert KEY not in text
    assert "wxyz" not in text


def test_its_json_holds_the_same(configured):
    document = json.loads(said("providers", "--format", "json"))
    found = {provider["provider"]: provider for provider in document["providers"]}
    assert set(found) == set(PROVIDERS)
    assert found["custom"]["state"] == "configured"
    sora = next(model for model in found["openai_videos"]["models"] if model["key"] == "sora-2")
    assert (sora["price_per_second"], sora["seconds"], sora["retires_on"]) == (
        "0.1000",
        [4, 8, 12, 16, 20],
        "2026-09-24",
    )
    assert "health" not in sora
    assert KEY not in json.dumps(document)


def test_with_health_each_configured_one_is_asked_and_nothing_is_raised(sandbox, settings):
    settings.PROVIDER_SETTINGS = {
        "sandbox": settings.PROVIDER_SETTINGS["sandbox"],
        "openai_videos": {"base_url": "https://api.openai.com/v1", "secrets": {"api_key": "k"}},
        "vllm_omni": {"base_url": "http://127.0.0.1:9/v1"},
    }
    document = json.loads(said("providers", "--health", "--format", "json"))
    health = {provider["provider"]: provider["health"] for provider in document["providers"]}
    assert health["sandbox"]["is_well"]
    assert "retired" in health["openai_videos"]["sentence"]
    assert not health["vllm_omni"]["is_well"]  # plain http, not listed: our own guard refuses
    assert "no address" in health["custom"]["sentence"]


def test_rotating_seals_with_the_first_key_so_that_the_old_one_can_go(configured, settings):
    before = ProviderAccount.objects.get().sealed_secrets
    settings.KEYRING = [NEW, OLD]
    assert said("rotate_keys") == "1 provider sealed anew. Older keys can be dropped now.\n"
    row = ProviderAccount.objects.get()
    assert row.sealed_secrets != before
    settings.KEYRING = [NEW]
    assert unseal(row.sealed_secrets, owner="custom") == {"api_key": KEY}
    assert Event.objects.get(verb="rotated_keys").data == {"provider": "custom"}
    assert verify_chain() == ""


def test_rotating_changes_nothing_when_one_cannot_be_opened(configured, settings):
    before = ProviderAccount.objects.get().sealed_secrets
    settings.KEYRING = [NEW]
    with pytest.raises(CommandError, match="Nothing was changed"):
        said("rotate_keys")
    assert ProviderAccount.objects.get().sealed_secrets == before
