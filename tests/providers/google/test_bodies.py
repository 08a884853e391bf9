"""What is sent, dialect by dialect and operation by operation."""

import pytest

from providers.base import Operation, ReferenceRole
from tests.providers.google.helpers import (
    CLIP,
    FILE,
    OPERATION,
    PLATFORM,
    PNG,
    VERTEX_OPERATION,
    Recorder,
    adapter,
    asked,
    b64,
    clip,
    still,
)

IMAGE = {"bytesBase64Encoded": b64(PNG), "mimeType": "image/png"}
FIRST, LAST = still(ReferenceRole.FIRST_FRAME), still(ReferenceRole.LAST_FRAME)
REFERENCE, MASK = still(ReferenceRole.REFERENCE), still(ReferenceRole.MASK)


async def sent(request, slug="google", answer=None, **more):
    seen = Recorder(answer or {"name": OPERATION if slug == "google" else VERTEX_OPERATION})
    made = await adapter(seen, slug=slug, **more).submit(request, "call-1")
    return seen, made


async def test_the_gemini_api_gets_the_key_the_prompt_and_how_many_clips():
    seen, made = await sent(asked(seconds=6, size="1920x1080", negative="rain", samples=2))
    assert made.remote_id == OPERATION
    assert seen.url == "https://gemini.example/v1beta/models/veo-3.1-generate-preview:predictLongRunning"
    assert seen.requests[0].headers["x-goog-api-key"] == "the-key"
    assert seen.body == {
        "instances": [{"prompt": "a boat"}],
        "parameters": {
            "sampleCount": 2,
            "durationSeconds": 6,
            "aspectRatio": "16:9",
            "resolution": "1080p",
            "negativePrompt": "rain",
        },
    }


async def test_the_gemini_dialect_leaves_out_what_it_does_not_take():
    seen, _ = await sent(asked(seed=5, audio=True))
    assert set(seen.body) == {"instances", "parameters"}
    assert not {"seed", "generateAudio"} & set(seen.body["parameters"])


async def test_vertex_gets_seed_sound_and_our_label():
    seen, made = await sent(asked("veo-3.1-generate-001", seed=5, audio=False), "vertex")
    assert made.remote_id == VERTEX_OPERATION
    assert (seen.body["parameters"]["seed"], seen.body["parameters"]["generateAudio"]) == (5, False)
    assert seen.body["labels"] == {"dailies_call": "call-1"}
    assert "storageUri" not in seen.body["parameters"]


async def test_a_model_of_one_resolution_is_not_told_one_and_a_silent_model_nothing_of_sound():
    seen, _ = await sent(asked("vertex-veo-2.0-generate-001"), "vertex", base_url="https://vertex.example")
    assert seen.url.endswith("/publishers/google/models/veo-2.0-generate-001:predictLongRunning")
    assert not {"resolution", "generateAudio"} & set(seen.body["parameters"])


async def test_frames_and_references_go_as_base64():
    seen, _ = await sent(asked(operation=Operation.FIRST_LAST_FRAME, references=(FIRST, LAST)))
    assert seen.body["instances"] == [{"prompt": "a boat", "image": IMAGE, "lastFrame": IMAGE}]
    seen, _ = await sent(asked(operation=Operation.REFERENCE_TO_VIDEO, references=(REFERENCE, REFERENCE)))
    assert seen.body["instances"][0]["referenceImages"] == [{"image": IMAGE, "referenceType": "asset"}] * 2


async def test_an_extension_names_the_file_of_the_service_and_neither_length_nor_ratio():
    seen, _ = await sent(asked(operation=Operation.EXTEND, references=(clip("files/abc123"),)))
    assert seen.body["instances"][0]["video"] == {"uri": FILE}
    assert seen.body["parameters"] == {"sampleCount": 1, "resolution": "720p"}


@pytest.mark.parametrize(
    ("answer", "video"),
    [
        ([{"video": {"uri": "files/def456"}}], {"uri": FILE.replace("abc123", "def456")}),
        ([{"video": {"uri": "files/abc123"}}, {"video": {"uri": "files/b"}}], {"uri": FILE}),
        ([], {"encodedVideo": b64(CLIP)}),
    ],
)
async def test_an_extension_of_a_known_operation_looks_its_file_up(answer, video):
    looked = {"name": OPERATION, "done": True, "response": {"generateVideoResponse": {"generatedSamples": answer}}}
    seen = Recorder(looked, {"name": OPERATION})
    await adapter(seen).submit(asked(operation=Operation.EXTEND, references=(clip(OPERATION),)), "call-1")
    assert [one.method for one in seen.requests] == ["GET", "POST"]
    assert seen.body["instances"][0]["video"] == video | ({} if "uri" in video else {"encoding": "video/mp4"})


async def test_an_extension_on_vertex_sends_the_clip_itself():
    request = asked("veo-3.1-generate-001", operation=Operation.EXTEND, references=(clip(f"{VERTEX_OPERATION}#0"),))
    seen, _ = await sent(request, "vertex")
    assert seen.body["instances"][0]["video"] == {"bytesBase64Encoded": b64(CLIP), "mimeType": "video/mp4"}


@pytest.mark.parametrize(("operation", "mode"), [(Operation.INPAINT, "INSERT"), (Operation.OUTPAINT, "OUTPAINT")])
async def test_a_mask_says_what_it_is_for(operation, mode):
    request = asked("vertex-veo-2.0-generate-001", operation=operation, references=(clip(), MASK), size="720x1280")
    seen, _ = await sent(request, "vertex")
    assert seen.body["instances"][0]["mask"] == IMAGE | {"maskMode": mode}
    assert seen.body["parameters"].get("aspectRatio") == ("9:16" if operation is Operation.OUTPAINT else None)


INTERACTION = {"id": "int_1", "status": "queued"}


async def test_omni_gets_a_format_a_task_and_runs_in_the_background():
    request = asked("gemini-omni-1.2-flash", seconds=5, size="1080x1920", seed=9)
    seen, made = await sent(request, answer=INTERACTION)
    assert made.remote_id == "interactions/int_1"
    assert seen.url == "https://gemini.example/v1beta/interactions"
    assert seen.body == {
        "model": "gemini-omni-1.2-flash",
        "input": "a boat",
        "background": True,
        "response_format": {
            "type": "video",
            "resolution": "1080p",
            "duration": "5s",
            "aspect_ratio": "9:16",
            "delivery": "uri",
        },
        "generation_config": {"seed": 9, "video_config": {"task": "text_to_video"}},
        "labels": {"dailies_call": "call-1"},
    }


async def test_omni_on_vertex_delivers_inline_and_goes_by_the_vendors_name():
    seen, _ = await sent(asked("vertex-gemini-omni-1.2-flash"), "vertex", answer=INTERACTION)
    assert (seen.body["model"], seen.body["response_format"]["delivery"]) == ("gemini-omni-1.2-flash", "inline")


@pytest.mark.parametrize(
    ("operation", "references", "task"),
    [
        (Operation.IMAGE_TO_VIDEO, (FIRST,), "image_to_video"),
        (Operation.REFERENCE_TO_VIDEO, (REFERENCE,), "reference_to_video"),
        (Operation.EDIT, (clip(),), "edit"),
        (Operation.RESTYLE, (clip(), REFERENCE), "edit"),
        (Operation.INPAINT, (clip(),), "edit"),
        (Operation.OUTPAINT, (clip(),), "edit"),
        (Operation.EXTEND, (clip(),), "extend"),
    ],
)
async def test_omni_is_shown_the_media_after_the_words(operation, references, task):
    request = asked("gemini-omni-1.2-flash", operation=operation, references=references)
    seen, _ = await sent(request, answer=INTERACTION)
    kinds = [(one["type"], one.get("data")) for one in seen.body["input"]]
    shown = [("video", b64(CLIP)) if one.seconds else ("image", b64(PNG)) for one in references]
    assert kinds == [("text", None), *shown]
    assert seen.body["generation_config"]["video_config"] == {"task": task}


async def test_both_frames_of_omni_are_named():
    request = asked("gemini-omni-1.1-flash", operation=Operation.FIRST_LAST_FRAME, references=(FIRST, LAST))
    seen, _ = await sent(request, answer=INTERACTION)
    assert [one.get("name") for one in seen.body["input"]] == [None, "first_frame", "last_frame"]


@pytest.mark.parametrize("operation", [Operation.EDIT, Operation.RESTYLE, Operation.REMIX, Operation.EXTEND])
async def test_a_take_of_omni_is_named_and_not_sent_again(operation):
    request = asked("gemini-omni-1.2-flash", operation=operation, references=(clip("interactions/int_0"),))
    seen, _ = await sent(request, answer=INTERACTION)
    assert (seen.body["previous_interaction_id"], seen.body["input"]) == ("int_0", "a boat")
    has_length = operation is Operation.EXTEND
    assert ("duration" in seen.body["response_format"], "aspect_ratio" in seen.body["response_format"]) == (
        has_length,
        False,
    )


async def test_a_callback_is_asked_for_except_at_googles_own_address_and_on_vertex():
    url = "https://dailies.example/hooks/1"
    seen, _ = await sent(asked(callback_url=url))
    assert seen.body["webhookConfig"] == {"uris": [url]}
    seen, _ = await sent(asked("gemini-omni-1.2-flash", callback_url=url), answer=INTERACTION)
    assert seen.body["webhook_config"] == {"uris": [url]}
    official = {"base_url": "https://generativelanguage.googleapis.com", "answer": INTERACTION}
    seen, _ = await sent(asked("gemini-omni-1.2-flash", callback_url=url), **official)
    assert "webhook_config" not in seen.body
    seen, _ = await sent(asked("vertex-gemini-omni-1.2-flash", callback_url=url), "vertex", answer=INTERACTION)
    assert "webhook_config" not in seen.body


@pytest.mark.parametrize(
    ("base_url", "location", "host"),
    [
        ("https://aiplatform.googleapis.com", "us-central1", "us-central1-aiplatform.googleapis.com"),
        ("https://aiplatform.googleapis.com", "", "us-central1-aiplatform.googleapis.com"),
        ("https://aiplatform.googleapis.com", "global", "aiplatform.googleapis.com"),
        ("https://europe-west4-aiplatform.googleapis.com", "us-central1", "europe-west4-aiplatform.googleapis.com"),
        ("https://vertex.example/", "us-central1", "vertex.example"),
    ],
)
async def test_vertex_is_called_in_its_region(base_url, location, host):
    seen, _ = await sent(
        asked("veo-3.1-generate-001"), "vertex", base_url=base_url, options={"location": location}, api_key="k"
    )
    express = "/v1/publishers/google/models/veo-3.1-generate-001:predictLongRunning"
    assert (seen.requests[0].url.host, seen.requests[0].url.path) == (host, express)
    assert PLATFORM not in seen.url
