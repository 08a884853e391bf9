import hashlib

import pytest

from providers.accounts import Account
from providers.base import Asset, GenerationRequest, JobState
from providers.errors import AnswerLost, NotFound, ProviderRefused, ProviderUnavailable, RateLimited
from providers.registry import adapter_for

SMALL = {"model": "sandbox-1", "size": "64x36", "seconds": 1}


@pytest.fixture
async def adapter(sandbox):
    adapter = adapter_for(Account("sandbox", sandbox.base_url, {"api_key": "key"}), allow_hosts=[sandbox.host])
    yield adapter
    await adapter.aclose()


async def finished(adapter, remote_id):
    for _ in range(400):
        snapshot = await adapter.fetch(remote_id)
        if snapshot.state.is_terminal:
            return snapshot
    raise AssertionError("the job never ended")


async def made(adapter, **fields):
    submitted = await adapter.submit(GenerationRequest(**{**SMALL, **fields}), "key-1")
    snapshot = await finished(adapter, submitted.remote_id)
    chunks = [chunk async for chunk in adapter.download(snapshot.assets[0])]
    return hashlib.sha256(b"".join(chunks)).hexdigest()


async def test_it_makes_the_same_bytes_for_the_same_seed_and_others_for_another(adapter):
    first = await made(adapter, prompt="A cat in the rain", seed=5)
    assert await made(adapter, prompt="A cat in the rain", seed=5) == first
    assert await made(adapter, prompt="A cat in the rain", seed=6) != first


async def test_a_prompt_without_a_seed_gives_another_take_each_time(adapter):
    assert await made(adapter, prompt="A fox at dawn") != await made(adapter, prompt="A fox at dawn")


async def test_a_lost_answer_is_told_apart_and_found_in_the_list(adapter, sandbox):
    request = GenerationRequest(prompt="gone astray [sandbox:lost]", **SMALL)
    with pytest.raises(AnswerLost):
        await adapter.submit(request, "key-lost")
    entry = next(job for job in sandbox.ledger() if job["client_id"] == "key-lost")
    assert entry["id"] in [
        snapshot.remote_id for snapshot in await adapter.recent() if snapshot.prompt == request.prompt
    ]


async def test_refusals_come_out_as_words_of_our_tree(adapter):
    with pytest.raises(ProviderRefused):
        await adapter.submit(GenerationRequest(prompt="x [sandbox:refuse-input]", **SMALL), "key-2")
    with pytest.raises(RateLimited) as caught:
        await adapter.submit(GenerationRequest(prompt="wait [sandbox:429]", **SMALL), "key-3")
    assert caught.value.retry_after_seconds == 0.2
    submitted = await adapter.submit(GenerationRequest(prompt="x [sandbox:refuse]", **SMALL), "key-4")
    assert (await finished(adapter, submitted.remote_id)).state is JobState.REFUSED


async def test_a_cancelled_job_is_gone(adapter):
    submitted = await adapter.submit(GenerationRequest(prompt="x [sandbox:stuck]", **SMALL), "key-5")
    await adapter.cancel(submitted.remote_id)
    await adapter.cancel(submitted.remote_id)
    with pytest.raises(NotFound):
        await adapter.fetch(submitted.remote_id)


async def test_a_truncated_file_does_not_pass_for_a_whole_one(adapter):
    submitted = await adapter.submit(GenerationRequest(prompt="x [sandbox:truncated]", **SMALL), "key-6")
    await finished(adapter, submitted.remote_id)
    with pytest.raises(ProviderUnavailable):
        _ = [chunk async for chunk in adapter.download(Asset(submitted.remote_id))]


async def test_a_server_that_is_not_there_was_sent_nothing():
    adapter = adapter_for(
        Account("sandbox", "http://127.0.0.1:9/openai/v1", {"api_key": "k"}), allow_hosts=["127.0.0.1:9"]
    )
    with pytest.raises(ProviderUnavailable):
        await adapter.submit(GenerationRequest(prompt="x", **SMALL), "key-7")
    await adapter.aclose()
