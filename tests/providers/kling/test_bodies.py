"""What is sent, as the sheet of the wire contract has it."""

import json
from base64 import b64encode
from decimal import Decimal

import pytest

from providers.base import CameraMove, Operation, ReferenceRole
from tests.providers.kling.helpers import CREATED_V1, CREATED_V2, DONE_V1, DONE_V2, Far, asking, kling, ok, still, take

STILL = b64encode(b"\x89PNG").decode()
NO_MARK = {"enabled": False}


async def sent(request, *answers):
    """The path and the body of the create call, which is the last call."""
    far = Far(*(answers or (ok(CREATED_V1 if "-v" in request.model else CREATED_V2),)))
    await kling(far).submit(request, "job-42")
    return far.seen[-1].url.path, json.loads(far.seen[-1].content)


async def test_text_in_v1():
    path, body = await sent(
        asking(
            "kling-v3", seconds=7, size="1080x1920", audio=True, negative="rain", callback_url="https://us.example/x"
        )
    )
    assert path == "/v1/videos/text2video"
    assert body == {
        "model_name": "kling-v3",
        "prompt": "a boat",
        "negative_prompt": "rain",
        "mode": "pro",
        "duration": "7",
        "aspect_ratio": "9:16",
        "sound": "on",
        "watermark_info": NO_MARK,
        "callback_url": "https://us.example/x",
        "external_task_id": "job-42",
    }


@pytest.mark.parametrize(
    ("size", "mode", "ratio"),
    [
        (None, "std", "16:9"),
        ("960x960", "std", "1:1"),
        ("1920x1080", "pro", "16:9"),
        ("1440x1440", "pro", "1:1"),
        ("2160x3840", "4k", "9:16"),
    ],
)
async def test_a_size_becomes_mode_and_ratio(size, mode, ratio):
    _, body = await sent(asking("kling-v3", size=size))
    assert (body["mode"], body["aspect_ratio"]) == (mode, ratio)
    _, body = await sent(asking("kling-3.0", size=size))
    resolution = {"std": "720p", "pro": "1080p", "4k": "4k"}[mode]
    assert (body["settings"]["resolution"], body["settings"]["aspect_ratio"]) == (resolution, ratio)


@pytest.mark.parametrize(
    ("model", "size", "audio", "sound"),
    [
        ("kling-v3", None, None, "on"),
        ("kling-v3", None, False, "off"),
        ("kling-v2-6", None, None, "off"),
        ("kling-v2-6", "1920x1080", None, "on"),
        ("kling-v2-6", "1920x1080", False, "off"),
        ("kling-v2-5-turbo", None, None, None),
    ],
)
async def test_sound_is_said_where_it_can_be_chosen(model, size, audio, sound):
    _, body = await sent(asking(model, size=size, audio=audio))
    assert body.get("sound") == sound


@pytest.mark.parametrize(
    ("move", "axis", "sign"),
    [
        (CameraMove.PUSH_IN, "zoom", -1),
        (CameraMove.PULL_OUT, "zoom", 1),
        (CameraMove.PAN_LEFT, "tilt", -1),
        (CameraMove.TILT_UP, "pan", 1),
        (CameraMove.TRUCK_RIGHT, "horizontal", 1),
        (CameraMove.PEDESTAL_DOWN, "vertical", -1),
        (CameraMove.ROLL_RIGHT, "roll", 1),
    ],
)
async def test_a_camera_move_is_one_axis(move, axis, sign):
    _, body = await sent(asking("kling-v1", camera=move))
    assert body["camera_control"]["type"] == "simple"
    ((named, amount),) = body["camera_control"]["config"].items()
    assert (named, amount * sign > 0, -10 <= amount <= 10) == (axis, True, True)


async def test_every_move_has_an_axis_and_no_two_are_the_same():
    bodies = [(await sent(asking("kling-v1", camera=move)))[1]["camera_control"]["config"] for move in CameraMove]
    assert len({str(config) for config in bodies}) == len(CameraMove)


async def test_a_model_without_camera_control_is_sent_none():
    assert "camera_control" not in (await sent(asking("kling-v3", camera=CameraMove.PAN_LEFT)))[1]
    assert "camera_control" not in str((await sent(asking("kling-3.0", camera=CameraMove.PAN_LEFT)))[1])


async def test_frames_in_v1_are_bare_base64_and_give_the_shape():
    path, body = await sent(asking("kling-v2-6", Operation.FIRST_LAST_FRAME, still(), still(ReferenceRole.LAST_FRAME)))
    assert path == "/v1/videos/image2video"
    assert (body["image"], body["image_tail"]) == (STILL, STILL)
    assert "aspect_ratio" not in body


async def test_a_camera_move_goes_with_a_first_frame_but_not_with_a_last_one():
    first, last = still(), still(ReferenceRole.LAST_FRAME)
    _, alone = await sent(asking("kling-v1", Operation.IMAGE_TO_VIDEO, first, camera=CameraMove.PAN_LEFT))
    _, both = await sent(asking("kling-v1", Operation.FIRST_LAST_FRAME, first, last, camera=CameraMove.PAN_LEFT))
    assert ("camera_control" in alone, "camera_control" in both) == (True, False)


async def test_reference_images_in_v1():
    two = [still(ReferenceRole.REFERENCE)] * 2
    path, body = await sent(asking("kling-v1-6", Operation.REFERENCE_TO_VIDEO, *two, size="960x960"))
    assert (path, body["image_list"]) == ("/v1/videos/multi-image2video", [{"image": STILL}] * 2)
    assert body["aspect_ratio"] == "1:1"


async def test_omni_says_what_each_image_is_for():
    images = [still(), still(ReferenceRole.LAST_FRAME)]
    path, body = await sent(asking("kling-v3-omni", Operation.FIRST_LAST_FRAME, *images))
    assert path == "/v1/videos/omni-video"
    assert body["image_list"] == [
        {"image_url": STILL, "type": "first_frame"},
        {"image_url": STILL, "type": "end_frame"},
    ]
    _, body = await sent(asking("kling-v3-omni", Operation.REFERENCE_TO_VIDEO, still(ReferenceRole.REFERENCE)))
    assert (body["image_list"], body["aspect_ratio"]) == ([{"image_url": STILL}], "16:9")


@pytest.mark.parametrize("operation", [Operation.EDIT, Operation.RESTYLE, Operation.INPAINT, Operation.OUTPAINT])
async def test_an_edit_in_v1_sends_the_address_of_the_take_as_it_is_now(operation):
    request = asking("kling-video-o1", operation, take(), audio=False)
    path, body = await sent(request, ok(DONE_V1), ok(CREATED_V1))
    assert path == "/v1/videos/omni-video"
    assert body["video_list"] == [
        {"video_url": "https://cdn.example/a1.mp4?sign=x", "refer_type": "base", "keep_original_sound": "no"}
    ]
    assert not {"duration", "aspect_ratio", "sound", "image_list"} & set(body)


async def test_an_extension_in_v1_names_the_clip():
    request = asking("kling-v1-6", Operation.EXTEND, take(), negative="rain")
    path, body = await sent(request, ok(DONE_V1), ok(CREATED_V1))
    assert path == "/v1/videos/video-extend"
    assert body == {
        "video_id": "a1",
        "prompt": "a boat",
        "negative_prompt": "rain",
        "external_task_id": "job-42",
        "watermark_info": NO_MARK,
    }


async def test_a_take_may_be_named_by_its_task_alone():
    request = asking("kling-v1-6", Operation.EXTEND, take("v1/text2video/8312"))
    _, body = await sent(request, ok(DONE_V1), ok(CREATED_V1))
    assert body["video_id"] == "a1"


async def test_text_in_v2():
    path, body = await sent(
        asking("kling-3.0", seconds=7, size="1080x1920", audio=False, callback_url="https://us.example/x")
    )
    assert path == "/text-to-video/kling-3.0"
    assert body == {
        "prompt": "a boat",
        "settings": {"resolution": "1080p", "aspect_ratio": "9:16", "duration": 7, "audio": "off"},
        "options": {
            "callback_url": "https://us.example/x",
            "external_task_id": "job-42",
            "watermark_info": NO_MARK,
        },
    }


async def test_frames_in_v2():
    path, body = await sent(
        asking("kling-3.0-turbo", Operation.FIRST_LAST_FRAME, still(), still(ReferenceRole.LAST_FRAME))
    )
    assert path == "/image-to-video/kling-3.0-turbo"
    assert [one["type"] for one in body["contents"]] == ["prompt", "first_frame", "last_frame"]
    assert body["contents"][0] == {"type": "prompt", "text": "a boat"}
    assert body["settings"] == {"resolution": "720p", "duration": 5, "audio": "native"}


async def test_omni_in_v2():
    path, body = await sent(asking("kling-o1", Operation.REFERENCE_TO_VIDEO, still(ReferenceRole.REFERENCE)))
    assert path == "/omni-video/kling-o1"
    assert [one["type"] for one in body["contents"]] == ["prompt", "refer_image"]
    assert body["settings"] == {"resolution": "720p", "aspect_ratio": "16:9", "duration": 5}


async def test_an_edit_in_v2():
    request = asking("kling-3.0-omni", Operation.EDIT, take("v2/91/0"), still(ReferenceRole.REFERENCE))
    _, body = await sent(request, ok([DONE_V2]), ok(CREATED_V2))
    assert body["contents"][-1] == {"type": "base_video", "url": "https://cdn.example/91.mp4?sign=x"}
    assert body["settings"] == {"resolution": "720p", "audio": "original"}


async def test_a_next_shot_in_v2():
    request = asking("kling-3.0-omni", Operation.EXTEND, take("v2/91/0"), seconds=4)
    _, body = await sent(request, ok([DONE_V2]), ok(CREATED_V2))
    assert body["contents"][-1]["type"] == "feature_video"
    assert body["settings"] == {
        "resolution": "720p",
        "aspect_ratio": "16:9",
        "duration": 4,
        "audio": "native",
        "multi_shot": True,
    }


@pytest.mark.parametrize(
    ("size", "audio", "dollars"),
    [
        ("1280x720", False, "0.4550"),
        ("1280x720", None, "0.6800"),
        ("1920x1080", False, "0.6050"),
        ("1440x1440", True, "0.9100"),
        ("3840x2160", True, "2.2750"),
    ],
)
def test_five_seconds_cost_what_the_list_says(size, audio, dollars):
    request = asking("kling-3.0", seconds=5, size=size, audio=audio)
    assert kling(Far(ok(None))).estimate(request).amount == Decimal(dollars)
