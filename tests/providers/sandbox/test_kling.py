"""The sandbox's Kling, spoken to over plain HTTP: there is no official client. Its clips are small, to be shot fast."""

import io
import time
from base64 import b64encode
from uuid import uuid4

import av
import httpx
import jwt
import pytest
from PIL import Image

from providers.sandbox.kling_keys import ACCESS_KEY, SECRET_KEY

SMALL = "A red car at sunset [sandbox:size,length]"
V1 = {"model_name": "kling-v3", "prompt": SMALL, "duration": "3"}
SETTINGS = {"resolution": "720p", "aspect_ratio": "16:9", "duration": 3, "audio": "off"}
V2 = {"prompt": SMALL, "settings": SETTINGS}


@pytest.fixture
def wire(sandbox):
    headers = {"Authorization": "Bearer api-key-kling-sandbox"}
    with httpx.Client(base_url=f"{sandbox.url}/kling", headers=headers, timeout=30) as wire:
        yield wire


def data(answer):
    body = answer.json()
    assert (answer.status_code, body["code"], body["message"]) == (200, 0, "SUCCEED"), body
    assert body["request_id"]
    return body["data"]


def code(answer):
    body = answer.json()
    assert set(body) == {"code", "message", "request_id", "data"}
    return answer.status_code, body["code"]


def create(wire, kind="text2video", **changes):
    return data(wire.post(f"/v1/videos/{kind}", json=V1 | changes))


def finished(look):
    until = time.monotonic() + 60
    while time.monotonic() < until:
        task = look()
        if task.get("task_status", task.get("status")) in ("succeed", "succeeded", "failed"):
            return task
        time.sleep(0.1)
    raise AssertionError("the task never ended")


def made(wire, kind="text2video", **changes):
    task_id = create(wire, kind, **changes)["task_id"]
    return finished(lambda: data(wire.get(f"/v1/videos/{kind}/{task_id}")))


def picture(width=640, height=360, kind="PNG"):
    still = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(still, kind)
    return b64encode(still.getvalue()).decode()


def decoded(url):
    with av.open(io.BytesIO(httpx.get(url).raise_for_status().content)) as container:
        frames = [(frame.width, frame.height) for frame in container.decode(video=0)]
        return set(frames), len(frames), [stream.codec_context.name for stream in container.streams]


@pytest.mark.full_size
def test_v1_creates_polls_and_serves_a_clip_that_plays(wire):
    name = f"job-{uuid4()}"
    created = create(wire, external_task_id=name, sound="on")
    assert set(created) >= {"task_id", "task_status", "task_info", "created_at", "updated_at"}
    assert (created["task_status"], created["task_info"]) == ("submitted", {"external_task_id": name})
    assert abs(created["created_at"] / 1000 - time.time()) < 60
    task = finished(lambda: data(wire.get(f"/v1/videos/text2video/{name}")))
    assert (task["task_id"], task["task_status"]) == (created["task_id"], "succeed")
    assert float(task["final_unit_deduction"]) > 0
    (video,) = task["task_result"]["videos"]
    assert (video["duration"], set(video)) == ("1.5", {"id", "url", "duration"})
    assert decoded(video["url"]) == ({(640, 360)}, 36, ["h264", "aac"])


@pytest.mark.full_size
def test_v2_says_succeeded_and_has_one_route_to_ask(wire):
    name = f"job-{uuid4()}"
    created = data(wire.post("/text-to-video/kling-3.0", json=V2 | {"options": {"external_task_id": name}}))
    assert (created["status"], created["external_id"]) == ("submitted", name)
    (task,) = [finished(lambda: data(wire.get("/tasks", params={"task_ids": created["id"]}))[0])]
    assert (task["status"], [output["type"] for output in task["outputs"]]) == ("succeeded", ["video"])
    assert task["billing"][0]["amount"]
    assert decoded(task["outputs"][0]["url"]) == ({(640, 360)}, 36, ["h264"])
    both = data(wire.get("/tasks", params={"task_ids": f"{created['id']},404", "external_task_ids": name}))
    assert [one["id"] for one in both] == [created["id"]] * 2
    assert data(wire.get("/tasks", params={"external_task_ids": "nobody"})) == []


def signed(**changes):
    now = int(time.time())
    claims = {"iss": ACCESS_KEY, "exp": now + 1800, "nbf": now - 5} | changes
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, SECRET_KEY, algorithm="HS256")


@pytest.mark.parametrize(
    ("header", "answer"),
    [
        ("", (401, 1001)),
        ("Basic eA==", (401, 1002)),
        ("Bearer", (401, 1002)),
        ("Bearer two words", (401, 1002)),
        ("Bearer a.b.c", (401, 1002)),
        (f"Bearer {jwt.encode({'iss': ACCESS_KEY}, SECRET_KEY)}", (401, 1002)),
        (f"Bearer {jwt.encode({'iss': ACCESS_KEY, 'exp': 9**10, 'nbf': 1}, 'another-key-' * 4)}", (401, 1002)),
    ],
)
def test_it_asks_for_a_key(sandbox, header, answer):
    headers = {"Authorization": header} if header else {}
    assert code(httpx.get(f"{sandbox.url}/kling/v1/videos/text2video", headers=headers)) == answer


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({}, (200, 0)),
        ({"iss": "stranger"}, (401, 1002)),
        ({"nbf": 9**10}, (401, 1003)),
        ({"exp": 1}, (401, 1004)),
        ({"exp": None}, (401, 1002)),
    ],
)
def test_it_looks_at_a_tokens_signature_and_times(sandbox, changes, answer):
    headers = {"Authorization": f"Bearer {signed(**changes)}"}
    assert code(httpx.get(f"{sandbox.url}/kling/v1/videos/text2video", headers=headers)) == answer


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("text2video", {"prompt": " "}),
        ("text2video", {"prompt": "x" * 2501}),
        ("text2video", {"duration": 3}),
        ("text2video", {"duration": "16"}),
        ("text2video", {"model_name": "kling-v1", "duration": "7"}),
        ("text2video", {"mode": "4k", "model_name": "kling-v2-6", "duration": "5"}),
        ("text2video", {"mode": "max"}),
        ("text2video", {"aspect_ratio": "4:3"}),
        ("text2video", {"sound": True}),
        ("text2video", {"sound": "on", "model_name": "kling-v1", "duration": "5"}),
        ("text2video", {"sound": "on", "model_name": "kling-v2-6", "duration": "5"}),
        ("text2video", {"cfg_scale": 0.5}),
        ("text2video", {"camera_control": {"type": "simple", "config": {"pan": 1}}}),
        ("text2video", {"model_name": "kling-v3-omni"}),
        ("text2video", {"negativ_prompt": "rain"}),
        ("text2video", {"callback_url": "here"}),
        ("text2video", {"watermark_info": {"enabled": "no"}}),
        ("image2video", {}),
        ("image2video", {"image": f"data:image/png;base64,{picture()}"}),
        ("image2video", {"image": "bm90IGEgcGljdHVyZQ=="}),
        ("image2video", {"image": picture(299, 400)}),
        ("image2video", {"image": picture(1000, 390)}),
        ("image2video", {"image": picture(kind="GIF")}),
        ("image2video", {"image": picture(), "aspect_ratio": "16:9"}),
        ("multi-image2video", {"image_list": [{"image": picture()}]}),
        ("omni-video", {"model_name": "kling-v3"}),
        ("omni-video", {"model_name": "kling-v3-omni", "video_list": [{"video_url": "aGVsbG8="}]}),
        (
            "omni-video",
            {"model_name": "kling-v3-omni", "duration": "5", "video_list": [{"video_url": "https://x.example/a.mp4"}]},
        ),
    ],
)
def test_it_never_accepts_what_the_real_one_would_refuse(wire, sandbox, kind, changes):
    before = len(sandbox.ledger())
    assert code(wire.post(f"/v1/videos/{kind}", json=V1 | changes)) == (400, 1201)
    assert len(sandbox.ledger()) == before


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("/text-to-video/kling-3.0", {"settings": SETTINGS | {"duration": "3"}}),
        ("/text-to-video/kling-3.0", {"settings": SETTINGS | {"duration": 16}}),
        ("/text-to-video/kling-3.0", {"settings": SETTINGS | {"resolution": "bogus"}}),
        ("/text-to-video/kling-3.0", {"settings": SETTINGS | {"aspect_ratio": "99:1"}}),
        ("/text-to-video/kling-3.0", {"settings": SETTINGS | {"audio": "original"}}),
        ("/text-to-video/kling-3.0", {"settings": {"duration": 3}}),
        ("/text-to-video/kling-3.0", {"settings": SETTINGS | {"multi_shot": True}}),
        ("/text-to-video/kling-3.0-turbo", {"settings": SETTINGS | {"resolution": "4k"}}),
        ("/text-to-video/kling-3.0", {"prompt": ""}),
        ("/image-to-video/kling-3.0", {"contents": [{"type": "prompt", "text": "x"}]}),
        ("/omni-video/kling-o1", {"contents": [{"type": "base_video", "url": "https://x.example/a.mp4"}]}),
        (
            "/omni-video/kling-3.0-omni",
            {
                "contents": [
                    {"type": "feature_video", "url": "https://x.example/a.mp4"},
                    {"type": "prompt", "text": "x"},
                ]
            },
        ),
    ],
)
def test_it_is_as_strict_in_v2(wire, sandbox, path, changes):
    before = len(sandbox.ledger())
    assert code(wire.post(path, json=V2 | changes)) == (400, 1201)
    assert len(sandbox.ledger()) == before


@pytest.mark.parametrize(
    ("method", "path", "answer"),
    [
        ("POST", "/v1/videos/lip-sync", (404, 1202)),
        ("GET", "/v1/videos/text2video/404", (404, 1203)),
        ("GET", "/v1/videos/text2video?pageSize=501", (400, 1201)),
        ("GET", "/v1/videos/text2video?pageNum=0", (400, 1201)),
        ("GET", "/tasks", (400, 1201)),
        ("POST", "/text-to-video/kling-9", (404, 1203)),
        ("POST", "/text-to-video/kling-o1", (404, 1203)),
    ],
)
def test_it_knows_its_methods_tasks_and_models(wire, method, path, answer):
    assert code(wire.request(method, path, json=V2 if method == "POST" else None)) == answer


@pytest.mark.parametrize("body", [b"", b"[]", b"{"])
def test_a_body_is_one_json_object(wire, body):
    assert code(wire.post("/v1/videos/text2video", content=body)) == (400, 1200)


def test_a_model_that_is_not_there(wire):
    assert code(wire.post("/v1/videos/text2video", json=V1 | {"model_name": "kling-v9"})) == (404, 1203)


def test_a_camera_moves_along_one_axis(wire):
    one = {"model_name": "kling-v1", "duration": "5"}
    assert create(wire, **one, camera_control={"type": "simple", "config": {"zoom": -5}})["task_id"]
    assert create(wire, **one, camera_control={"type": "forward_up"})["task_id"]
    for control in (
        {"type": "simple", "config": {"zoom": -5, "pan": 1}},
        {"type": "simple", "config": {"zoom": 11}},
        {"type": "simple", "config": {"dolly": 1}},
        {"type": "simple"},
        {"type": "forward_up", "config": {"zoom": 1}},
        {"type": "sideways"},
    ):
        answer = wire.post("/v1/videos/text2video", json=V1 | one | {"camera_control": control})
        assert code(answer) == (400, 1201)


@pytest.mark.full_size
def test_a_clip_takes_the_shape_of_its_first_frame(wire):
    task = made(wire, "image2video", image=picture(600, 450))
    assert decoded(task["task_result"]["videos"][0]["url"])[0] == {(554, 416)}


def test_a_name_is_taken_once(wire, sandbox):
    name = f"job-{uuid4()}"
    create(wire, external_task_id=name)
    before = len(sandbox.ledger())
    again = wire.post("/v1/videos/text2video", json=V1 | {"external_task_id": name})
    assert code(again) == (400, 1201)
    assert code(wire.post("/text-to-video/kling-3.0", json=V2 | {"options": {"external_task_id": name}})) == (400, 1201)
    assert len(sandbox.ledger()) == before


def test_it_lists_by_kind_in_pages_newest_first(wire):
    ids = [create(wire, prompt=f"page {number} {SMALL}")["task_id"] for number in range(3)]
    first = data(wire.get("/v1/videos/text2video", params={"pageNum": 1, "pageSize": 2}))
    second = data(wire.get("/v1/videos/text2video", params={"pageNum": 2, "pageSize": 2}))
    assert [task["task_id"] for task in [*first, *second]][:3] == ids[::-1]
    assert not {task["task_id"] for task in data(wire.get("/v1/videos/image2video"))} & set(ids)


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("refuse-input", (400, 1301)),
        ("quota", (429, 1102)),
        ("retired", (404, 1203)),
        ("429", (429, 1302)),
        ("full", (429, 1303)),
    ],
)
def test_a_refused_call_charges_nothing(wire, sandbox, word, answer):
    before = len(sandbox.ledger())
    body = V1 | {"prompt": f"{uuid4()} {SMALL} [sandbox:{word}]"}
    assert code(wire.post("/v1/videos/text2video", json=body)) == answer
    assert len(sandbox.ledger()) == before
    if word in ("429", "full"):
        data(wire.post("/v1/videos/text2video", json=body))


def test_a_refused_and_a_failed_task_differ_in_their_reason_only(wire):
    refused, failed = made(wire, prompt=f"{SMALL} [sandbox:refuse]"), made(wire, prompt=f"{SMALL} [sandbox:fail]")
    assert (refused["task_status"], failed["task_status"]) == ("failed", "failed")
    assert "risk control" in refused["task_status_msg"]
    assert "risk" not in failed["task_status_msg"]


def test_links_run_out(wire):
    expired = made(wire, prompt=f"{SMALL} [sandbox:expired]")["task_result"]["videos"][0]["url"]
    assert httpx.get(expired).status_code == 403
    task = made(wire, prompt=f"{SMALL} [sandbox:short-link]")
    link = task["task_result"]["videos"][0]["url"]
    time.sleep(2.1)
    assert httpx.get(link).status_code == 403
    fresh = data(wire.get(f"/v1/videos/text2video/{task['task_id']}"))["task_result"]["videos"][0]["url"]
    assert httpx.get(fresh).status_code == 200


def test_a_watermarked_copy_is_an_extra(wire):
    task = made(wire, watermark_info={"enabled": True})
    assert task["watermark_info"] == {"enabled": True}
    assert task["task_result"]["videos"][0]["watermark_url"]
