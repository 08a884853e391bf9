"""Every state and every error of the sheet, through the adapter."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import httpx
import pytest

from providers import errors
from providers.base import Asset, JobState, Operation, Recovery, Webhooks
from providers.kling.places import Place
from tests.providers.kling.helpers import (
    CREATED_V1,
    CREATED_V2,
    DONE_V1,
    DONE_V2,
    Far,
    asking,
    kling,
    ok,
    refused,
    still,
    take,
)

V1, V2 = asking("kling-v3"), asking("kling-3.0")
CODES = [
    (401, 1000, errors.AccessDenied),
    (401, 1001, errors.AccessDenied),
    (401, 1002, errors.AccessDenied),
    (401, 1003, errors.AccessDenied),
    (401, 1004, errors.AccessDenied),
    (429, 1100, errors.QuotaExhausted),
    (429, 1101, errors.QuotaExhausted),
    (429, 1102, errors.QuotaExhausted),
    (403, 1103, errors.AccessDenied),
    (400, 1200, errors.InvalidRequest),
    (400, 1201, errors.InvalidRequest),
    (404, 1202, errors.InvalidRequest),
    (400, 1300, errors.ProviderRefused),
    (400, 1301, errors.ProviderRefused),
    (429, 1302, errors.RateLimited),
    (429, 1303, errors.RateLimited),
    (429, 1304, errors.AccessDenied),
]


async def error_of(call):
    with pytest.raises(errors.ProviderError) as caught:
        await call
    return caught.value


def test_it_can_be_asked_by_our_own_name_and_calls_back_unsigned():
    abilities = kling(Far(ok(None))).capabilities()
    assert (abilities.recovery, abilities.webhooks) == (Recovery.CLIENT_ID, Webhooks.UNSIGNED)
    assert (abilities.can_cancel, abilities.can_delete, abilities.can_list) == (False, False, True)


@pytest.mark.parametrize(
    ("request_", "created", "place"), [(V1, CREATED_V1, "v1/text2video/8312"), (V2, CREATED_V2, "v2/91")]
)
async def test_an_accepted_task_waits_under_its_place(request_, created, place):
    submitted = await kling(Far(ok(created))).submit(request_, "job-42")
    assert (submitted.remote_id, submitted.snapshot.remote_id) == (place, place)
    assert (submitted.snapshot.state, submitted.snapshot.client_id) == (JobState.QUEUED, "job-42")
    assert submitted.snapshot.created_at == datetime(2025, 11, 22, 8, 26, 40, tzinfo=UTC)


async def test_a_finished_task_in_v1():
    far = Far(ok(DONE_V1))
    snapshot = await kling(far).fetch("v1/text2video/8312")
    assert far.seen[0].url.path == "/v1/videos/text2video/8312"
    assert snapshot.state is JobState.SUCCEEDED
    assert snapshot.assets == (
        Asset("v1/text2video/8312/a1", url="https://cdn.example/a1.mp4?sign=x", seconds=Decimal("5.1")),
    )
    assert (snapshot.progress, snapshot.cost) == (None, None)
    assert snapshot.raw["final_unit_deduction"] == "3.5"
    assert "sign=" not in json.dumps(snapshot.raw)


async def test_a_finished_task_in_v2():
    far = Far(ok([DONE_V2]))
    snapshot = await kling(far).fetch("v2/91")
    assert (far.seen[0].url.path, dict(far.seen[0].url.params)) == ("/tasks", {"task_ids": "91"})
    assert snapshot.assets == (Asset("v2/91/0", url="https://cdn.example/91.mp4?sign=x"),)
    assert (snapshot.cost, snapshot.raw["billing"]) == (None, [{"charge_type": "unit", "amount": "30"}])


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("submitted", JobState.QUEUED),
        ("processing", JobState.RUNNING),
        ("failed", JobState.FAILED),
        ("dreaming", JobState.RUNNING),
    ],
)
async def test_it_knows_every_state_in_both_formats(status, state):
    old = await kling(Far(ok(DONE_V1 | {"task_status": status}))).fetch("v1/text2video/8312")
    new = await kling(Far(ok([DONE_V2 | {"status": status}]))).fetch("v2/91")
    assert (old.state, new.state) == (state, state)
    assert (old.assets, new.assets) == ((), ())
    assert bool(old.warnings) is bool(new.warnings) is (status == "dreaming")


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        ("Failure to pass the risk control system", JobState.REFUSED),
        ("Sensitive content", JobState.REFUSED),
        ("It violates our Policy", JobState.REFUSED),
        ("safety", JobState.REFUSED),
        ("The server is busy", JobState.FAILED),
        ("", JobState.FAILED),
    ],
)
async def test_the_reason_alone_tells_a_refusal_from_a_breakdown(reason, state):
    old = DONE_V1 | {"task_status": "failed", "task_status_msg": reason}
    new = DONE_V2 | {"status": "failed", "message": reason}
    for snapshot in (
        await kling(Far(ok(old))).fetch("v1/text2video/8312"),
        await kling(Far(ok([new]))).fetch("v2/91"),
    ):
        assert snapshot.state is state
        assert (snapshot.refusal, snapshot.error).count("") == 1
        assert reason in (snapshot.refusal or snapshot.error)


@pytest.mark.parametrize(("status", "code", "kind"), CODES)
async def test_the_code_decides_what_an_error_is(status, code, kind):
    for call in (
        kling(Far(refused(status, code))).submit(V1, "job-42"),
        kling(Far(refused(status, code))).submit(V2, "job-42"),
        kling(Far(refused(status, code))).fetch("v2/91"),
        kling(Far(refused(200, code))).submit(V1, "job-42"),
        kling(Far(refused(200, code))).fetch("v2/91"),
    ):
        error = await error_of(call)
        assert (type(error), error.code, error.message) == (kind, str(code), "No.")


@pytest.mark.parametrize(("status", "code"), [(500, 5000), (503, 5001), (504, 5002), (200, 5000), (200, 5002)])
async def test_a_breakdown_leaves_a_paid_call_in_doubt_and_a_reading_one_to_be_repeated(status, code):
    assert type(await error_of(kling(Far(refused(status, code))).submit(V1, "job-42"))) is errors.AnswerLost
    error = await error_of(kling(Far(refused(status, code))).fetch("v2/91"))
    assert (type(error), error.retryable) == (errors.ProviderUnavailable, True)


async def test_a_model_that_is_not_found_is_retired_and_a_task_that_is_not_found_is_not():
    assert type(await error_of(kling(Far(refused(404, 1203))).submit(V1, "job-42"))) is errors.ProviderRetired
    assert type(await error_of(kling(Far(refused(404, 1203))).fetch("v2/91"))) is errors.NotFound
    assert type(await error_of(kling(Far(ok([]))).fetch("v2/91"))) is errors.NotFound


async def test_a_full_account_is_told_to_wait_longer_than_a_second():
    error = await error_of(kling(Far(refused(429, 1303))).submit(V1, "job-42"))
    assert error.retry_after_seconds >= 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(429, text="slow"), errors.RateLimited),
        (httpx.Response(403, text="no"), errors.AccessDenied),
        (httpx.Response(404, text="<html>nothing here</html>"), errors.InvalidRequest),
        (httpx.Response(302), errors.InvalidRequest),
        (httpx.Response(408), errors.AnswerLost),
        (httpx.Response(502, text="<html>"), errors.AnswerLost),
        (httpx.Response(200, text="<html>"), errors.AnswerLost),
        (httpx.Response(200, json={"data": CREATED_V1}), errors.AnswerLost),
        (ok(None), errors.AnswerLost),
        (ok([]), errors.AnswerLost),
        (ok({"task_status": "submitted"}), errors.AnswerLost),
        (ok(CREATED_V1 | {"task_id": "../x"}), errors.AnswerLost),
        (httpx.ConnectError("no"), errors.ProviderUnavailable),
        (httpx.ReadTimeout("slow"), errors.AnswerLost),
        (httpx.RemoteProtocolError("cut"), errors.AnswerLost),
    ],
)
async def test_what_others_answer_in_its_place(answer, kind):
    assert type(await error_of(kling(Far(answer)).submit(V1, "job-42"))) is kind


@pytest.mark.parametrize(
    ("request_", "found", "path", "place"),
    [
        (V1, DONE_V1, "/v1/videos/text2video/job-42", "v1/text2video/8312"),
        (asking("kling-v3", Operation.IMAGE_TO_VIDEO, still()), DONE_V1, "/v1/videos/image2video/job-42", None),
        (asking("kling-v3-omni"), DONE_V1, "/v1/videos/omni-video/job-42", "v1/omni-video/8312"),
        (asking("kling-v1", Operation.EXTEND, take()), DONE_V1, "/v1/videos/video-extend/job-42", None),
        (V2, [DONE_V2], "/tasks", "v2/91"),
    ],
)
async def test_it_finds_a_task_by_our_own_name(request_, found, path, place):
    far = Far(ok(found))
    snapshot = await kling(far).find(request_, "job-42")
    assert far.seen[0].url.path == path
    assert far.seen[0].url.query.decode() == ("external_task_ids=job-42" if path == "/tasks" else "")
    assert place in (None, snapshot.remote_id)


@pytest.mark.parametrize("answer", [refused(404, 1203), refused(404, 9999)])
async def test_it_finds_none_only_when_kling_says_so(answer):
    assert await kling(Far(answer)).find(V1, "job-42") is None
    assert await kling(Far(ok([]))).find(V2, "job-42") is None


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404, text="<html>nothing here</html>"),
        refused(404, 1202),
        refused(401, 1002),
        refused(500, 5000),
        refused(429, 1302),
        ok(None),
        ok(DONE_V1 | {"task_info": {"external_task_id": "another"}}),
        httpx.ReadTimeout("slow"),
    ],
)
async def test_anything_else_is_no_proof_that_there_is_none(answer):
    assert isinstance(await error_of(kling(Far(answer)).find(V1, "job-42")), errors.ProviderError)


@pytest.mark.parametrize(
    ("request_", "refusal", "found", "place"),
    [
        (V1, refused(400, 1201, "external_task_id already exists"), DONE_V1, "v1/text2video/8312"),
        (V1, refused(409, 7777, "what?"), DONE_V1, "v1/text2video/8312"),
        (V2, refused(400, 1201, "Duplicate id"), [DONE_V2], "v2/91"),
    ],
)
async def test_a_name_that_is_taken_leads_to_the_task_that_has_it(request_, refusal, found, place):
    far = Far(refusal, ok(found))
    submitted = await kling(far).submit(request_, "job-42")
    assert (submitted.remote_id, submitted.snapshot.state) == (place, JobState.SUCCEEDED)
    assert [request.method for request in far.seen] == ["POST", "GET"]


@pytest.mark.parametrize("lookup", [refused(404, 1203), refused(500, 5000), httpx.ReadTimeout("slow")])
async def test_a_name_that_is_taken_by_a_task_that_cannot_be_shown_is_a_lost_answer(lookup):
    far = Far(refused(400, 1201, "external_task_id already exists"), lookup)
    assert type(await error_of(kling(far).submit(V1, "job-42"))) is errors.AnswerLost


async def test_another_mistake_stays_one():
    far = Far(refused(400, 1201, "duration is invalid"), refused(404, 1203))
    error = await error_of(kling(far).submit(V1, "job-42"))
    assert (type(error), error.message) == (errors.InvalidRequest, "duration is invalid")


async def test_a_source_that_is_gone_costs_nothing():
    far = Far(refused(404, 1203))
    error = await error_of(kling(far).submit(asking("kling-o1", Operation.EDIT, take()), "job-42"))
    assert (type(error), [request.method for request in far.seen]) == (errors.InvalidRequest, ["GET"])


async def test_an_answer_about_another_task_is_none():
    error = await error_of(kling(Far(ok(DONE_V1))).fetch("v1/text2video/9999"))
    assert (type(error), error.code) == (errors.BadAnswer, "mismatch")
    assert type(await error_of(kling(Far(ok(DONE_V1))).fetch("video_17"))) is errors.NotFound


@pytest.mark.parametrize("videos", [None, [], [{"id": "a1"}], [{"url": "file:///etc/passwd"}], "x", [7]])
async def test_a_finished_task_may_have_no_file(videos):
    snapshot = await kling(Far(ok(DONE_V1 | {"task_result": {"videos": videos}}))).fetch("v1/text2video/8312")
    assert (snapshot.state, snapshot.assets) == (JobState.SUCCEEDED, ())
    snapshot = await kling(Far(ok([DONE_V2 | {"outputs": videos}]))).fetch("v2/91")
    assert (snapshot.state, snapshot.assets) == (JobState.SUCCEEDED, ())


async def test_it_lists_the_newest_of_several_kinds():
    far = Far(
        ok([DONE_V1 | {"task_id": "1", "created_at": 1000}]),
        ok([DONE_V1 | {"task_id": "2", "created_at": 3000}]),
        ok([]),
    )
    assert [task.remote_id for task in await kling(far).recent(5)] == ["v1/image2video/2", "v1/text2video/1"]
    assert {str(request.url.query, "ascii") for request in far.seen} == {"pageNum=1&pageSize=5"}


async def test_a_file_is_fetched_without_the_key():
    far = Far(httpx.Response(200, content=b"clip"))
    asset = Asset("v1/text2video/8312/a1", url="https://cdn.example/a1.mp4?sign=x")
    assert b"".join([chunk async for chunk in kling(far).download(asset)]) == b"clip"
    assert "authorization" not in far.seen[0].headers


async def test_a_link_that_ran_out_is_asked_for_anew():
    far = Far(httpx.Response(403), ok(DONE_V1), httpx.Response(200, content=b"clip"))
    asset = Asset("v1/text2video/8312/a1", url="https://cdn.example/old.mp4")
    assert b"".join([chunk async for chunk in kling(far).download(asset)]) == b"clip"
    assert str(far.seen[-1].url) == "https://cdn.example/a1.mp4?sign=x"


async def test_a_file_can_be_asked_for_without_its_link():
    far = Far(ok([DONE_V2]), httpx.Response(200, content=b"clip"))
    assert b"".join([chunk async for chunk in kling(far).download(Asset("v2/91"))]) == b"clip"


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ([httpx.Response(403), ok(DONE_V1), httpx.Response(403)], errors.NotFound),
        ([httpx.Response(404), refused(404, 1203)], errors.NotFound),
        ([httpx.Response(503)], errors.ProviderUnavailable),
        ([httpx.Response(302)], errors.BadAnswer),
        ([httpx.ReadError("cut")], errors.ProviderUnavailable),
    ],
)
async def test_a_file_that_cannot_be_had(answers, kind):
    asset = Asset("v1/text2video/8312/a1", url="https://cdn.example/a1.mp4")
    with pytest.raises(errors.ProviderError) as caught:
        _ = [chunk async for chunk in kling(Far(*answers)).download(asset)]
    assert type(caught.value) is kind


async def test_nothing_stops_a_task():
    far = Far(ok(None))
    await kling(far).cancel("v2/91")
    assert far.seen == []


async def test_health_is_a_sentence():
    well, ill = kling(Far(ok([]))), kling(Far(refused(429, 1304, "Your address is not on the list.")))
    assert (await well.health()).is_well
    assert ((await ill.health()).is_well, (await ill.health()).sentence) == (False, "Your address is not on the list.")


@pytest.mark.parametrize("wrap", [lambda task: task, lambda task: {"code": 0, "message": "SUCCEED", "data": task}])
def test_a_callback_is_read_flat_and_in_its_envelope(wrap):
    hint = kling(Far(ok(None))).parse_webhook({}, json.dumps(wrap(DONE_V1)).encode())
    assert (hint.remote_id, hint.kind, hint.event_id) == ("8312", "succeed", "8312:succeed:1763800090000")


def test_each_change_of_a_task_is_an_event_of_its_own():
    bodies = [DONE_V1, DONE_V1, DONE_V1 | {"task_status": "processing"}, DONE_V1 | {"updated_at": 5}]
    hints = [kling(Far(ok(None))).parse_webhook({}, json.dumps(body).encode()) for body in bodies]
    assert [hint.event_id == hints[0].event_id for hint in hints] == [True, True, False, False]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"\xff", b'{"task_id": "1"}', b'{"task_status": "succeed"}', b'{"data": {}}']
)
def test_a_callback_without_form_is_turned_away(body):
    with pytest.raises(errors.BadSignature):
        kling(Far(ok(None))).parse_webhook({}, body)


@pytest.mark.parametrize("text", ["v1/text2video/8312", "v1/omni-video/8312/a/1", "v2/91", "v2/91/0"])
def test_a_place_is_read_as_it_was_written(text):
    assert str(Place.parse(text)) == text


@pytest.mark.parametrize("text", ["", "8312", "v1/8312", "v3/1", "v1/Text/1", "video_1"])
def test_other_words_are_no_place(text):
    assert Place.parse(text) is None


@pytest.mark.parametrize("task_id", [None, "", True, 1.5, "a/b", "x" * 201, {}])
def test_a_task_id_that_could_not_be_found_again_is_refused(task_id):
    with pytest.raises(errors.BadAnswer):
        Place.of_task("v1", "text2video", task_id)
