import io
import time

import av
import httpx
import openai
import pytest
from PIL import Image

SMALL = {"model": "sandbox-1", "size": "64x36", "seconds": "1"}


@pytest.fixture
def client(sandbox):
    with openai.OpenAI(base_url=sandbox.base_url, api_key="any-key", max_retries=0) as client:
        yield client


@pytest.fixture
def wire(sandbox):
    with httpx.Client(base_url=sandbox.base_url, headers={"Authorization": "Bearer any-key"}) as wire:
        yield wire


def finished(client, video):
    return client.videos.poll(video.id)


@pytest.mark.full_size
def test_the_official_client_creates_polls_and_downloads_a_clip_that_plays(client):
    video = finished(client, client.videos.create(prompt="A red car at sunset", **SMALL))
    assert (video.status, video.progress, video.size, video.seconds) == ("completed", 100, "64x36", "1")
    assert video.expires_at - video.completed_at == 3600
    clip = client.videos.download_content(video.id)
    assert clip.response.headers["content-type"] == "video/mp4"
    with av.open(io.BytesIO(clip.read())) as container:
        frames = list(container.decode(video=0))
        assert [(frame.width, frame.height) for frame in frames] == [(64, 36)] * 24
        assert [stream.codec_context.name for stream in container.streams] == ["h264", "aac"]


@pytest.mark.full_size
def test_a_thumbnail_is_webp_and_a_sheet_is_jpeg(client):
    video = finished(client, client.videos.create(prompt="A boat", **SMALL))
    thumbnail = client.videos.download_content(video.id, variant="thumbnail").read()
    sheet = client.videos.download_content(video.id, variant="spritesheet").read()
    assert Image.open(io.BytesIO(thumbnail)).format == "WEBP"
    assert (Image.open(io.BytesIO(sheet)).format, Image.open(io.BytesIO(sheet)).size) == ("JPEG", (256, 144))


def test_the_official_client_uploads_a_first_frame_of_the_right_size_only(client):
    for size, works in (((64, 36), True), ((36, 64), False)):
        still = io.BytesIO()
        Image.new("RGB", size, "teal").save(still, "PNG")
        still.seek(0)
        create = {"prompt": "A boat", "input_reference": ("still.png", still, "image/png"), **SMALL}
        if works:
            assert client.videos.create(**create).status in ("queued", "in_progress")
        else:
            with pytest.raises(openai.BadRequestError, match="36x64 is not 64x36"):
                client.videos.create(**create)


def test_it_takes_json_and_bracketed_parts_and_the_extra_fields(wire, client, sandbox):
    body = {"prompt": "encodings", "input_reference": {"image_url": "https://x.example/a.png"}, **SMALL}
    assert wire.post("/videos", json=body).status_code == 200
    parts = {"prompt": "encodings", "input_reference[image_url]": "https://x.example/a.png", **SMALL}
    assert wire.post("/videos", files={name: (None, value) for name, value in parts.items()}).status_code == 200
    client.videos.create(prompt="encodings", extra_body={"seed": 77, "fps": 12, "negative_prompt": "rain"}, **SMALL)
    assert [job["seed"] for job in sandbox.ledger() if job["prompt"] == "encodings"] == [0, 1, 77]


def test_it_lists_in_pages_both_ways_and_forgets_what_is_deleted(client, wire):
    ids = [client.videos.create(prompt=f"page {index}", **SMALL).id for index in range(3)]
    page = wire.get("/videos", params={"limit": 2}).json()
    assert [video["id"] for video in page["data"]] == [ids[2], ids[1]]
    assert (page["first_id"], page["last_id"], page["has_more"]) == (ids[2], ids[1], True)
    onward = wire.get("/videos", params={"limit": 1, "after": ids[1]}).json()
    assert [video["id"] for video in onward["data"]] == [ids[0]]
    assert [video.id for video in client.videos.list(order="asc", after=ids[0])] == ids[1:]
    assert client.videos.delete(ids[2]).deleted
    with pytest.raises(openai.NotFoundError):
        client.videos.retrieve(ids[2])
    assert next(iter(client.videos.list(limit=1))).id == ids[1]


@pytest.mark.parametrize("params", [{"limit": "0"}, {"limit": "101"}, {"limit": "x"}, {"order": "up"}])
def test_it_refuses_an_odd_page(wire, params):
    assert wire.get("/videos", params=params).status_code == 400


def test_a_remix_keeps_size_and_length_and_names_its_source(client):
    source = client.videos.create(prompt="A boat", **SMALL)
    remix = client.videos.remix(source.id, prompt="at night")
    assert (remix.remixed_from_video_id, remix.size, remix.seconds) == (source.id, "64x36", "1")


@pytest.mark.parametrize(
    "change",
    [
        {"model": "sora-9"},
        {"size": "65x36"},
        {"size": "4096x36"},
        {"size": "wide"},
        {"seconds": "31"},
        {"seconds": "0"},
        {"seconds": "two"},
        {"model": "sora-2", "seconds": "5", "size": "1280x720"},
        {"model": "sora-2", "seconds": "4", "size": "64x36"},
        {"prompt": " "},
    ],
)
def test_it_never_accepts_what_the_real_one_would_refuse(client, sandbox, change):
    before = len(sandbox.ledger())
    with pytest.raises(openai.BadRequestError) as caught:
        client.videos.create(**{"prompt": "A boat", **SMALL, **change})
    assert set(caught.value.body) == {"message", "type", "param", "code"}
    assert len(sandbox.ledger()) == before


def test_it_asks_for_a_well_formed_key_and_knows_its_jobs(sandbox, client):
    for key in ("", "Bearer", "Bearer two words", "Basic eA=="):
        answer = httpx.get(f"{sandbox.base_url}/videos", headers={"Authorization": key} if key else {})
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == "invalid_api_key"
    with pytest.raises(openai.NotFoundError):
        client.videos.retrieve("video_nobody")


def test_a_failed_and_a_refused_job_are_answers_and_not_errors(client):
    failed = finished(client, client.videos.create(prompt="x [sandbox:fail]", **SMALL))
    refused = finished(client, client.videos.create(prompt="x [sandbox:refuse]", **SMALL))
    assert (failed.status, failed.error.code) == ("failed", "generation_failed")
    assert (refused.status, refused.error.code) == ("failed", "moderation_blocked")


@pytest.mark.parametrize(
    ("word", "error", "code"),
    [
        ("refuse-input", openai.BadRequestError, "moderation_blocked"),
        ("quota", openai.RateLimitError, "insufficient_quota"),
        ("retired", openai.NotFoundError, "model_not_found"),
    ],
)
def test_a_refused_call_charges_nothing(client, sandbox, word, error, code):
    before = len(sandbox.ledger())
    with pytest.raises(error) as caught:
        client.videos.create(prompt=f"x [sandbox:{word}]", **SMALL)
    assert caught.value.code == code
    assert len(sandbox.ledger()) == before


def test_it_says_429_once_and_the_client_comes_back_by_itself(client, sandbox):
    with pytest.raises(openai.RateLimitError):
        client.videos.create(prompt="first [sandbox:429]", **SMALL)
    client.videos.create(prompt="first [sandbox:429]", **SMALL)
    patient = client.with_options(max_retries=1)
    patient.videos.create(prompt="second [sandbox:429]", **SMALL)
    prompts = [job["prompt"] for job in sandbox.ledger()]
    assert (prompts.count("first [sandbox:429]"), prompts.count("second [sandbox:429]")) == (1, 1)


def test_a_lost_answer_leaves_a_job_that_is_charged(client, sandbox):
    with pytest.raises(openai.APIConnectionError):
        client.videos.create(prompt="lost one [sandbox:lost]", **SMALL)
    entries = [job for job in sandbox.ledger() if job["prompt"].startswith("lost one")]
    assert [entry["cost_usd"] for entry in entries] == ["0.0100"]
    assert finished(client, client.videos.retrieve(entries[0]["id"])).status == "completed"


def test_a_truncated_download_announces_more_than_it_sends(client, wire):
    video = finished(client, client.videos.create(prompt="x [sandbox:truncated]", **SMALL))
    with pytest.raises(httpx.RemoteProtocolError):
        wire.get(f"/videos/{video.id}/content")


def test_expired_content_is_gone_and_stuck_jobs_stay(client):
    expired = finished(client, client.videos.create(prompt="x [sandbox:expired]", **SMALL))
    with pytest.raises(openai.NotFoundError, match="expired"):
        client.videos.download_content(expired.id)
    stuck = client.videos.create(prompt="x [sandbox:stuck]", **SMALL)
    time.sleep(0.3)  # three times the sandbox's pace
    assert (client.videos.retrieve(stuck.id).status, client.videos.retrieve(stuck.id).progress) == ("in_progress", 42)


def test_scenarios_can_be_planned_for_the_next_calls(client, sandbox):
    httpx.post(f"{sandbox.url}/_sandbox/scenarios", json={"scenario": "quota", "times": 1}).raise_for_status()
    with pytest.raises(openai.RateLimitError):
        client.videos.create(prompt="planned", **SMALL)
    client.videos.create(prompt="planned", **SMALL)
    assert httpx.post(f"{sandbox.url}/_sandbox/scenarios", json={"scenario": "tea"}).status_code == 400
