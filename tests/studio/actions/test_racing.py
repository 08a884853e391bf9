"""Two hands on one generation: what a person, another worker or the provider does while a worker is at its step."""

import ssl
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from providers.base import Asset, JobState, Recovery
from providers.errors import NotFound, ProviderUnavailable
from studio import clock
from studio.actions import concluding, fetching, generating
from studio.actions.batching import cancel_batch
from studio.actions.ingesting import StoredClip
from studio.actions.settling_generations import ask_again, request_cancel, settle_unknown
from studio.media.facts import ClipFacts
from studio.models import Candidate, Generation, Priority, ProviderAccount
from studio.rules.generation import GenerationState, Reason
from studio.tasks import step_generation
from tests.factories import FACTS, make_batch, make_generation, make_prompt
from tests.fake_vendor import FakeVendor, in_place_of_the_sandbox


@pytest.fixture
def configured(settings) -> None:
    account = {"base_url": "https://sandbox.invalid/v1", "secrets": {"api_key": "k"}}
    settings.PROVIDER_SETTINGS = {**settings.PROVIDER_SETTINGS, "sandbox": account}


@pytest.fixture
def vendor(configured, monkeypatch) -> FakeVendor:
    vendor = FakeVendor()
    in_place_of_the_sandbox(vendor, monkeypatch)
    return vendor


@pytest.fixture
def prompt(project, author):
    return make_prompt(project, author)


@pytest.fixture
def stored(monkeypatch) -> None:
    """The media child is tested elsewhere."""

    def store(received) -> StoredClip:
        return StoredClip(received.sha256, received.size, ClipFacts.from_json(FACTS), {})

    monkeypatch.setattr(fetching, "store_clip", store)


def step(row: Generation) -> Generation:
    Generation.objects.filter(pk=row.pk).exclude(run_after=None).update(run_after=clock.now())
    step_generation(row.pk)
    row.refresh_from_db()
    return row


def meanwhile(monkeypatch, module, do) -> None:
    """`do` happens once, while a worker holds the provider's answer and has written nothing of it yet."""
    whole, waiting = module.call, [do]

    def calling(generation, make):
        answer = whole(generation, make)
        if waiting:
            waiting.pop()()
        return answer

    monkeypatch.setattr(module, "call", calling)


def sent(vendor: FakeVendor, prompt, **columns) -> Generation:
    return step(make_generation(prompt, **columns))


def as_cancelled_by(author):
    return lambda: request_cancel(Generation.objects.latest("pk"), by=author)


def test_what_a_person_settled_stays_settled_although_a_worker_was_looking(vendor, prompt, author, stored, monkeypatch):
    row = sent(vendor, prompt)
    Generation.objects.update(deadline_at=clock.now() - timedelta(seconds=1))
    assert step(row).state == GenerationState.UNKNOWN
    ask_again(row, by=author)
    meanwhile(monkeypatch, concluding, lambda: settle_unknown(Generation.objects.get(), by=author, charged=False))
    vendor.move(row.remote_id, JobState.SUCCEEDED)
    step(row)
    assert (row.state, row.reason, row.run_after) == (GenerationState.FAILED, Reason.SETTLED_BY_PERSON, None)
    assert not Candidate.objects.exists()


def test_a_settled_row_is_not_found_again_by_a_search_under_way(vendor, prompt, author, monkeypatch):
    from studio.actions import recovering

    vendor.recovery = Recovery.CLIENT_ID
    vendor.faults = ["lost"]
    row = sent(vendor, prompt)
    Generation.objects.update(state=GenerationState.UNKNOWN)
    meanwhile(monkeypatch, recovering, lambda: settle_unknown(Generation.objects.get(), by=author, charged=False))
    step(row)
    assert (row.state, row.run_after) == (GenerationState.FAILED, None)


def test_a_clip_that_comes_in_while_it_is_cancelled_is_no_take(vendor, prompt, author, stored, monkeypatch):
    row = sent(vendor, prompt)
    vendor.move(row.remote_id, JobState.SUCCEEDED)
    meanwhile(monkeypatch, fetching, as_cancelled_by(author))
    step(row)
    assert (row.state, row.cost_billed) == (GenerationState.CANCELLED, Decimal("0.0100"))
    assert row.delivered_sha256
    assert not Candidate.objects.exists()


def test_what_is_cancelled_while_a_worker_takes_it_up_is_not_sent(vendor, prompt, monkeypatch):
    monkeypatch.setattr(generating, "request_of", _cancelling(generating.request_of))
    row = step(make_generation(prompt))
    assert (vendor.keys, row.state, row.sent_at) == ([], GenerationState.CANCELLED, None)


def test_nothing_is_sent_of_a_batch_that_was_called_off(vendor, prompt, project, author):
    """A row that was written while its batch was being called off was not among those that were cancelled."""
    batch = make_batch(project, author, cancelled_at=clock.now())
    row = step(make_generation(prompt, batch=batch))
    assert (vendor.keys, row.state) == ([], GenerationState.CANCELLED)


def _cancelling(request_of):
    def reading(generation, **how):
        Generation.objects.filter(pk=generation.pk).update(cancel_requested_at=clock.now(), run_after=clock.now())
        return request_of(generation, **how)

    return reading


def test_a_take_that_fails_while_it_is_cancelled_is_not_tried_again(vendor, prompt, author, monkeypatch):
    row = sent(vendor, prompt)
    vendor.jobs[row.remote_id] = replace(vendor.jobs[row.remote_id], state=JobState.FAILED, is_retryable=True)
    meanwhile(monkeypatch, concluding, as_cancelled_by(author))
    step(row)
    assert Generation.objects.count() == 1


def test_nothing_is_tried_again_in_a_batch_that_was_called_off(vendor, prompt, project, author, monkeypatch):
    batch = make_batch(project, author)
    row = sent(vendor, prompt, batch=batch, priority=Priority.BATCH)
    vendor.jobs[row.remote_id] = replace(vendor.jobs[row.remote_id], state=JobState.FAILED, is_retryable=True)
    meanwhile(monkeypatch, concluding, lambda: cancel_batch(batch, by=author))
    step(row)
    assert Generation.objects.count() == 1


def test_a_line_that_breaks_with_an_error_of_the_system_leaves_doubt(vendor, prompt):
    async def breaking(request, client_id):
        vendor.keys.append(client_id)
        raise ssl.SSLError("bad record mac")

    vendor.submit = breaking
    vendor.recovery = Recovery.NONE
    row = make_generation(prompt)
    with pytest.raises(ssl.SSLError):
        step_generation(row.pk)
    row.refresh_from_db()
    assert row.state == GenerationState.SENDING
    Generation.objects.update(leased_until=None)
    assert step(row).state == GenerationState.UNKNOWN


def test_a_search_does_not_need_the_files_that_went_along(vendor, prompt, monkeypatch):
    vendor.faults = ["lost"]
    row = sent(vendor, prompt)

    def gone(*_, with_content=True, **__):
        if with_content:
            raise FileNotFoundError("first.png")
        return ()

    monkeypatch.setattr(generating, "references_of", gone)
    assert step(row).remote_id == "job-1"


@pytest.mark.parametrize("recovery", [Recovery.CLIENT_ID, Recovery.LIST, Recovery.NONE])
def test_a_job_that_another_take_has_already_is_nobodys_twice(vendor, prompt, recovery):
    """The vendor hands out one number twice: the second is a person's matter, not a crash for ever."""
    vendor.recovery = recovery
    first = sent(vendor, prompt)
    second = make_generation(prompt)

    async def same_again(request, client_id):
        vendor.keys.append(client_id)
        from providers.base import Submitted

        return Submitted(first.remote_id, vendor.jobs[first.remote_id])

    vendor.submit = same_again
    step(second)
    assert (second.state, second.reason, second.remote_id) == (GenerationState.UNKNOWN, Reason.MISMATCH, "")
    assert second.run_after is None


def test_a_finished_job_is_fetched_although_it_was_cancelled_late(vendor, prompt, author, stored):
    """To several vendors cancelling is deleting: what was paid for would be gone."""
    deleted = []

    async def delete(remote_id):
        deleted.append(remote_id)
        del vendor.jobs[remote_id]

    vendor.cancel = delete
    row = sent(vendor, prompt)
    vendor.move(row.remote_id, JobState.SUCCEEDED)
    request_cancel(row, by=author)
    step(row)
    assert deleted == []
    assert (row.state, bool(row.delivered_sha256)) == (GenerationState.CANCELLED, True)


def test_a_vendor_that_cannot_stop_a_job_is_not_taken_to_have_stopped_it(vendor, prompt, author):
    vendor.can_cancel = False
    row = sent(vendor, prompt)
    request_cancel(row, by=author)
    step(row)
    vendor.jobs[row.remote_id] = replace(vendor.jobs[row.remote_id], state=JobState.FAILED, error="Out of memory.")
    step(row)
    assert (row.state, row.cost_billed, row.explanation) == (GenerationState.FAILED, None, "Out of memory.")


def test_a_vendor_that_cannot_stop_a_job_and_does_not_show_it_leaves_doubt(vendor, prompt, author):
    vendor.can_cancel = False
    row = sent(vendor, prompt)
    request_cancel(row, by=author)
    step(row)
    vendor.jobs.clear()
    assert (step(row).state, row.reason) == (GenerationState.UNKNOWN, Reason.UNREADABLE)


@pytest.mark.parametrize(
    "trouble", [OSError(28, "No space left on device", "/srv/private/ab"), ProviderUnavailable("The line broke.")]
)
def test_a_paid_clip_that_could_not_be_brought_in_in_time_is_not_given_up(vendor, prompt, author, stored, trouble):
    row = sent(vendor, prompt)
    vendor.move(row.remote_id, JobState.SUCCEEDED)
    whole = vendor.download

    async def broken(asset):
        raise trouble
        yield b""

    vendor.download = broken
    Generation.objects.update(deadline_at=clock.now() - timedelta(seconds=1))
    assert (step(row).state, row.reason) == (GenerationState.UNKNOWN, Reason.STALLED)
    assert "/srv" not in row.explanation
    vendor.download = whole
    ask_again(row, by=author)
    assert step(row).state == GenerationState.SUCCEEDED


@pytest.mark.parametrize("state", [GenerationState.RESERVED, GenerationState.RUNNING])
def test_a_provider_that_is_switched_off_for_a_while_ends_nothing(configured, prompt, moderator, state):
    given = {"remote_id": "v1", "sent_at": clock.now()} if state == GenerationState.RUNNING else {}
    row = make_generation(prompt, state=state, **given)
    ProviderAccount.objects.create(provider="sandbox", is_enabled=False, changed_by=moderator)
    step(row)
    assert (row.state in (state, GenerationState.SENDING), row.run_after is not None) == (True, True)
    assert "not configured" in row.explanation


def test_a_lost_answer_waits_for_its_provider_to_be_switched_on(vendor, prompt, moderator, monkeypatch):
    row = make_generation(prompt, state=GenerationState.SENDING, sent_at=clock.now())
    from studio import generators
    from studio.actions import recovering

    monkeypatch.setattr(recovering, "planning_adapter", generators.planning_adapter)
    ProviderAccount.objects.create(provider="sandbox", is_enabled=False, changed_by=moderator)
    step(row)
    assert (row.state, row.run_after is not None) == (GenerationState.SENDING, True)


def test_an_answer_over_which_we_stumble_is_asked_for_again_until_the_deadline(vendor, prompt):
    row = sent(vendor, prompt)

    async def odd(remote_id):
        raise KeyError("nobody thought of this")

    vendor.fetch = odd
    assert (step(row).state, row.poll_failures) == (GenerationState.SUBMITTED, 1)
    Generation.objects.update(deadline_at=clock.now())
    assert (step(row).state, row.reason) == (GenerationState.UNKNOWN, Reason.STALLED)


def test_one_bad_file_does_not_cost_the_good_clips_of_its_job(vendor, prompt, stored):
    row = sent(vendor, prompt, samples=3)
    assets = (Asset("good-1"), Asset("bad"), Asset("good-3"))
    vendor.jobs[row.remote_id] = replace(vendor.jobs[row.remote_id], state=JobState.SUCCEEDED, assets=assets)
    whole = vendor.download

    async def download(asset):
        if asset.remote_id == "bad":
            raise NotFound("The link has expired.")
        async for chunk in whole(asset):
            yield chunk

    vendor.download = download
    assert [step(row).bad_downloads for _ in range(2)] == [1, 2]
    assert not Candidate.objects.exists()
    assert (step(row).state, row.reason) == (GenerationState.SUCCEEDED, Reason.URL_EXPIRED)
    assert row.explanation == "Not every clip could be used. The link has expired."
    assert sorted(Candidate.objects.values_list("sample", flat=True)) == [0, 2]
