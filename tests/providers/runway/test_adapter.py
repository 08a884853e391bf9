import base64
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest

from providers import errors
from providers.accounts import Account
from providers.base import Asset, GenerationRequest, JobState, Operation, Recovery, Reference, ReferenceRole, Webhooks
from providers.catalogue import models_of
from providers.errors import DestinationRefused
from providers.http import guarded_client
from providers.runway.adapter import INFOS, Runway
from providers.runway.uploads import LARGEST_INLINE, LARGEST_UPLOAD

INFO = INFOS[0]
BASE = "https://runway.example/"
REQUEST = GenerationRequest("gen4.5", "a boat", seconds=5, size="1280x720", seed=7)
ID = "17f20503-6c24-4c16-946b-35dbbce2af2f"
TASK = {"id": ID, "createdAt": "2026-11-22T12:00:00.000Z"}
NO_CREDITS = "You do not have enough credits to run this task."
PNG = Reference(ReferenceRole.FIRST_FRAME, "our secret name.png", "image/png", b"\x89PNG")
BIG = Reference(ReferenceRole.SOURCE, "big.mp4", "video/mp4", bytes(LARGEST_INLINE), seconds=Decimal(4))
PLACE = {"uploadUrl": "https://bucket.example/up", "fields": {"key": "k", "policy": "p"}, "runwayUri": "runway://up"}


def adapter(respond=None, *, base_url: str = BASE, **options) -> Runway:
    handler = respond if callable(respond) else lambda request: respond
    client = httpx.AsyncClient(transport=httpx.MockTransport(handler))
    account = Account("runway", base_url, {"api_key": "key_secret"})
    return Runway(INFO, account, models_of("runway"), client=client, **options)


def task(status, **fields):
    return httpx.Response(200, json=TASK | {"status": status} | fields)


def refusal(status, error="No.", **more):
    return httpx.Response(status, json={"error": error} | more)


def recorder(*answers):
    """A far side that gives `answers` in turn, and the requests it saw."""
    seen, left = [], list(answers)

    def respond(request):
        request.read()
        seen.append(request)
        return left.pop(0)

    return respond, seen


async def test_it_sends_the_key_the_version_and_camel_case():
    respond, seen = recorder(httpx.Response(200, json={"id": ID, "estimatedCost": {"credits": 60}}))
    submitted = await adapter(respond).submit(REQUEST, "key-1")
    assert (submitted.remote_id, submitted.snapshot.state, submitted.snapshot.cost) == (ID, JobState.QUEUED, None)
    assert submitted.snapshot.raw["estimatedCost"] == {"credits": 60}
    assert str(seen[0].url) == "https://runway.example/v1/text_to_video"
    assert seen[0].headers["authorization"] == "Bearer key_secret"
    assert seen[0].headers["x-runway-version"] == "2024-11-06"
    assert json.loads(seen[0].content) == {
        "model": "gen4.5",
        "promptText": "a boat",
        "ratio": "1280:720",
        "duration": 5,
        "seed": 7,
    }


async def test_an_answer_of_the_older_servers_is_an_id_alone():
    assert (await adapter(httpx.Response(200, json={"id": ID})).submit(REQUEST, "key-1")).remote_id == ID


async def test_a_small_file_travels_in_the_call():
    respond, seen = recorder(httpx.Response(200, json={"id": ID}))
    request = GenerationRequest("gen4_turbo", "a boat", Operation.IMAGE_TO_VIDEO, references=(PNG,))
    await adapter(respond).submit(request, "key-1")
    assert [str(one.url) for one in seen] == ["https://runway.example/v1/image_to_video"]
    frame = json.loads(seen[0].content)["promptImage"][0]["uri"]
    assert frame == f"data:image/png;base64,{base64.b64encode(PNG.content).decode()}"


async def test_a_large_file_is_uploaded_in_two_steps_without_our_key():
    created = httpx.Response(200, json={"id": ID})
    respond, seen = recorder(httpx.Response(200, json=PLACE), httpx.Response(204), created)
    request = GenerationRequest("aleph2", "at night", Operation.EDIT, references=(BIG,))
    await adapter(respond).submit(request, "key-1")
    assert [f"{one.method} {one.url}" for one in seen] == [
        "POST https://runway.example/v1/uploads",
        "POST https://bucket.example/up",
        "POST https://runway.example/v1/video_to_video",
    ]
    assert json.loads(seen[0].content) == {"filename": "source.mp4", "type": "ephemeral"}
    assert not {"authorization", "x-runway-version"} & set(seen[1].headers)
    names = [part.partition(b'"')[0] for part in seen[1].content.split(b'; name="')[1:]]
    assert names == [b"key", b"policy", b"file"]
    assert b'filename="source.mp4"\r\nContent-Type: video/mp4' in seen[1].content
    assert json.loads(seen[2].content)["videoUri"] == "runway://up"


async def test_the_place_of_an_upload_is_judged_by_the_guard():
    async def nowhere(host, port):
        return ["10.0.0.1"]

    respond, _ = recorder(httpx.Response(200, json=PLACE))
    far_side = httpx.MockTransport(respond)
    client = guarded_client(resolver=nowhere)
    send = client.send

    async def first_to_runway(request, **options):
        if request.url.host == "runway.example":
            return await far_side.handle_async_request(request)
        return await send(request, **options)

    client.send = first_to_runway
    runway = Runway(INFO, Account("runway", BASE, {"api_key": "k"}), models_of("runway"), client=client)
    with pytest.raises(DestinationRefused):
        await runway.submit(GenerationRequest("aleph2", "x", Operation.EDIT, references=(BIG,)), "key-1")
    await runway.aclose()


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ((refusal(401),), errors.AccessDenied),
        ((refusal(429),), errors.RateLimited),
        ((refusal(503),), errors.ProviderUnavailable),
        ((httpx.Response(200, text="<html>"),), errors.ProviderUnavailable),
        ((httpx.Response(200, json={"uploadUrl": "x"}),), errors.ProviderUnavailable),
        ((httpx.Response(200, json=PLACE), httpx.Response(413)), errors.InvalidRequest),
        ((httpx.Response(200, json=PLACE), httpx.Response(403)), errors.ProviderUnavailable),
        ((httpx.Response(200, json=PLACE), httpx.Response(500)), errors.ProviderUnavailable),
        ((httpx.Response(200, json=PLACE), httpx.Response(302)), errors.ProviderUnavailable),
    ],
)
async def test_an_upload_that_fails_has_paid_nothing(answers, error):
    respond, seen = recorder(*answers)
    request = GenerationRequest("aleph2", "at night", Operation.EDIT, references=(BIG,))
    with pytest.raises(errors.ProviderError) as caught:
        await adapter(respond).submit(request, "key-1")
    assert type(caught.value) is error
    assert not [one for one in seen if one.url.path == "/v1/video_to_video"]


async def test_a_broken_line_during_an_upload_has_paid_nothing():
    def respond(request):
        raise httpx.ReadTimeout("slow")

    request = GenerationRequest("aleph2", "at night", Operation.EDIT, references=(BIG,))
    with pytest.raises(errors.ProviderUnavailable):
        await adapter(respond).submit(request, "key-1")


ISSUE = {"code": "too_big", "path": ["promptText"], "message": "Too big"}
MODEL_ISSUE = {"code": "invalid_value", "path": ["body", "model"], "message": "Invalid option"}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal(400), errors.InvalidRequest),
        (refusal(400, NO_CREDITS), errors.QuotaExhausted),
        (refusal(400, "Validation of body failed", issues=[ISSUE]), errors.InvalidRequest),
        (refusal(400, "Validation of body failed", issues=[MODEL_ISSUE]), errors.ProviderRetired),
        (refusal(400, "The model gen4.5 has been retired."), errors.ProviderRetired),
        (refusal(401), errors.AccessDenied),
        (refusal(403), errors.AccessDenied),
        (refusal(404), errors.NotFound),
        (refusal(405), errors.InvalidRequest),
        (refusal(429), errors.RateLimited),
        (refusal(502), errors.AnswerLost),
        (refusal(503), errors.AnswerLost),
        (httpx.Response(504, text="<html>gateway</html>"), errors.AnswerLost),
        (httpx.Response(500), errors.AnswerLost),
        (httpx.Response(408), errors.AnswerLost),
        (httpx.Response(200, text="<html>hello</html>"), errors.AnswerLost),
        (httpx.Response(200, json={"estimatedCost": {"credits": 60}}), errors.AnswerLost),
        (httpx.Response(200, json={"id": None}), errors.AnswerLost),
        (httpx.Response(400, text="<html>bad</html>"), errors.InvalidRequest),
        (httpx.Response(302, headers={"location": "http://169.254.169.254/"}), errors.InvalidRequest),
    ],
)
async def test_it_names_what_a_create_call_came_to(answer, error):
    with pytest.raises(errors.ProviderError) as caught:
        await adapter(answer).submit(REQUEST, "key-1")
    assert type(caught.value) is error


async def test_an_error_says_which_field_it_is_about():
    answer = refusal(400, "Validation of body failed", issues=[ISSUE], docUrl="https://docs.example")
    with pytest.raises(errors.InvalidRequest) as caught:
        await adapter(answer).submit(REQUEST, "key-1")
    assert caught.value.message == "Validation of body failed (promptText: Too big)"


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (httpx.ConnectError("refused"), errors.ProviderUnavailable),
        (httpx.ConnectTimeout("slow"), errors.ProviderUnavailable),
        (httpx.ReadTimeout("slow"), errors.AnswerLost),
        (httpx.WriteError("cut"), errors.AnswerLost),
        (httpx.RemoteProtocolError("disconnected"), errors.AnswerLost),
    ],
)
async def test_only_a_call_that_was_never_sent_may_be_repeated(fault, error):
    def respond(request):
        raise fault

    with pytest.raises(errors.ProviderError) as caught:
        await adapter(respond).submit(REQUEST, "key-1")
    assert type(caught.value) is error


async def test_a_model_after_its_day_is_not_called_at_the_official_address():
    respond, seen = recorder()
    old = GenerationRequest("gen3a_turbo", "a boat", Operation.IMAGE_TO_VIDEO, size="1280x768", references=(PNG,))
    official = adapter(respond, base_url=INFO.official_base_url)
    assert [str(problem) for problem in official.validate(old)] == [
        "Gen-3 Alpha Turbo is retired since 2026-07-30. Use gen4_turbo instead."
    ]
    with pytest.raises(errors.ProviderRetired):
        await official.submit(old, "key-1")
    assert seen == []


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("PENDING", JobState.QUEUED),
        ("THROTTLED", JobState.QUEUED),
        ("RUNNING", JobState.RUNNING),
        ("SUCCEEDED", JobState.SUCCEEDED),
        ("FAILED", JobState.FAILED),
        ("CANCELLED", JobState.CANCELLED),
    ],
)
async def test_it_translates_each_status(status, state):
    snapshot = await adapter(task(status)).fetch(ID)
    assert (snapshot.state, snapshot.warnings) == (state, ())
    assert snapshot.created_at == datetime(2026, 11, 22, 12, tzinfo=UTC)


async def test_an_unknown_status_is_running_with_a_warning():
    snapshot = await adapter(task("DREAMING")).fetch(ID)
    assert snapshot.state is JobState.RUNNING
    assert "DREAMING" in snapshot.warnings[0]


async def test_a_running_task_has_a_progress_and_an_estimate():
    snapshot = await adapter(task("RUNNING", progress=0.31, estimatedCost={"credits": 60})).fetch(ID)
    assert (snapshot.progress, snapshot.cost, snapshot.raw["estimatedCost"]) == (31, None, {"credits": 60})


async def test_a_finished_task_has_links_a_cost_and_a_day_to_fetch_them():
    links = ["https://cdn.example/a.mp4?_jwt=secret", "https://cdn.example/b.mov?_jwt=secret"]
    now = datetime(2026, 11, 22, 13, tzinfo=UTC)
    finished = adapter(task("SUCCEEDED", output=links, cost={"credits": 60}), clock=now.timestamp)
    snapshot = await finished.fetch(ID)
    assert [asset.url for asset in snapshot.assets] == links
    assert [asset.media_type for asset in snapshot.clips] == ["video/mp4", "video/quicktime"]
    assert {asset.expires_at for asset in snapshot.assets} == {now + timedelta(hours=24)}
    assert snapshot.cost == Decimal("0.6000")
    assert "secret" not in str(snapshot.raw)


@pytest.mark.parametrize(
    ("code", "state", "is_retryable"),
    [
        ("SAFETY.INPUT.TEXT", JobState.REFUSED, False),
        ("SAFETY.INPUT.IMAGE", JobState.REFUSED, False),
        ("SAFETY.OUTPUT.VIDEO", JobState.REFUSED, False),
        ("SAFETY", JobState.REFUSED, False),
        ("INTERNAL", JobState.FAILED, True),
        ("INTERNAL.BAD_OUTPUT.CODE01", JobState.FAILED, True),
        ("INTERNALS", JobState.FAILED, False),
        ("ASSET.INVALID", JobState.FAILED, False),
        ("SOMETHING.NEW", JobState.FAILED, False),
        (None, JobState.FAILED, True),
    ],
)
async def test_a_failure_is_a_refusal_only_when_its_code_speaks_of_safety(code, state, is_retryable):
    failure = {"failure": "Why.", "cost": {"credits": 60}} | ({"failureCode": code} if code else {})
    snapshot = await adapter(task("FAILED", **failure)).fetch(ID)
    assert (snapshot.state, snapshot.is_retryable, snapshot.code) == (state, is_retryable, code or "")
    assert (snapshot.refusal, snapshot.error) == (("Why.", "") if state is JobState.REFUSED else ("", "Why."))
    assert snapshot.cost == Decimal("0.6000")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal(401), errors.AccessDenied),
        (refusal(404), errors.NotFound),
        (refusal(429), errors.RateLimited),
        (refusal(500), errors.ProviderUnavailable),
        (refusal(503), errors.ProviderUnavailable),
        (httpx.Response(502, text="bad gateway"), errors.ProviderUnavailable),
        (httpx.Response(200, text="<html>"), errors.BadAnswer),
        (httpx.Response(200, json=[1]), errors.BadAnswer),
        (task("RUNNING", id="another"), errors.BadAnswer),
    ],
)
async def test_it_names_what_a_look_came_to(answer, error):
    with pytest.raises(errors.ProviderError) as caught:
        await adapter(answer).fetch(ID)
    assert type(caught.value) is error


async def test_it_passes_on_how_long_to_wait():
    with pytest.raises(errors.RateLimited) as caught:
        await adapter(httpx.Response(429, json={"error": "Wait."}, headers={"retry-after": "9"})).fetch(ID)
    assert caught.value.retry_after_seconds == 9


async def test_the_official_service_is_looked_at_every_five_seconds_at_most():
    official = adapter(task("RUNNING"), base_url=INFO.official_base_url)
    assert (await official.fetch(ID)).poll_after_seconds == 5
    assert (await adapter(task("RUNNING")).fetch(ID)).poll_after_seconds is None
    done = adapter(task("CANCELLED"), base_url=INFO.official_base_url)
    assert (await done.fetch(ID)).poll_after_seconds is None


async def test_a_remote_id_cannot_leave_its_place_in_the_path():
    respond, seen = recorder(refusal(404))
    with pytest.raises(errors.NotFound):
        await adapter(respond).fetch("../organization?x=1")
    assert seen[0].url.raw_path == b"/v1/tasks/..%2Forganization%3Fx%3D1"


async def test_a_download_goes_without_our_key():
    respond, seen = recorder(httpx.Response(200, content=b"clip"))
    asset = Asset(ID, url="https://cdn.example/a.mp4?_jwt=x")
    assert [chunk async for chunk in adapter(respond).download(asset)] == [b"clip"]
    assert str(seen[0].url) == asset.url
    assert not {"authorization", "x-runway-version"} & set(seen[0].headers)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        *((httpx.Response(status), errors.NotFound) for status in (401, 403, 404, 410)),
        (httpx.Response(429), errors.RateLimited),
        (httpx.Response(503), errors.ProviderUnavailable),
        (httpx.Response(302, headers={"location": "https://elsewhere.example"}), errors.BadAnswer),
        (httpx.Response(200, content=b"abc", headers={"content-length": "5"}), errors.BadAnswer),
        (httpx.Response(200, content=b"abcdef"), errors.BadAnswer),
    ],
)
async def test_a_link_that_fails_is_told_apart_from_one_that_has_expired(answer, error):
    asset = Asset(ID, url="https://cdn.example/a.mp4")
    with pytest.raises(errors.ProviderError) as caught:
        _ = [chunk async for chunk in adapter(answer, max_media_bytes=5).download(asset)]
    assert type(caught.value) is error


async def test_a_file_without_a_link_is_not_found():
    with pytest.raises(errors.NotFound):
        _ = [chunk async for chunk in adapter().download(Asset(ID))]


@pytest.mark.parametrize("status", ["PENDING", "THROTTLED", "RUNNING"])
async def test_cancelling_deletes_a_task_that_has_not_ended(status):
    respond, seen = recorder(task(status), httpx.Response(204))
    await adapter(respond).cancel(ID)
    assert [one.method for one in seen] == ["GET", "DELETE"]
    assert seen[1].url.path == f"/v1/tasks/{ID}"


@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED", "CANCELLED"])
async def test_cancelling_leaves_alone_what_was_paid_for_and_made(status):
    respond, seen = recorder(task(status, output=[]))
    await adapter(respond).cancel(ID)
    assert [one.method for one in seen] == ["GET"]


@pytest.mark.parametrize("answers", [(refusal(404),), (task("RUNNING"), refusal(404))])
async def test_cancelling_what_is_gone_is_harmless(answers):
    respond, _ = recorder(*answers)
    await adapter(respond).cancel(ID)


async def test_what_runway_does_not_have():
    capabilities = adapter().capabilities()
    assert (capabilities.recovery, capabilities.webhooks) == (Recovery.NONE, Webhooks.NONE)
    assert (capabilities.can_cancel, capabilities.can_delete, capabilities.can_list) == (True, True, False)
    assert await adapter().find(REQUEST, "key-1") is None
    assert await adapter().recent() == []
    with pytest.raises(errors.BadSignature):
        adapter().parse_webhook({}, b"{}")


async def test_its_health_tells_credits_and_limits():
    organization = {
        "creditBalance": 1000,
        "tier": {
            "maxMonthlyCreditSpend": 10000,
            "models": {"gen4.5": {"maxConcurrentGenerations": 2, "maxDailyGenerations": None}, "upscale": {}},
        },
        "usage": {"models": {"gen4.5": {"dailyGenerations": 1}}},
    }
    respond, seen = recorder(httpx.Response(200, json=organization))
    health = await adapter(respond).health()
    assert (health.is_well, health.sentence) == (True, "It answers with this key; 1000 credits ($10.00) are left.")
    assert health.facts == {
        "credits": "1000",
        "credits a month at most": "10000",
        "gen4.5": "2 at once, any number a day",
    }
    assert (seen[0].method, seen[0].url.path) == ("GET", "/v1/organization")


@pytest.mark.parametrize(
    ("answer", "is_well"),
    [
        (refusal(401, "The API key is invalid."), False),
        (httpx.Response(200, text="<html>"), False),
        (httpx.Response(200, json={"tier": [], "creditBalance": None}), True),
        (httpx.Response(200, json={"tier": {"models": [1]}, "creditBalance": 10**400}), True),
    ],
)
async def test_its_health_never_raises(answer, is_well):
    assert (await adapter(answer).health()).is_well is is_well


@pytest.mark.parametrize(
    ("request_", "sentences"),
    [
        (REQUEST, []),
        (GenerationRequest("gen4.5", "x", seconds=11), ["10 s at most; the spec asks for 11."]),
        (GenerationRequest("gen4.5", "🎬" * 500), []),
        (
            GenerationRequest("gen4.5", "🎬" * 501),
            ["1000 characters at most, an emoji being two; the prompt has 1002."],
        ),
        (GenerationRequest("gen4.5", "x" * 1001), ["1000 characters at most; the prompt has 1001."]),
        (
            GenerationRequest("gen4.5", "x", size="960x960"),
            ["From words alone Gen-4.5 makes 1280x720 or 720x1280; the spec asks for 960x960."],
        ),
        (GenerationRequest("gen4.5", "x", Operation.IMAGE_TO_VIDEO, size="960x960", references=(PNG,)), []),
        (GenerationRequest("gen4_turbo", "x"), ["Gen-4 Turbo makes no clip from words alone."]),
        (GenerationRequest("gen4.5", "x", audio=True), ["Gen-4.5 makes no sound; the spec asks for it."]),
        (GenerationRequest("runway-veo3.1", "x", audio=False, seconds=4), []),
        (
            GenerationRequest("aleph2", "x", Operation.OUTPAINT, size="2000x500", references=(BIG,)),
            ["Aleph 2 widens a clip to 16:9, 4:3, 3:2, 1:1, 2:3, 3:4, 9:16 or 21:9; choose a size of such a shape."],
        ),
        (GenerationRequest("aleph2", "x", Operation.OUTPAINT, size="1280x720", references=(BIG,)), []),
        (
            GenerationRequest(
                "runway-seedance2",
                "x",
                Operation.IMAGE_TO_VIDEO,
                references=(PNG, Reference(ReferenceRole.REFERENCE, "b.png", "image/png", b"")),
            ),
            ["Seedance 2 at Runway takes a first frame or reference images, not both at once."],
        ),
        (
            GenerationRequest(
                "aleph2",
                "x",
                Operation.EDIT,
                references=(Reference(ReferenceRole.SOURCE, "a.mp4", "video/mp4", b"", seconds=Decimal(31)),),
            ),
            ["Aleph 2 takes clips of 30 s at most; a.mp4 lasts 31.0 s."],
        ),
    ],
)
def test_it_says_in_a_sentence_what_runway_would_refuse(request_, sentences):
    assert [str(problem) for problem in adapter().validate(request_)] == sentences


def test_a_file_can_be_too_large_to_upload():
    huge = Reference(ReferenceRole.SOURCE, "a.mp4", "video/mp4", bytes(LARGEST_UPLOAD + 1), seconds=Decimal(4))
    request = GenerationRequest("aleph2", "x", Operation.EDIT, references=(huge,))
    assert "200 MB" in str(adapter().validate(request)[0])


@pytest.mark.parametrize(
    ("request_", "dollars"),
    [
        (REQUEST, "0.6000"),
        (GenerationRequest("runway-veo3.1", "x", seconds=8), "3.2000"),
        (GenerationRequest("runway-veo3.1", "x", seconds=8, audio=False), "1.6000"),
        (GenerationRequest("runway-seedance2", "x", seconds=4, size="3840x2160"), "6.0000"),
        (GenerationRequest("aleph2", "x", Operation.EDIT, references=(BIG,)), "1.1200"),
    ],
)
def test_it_estimates_by_the_price_list(request_, dollars):
    assert str(adapter().estimate(request_).amount) == dollars
