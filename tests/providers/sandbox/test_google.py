"""Google's own client, unchanged, against the sandbox: all three dialects, on both sides."""

import base64
import io
import time
from datetime import UTC, datetime, timedelta

import av
import httpx
import pytest
from google import genai
from google.genai import errors, types
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


@pytest.mark.full_size
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


@pytest.mark.full_size
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


@pytest.mark.full_size
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


@pytest.mark.full_size
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


def test_a_first_frame_goes_along_and_what_is_no_picture_is_refused(gemini):
    still = {"image": png(), "config": types.GenerateVideosConfig(number_of_videos=1)}
    operation = gemini.models.generate_videos(
        model=VEO, source=said("x [sandbox:refuse]", image=still["image"]), config=still["config"]
    )
    assert operation.name
    nonsense = types.Image(image_bytes=b"no picture", mime_type="image/png")
    with pytest.raises(errors.ClientError, match="no image"):
        gemini.models.generate_videos(model=VEO, source=said("x", image=nonsense))


def test_a_take_goes_on_by_its_file_for_seven_seconds_in_its_own_shape(gemini, sandbox):
    model = "veo-3.1-generate-preview"
    config = types.GenerateVideosConfig(number_of_videos=1, duration_seconds=4, aspect_ratio="9:16")
    first = finished(gemini, gemini.models.generate_videos(model=model, source=said("a kite"), config=config))
    gemini.models.generate_videos(
        model=model,
        source=said("higher [sandbox:refuse]", video=first.response.generated_videos[0].video),
        config=types.GenerateVideosConfig(number_of_videos=1, resolution="720p"),
    )
    (job,) = made_of(sandbox, "higher [sandbox:refuse]")
    assert (job["seconds"], job["size"], job["cost_usd"]) == (11, "720x1280", "2.8000")


@pytest.mark.parametrize(
    ("model", "config", "words"),
    [
        ("veo-9", {}, "not found"),
        (VEO, {"duration_seconds": 4}, "5 s at least"),
        (VEO, {"number_of_videos": 5}, "1 to 4 clips"),
        (VEO, {"aspect_ratio": "1:1"}, "not supported"),
        (VEO, {"resolution": "1080p"}, "not supported"),
        (VEO, {"person_generation": "everybody"}, "personGeneration"),
    ],
)
def test_it_refuses_what_the_real_one_would(gemini, sandbox, model, config, words):
    before = len(sandbox.ledger())
    with pytest.raises(errors.ClientError, match=words) as caught:
        gemini.models.generate_videos(model=model, source=said("x"), config=types.GenerateVideosConfig(**config))
    assert caught.value.status in ("INVALID_ARGUMENT", "NOT_FOUND")
    assert len(sandbox.ledger()) == before


def test_errors_come_as_the_clients_own(gemini):
    for words, code, status in (
        ("slow [sandbox:429]", 429, "RESOURCE_EXHAUSTED"),
        ("x [sandbox:refuse-input]", 400, "INVALID_ARGUMENT"),
        ("x [sandbox:quota]", 400, "FAILED_PRECONDITION"),
        ("x [sandbox:retired]", 404, "NOT_FOUND"),
    ):
        with pytest.raises(errors.ClientError) as caught:
            gemini.models.generate_videos(model=VEO, source=said(words))
        assert (caught.value.code, caught.value.status) == (code, status)


@pytest.mark.parametrize("version", ["v1", "v1beta", "v1beta1"])
def test_every_version_is_served_with_a_key_or_a_token_and_no_other(wire, version):
    body = {"instances": [{"prompt": "x [sandbox:refuse]"}], "parameters": {"sampleCount": 1}}
    path = f"models/{VEO}:predictLongRunning"
    assert wire.post(f"/{version}/{path}", json=body).status_code == 200
    bearer = {"x-goog-api-key": "", "authorization": "Bearer ya29.token"}
    assert wire.post(f"/{version}/{path}", json=body, headers=bearer).status_code == 200
    refused = wire.post(f"/{version}/{path}", json=body, headers={"x-goog-api-key": ""})
    assert (refused.status_code, refused.json()["error"]["status"]) == (401, "UNAUTHENTICATED")
    assert wire.post(f"/v2/{path}", json=body).status_code == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"models/{VEO}:predictLongRunning", {"instances": [{"prompt": "x"}], "parameters": {"seed": 1}}),
        (f"models/{VEO}:predictLongRunning", {"instances": [{"prompt": "x"}], "parameters": {"sampleCount": "2"}}),
        (f"models/{VEO}:predictLongRunning", {"instances": [{"prompt": "x", "mask": {}}]}),
        (f"models/{VEO}:predictLongRunning", {"instances": []}),
        (f"models/{VEO}:predictLongRunning", {"instances": [{"prompt": " "}]}),
        (f"models/{VEO}:predictLongRunning", {"instances": "x"}),
        (f"models/{VEO}:predictLongRunning", [1]),
        ("interactions", {"model": OMNI, "input": "x", "response_format": SHORT}),
        ("interactions", {"model": OMNI, "input": "x", "background": True, "response_format": {"type": "image"}}),
        ("interactions", {"model": OMNI, "input": "x", "background": True, "colour": "red"}),
        (
            "interactions",
            {"model": OMNI, "input": "x", "background": True, "response_format": SHORT | {"duration": "16s"}},
        ),
        ("interactions", {"model": OMNI, "input": [{"type": "text"}], "background": True}),
    ],
)
def test_an_odd_body_is_an_invalid_argument(wire, path, body):
    answer = wire.post(f"/v1beta/{path}", json=body)
    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_an_operation_of_another_name_or_dialect_is_not_found(wire):
    body = {"instances": [{"prompt": "x [sandbox:stuck]"}], "parameters": {"sampleCount": 1}}
    name = wire.post(f"/v1beta/models/{VEO}:predictLongRunning", json=body).json()["name"]
    resource = "publishers/google/models/veo-3.1-lite-generate-001"
    assert wire.get(f"/v1beta/{name}").json() == {"name": name}
    for asked in (name, f"{resource}/operations/{name.rpartition('/')[2]}", "", "x"):
        answer = wire.post(f"/v1/{resource}:fetchPredictOperation", json={"operationName": asked})
        assert answer.status_code == 404
    assert wire.get(f"/v1beta/interactions/int_{name.rpartition('/')[2]}").status_code == 404


def test_a_file_needs_the_key_and_sends_on_to_a_place_that_does_not(wire, gemini):
    interaction = gemini.interactions.create(model=OMNI, input="a file", background=True, response_format=SHORT)
    link = settled(gemini, interaction).output_video.uri
    path = link.partition("googleapis.com")[2]
    assert httpx.get(f"{wire.base_url}{path.removeprefix('/')}").status_code == 401
    moved = wire.get(path)
    assert moved.status_code == 302
    assert httpx.get(moved.headers["location"]).headers["content-type"] == "video/mp4"
    assert wire.get("/v1beta/files/unknown0:download?alt=media").status_code == 404
