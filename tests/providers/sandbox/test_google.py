"""Google's own client, unchanged, against the sandbox: all three dialects, on both sides."""

import base64
import io
import time
from datetime import UTC, datetime, timedelta

import av
import httpx
import pytest
from google import genai
from google.genai import types
from google.oauth2.credentials import Credentials
from PIL import Image

VEO = "veo-2.0-generate-001"
VERTEX = "veo-3.1-lite-generate-001"
OMNI = "gemini-omni-1.2-flash"
SHORT = {"type": "video", "aspect_ratio": "16:9", "duration": "3s", "resolution": "360p", "delivery": "uri"}


@pytest.fixture
def gemini(sandbox):
    with genai.Client(api_key="any-key", http_options=types.HttpOptions(base_url=f"{sandbox.url}/google")) as client:
        yield client


@pytest.fixture
def vertex(sandbox):
    expiry = datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=1)
    with genai.Client(
        vertexai=True,
        project="films",
        location="us-central1",
        credentials=Credentials(token="ya29.a-token", expiry=expiry),
        http_options=types.HttpOptions(base_url=f"{sandbox.url}/google"),
    ) as client:
        yield client


@pytest.fixture
def express(sandbox):
    options = types.HttpOptions(base_url=f"{sandbox.url}/google")
    with genai.Client(vertexai=True, api_key="any-key", http_options=options) as client:
        yield client


@pytest.fixture
def wire(sandbox):
    with httpx.Client(base_url=f"{sandbox.url}/google", headers={"x-goog-api-key": "any-key"}) as wire:
        yield wire


def finished(client, operation):
    looks = 0
    while not operation.done:
        time.sleep(0.05)
        operation = client.operations.get(operation)
        looks += 1
        assert looks < 1200, "the operation never ended"
    return operation


def settled(client, interaction):
    for _ in range(1200):
        interaction = client.interactions.get(interaction.id)
        if interaction.status not in ("queued", "in_progress"):
            return interaction
        time.sleep(0.05)
    raise AssertionError("the interaction never ended")


def pictures(clip):
    with av.open(io.BytesIO(clip)) as container:
        codecs = [stream.codec_context.name for stream in container.streams]
        return [(frame.width, frame.height) for frame in container.decode(video=0)], codecs


def png(width=64, height=36):
    still = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(still, "PNG")
    return types.Image(image_bytes=still.getvalue(), mime_type="image/png")


def said(prompt, **more):
    return types.GenerateVideosSource(prompt=prompt, **more)


def made_of(sandbox, prompt):
    return [job for job in sandbox.ledger() if job["prompt"] == prompt]


def test_veo_on_the_gemini_api_creates_polls_and_downloads_two_clips_that_play(gemini, sandbox):
    operation = gemini.models.generate_videos(
        model=VEO,
        source=said("two boats"),
        config=types.GenerateVideosConfig(
            number_of_videos=2, duration_seconds=5, aspect_ratio="9:16", negative_prompt="rain"
        ),
    )
    assert operation.name.startswith(f"models/{VEO}/operations/")
    assert operation.done is None
    clips = finished(gemini, operation).response.generated_videos
    assert [clip.video.uri.startswith("https://generativelanguage.googleapis.com/v1beta/files/") for clip in clips] == [
        True,
        True,
    ]
    downloads = [gemini.files.download(file=clip.video) for clip in clips]
    assert downloads[0] != downloads[1]
    assert pictures(downloads[0]) == ([(720, 1280)] * 120, ["h264"])
    assert [(job["model"], job["cost_usd"]) for job in made_of(sandbox, "two boats")] == [(VEO, "5.0000")]


def test_veo_on_vertex_answers_with_the_clip_itself_and_takes_seed_and_sound(vertex, sandbox):
    for sound in (True, False):
        operation = vertex.models.generate_videos(
            model=VERTEX,
            source=said(f"a fox, sound {sound}"),
            config=types.GenerateVideosConfig(
                number_of_videos=1, duration_seconds=4, seed=77, generate_audio=sound, resolution="720p"
            ),
        )
        assert operation.name.startswith(f"projects/films/locations/us-central1/publishers/google/models/{VERTEX}/")
        (clip,) = finished(vertex, operation).response.generated_videos
        frames, codecs = pictures(clip.video.video_bytes)
        assert frames == [(1280, 720)] * 96
        assert codecs == (["h264", "aac"] if sound else ["h264"])
        assert [job["seed"] for job in made_of(sandbox, f"a fox, sound {sound}")] == [77]


def test_express_mode_goes_by_the_path_without_a_project(express):
    operation = express.models.generate_videos(
        model=VERTEX,
        source=said("x [sandbox:refuse]"),
        config=types.GenerateVideosConfig(number_of_videos=1, duration_seconds=4),
    )
    assert operation.name.startswith(f"publishers/google/models/{VERTEX}/operations/")
    assert finished(express, operation).response.rai_media_filtered_count == 1


def test_a_refused_operation_is_done_without_clips_and_with_support_codes(gemini):
    operation = finished(gemini, gemini.models.generate_videos(model=VEO, source=said("x [sandbox:refuse]")))
    assert not operation.response.generated_videos
    assert operation.response.rai_media_filtered_count == 1
    assert "Support codes: 29310472" in operation.response.rai_media_filtered_reasons[0]


def test_a_failed_operation_holds_an_error_instead_of_an_answer(gemini):
    operation = finished(gemini, gemini.models.generate_videos(model=VEO, source=said("x [sandbox:fail]")))
    assert operation.error["code"] == 13
    assert operation.response is None


def test_an_interaction_is_created_looked_at_and_downloaded(gemini, sandbox):
    interaction = gemini.interactions.create(
        model=OMNI,
        input="a cat at dawn",
        background=True,
        response_format=SHORT,
        generation_config={"seed": 3, "video_config": {"task": "text_to_video"}},
    )
    assert interaction.status in ("queued", "in_progress")
    done = settled(gemini, interaction)
    assert (done.status, done.model) == ("completed", OMNI)
    assert done.usage.total_output_tokens == 3 * 5792
    assert done.output_video.mime_type == "video/mp4"
    clip = gemini.files.download(file=types.Video(uri=done.output_video.uri))
    assert pictures(clip) == ([(640, 360)] * 72, ["h264", "aac"])
    assert [(job["seed"], job["cost_usd"]) for job in made_of(sandbox, "a cat at dawn")] == [(3, "0.3041")]


def test_an_interaction_is_edited_in_conversation_cancelled_and_deleted(gemini, sandbox):
    first = settled(
        gemini, gemini.interactions.create(model=OMNI, input="a dog", background=True, response_format=SHORT)
    )
    edited = gemini.interactions.create(
        model=OMNI,
        input="now at night",
        background=True,
        previous_interaction_id=first.id,
        response_format={"type": "video", "resolution": "360p", "delivery": "inline"},
        generation_config={"video_config": {"task": "edit"}},
    )
    clip = base64.b64decode(settled(gemini, edited).output_video.data)
    assert pictures(clip)[0] == [(640, 360)] * 72
    stuck = gemini.interactions.create(model=OMNI, input="x [sandbox:stuck]", background=True, response_format=SHORT)
    assert gemini.interactions.cancel(stuck.id).status == "cancelled"
    assert gemini.interactions.get(stuck.id).status == "cancelled"
    assert gemini.interactions.delete(stuck.id) is None
    with pytest.raises(Exception, match="not found"):
        gemini.interactions.get(stuck.id)
