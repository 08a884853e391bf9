"""What each kind of server is sent, and what becomes of its peculiar answers."""

import json
from decimal import Decimal
from fractions import Fraction

import httpx
import pytest

from providers import errors
from providers.accounts import Account
from providers.base import Asset, GenerationRequest, JobState, Operation, Recovery, Reference, ReferenceRole, Webhooks
from providers.catalogue import models_of
from providers.openai_videos.adapter import INFOS, OpenAIVideos
from providers.openai_videos.profiles import PROFILES
from providers.registry import PROVIDERS, adapter_for
from providers.signing import sign

VIDEO = {"id": "video_1", "status": "queued", "created_at": 1763800000, "prompt": "a boat"}
MODEL_OF = {info.slug: models_of(info.slug)[0].key for info in INFOS}
SELF_RUN = ("vllm_omni", "sglang")
STILL = Reference(ReferenceRole.FIRST_FRAME, "still.png", "image/png", b"\x89PNG", size="1280x720")
TAKE = Reference(ReferenceRole.SOURCE, "take.mp4", "video/mp4", b"ftyp", remote_id="video_0", seconds=Decimal(8))
UPLOAD = Reference(ReferenceRole.SOURCE, "take.mp4", "video/mp4", b"ftyp", seconds=Decimal(8))


def adapter(slug: str, respond=None, *, key: str = "k", **options: str) -> OpenAIVideos:
    handler = respond if callable(respond) else lambda _: respond
    client = httpx.AsyncClient(transport=httpx.MockTransport(handler))
    secrets = {"api_key": key, "webhook_secret": "s"}
    return adapter_for(Account(slug, "https://videos.example/v1", secrets, options), client=client)


async def sent(slug: str, *, key: str = "k", options: dict[str, str] | None = None, **request) -> httpx.Request:
    """The paid call that `slug` would get."""
    seen = []

    def respond(call):
        seen.append(call)
        return httpx.Response(200, json=VIDEO)

    fields = {"model": MODEL_OF[slug], "prompt": "a boat", "seconds": 4, "size": "1280x720"} | request
    await adapter(slug, respond, key=key, **(options or {})).submit(GenerationRequest(**fields), "key-1")
    assert len(seen) == 1
    return seen[0]


def fields_of(call: httpx.Request) -> dict[str, str]:
    """The text parts of a multipart call."""
    boundary = call.headers["content-type"].partition("boundary=")[2].encode()
    found = {}
    for part in call.content.split(b"--" + boundary)[1:-1]:
        head, _, value = part.partition(b"\r\n\r\n")
        if b"filename" not in head:
            found[head.partition(b'name="')[2].partition(b'"')[0].decode()] = value.removesuffix(b"\r\n").decode()
    return found


def test_every_server_is_known_with_a_profile_and_a_model():
    assert set(PROFILES) == {info.slug for info in INFOS} <= set(PROVIDERS)
    assert all(MODEL_OF.values())


@pytest.mark.parametrize("slug", SELF_RUN)
async def test_a_server_of_one_model_gets_parts_and_its_extra_fields(slug):
    request = {"fps": Fraction(16), "seed": 7, "negative": "rain"}
    call = await sent(slug, options={"num_inference_steps": "30", "model": "Wan-AI/Wan2.2"}, **request)
    assert fields_of(call) == {
        "model": "Wan-AI/Wan2.2",
        "prompt": "a boat",
        "seconds": "4",
        "size": "1280x720",
        "fps": "16",
        "num_frames": "64",  # 4 s of 16
        "seed": "7",
        "negative_prompt": "rain",
        "num_inference_steps": "30",
    }


async def test_only_vllm_is_told_about_sound():
    assert fields_of(await sent("vllm_omni", audio=True))["generate_sound"] == "true"
    assert "generate_sound" not in fields_of(await sent("sglang"))


@pytest.mark.parametrize("slug", SELF_RUN)
async def test_without_a_name_the_server_uses_the_model_it_was_started_with(slug):
    assert "model" not in fields_of(await sent(slug))


@pytest.mark.parametrize("slug", [*SELF_RUN, "custom"])
async def test_a_server_without_a_key_gets_no_header_for_one(slug):
    call = await sent(slug, key="")
    assert not {"authorization", "api-key"} & set(call.headers)
    account = Account(slug, "http://10.0.0.5:8091/v1")
    assert PROVIDERS[slug].is_complete(account)


async def test_the_proxy_is_told_which_of_its_models_is_meant():
    call = await sent("litellm", options={"model": "openai/sora-2"})
    assert json.loads(call.content)["model"] == "openai/sora-2"
    request = GenerationRequest(MODEL_OF["litellm"], "a boat")
    assert "name the one to use" in str(adapter("litellm").validate(request)[0])
    assert adapter("litellm", model="openai/sora-2").validate(request) == []


@pytest.mark.parametrize(
    ("options", "header", "kind"),
    [
        ({}, "authorization", "application/json"),
        ({"auth_header": "api-key"}, "api-key", "application/json"),
        ({"create_encoding": "multipart"}, "authorization", "multipart/form-data"),
        ({"create_encoding": "odd", "auth_header": "odd"}, "authorization", "application/json"),
    ],
)
async def test_a_server_of_any_maker_is_spoken_to_as_its_options_say(options, header, kind):
    call = await sent("custom", options=options)
    assert {"authorization", "api-key"} & set(call.headers) == {header}
    assert call.headers["content-type"].startswith(kind)


@pytest.mark.parametrize("slug", MODEL_OF)
async def test_a_first_frame_goes_along_as_a_file(slug):
    call = await sent(
        slug,
        operation=Operation.IMAGE_TO_VIDEO,
        references=(STILL,),
        options={"model": "m"} if slug != "sandbox" else {},
    )
    assert b'name="input_reference"; filename="still.png"' in call.content


@pytest.mark.parametrize(
    ("operation", "path", "body"),
    [
        (Operation.REMIX, "/v1/videos/video_0/remix", {"prompt": "a boat"}),
        (Operation.EDIT, "/v1/videos/edits", {"prompt": "a boat", "video": {"id": "video_0"}}),
        (Operation.RESTYLE, "/v1/videos/edits", {"prompt": "a boat", "video": {"id": "video_0"}}),
        (
            Operation.EXTEND,
            "/v1/videos/extensions",
            {"prompt": "a boat", "seconds": "4", "video": {"id": "video_0"}},
        ),
    ],
)
async def test_a_take_of_its_own_is_named_by_its_id(operation, path, body):
    call = await sent("openai_videos", operation=operation, references=(TAKE,))
    assert (call.url.path, json.loads(call.content)) == (path, body)


@pytest.mark.parametrize(
    ("operation", "path", "names"),
    [
        (Operation.EDIT, "/v1/videos/edits", {"prompt", "model"}),
        (Operation.EXTEND, "/v1/videos/extensions", {"prompt", "model", "seconds"}),
    ],
)
async def test_another_clip_is_uploaded_with_the_model_to_use(operation, path, names):
    call = await sent("openai_videos", operation=operation, references=(UPLOAD,))
    assert (call.url.path, set(fields_of(call))) == (path, names)
    assert b'name="video"; filename="take.mp4"' in call.content


@pytest.mark.parametrize(
    ("slug", "request_", "sentence"),
    [
        (
            "openai_videos",
            {"operation": Operation.IMAGE_TO_VIDEO, "references": (STILL,), "size": "720x1280"},
            "The first frame must have the clip's size, 720x1280; still.png is 1280x720.",
        ),
        (
            "openai_videos",
            {"operation": Operation.REMIX, "references": (UPLOAD,)},
            "Sora 2 remixes only takes that it made itself.",
        ),
        (
            "openai_videos",
            {
                "operation": Operation.EXTEND,
                "references": (Reference(ReferenceRole.SOURCE, "a", "video/mp4", b"", seconds=Decimal(118)),),
            },
            "An extended clip lasts 120 s at most; this one would last 122.0 s.",
        ),
        (
            "vllm_omni",
            {"fps": Fraction(30000, 1001)},
            "vLLM-Omni takes whole numbers of frames a second; the spec asks for 30000/1001.",
        ),
        ("vllm_omni", {"operation": Operation.REMIX, "references": (TAKE,)}, "vLLM-Omni remixes no takes."),
        ("sglang", {"audio": True}, "SGLang Diffusion makes no sound; the spec asks for it."),
    ],
)
def test_it_says_before_what_a_server_would_refuse(slug, request_, sentence):
    fields = {"model": MODEL_OF[slug], "prompt": "a boat", "seconds": 4, "size": "1280x720"} | request_
    assert [str(problem) for problem in adapter(slug).validate(GenerationRequest(**fields))] == [sentence]


@pytest.mark.parametrize(
    ("slug", "can_delete", "webhooks"),
    [
        ("sandbox", True, Webhooks.SIGNED),
        ("openai_videos", True, Webhooks.SIGNED),
        ("vllm_omni", True, Webhooks.NONE),
        ("sglang", False, Webhooks.NONE),
        ("litellm", False, Webhooks.NONE),
        ("custom", True, Webhooks.SIGNED),
    ],
)
async def test_it_promises_only_what_the_server_has(slug, can_delete, webhooks):
    calls = []

    def respond(call):
        calls.append(call.method)
        return httpx.Response(200, json={"id": "video_1", "status": "in_progress", "deleted": True})

    one = adapter(slug, respond)
    can = one.capabilities()
    assert (can.can_cancel, can.can_delete, can.webhooks) == (can_delete, can_delete, webhooks)
    assert can.recovery is Recovery.LIST
    await one.cancel("video_1")
    assert calls == (["GET", "DELETE"] if can_delete else [])


async def test_a_job_that_has_ended_is_paid_for_and_not_deleted_by_a_cancellation():
    calls = []

    def respond(call):
        calls.append(call.method)
        return httpx.Response(200, json={"id": "video_1", "status": "completed"})

    await adapter("sandbox", respond).cancel("video_1")
    assert calls == ["GET"]


@pytest.mark.parametrize("slug", SELF_RUN)
async def test_a_server_that_was_restarted_has_lost_its_jobs_and_they_may_be_ordered_again(slug):
    snapshot = await adapter(slug, httpx.Response(404, json={"error": {"code": 404, "message": "?"}})).fetch("video_1")
    assert (snapshot.state, snapshot.is_retryable) == (JobState.FAILED, True)
    assert "started anew" in snapshot.error


async def test_elsewhere_a_job_that_is_not_shown_is_not_called_lost():
    with pytest.raises(errors.NotFound):
        await adapter("litellm", httpx.Response(404)).fetch("video_1")


async def test_a_job_of_vllm_may_have_no_size_and_a_number_for_a_code():
    video = VIDEO | {"size": None, "status": "failed", "error": {"code": 500, "message": "Out of memory"}}
    snapshot = await adapter("vllm_omni", httpx.Response(200, json=video)).fetch("video_1")
    assert (snapshot.state, snapshot.code, snapshot.error) == (JobState.FAILED, "500", "Out of memory")


async def test_a_list_without_cursors_comes_out_newest_first_and_no_longer_than_asked():
    jobs = [VIDEO | {"id": f"v{number}", "created_at": 1763800000 + number} for number in range(4)]
    recent = await adapter("sglang", httpx.Response(200, json={"object": "list", "data": jobs})).recent(3)
    assert [job.remote_id for job in recent] == ["v3", "v2", "v1"]
    assert all(job.prompt == "a boat" and job.created_at is not None for job in recent)


@pytest.mark.parametrize(("slug", "variants"), [("sandbox", ["video", "thumbnail"]), ("vllm_omni", ["video"])])
async def test_a_finished_job_offers_a_still_where_the_server_has_one(slug, variants):
    done = VIDEO | {"status": "completed", "seconds": "4"}
    snapshot = await adapter(slug, httpx.Response(200, json=done)).fetch("video_1")
    assert [asset.variant for asset in snapshot.assets] == variants
    assert [asset.seconds for asset in snapshot.clips] == [Decimal(4)]


async def test_only_a_still_is_asked_for_by_its_variant():
    asked = []

    def respond(call):
        asked.append(call.url.query)
        return httpx.Response(200, content=b"bytes")

    one = adapter("sandbox", respond)
    for variant in ("video", "thumbnail"):
        _ = [chunk async for chunk in one.download(Asset("video_1", variant=variant))]
    assert asked == [b"", b"variant=thumbnail"]


def test_during_a_rotation_both_webhook_secrets_open():
    body = b'{"type":"video.completed","data":{"id":"video_1"}}'
    for secret in ("old", "new"):
        headers = {
            "webhook-id": "evt_1",
            "webhook-timestamp": "1000",
            "webhook-signature": sign(secret, "evt_1", 1000, body),
        }
        account = Account("custom", "https://videos.example/v1", {"webhook_secret": "new old"})
        one = OpenAIVideos(
            PROVIDERS["custom"], account, (), profile=PROFILES["custom"], client=None, clock=lambda: 1000.0
        )
        assert one.parse_webhook(headers, body).remote_id == "video_1"


@pytest.mark.parametrize(
    ("answer", "is_well", "said"),
    [
        (httpx.Response(200, json={"data": []}), True, "answers"),
        (httpx.Response(401, json={"error": {"message": "Wrong key."}}), False, "Wrong key."),
        (httpx.Response(502, text="<html>"), False, "502"),
        (httpx.Response(200, text="<html>"), False, "not JSON"),
    ],
)
async def test_its_health_is_a_sentence_and_never_an_exception(answer, is_well, said):
    health = await adapter("vllm_omni", answer).health()
    assert health.is_well is is_well
    assert said in health.sentence
