"""Our adapter and Runway's own SDK, side by side against the sandbox."""

import asyncio
import io
import json
from decimal import Decimal

import av
import httpx
import pytest
import runwayml

from providers.accounts import Account
from providers.base import GenerationRequest, JobState, Operation, Reference, ReferenceRole
from providers.errors import (
    AnswerLost,
    BadAnswer,
    InvalidRequest,
    NotFound,
    ProviderRetired,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
)
from providers.registry import adapter_for
from providers.runway import uploads
from tests.providers.sandbox.media import clip, played, still

PICTURE, MOVIE = still((128, 72)), clip(1)
FIRST = Reference(ReferenceRole.FIRST_FRAME, "a.png", "image/png", PICTURE)
LAST = Reference(ReferenceRole.LAST_FRAME, "b.png", "image/png", PICTURE)
STILL = Reference(ReferenceRole.REFERENCE, "c.png", "image/png", PICTURE)
SOURCE = Reference(ReferenceRole.SOURCE, "d.mp4", "video/mp4", MOVIE, seconds=Decimal(1), size="128x72")
IN_CALL = uploads.data_uri(STILL)
MOVIE_IN_CALL = uploads.data_uri(SOURCE)


def edit(prompt, **fields):
    """A small clip made anew: the quickest that Runway's models are."""
    return GenerationRequest("aleph2", prompt, Operation.EDIT, references=(SOURCE,), **fields)


@pytest.fixture
async def adapter(sandbox):
    account = Account("runway", f"{sandbox.url}/runway", {"api_key": "key_of_a_test"})
    adapter = adapter_for(account, allow_hosts=[sandbox.host])
    yield adapter
    await adapter.aclose()


async def finished(adapter, remote_id):
    for _ in range(400):
        snapshot = await adapter.fetch(remote_id)
        if snapshot.state.is_terminal:
            return snapshot
    raise AssertionError("the task never ended")


async def downloaded(adapter, asset):
    return b"".join([chunk async for chunk in adapter.download(asset)])


CALLS = [
    (
        GenerationRequest("gen4.5", "a boat", seconds=5, size="720x1280", seed=3),
        lambda sdk: sdk.text_to_video.create(
            model="gen4.5", prompt_text="a boat", duration=5, ratio="720:1280", seed=3
        ),
    ),
    (
        GenerationRequest("gen4_turbo", "go", Operation.IMAGE_TO_VIDEO, size="960x960", references=(FIRST,)),
        lambda sdk: sdk.image_to_video.create(
            model="gen4_turbo",
            prompt_text="go",
            duration=5,
            ratio="960:960",
            prompt_image=[{"uri": IN_CALL, "position": "first"}],
        ),
    ),
    (
        GenerationRequest(
            "runway-veo3.1", "go", Operation.FIRST_LAST_FRAME, seconds=4, negative="rain", references=(FIRST, LAST)
        ),
        lambda sdk: sdk.image_to_video.create(
            model="veo3.1",
            prompt_text="go",
            duration=4,
            ratio="1280:720",
            negative_prompt="rain",
            audio=True,
            prompt_image=[{"uri": IN_CALL, "position": "first"}, {"uri": IN_CALL, "position": "last"}],
        ),
    ),
    (
        GenerationRequest("runway-seedance2", "go", Operation.REFERENCE_TO_VIDEO, audio=False, references=(STILL,)),
        lambda sdk: sdk.text_to_video.create(
            model="seedance2",
            prompt_text="go",
            duration=5,
            ratio="1280:720",
            audio=False,
            references=[{"uri": IN_CALL}],
        ),
    ),
    (
        GenerationRequest("aleph2", "snow", Operation.EDIT, references=(SOURCE, STILL)),
        lambda sdk: sdk.video_to_video.create(
            model="aleph2", prompt_text="snow", video_uri=MOVIE_IN_CALL, keyframes=[{"at": 0.0, "uri": IN_CALL}]
        ),
    ),
    (
        GenerationRequest("aleph2", "wider", Operation.OUTPAINT, size="1584x672", references=(SOURCE,)),
        lambda sdk: sdk.video_to_video.create(
            model="aleph2", prompt_text="wider", video_uri=MOVIE_IN_CALL, target_aspect_ratio="21:9"
        ),
    ),
    (
        GenerationRequest("runway-seedance2_5", "on", Operation.EXTEND, seconds=4, references=(SOURCE,)),
        lambda sdk: sdk.video_to_video.create(
            model="seedance2_5", prompt_text="on", prompt_video=MOVIE_IN_CALL, mode="extend", duration=4, audio=True
        ),
    ),
]


@pytest.mark.parametrize(("request_", "call"), CALLS)
async def test_the_adapter_sends_what_the_sdk_sends_and_the_sandbox_takes_it(request_, call, adapter, sandbox):
    seen = []

    def respond(request):
        seen.append((request.url.path, json.loads(request.content), request.headers["x-runway-version"]))
        return httpx.Response(200, json={"id": "t", "estimatedCost": {"credits": 1}})

    account = Account("runway", "https://runway.example", {"api_key": "k"})
    ours = adapter_for(account, client=httpx.AsyncClient(transport=httpx.MockTransport(respond)))
    await ours.submit(request_, "key-1")
    with httpx.Client(transport=httpx.MockTransport(respond)) as transport:
        call(runwayml.RunwayML(api_key="k", base_url="https://runway.example", http_client=transport))
    assert seen[0] == seen[1]
    await ours.aclose()

    assert adapter.validate(request_) == []
    submitted = await adapter.submit(request_, "key-1")
    entry = next(job for job in sandbox.ledger() if job["id"] == submitted.remote_id)
    assert entry["cost_usd"] == str(adapter.estimate(request_).amount)
    await adapter.cancel(submitted.remote_id)


@pytest.mark.full_size
async def test_it_makes_a_clip_that_plays_and_says_what_it_cost(adapter):
    submitted = await adapter.submit(edit("Make it snow"), "key-1")
    snapshot = await finished(adapter, submitted.remote_id)
    assert (snapshot.state, snapshot.cost) == (JobState.SUCCEEDED, Decimal("0.5600"))
    assert played(await downloaded(adapter, snapshot.clips[0]))[:3] == (128, 72, 24)


async def test_the_same_seed_makes_the_same_clip(adapter):
    async def made(seed):
        submitted = await adapter.submit(edit("A cat in the rain", seed=seed), "key-1")
        return await downloaded(adapter, (await finished(adapter, submitted.remote_id)).clips[0])

    assert await made(5) == await made(5)
    assert await made(5) != await made(6)


@pytest.mark.full_size
async def test_it_uploads_what_is_too_large_for_the_call(adapter, monkeypatch):
    monkeypatch.setattr(uploads, "LARGEST_INLINE", 100)
    submitted = await adapter.submit(edit("uploaded"), "key-1")
    clip = await downloaded(adapter, (await finished(adapter, submitted.remote_id)).clips[0])
    with av.open(io.BytesIO(clip)) as container:
        assert container.streams.video[0].frames == 24


async def test_an_answer_that_is_lost_is_for_a_person(adapter, sandbox):
    for word in ("lost", "broken-answer"):
        with pytest.raises(AnswerLost):
            await adapter.submit(edit(f"gone {word} [sandbox:{word}]"), "key-1")
    jobs = [job for job in sandbox.ledger() if job["protocol"] == "runway"]
    assert len([job for job in jobs if job["prompt"].startswith("gone ")]) == 2


@pytest.mark.parametrize(
    ("word", "error"), [("429", RateLimited), ("quota", QuotaExhausted), ("retired", ProviderRetired)]
)
async def test_a_refused_call_comes_out_in_words_of_our_tree(adapter, sandbox, word, error):
    before = len(sandbox.ledger())
    with pytest.raises(error):
        await adapter.submit(edit(f"no {word} [sandbox:{word}]"), "key-1")
    assert len(sandbox.ledger()) == before


async def test_what_the_terms_do_not_know_is_said_by_the_far_side(adapter):
    with pytest.raises(InvalidRequest, match="duration"):
        await adapter.submit(GenerationRequest("gen4.5", "x", seconds=99), "key-1")


@pytest.mark.parametrize(
    ("word", "state", "is_retryable"),
    [
        ("fail", JobState.FAILED, True),
        ("refuse", JobState.REFUSED, False),
        ("refuse-input", JobState.REFUSED, False),
    ],
)
async def test_a_task_ends_as_it_ended(adapter, word, state, is_retryable):
    submitted = await adapter.submit(edit(f"x [sandbox:{word}]"), "key-1")
    snapshot = await finished(adapter, submitted.remote_id)
    assert (snapshot.state, snapshot.is_retryable) == (state, is_retryable)
    assert snapshot.refusal or snapshot.error


async def test_a_task_that_waits_for_a_place_is_queued(adapter):
    submitted = await adapter.submit(edit("x [sandbox:full, stuck]"), "key-1")
    snapshot = await adapter.fetch(submitted.remote_id)
    assert (snapshot.state, snapshot.raw["status"]) == (JobState.QUEUED, "THROTTLED")


async def test_a_cancelled_task_is_gone_and_a_finished_one_is_kept(adapter):
    stuck = await adapter.submit(edit("x [sandbox:stuck]"), "key-1")
    await adapter.cancel(stuck.remote_id)
    await adapter.cancel(stuck.remote_id)
    with pytest.raises(NotFound):
        await adapter.fetch(stuck.remote_id)
    done = await adapter.submit(edit("kept"), "key-1")
    await finished(adapter, done.remote_id)
    await adapter.cancel(done.remote_id)
    assert (await adapter.fetch(done.remote_id)).state is JobState.SUCCEEDED


async def test_a_late_task_delivers_although_it_was_cancelled(adapter):
    late = await adapter.submit(edit("x [sandbox:late]"), "key-1")
    await adapter.cancel(late.remote_id)
    assert (await finished(adapter, late.remote_id)).state is JobState.SUCCEEDED


async def test_an_expired_link_is_not_found(adapter):
    submitted = await adapter.submit(edit("x [sandbox:expired]"), "key-1")
    snapshot = await finished(adapter, submitted.remote_id)
    with pytest.raises(NotFound):
        await downloaded(adapter, snapshot.clips[0])


async def test_lies_do_not_pass(adapter):
    for word, error in (("truncated", ProviderUnavailable), ("other-job", BadAnswer)):
        submitted = await adapter.submit(edit(f"x [sandbox:{word}]"), "key-1")
        with pytest.raises(error):
            await downloaded(adapter, (await finished(adapter, submitted.remote_id)).clips[0])
    submitted = await adapter.submit(edit("x [sandbox:no-file]"), "key-1")
    snapshot = await finished(adapter, submitted.remote_id)
    assert (snapshot.state, snapshot.assets) == (JobState.SUCCEEDED, ())


async def test_answers_that_are_none_are_told_apart(adapter):
    unreadable = await adapter.submit(edit("x [sandbox:unreadable]"), "key-1")
    with pytest.raises(NotFound):
        await adapter.fetch(unreadable.remote_id)
    garbled = await adapter.submit(edit("x [sandbox:garbage]"), "key-1")
    for error in (ProviderUnavailable, BadAnswer):
        with pytest.raises(error):
            await adapter.fetch(garbled.remote_id)
    assert (await finished(adapter, garbled.remote_id)).state is JobState.SUCCEEDED


async def test_its_health_tells_what_is_left(adapter):
    health = await adapter.health()
    assert health.is_well
    assert health.facts["gen4.5"] == "2 at once, 200 a day"


@pytest.mark.full_size
async def test_a_stale_link_is_told_apart_and_looking_again_gives_a_fresh_one(adapter):
    submitted = await adapter.submit(edit("x [sandbox:short-link]"), "key-1")
    stale = (await finished(adapter, submitted.remote_id)).clips[0]
    await asyncio.sleep(2.1)  # the link of this scenario lives two seconds
    with pytest.raises(NotFound):
        await downloaded(adapter, stale)
    fresh = (await adapter.fetch(submitted.remote_id)).clips[0]
    assert played(await downloaded(adapter, fresh))[2] == 24
