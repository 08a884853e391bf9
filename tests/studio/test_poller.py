"""The poller against vendors that do not behave."""

import asyncio

import pytest

from providers.base import JobState, Snapshot
from studio import clock, poller
from studio.models import Errand, Generation, ProviderAccount
from studio.poller import Poller
from studio.rules.generation import GenerationState
from tests.factories import make_generation, make_prompt
from tests.fake_vendor import FakeVendor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def row(project, author, settings) -> Generation:
    settings.PROVIDER_SETTINGS = {"sandbox": {"base_url": "http://127.0.0.1:9", "secrets": {"api_key": "k"}}}
    prompt = make_prompt(project, author)
    return make_generation(prompt, state=GenerationState.RUNNING, remote_id="v0", errand=Errand.POLL)


def look_once(row: Generation) -> Generation:
    """Let a poller work until it has looked at the row and written what it saw."""

    async def run() -> None:
        one = Poller()
        task = asyncio.create_task(one.run())
        async with asyncio.timeout(10):
            while not one.looks:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.5)
            one.stop.set()
            await task

    asyncio.run(run())
    row.refresh_from_db()
    return row


def test_an_answer_over_which_it_stumbles_is_a_look_that_brought_none(row, monkeypatch):
    vendor = FakeVendor()

    async def odd(remote_id):
        raise KeyError("nobody thought of this")

    monkeypatch.setattr(vendor, "fetch", odd)
    monkeypatch.setattr(poller, "adapter_for", lambda *_, **__: vendor)
    look_once(row)
    assert (row.state, row.poll_failures, row.leased_until) == (GenerationState.RUNNING, 1, None)
    assert row.run_after > clock.now()


def test_a_job_of_a_provider_that_is_switched_off_is_looked_at_later(row, moderator):
    ProviderAccount.objects.create(provider="sandbox", is_enabled=False, changed_by=moderator)
    look_once(row)
    assert (row.state, row.poll_failures) == (GenerationState.RUNNING, 1)
    assert "not configured" in row.explanation


def test_a_job_that_goes_on_is_looked_at_again(row, monkeypatch):
    vendor = FakeVendor(jobs={"v0": Snapshot("v0", JobState.RUNNING, progress=40)})
    monkeypatch.setattr(poller, "adapter_for", lambda *_, **__: vendor)
    assert look_once(row).progress == 40
