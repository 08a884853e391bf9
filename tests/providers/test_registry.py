import pytest

from providers.accounts import Account
from providers.base import GenerationRequest
from providers.errors import ProviderRetired
from providers.registry import adapter_for

REQUEST = GenerationRequest(model="sora-2", prompt="a boat", seconds=4, size="1280x720")


async def test_it_says_that_the_official_service_is_retired_instead_of_calling_it():
    adapter = adapter_for(Account("openai_videos", "https://api.openai.com/v1", {"api_key": "k"}))
    assert "retired 2026-09-24" in adapter.capabilities().retired
    assert ["retired 2026-09-24" in str(problem) for problem in adapter.validate(REQUEST)] == [True]
    with pytest.raises(ProviderRetired, match="2026-09-24"):
        await adapter.submit(REQUEST, "key-1")
    await adapter.aclose()


async def test_another_server_of_the_protocol_is_not_retired():
    adapter = adapter_for(Account("openai_videos", "https://videos.example/v1", {"api_key": "k"}))
    assert adapter.capabilities().retired == ""
    assert adapter.validate(REQUEST) == []
    await adapter.aclose()


async def test_the_sandbox_offers_both_models_and_retires_none():
    adapter = adapter_for(Account("sandbox", "http://127.0.0.1:1/openai/v1", {"api_key": "k"}))
    assert {"sandbox-1", "sora-2"} <= {model.key for model in adapter.capabilities().models}
    assert adapter.validate(REQUEST) == []
    await adapter.aclose()


def test_it_refuses_a_provider_nobody_knows():
    with pytest.raises(ProviderRetired, match="nobody"):
        adapter_for(Account("nobody", "https://x.example", {"api_key": "k"}))
