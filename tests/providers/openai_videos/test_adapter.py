import json
from decimal import Decimal
from fractions import Fraction

import httpx
import pytest

from providers import errors
from providers.accounts import Account, ProviderInfo
from providers.base import Asset, GenerationRequest, JobState, Reference
from providers.catalogue import models_of
from providers.openai_videos.adapter import OpenAIVideos, Profile
from providers.signing import sign

INFO = ProviderInfo("sandbox", "Sandbox", "")
PLAIN = Profile()
MODELS = models_of("sandbox", "openai_videos")
REQUEST = GenerationRequest(
    model="sandbox-1", prompt="a boat", seconds=2, size="64x36", seed=7, fps=Fraction(30000, 1001)
)
VIDEO = {
    "id": "video_1",
    "object": "video",
    "status": "queued",
    "progress": 0,
    "created_at": 1763800000,
    "prompt": "a boat",
}


def adapter(respond, *, webhook_secret: str = "", profile: Profile = PLAIN, **options) -> OpenAIVideos:
    handler = respond if callable(respond) else lambda request: respond
    client = httpx.AsyncClient(transport=httpx.MockTransport(handler))
    account = Account(
        "sandbox", "https://videos.example/v1/", {"api_key": "secret-key", "webhook_secret": webhook_secret}
    )
    return OpenAIVideos(INFO, account, MODELS, profile=profile, client=client, **options)


def refusal(status, code="", kind="invalid_request_error", **headers):
    body = {"error": {"message": "No.", "type": kind, "param": None, "code": code}}
    return httpx.Response(status, json=body, headers=headers)


async def test_it_sends_json_with_the_key_and_our_own_name_for_the_call():
    seen = []

    def respond(request):
        seen.append(request)
        return httpx.Response(200, json=VIDEO)

    submitted = await adapter(respond).submit(REQUEST, "key-1")
    assert submitted.remote_id == "video_1"
    assert str(seen[0].url) == "https://videos.example/v1/videos"
    assert seen[0].headers["authorization"] == "Bearer secret-key"
    assert seen[0].headers["x-client-request-id"] == "key-1"
    assert json.loads(seen[0].content) == {
        "model": "sandbox-1",
        "prompt": "a boat",
        "seconds": "2",
        "size": "64x36",
        "fps": "30000/1001",
        "seed": "7",
    }


async def test_it_sends_multipart_when_there_is_a_file():
    seen = []

    def respond(request):
        seen.append(request)
        return httpx.Response(200, json=VIDEO)

    still = Reference("first_frame", "still.png", "image/png", b"\x89PNG")
    await adapter(respond).submit(GenerationRequest("sora-2", "a boat", references=(still,)), "key-1")
    assert seen[0].headers["content-type"].startswith("multipart/form-data")
    assert b'name="input_reference"; filename="still.png"' in seen[0].content
    assert b'name="seconds"\r\n\r\n4' in seen[0].content


async def test_it_leaves_out_what_a_model_does_not_take():
    seen = []

    def respond(request):
        seen.append(json.loads(request.content))
        return httpx.Response(200, json=VIDEO)

    await adapter(respond).submit(GenerationRequest("sora-2", "a boat", negative="rain", seed=1, seconds=4), "key-1")
    assert set(seen[0]) == {"model", "prompt", "seconds", "size"}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal(400, "invalid_value"), errors.InvalidRequest),
        (refusal(400, "moderation_blocked"), errors.ProviderRefused),
        (refusal(400, "sentinel_block"), errors.ProviderRefused),
        (refusal(401, "invalid_api_key"), errors.AccessDenied),
        (refusal(403), errors.AccessDenied),
        (refusal(404, "model_not_found"), errors.ProviderRetired),
        (refusal(429, "rate_limit_exceeded", "rate_limit_error"), errors.RateLimited),
        (refusal(429, "insufficient_quota", "insufficient_quota"), errors.QuotaExhausted),
        (refusal(429, "billing_hard_limit_reached"), errors.QuotaExhausted),
        (refusal(500, kind="server_error"), errors.AnswerLost),
        (refusal(503, kind="server_error"), errors.AnswerLost),
        (httpx.Response(504, text="<html>gateway</html>"), errors.AnswerLost),
        (httpx.Response(408), errors.AnswerLost),
        (httpx.Response(200, text="<html>hello</html>"), errors.AnswerLost),
        (httpx.Response(200, json={"object": "video"}), errors.AnswerLost),
        (httpx.Response(200, content=b" " * 3_000_000), errors.AnswerLost),
        (httpx.Response(302, headers={"location": "http://169.254.169.254/"}), errors.InvalidRequest),
    ],
)
async def test_it_names_what_a_create_call_came_to(answer, error):
    with pytest.raises(errors.ProviderError) as caught:
        await adapter(answer).submit(REQUEST, "key-1")
    assert type(caught.value) is error


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (httpx.ConnectError("refused"), errors.ProviderUnavailable),
        (httpx.ConnectTimeout("slow"), errors.ProviderUnavailable),
        (httpx.PoolTimeout("busy"), errors.ProviderUnavailable),
        (httpx.ReadTimeout("slow"), errors.AnswerLost),
        (httpx.WriteError("cut"), errors.AnswerLost),
        (httpx.ReadError("reset"), errors.AnswerLost),
        (httpx.RemoteProtocolError("disconnected"), errors.AnswerLost),
    ],
)
async def test_only_a_call_that_was_never_sent_may_be_repeated(fault, error):
    def respond(request):
        raise fault

    with pytest.raises(errors.ProviderError) as caught:
        await adapter(respond).submit(REQUEST, "key-1")
    assert type(caught.value) is error
    assert caught.value.retryable is (error is errors.ProviderUnavailable)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal(404), errors.NotFound),
        (httpx.Response(410), errors.NotFound),
        (refusal(500), errors.ProviderUnavailable),
        (httpx.Response(502, text="bad gateway"), errors.ProviderUnavailable),
        (httpx.Response(200, text="<html>"), errors.BadAnswer),
        (httpx.Response(200, json=[1]), errors.BadAnswer),
        (httpx.Response(200, json=VIDEO | {"id": "video_2"}), errors.BadAnswer),
    ],
)
async def test_it_names_what_a_look_came_to(answer, error):
    with pytest.raises(errors.ProviderError) as caught:
        await adapter(answer).fetch("video_1")
    assert type(caught.value) is error


async def test_a_lost_connection_while_looking_is_tried_again():
    def respond(request):
        raise httpx.ReadTimeout("slow")

    with pytest.raises(errors.ProviderUnavailable):
        await adapter(respond).fetch("video_1")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "9"}, 9.0),
        ({}, None),
        ({"retry-after": "soon"}, None),
    ],
)
async def test_it_passes_on_how_long_to_wait(headers, seconds):
    with pytest.raises(errors.RateLimited) as caught:
        await adapter(refusal(429, "rate_limit_exceeded", **headers)).fetch("video_1")
    assert caught.value.retry_after_seconds == seconds


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("queued", JobState.QUEUED),
        ("in_progress", JobState.RUNNING),
        ("processing", JobState.RUNNING),
        ("completed", JobState.SUCCEEDED),
        ("cancelled", JobState.CANCELLED),
    ],
)
async def test_it_translates_each_status(status, state):
    snapshot = await adapter(httpx.Response(200, json=VIDEO | {"status": status})).fetch("video_1")
    assert snapshot.state is state
    assert snapshot.warnings == ()
    assert [asset.remote_id for asset in snapshot.assets] == (["video_1"] if status == "completed" else [])


async def test_an_unknown_status_is_running_with_a_warning():
    snapshot = await adapter(httpx.Response(200, json=VIDEO | {"status": "pondering"})).fetch("video_1")
    assert snapshot.state is JobState.RUNNING
    assert "pondering" in snapshot.warnings[0]


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("moderation_blocked", "refused"),
        ("content_policy", "refused"),
        ("SAFETY_OUT", "refused"),
        ("sentinel_block", "refused"),
        ("generation_failed", "failed"),
        (None, "failed"),
        (17, "failed"),
    ],
)
async def test_a_failed_job_is_a_refusal_only_when_its_code_speaks_of_safety(code, state):
    video = VIDEO | {"status": "failed", "error": {"code": code, "message": "Why."}}
    snapshot = await adapter(httpx.Response(200, json=video)).fetch("video_1")
    assert snapshot.state == state
    assert (snapshot.refusal, snapshot.error) == (("Why.", "") if state == "refused" else ("", "Why."))


async def test_it_keeps_the_raw_answer_without_secrets():
    video = VIDEO | {"api_key": "k", "error": {"headers": {"set-cookie": "c"}}, "list": [{"access_token": "t"}]}
    snapshot = await adapter(httpx.Response(200, json=video)).fetch("video_1")
    assert snapshot.raw["api_key"] == "…"
    assert snapshot.raw["error"] == {"headers": "…"}
    assert snapshot.raw["list"] == [{"access_token": "…"}]
    assert snapshot.raw["prompt"] == "a boat"


async def test_a_remote_id_cannot_leave_its_place_in_the_path():
    seen = []

    def respond(request):
        seen.append(request.url.raw_path)
        return refusal(404)

    with pytest.raises(errors.NotFound):
        await adapter(respond).fetch("../models?x=1")
    assert seen == [b"/v1/videos/..%2Fmodels%3Fx%3D1"]


async def test_cancelling_twice_is_harmless():
    await adapter(refusal(404)).cancel("video_1")


async def test_a_download_maps_its_errors_and_counts_its_bytes():
    with pytest.raises(errors.NotFound):
        _ = [chunk async for chunk in adapter(refusal(404)).download(Asset("video_1"))]
    short = httpx.Response(200, content=b"abc", headers={"content-length": "5"})
    with pytest.raises(errors.BadAnswer, match="3 of 5"):
        _ = [chunk async for chunk in adapter(short).download(Asset("video_1"))]
    with pytest.raises(errors.BadAnswer, match="larger"):
        _ = [
            chunk
            async for chunk in adapter(httpx.Response(200, content=b"abc"), max_media_bytes=2).download(Asset("v"))
        ]


def test_it_estimates_in_dollars_with_four_places():
    assert adapter(None).estimate(REQUEST).amount == Decimal("0.0200")
    assert str(adapter(None).estimate(GenerationRequest("sora-2", "x", seconds=12)).amount) == "1.2000"
    with pytest.raises(errors.InvalidRequest, match="no model named"):
        adapter(None).estimate(GenerationRequest("nobody", "x"))


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (GenerationRequest("sandbox-1", "x", seconds=31), "30 s at most; the spec asks for 31."),
        (GenerationRequest("sandbox-1", "x", seconds=0), "1 s at least; the spec asks for 0."),
        (GenerationRequest("sora-2", "x", seconds=5), "Sora 2 makes 4, 8, 12, 16 or 20 s; the spec asks for 5."),
        (GenerationRequest("sora-2", "x", size="64x36"), "Sora 2 makes 720x1280 or 1280x720; the spec asks for 64x36."),
        (GenerationRequest("sandbox-1", "x", size="2050x36"), "2048 pixels a side at most; the spec asks for 2050x36."),
        (GenerationRequest("sandbox-1", "x", size="65x36"), "Sides are even and at least 16; the spec asks for 65x36."),
        (GenerationRequest("sandbox-1", " "), "The prompt is empty."),
        (GenerationRequest("sora-2", "x", audio=False), "Sora 2 always makes sound; the spec asks for none."),
        (GenerationRequest("veo", "x"), "Sandbox has no model named veo."),
    ],
)
def test_it_says_in_a_sentence_what_a_model_would_refuse(request_, sentence):
    assert [str(problem) for problem in adapter(None).validate(request_)] == [sentence]


def test_a_webhook_is_a_verified_hint():
    body = b'{"id":"evt_1","type":"video.completed","data":{"id":"video_1"}}'
    signed = {"webhook-id": "evt_1", "webhook-timestamp": "1000", "webhook-signature": sign("s", "evt_1", 1000, body)}
    hint = adapter(None, webhook_secret="s", clock=lambda: 1000.0).parse_webhook(signed, body)
    assert (hint.event_id, hint.kind, hint.remote_id) == ("evt_1", "video.completed", "video_1")
    with pytest.raises(errors.BadSignature):
        adapter(None, webhook_secret="s", clock=lambda: 1000.0).parse_webhook(signed, body + b" ")
