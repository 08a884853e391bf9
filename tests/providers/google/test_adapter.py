"""What comes back: every state, every error, and what becomes of odd answers."""

import json
import time

import httpx
import pytest

from providers import errors
from providers.base import Asset, JobState, Operation, Recovery, ReferenceRole, Webhooks
from providers.google.media import read_document
from providers.http import Answer
from providers.signing import sign
from tests.providers.google.helpers import (
    CLIP,
    FILE,
    NOW,
    OPERATION,
    VERTEX_OPERATION,
    Recorder,
    adapter,
    asked,
    b64,
    clip,
    fault,
    still,
)

RETRY = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.5s"}
BAD_KEY = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
FILTERED = "The video was withheld. Support codes: 29310472, 12345678"


async def look(answer, remote_id=OPERATION, **more):
    seen = Recorder(answer)
    return await adapter(seen, **more).fetch(remote_id)


def done(**response):
    return {"name": OPERATION, "done": True, "response": {"generateVideoResponse": response}}


def done_on_vertex(**response):
    return {"name": VERTEX_OPERATION, "done": True, "response": response}


def sample(uri=FILE):
    return {"video": {"uri": uri}}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (fault(400, "INVALID_ARGUMENT"), errors.InvalidRequest),
        (fault(400, "INVALID_ARGUMENT", "Blocked. Support codes: 58061214"), errors.ProviderRefused),
        (fault(400, "INVALID_ARGUMENT", "API key not valid.", [BAD_KEY]), errors.AccessDenied),
        (fault(400, "FAILED_PRECONDITION", "Billing is not enabled."), errors.QuotaExhausted),
        (fault(400, "FAILED_PRECONDITION", "Not in your region."), errors.AccessDenied),
        (fault(401, "UNAUTHENTICATED"), errors.AccessDenied),
        (fault(403, "PERMISSION_DENIED"), errors.AccessDenied),
        (fault(404, "NOT_FOUND"), errors.ProviderRetired),
        (fault(429, "RESOURCE_EXHAUSTED"), errors.RateLimited),
        (fault(500, "INTERNAL"), errors.AnswerLost),
        (fault(503, "UNAVAILABLE"), errors.AnswerLost),
        (fault(504, "DEADLINE_EXCEEDED"), errors.AnswerLost),
        (httpx.Response(502, text="<html>"), errors.AnswerLost),
        (httpx.Response(200, text="<html>"), errors.AnswerLost),
        (httpx.Response(200, json={}), errors.AnswerLost),
        (httpx.Response(200, json={"name": "../../v1/files/x"}), errors.AnswerLost),
        (httpx.Response(200, json={"name": f"models/m/operations/{'a' * 400}"}), errors.AnswerLost),
        (httpx.Response(302, headers={"location": "http://169.254.169.254/"}), errors.InvalidRequest),
        (httpx.ConnectError("refused"), errors.ProviderUnavailable),
        (httpx.ReadTimeout("slow"), errors.AnswerLost),
    ],
)
async def test_it_names_what_a_create_call_came_to(answer, error):
    seen = Recorder(answer)
    with pytest.raises(errors.ProviderError) as caught:
        await adapter(seen).submit(asked(), "call-1")
    assert type(caught.value) is error
    assert len(seen.requests) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (fault(404, "NOT_FOUND"), errors.NotFound),
        (fault(403, "PERMISSION_DENIED"), errors.AccessDenied),
        (fault(500, "INTERNAL"), errors.ProviderUnavailable),
        (fault(429, "RESOURCE_EXHAUSTED"), errors.RateLimited),
        (httpx.Response(200, text="<html>"), errors.BadAnswer),
        (httpx.Response(200, json=[]), errors.BadAnswer),
        (httpx.Response(200, json={"name": "models/m/operations/other"}), errors.BadAnswer),
        (httpx.ReadTimeout("slow"), errors.ProviderUnavailable),
    ],
)
async def test_it_names_what_a_look_came_to(answer, error):
    with pytest.raises(errors.ProviderError) as caught:
        await look(answer)
    assert type(caught.value) is error


@pytest.mark.parametrize(
    ("details", "headers", "seconds"),
    [([RETRY], {}, 34.5), ([RETRY], {"retry-after": "9"}, 9.0), ([], {}, None), ([{"retryDelay": "soon"}], {}, None)],
)
async def test_it_passes_on_how_long_to_wait(details, headers, seconds):
    with pytest.raises(errors.RateLimited) as caught:
        await look(fault(429, "RESOURCE_EXHAUSTED", "Slow down.", details, **headers))
    assert (caught.value.retry_after_seconds, caught.value.code) == (seconds, "RESOURCE_EXHAUSTED")


async def test_a_refused_prompt_tells_its_category_and_the_words_as_they_came():
    with pytest.raises(errors.ProviderRefused, match=r"^Withheld for child\. Blocked\. Support codes: 58061214$"):
        await adapter(fault(400, "INVALID_ARGUMENT", "Blocked. Support codes: 58061214")).submit(asked(), "call-1")


async def test_the_gone_take_of_a_remix_is_not_a_retired_model():
    request = asked("gemini-omni-1.2-flash", operation=Operation.REMIX, references=(clip("interactions/int_0"),))
    with pytest.raises(errors.InvalidRequest, match="builds on"):
        await adapter(fault(404, "NOT_FOUND")).submit(request, "call-1")


async def test_an_operation_runs_until_it_says_done():
    snapshot = await look({"name": OPERATION, "metadata": {"x": 1}})
    assert (snapshot.state, snapshot.assets) == (JobState.RUNNING, ())


async def test_a_finished_operation_offers_its_files():
    snapshot = await look(done(generatedSamples=[sample(), sample("files/def456")]))
    assert snapshot.state is JobState.SUCCEEDED
    assert [(asset.remote_id, asset.url) for asset in snapshot.assets] == [
        ("files/abc123", FILE),
        ("files/def456", "files/def456"),
    ]
    assert (snapshot.withheld, snapshot.warnings, snapshot.cost) == (0, (), None)
    assert "alt=media" not in json.dumps(snapshot.raw)


async def test_vertex_is_asked_by_post_and_hands_over_the_bytes_which_the_record_does_not_keep():
    seen = Recorder(done_on_vertex(videos=[{"bytesBase64Encoded": b64(CLIP), "mimeType": "video/mp4"}] * 2))
    snapshot = await adapter(seen, slug="vertex", base_url="https://vertex.example").fetch(VERTEX_OPERATION)
    resource = VERTEX_OPERATION.partition("/operations/")[0]
    assert (seen.requests[0].method, seen.url) == (
        "POST",
        f"https://vertex.example/v1/{resource}:fetchPredictOperation",
    )
    assert seen.body == {"operationName": VERTEX_OPERATION}
    assert [asset.inline for asset in snapshot.assets] == [CLIP, CLIP]
    assert [asset.remote_id for asset in snapshot.assets] == [f"{VERTEX_OPERATION}#0", f"{VERTEX_OPERATION}#1"]
    assert b64(CLIP) not in json.dumps(snapshot.raw)


async def test_a_clip_in_a_bucket_is_not_taken_for_one_we_have():
    answer = done_on_vertex(videos=[{"gcsUri": "gs://films/sample_0.mp4", "mimeType": "video/mp4"}])
    snapshot = await look(answer, VERTEX_OPERATION, slug="vertex")
    assert (snapshot.state, snapshot.assets) == (JobState.SUCCEEDED, ())
    assert snapshot.warnings == ("1 of 1 clips lie where we cannot fetch them.",)


async def test_done_without_clips_says_so():
    for answer in (done(), {"name": OPERATION, "done": True}, done(generatedSamples="none")):
        snapshot = await look(answer)
        assert (snapshot.state, snapshot.assets) == (JobState.SUCCEEDED, ())
        assert snapshot.warnings == ("The operation is done and holds no clip.",)


async def test_all_clips_withheld_is_a_refusal_with_its_categories():
    snapshot = await look(done(raiMediaFilteredCount=1, raiMediaFilteredReasons=[FILTERED]))
    assert snapshot.state is JobState.REFUSED
    assert (snapshot.code, snapshot.withheld) == ("celebrity, other", 1)
    assert snapshot.refusal == f"Withheld for celebrity, other. {FILTERED}"


async def test_one_clip_withheld_leaves_the_others():
    answer = done(generatedSamples=[sample()], raiMediaFilteredCount=1, raiMediaFilteredReasons=[FILTERED])
    snapshot = await look(answer)
    assert (snapshot.state, len(snapshot.assets), snapshot.withheld) == (JobState.SUCCEEDED, 1, 1)
    assert "celebrity" in snapshot.warnings[0]


@pytest.mark.parametrize(
    ("error", "state", "retryable"),
    [
        ({"code": 3, "message": "Bad size."}, JobState.FAILED, False),
        ({"code": 13, "message": "Internal."}, JobState.FAILED, True),
        ({"code": 8, "message": "Busy."}, JobState.FAILED, True),
        ({"code": 3, "message": "Support codes: 90789179"}, JobState.REFUSED, False),
        ({"code": 13, "message": "The safety service is down."}, JobState.FAILED, True),
        ({"code": 1, "message": "Stopped."}, JobState.CANCELLED, False),
        ({}, JobState.FAILED, False),
    ],
)
async def test_an_operation_that_ends_in_an_error(error, state, retryable):
    snapshot = await look({"name": OPERATION, "done": True, "error": error})
    assert (snapshot.state, snapshot.is_retryable) == (state, retryable)
    assert snapshot.refusal or snapshot.error


def interaction(status, **more):
    return {"id": "int_1", "status": status, "created": "2026-11-22T12:00:00Z"} | more


async def omni(answer, **more):
    return await look(answer, "interactions/int_1", **more)


@pytest.mark.parametrize(
    ("status", "state", "warnings"),
    [
        ("queued", JobState.QUEUED, 0),
        ("in_progress", JobState.RUNNING, 0),
        ("requires_action", JobState.RUNNING, 1),
        ("requires_continuation", JobState.RUNNING, 1),
        ("pondering", JobState.RUNNING, 1),
        ("completed", JobState.SUCCEEDED, 1),
        ("failed", JobState.FAILED, 0),
        ("incomplete", JobState.FAILED, 0),
        ("budget_exceeded", JobState.FAILED, 0),
        ("cancelled", JobState.CANCELLED, 0),
    ],
)
async def test_it_translates_each_status_of_an_interaction(status, state, warnings):
    snapshot = await omni(interaction(status))
    assert (snapshot.state, len(snapshot.warnings)) == (state, warnings)
    assert all(status in warning or status == "completed" for warning in snapshot.warnings)
    assert bool(snapshot.error) is (state is JobState.FAILED)


async def test_a_spent_budget_is_named_and_not_worth_a_retry():
    snapshot = await omni(interaction("budget_exceeded"))
    assert (snapshot.code, snapshot.is_retryable) == ("budget_exceeded", False)


async def test_a_completed_interaction_offers_the_last_output_and_costs_what_its_tokens_cost():
    first = {"type": "model_output", "content": [{"type": "video", "uri": "files/aaa"}]}
    last = {"type": "model_output", "content": [{"type": "text", "text": "Here."}, {"type": "video", "uri": FILE}]}
    answer = interaction(
        "completed", steps=[first, last], usage={"total_output_tokens": 46336}, labels={"dailies_call": "c"}
    )
    snapshot = await omni(answer)
    assert [(asset.remote_id, asset.url) for asset in snapshot.assets] == [("interactions/int_1", FILE)]
    assert str(snapshot.cost) == "0.8109"  # 46,336 tokens at $17.50 a million
    assert (snapshot.client_id, snapshot.created_at.hour) == ("c", 12)


@pytest.mark.parametrize(
    ("tokens", "cost"), [(None, None), (-1, None), (True, None), ("many", None), (10**12, None), (0, "0.0000")]
)
async def test_odd_tokens_are_no_price(tokens, cost):
    snapshot = await omni(interaction("completed", usage={"total_output_tokens": tokens}))
    assert (snapshot.cost if snapshot.cost is None else str(snapshot.cost)) == cost


async def test_an_interaction_may_hold_the_clip_itself():
    step = {"type": "model_output", "content": [{"type": "video", "mime_type": "video/mp4", "data": b64(CLIP)}]}
    snapshot = await omni(interaction("completed", steps=[step]))
    assert [asset.inline for asset in snapshot.assets] == [CLIP]


@pytest.mark.parametrize(
    ("answer", "state", "code"),
    [
        ({"errors": [{"code": "SAFETY", "message": "Withheld."}]}, JobState.REFUSED, "SAFETY"),
        ({"errors": [{"code": "x", "message": "Support codes: 61493863"}]}, JobState.REFUSED, "violence"),
        ({"errors": [{"code": 13, "message": "Broken."}]}, JobState.FAILED, "13"),
        ({"steps": [{"type": "model_output", "error": {"code": 3, "message": "Bad."}}]}, JobState.FAILED, "3"),
        ({"errors": "none"}, JobState.FAILED, ""),
    ],
)
async def test_a_failed_interaction_is_a_refusal_when_it_speaks_of_safety(answer, state, code):
    snapshot = await omni(interaction("failed", **answer))
    assert (snapshot.state, snapshot.code) == (state, code)
    assert bool(snapshot.refusal) is (state is JobState.REFUSED)


@pytest.mark.parametrize(
    ("code", "retryable"), [("errors/UNAVAILABLE", True), ("internal", True), ("errors/bad", False)]
)
async def test_a_failed_interaction_may_be_worth_a_retry(code, retryable):
    snapshot = await omni(interaction("failed", errors=[{"code": code, "message": "No."}]))
    assert (snapshot.state, snapshot.is_retryable) == (JobState.FAILED, retryable)


async def content(adapter, asset):
    return b"".join([chunk async for chunk in adapter.download(asset)])


@pytest.mark.parametrize(
    "link", [FILE, "https://evil.example/v1beta/files/abc123:download", "files/abc123", "http://x/files/abc123?a=b"]
)
async def test_a_file_is_fetched_from_the_configured_base_whatever_its_link_says(link):
    seen = Recorder(httpx.Response(200, content=CLIP))
    assert await content(adapter(seen), Asset("interactions/int_1", url=link)) == CLIP
    assert seen.url == "https://gemini.example/v1beta/files/abc123:download?alt=media"
    assert seen.requests[0].headers["x-goog-api-key"] == "the-key"


async def test_a_redirect_is_followed_to_googles_hosts_without_the_key():
    moved = httpx.Response(302, headers={"location": "https://storage.googleapis.com/x.mp4?sig=1"})
    seen = Recorder(moved, httpx.Response(200, content=CLIP))
    assert await content(adapter(seen), Asset("files/abc123", url=FILE)) == CLIP
    assert seen.url == "https://storage.googleapis.com/x.mp4?sig=1"
    assert "x-goog-api-key" not in seen.requests[1].headers


async def test_a_redirect_to_anybody_else_is_refused():
    seen = Recorder(httpx.Response(302, headers={"location": "https://evil.example/x.mp4"}))
    with pytest.raises(errors.DestinationRefused):
        await content(adapter(seen), Asset("files/abc123", url=FILE))
    assert len(seen.requests) == 1


async def test_an_expired_file_is_not_found():
    with pytest.raises(errors.NotFound):
        await content(adapter(fault(404, "NOT_FOUND")), Asset("files/abc123", url=FILE))


async def test_inline_bytes_are_handed_over_and_asked_for_again_when_they_are_not_at_hand():
    assert await content(adapter(), Asset("x", inline=CLIP)) == CLIP
    videos = [{"bytesBase64Encoded": b64(b"one")}, {"bytesBase64Encoded": b64(b"two")}]
    seen = Recorder(done_on_vertex(videos=videos))
    vertex = adapter(seen, slug="vertex", base_url="https://vertex.example")
    assert await content(vertex, Asset(f"{VERTEX_OPERATION}#1")) == b"two"
    with pytest.raises(errors.NotFound):
        await content(vertex, Asset(f"{VERTEX_OPERATION}#2"))


async def test_an_asset_that_only_names_its_interaction_is_looked_up():
    step = {"type": "model_output", "content": [{"type": "video", "uri": FILE}]}
    seen = Recorder(interaction("completed", steps=[step]), httpx.Response(200, content=CLIP))
    assert await content(adapter(seen), Asset("interactions/int_1")) == CLIP
    assert [one.url.path for one in seen.requests] == ["/v1beta/interactions/int_1", "/v1beta/files/abc123:download"]


def test_reading_tens_of_megabytes_of_base64_keeps_one_copy_of_the_clip():
    clip = bytes(30_000_000)
    body = json.dumps({"videos": [{"bytesBase64Encoded": b64(clip)}], "data": "not base64!"}).encode()
    document = read_document(Answer(200, httpx.Headers(), body))
    assert document.fields == {"videos": [{"bytesBase64Encoded": "inline:0"}], "data": "not base64!"}
    assert document.clips == (clip,)


@pytest.mark.parametrize("mark", ["inline:1", "inline:-1", "inline:x", "inline:", "x", None, 7])
def test_a_mark_of_ours_cannot_be_pretended(mark):
    body = json.dumps({"data": b64(CLIP), "x": mark}).encode()
    document = read_document(Answer(200, httpx.Headers(), body))
    assert document.clip(document.fields["x"]) is None
    assert document.clip(document.fields["data"]) == CLIP


@pytest.mark.parametrize(
    "remote_id",
    ["", "video_1", "../x", "models/m/operations/a?b", "interactions/../x", "interactions/", "a/../operations/b"],
)
async def test_what_is_no_job_of_googles_is_not_asked_for(remote_id):
    seen = Recorder({})
    with pytest.raises(errors.NotFound):
        await adapter(seen).fetch(remote_id)
    assert seen.requests == []


async def test_cancelling_reaches_interactions_only_and_twice_is_harmless():
    ended = (
        fault(404, "NOT_FOUND"),
        fault(400, "FAILED_PRECONDITION", "It has ended."),
        fault(400, "INVALID_ARGUMENT"),
    )
    seen = Recorder(interaction("cancelled"), *ended, fault(403, "PERMISSION_DENIED"))
    google = adapter(seen)
    for _ in range(4):
        await google.cancel("interactions/int_1")
    await google.cancel(OPERATION)
    assert [(one.method, one.url.path) for one in seen.requests] == [("POST", "/v1beta/interactions/int_1/cancel")] * 4
    with pytest.raises(errors.AccessDenied):
        await google.cancel("interactions/int_1")


async def test_it_can_say_what_it_is_and_keeps_no_list():
    google, vertex = adapter().capabilities(), adapter(slug="vertex").capabilities()
    assert (google.recovery, google.can_list, google.webhooks) == (Recovery.NONE, False, Webhooks.SIGNED)
    assert vertex.webhooks is Webhooks.NONE
    assert (await adapter().recent(), await adapter().find(asked(), "call-1")) == ([], None)


def signed(body, *, secret="whsec_c2VjcmV0", at=NOW):
    stamp = int(at)
    return {
        "Webhook-Id": "evt_1",
        "Webhook-Timestamp": str(stamp),
        "Webhook-Signature": sign(secret, "evt_1", stamp, body),
    }


@pytest.mark.parametrize(
    ("event", "remote_id"),
    [
        ({"type": "interaction.completed", "data": {"id": "int_1"}}, "interactions/int_1"),
        ({"type": "interaction.failed", "data": {"id": "interactions/int_1"}}, "interactions/int_1"),
        ({"type": "video.generated", "data": {"id": OPERATION}}, OPERATION),
        ({"type": "video.generated", "data": {"name": OPERATION}}, OPERATION),
    ],
)
def test_a_verified_webhook_is_a_hint(event, remote_id):
    body = json.dumps(event).encode()
    google = adapter(webhook_secret="whsec_c2VjcmV0")
    hint = google.parse_webhook(signed(body), body)
    assert (hint.event_id, hint.kind, hint.remote_id) == ("evt_1", event["type"], remote_id)


def test_a_webhook_is_refused_when_it_is_not_provably_googles():
    body = b'{"type": "interaction.completed", "data": {"id": "int_1"}}'
    google = adapter(webhook_secret="whsec_c2VjcmV0")
    for headers, sent in (
        (signed(body), body + b" "),
        (signed(body, secret="whsec_b3RoZXI="), body),
        (signed(body, at=NOW - 301), body),
        ({}, body),
    ):
        with pytest.raises(errors.BadSignature):
            google.parse_webhook(headers, sent)
    with pytest.raises(errors.BadSignature):
        adapter().parse_webhook(signed(body), body)


@pytest.mark.parametrize("data", [{}, {"id": ""}, {"id": "../x"}, "x", {"id": 7}])
def test_a_webhook_that_names_no_job_is_a_bad_answer(data):
    body = json.dumps({"type": "interaction.completed", "data": data}).encode()
    with pytest.raises(errors.BadAnswer):
        adapter(webhook_secret="whsec_c2VjcmV0").parse_webhook(signed(body), body)


async def test_health_is_one_cheap_call_and_never_raises():
    seen = Recorder({"models": []})
    assert (await adapter(seen).health()).is_well
    assert seen.url == "https://gemini.example/v1beta/models?pageSize=1"
    seen = Recorder({"name": "x"})
    assert (await adapter(seen, slug="vertex", base_url="https://vertex.example").health()).is_well
    assert seen.url == "https://vertex.example/v1beta1/publishers/google/models/veo-3.1-lite-generate-001"
    assert (await adapter(fault(403, "PERMISSION_DENIED", "Not you.")).health()).sentence == "Not you."


FIRST = still(ReferenceRole.FIRST_FRAME)


@pytest.mark.parametrize(
    ("slug", "request_", "sentence"),
    [
        ("google", asked(seconds=5), "Veo 3.1 Preview makes 4, 6 or 8 s; the spec asks for 5."),
        ("google", asked(seed=3), "Veo 3.1 Preview takes no seed."),
        ("google", asked(audio=False), "Veo 3.1 Preview always makes sound; the spec asks for none."),
        ("google", asked(samples=5), "Veo 3.1 Preview makes 1 to 4 clips a call; 5 are asked for."),
        (
            "google",
            asked(operation=Operation.EXTEND, references=(clip(),)),
            "Veo 3.1 Preview goes on from the first clip of a call of its own only.",
        ),
        (
            "google",
            asked(operation=Operation.EXTEND, seconds=8, references=(clip("files/a"),)),
            "7 s at most; the spec asks for 8.",
        ),
        (
            "google",
            asked(operation=Operation.EXTEND, size="1920x1080", references=(clip("files/a"),)),
            "Veo 3.1 Preview makes 1280x720 or 720x1280; the spec asks for 1920x1080.",
        ),
        (
            "google",
            asked(operation=Operation.REFERENCE_TO_VIDEO, seconds=4, references=(still(ReferenceRole.REFERENCE),)),
            "Veo 3.1 Preview makes 8 s; the spec asks for 4.",
        ),
        (
            "google",
            asked(
                operation=Operation.IMAGE_TO_VIDEO,
                references=(still(ReferenceRole.FIRST_FRAME, "a.webp", "image/webp"),),
            ),
            "Veo 3.1 Preview takes JPEG and PNG stills; a.webp is neither.",
        ),
        (
            "google",
            asked("gemini-omni-1.2-flash", operation=Operation.REMIX, references=(clip(),)),
            "Gemini Omni 1.2 Flash remixes its own takes only.",
        ),
        (
            "google",
            asked("gemini-omni-1.2-flash", operation=Operation.EXTEND, seconds=10, references=(clip(seconds="25"),)),
            "Gemini Omni 1.2 Flash extends to 30 s in all; this would be 35.0 s.",
        ),
        (
            "google",
            asked("gemini-omni-1.2-flash", operation=Operation.EDIT, references=(clip(seconds="2"),)),
            "Gemini Omni 1.2 Flash edits clips of 3 s at least; clip.mp4 is shorter.",
        ),
        (
            "google",
            asked(
                "gemini-omni-1.2-flash",
                operation=Operation.INPAINT,
                references=(clip(), still(ReferenceRole.MASK)),
            ),
            "Gemini Omni 1.2 Flash takes no mask: say in the prompt where to paint.",
        ),
        ("google", asked("gemini-omni-1.2-flash", seed=2**32), "A seed is a number from 0 to 4294967295."),
        (
            "vertex",
            asked("vertex-veo-2.0-generate-001", operation=Operation.INPAINT, references=(clip(),)),
            "Veo 2 (Vertex) needs a mask that says where to paint.",
        ),
    ],
)
def test_it_says_in_a_sentence_what_a_model_would_refuse(slug, request_, sentence):
    assert [str(problem) for problem in adapter(slug=slug).validate(request_)] == [sentence]


@pytest.mark.parametrize(
    ("slug", "request_"),
    [
        ("google", asked(operation=Operation.EXTEND, seconds=7, references=(clip("files/a"),))),
        ("google", asked(operation=Operation.IMAGE_TO_VIDEO, references=(FIRST,))),
        ("google", asked("gemini-omni-1.2-flash", operation=Operation.REMIX, references=(clip("interactions/int_0"),))),
        (
            "google",
            asked("gemini-omni-1.2-flash", operation=Operation.EXTEND, seconds=3, references=(clip(seconds="20"),)),
        ),
        ("vertex", asked("veo-3.1-generate-001", operation=Operation.EXTEND, seconds=7, references=(clip(),))),
        ("vertex", asked("veo-3.1-generate-001", seed=3, audio=False, samples=4, size="3840x2160")),
    ],
)
def test_it_lets_pass_what_a_model_takes(slug, request_):
    assert adapter(slug=slug).validate(request_) == []


@pytest.mark.parametrize(
    ("request_", "dollars"),
    [
        (asked(seconds=8, samples=2), "6.4000"),
        (asked(seconds=8, size="3840x2160"), "4.8000"),
        (asked(operation=Operation.EXTEND, references=(clip("files/a"),)), "2.8000"),
        (asked("gemini-omni-1.2-flash", seconds=10), "1.0140"),
        (asked("veo-2.0-generate-001", seconds=5), "2.5000"),
    ],
)
def test_it_estimates_by_the_price_list(request_, dollars):
    assert str(adapter().estimate(request_).amount) == dollars


@pytest.mark.parametrize(
    ("slug", "model", "base_url", "replacement"),
    [
        ("google", "veo-2.0-generate-001", "https://generativelanguage.googleapis.com", "gemini-omni-1.2-flash"),
        ("google", "veo-3.1-generate-preview", "https://generativelanguage.googleapis.com", "gemini-omni-1.1-flash"),
        ("vertex", "veo-3.0-generate-001", "https://aiplatform.googleapis.com", "vertex-gemini-omni-1.2-flash"),
        (
            "vertex",
            "vertex-veo-2.0-generate-001",
            "https://europe-west4-aiplatform.googleapis.com",
            "vertex-gemini-omni-1.2-flash",
        ),
    ],
)
async def test_a_retired_model_is_refused_at_googles_own_address_and_nowhere_else(slug, model, base_url, replacement):
    seen = Recorder({"name": OPERATION})
    official = adapter(seen, slug=slug, base_url=base_url)
    assert next(str(problem) for problem in official.validate(asked(model))).endswith(f"Use {replacement} instead.")
    with pytest.raises(errors.ProviderRetired):
        await official.submit(asked(model), "call-1")
    assert seen.requests == []
    assert adapter(slug=slug).validate(asked(model)) == []


def test_veo_3_1_on_vertex_is_not_retired_on_hearsay():
    vertex = adapter(slug="vertex", base_url="https://aiplatform.googleapis.com", clock=time.time)
    assert vertex.validate(asked("veo-3.1-generate-001")) == []
