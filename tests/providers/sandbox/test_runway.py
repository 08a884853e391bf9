import json
import time
from typing import Literal, Required, get_args, get_origin, get_type_hints

import httpx
import pytest
import runwayml
from runwayml.lib import polling
from runwayml.types import image_to_video_create_params as i2v
from runwayml.types import text_to_video_create_params as t2v
from runwayml.types import video_to_video_create_params as v2v

from providers.sandbox import runway_bodies as bodies
from tests.providers.sandbox.media import clip, played, still
from tests.providers.sandbox.media import data_uri as uri

SHORT = {"model": "gen4.5", "ratio": "1280:720", "duration": 2}
VERSION = {"X-Runway-Version": "2024-11-06"}


TINY = uri(clip(), "video/mp4")


def shot(client, prompt):
    """A task that is soon done: a small clip made anew, for 56 credits."""
    return client.video_to_video.create(model="aleph2", video_uri=TINY, prompt_text=prompt)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(polling, "POLL_TIME", 0.05)
    monkeypatch.setattr(polling, "POLL_JITTER", 0.0)


@pytest.fixture
def client(sandbox):
    with runwayml.RunwayML(base_url=f"{sandbox.url}/runway", api_key="any-key", max_retries=0) as client:
        yield client


@pytest.fixture
def wire(sandbox):
    headers = {"Authorization": "Bearer any-key", **VERSION}
    with httpx.Client(base_url=f"{sandbox.url}/runway", headers=headers, timeout=30) as wire:
        yield wire


def charged(sandbox):
    return [job for job in sandbox.ledger() if job["protocol"] == "runway"]


@pytest.mark.full_size
def test_the_official_client_creates_waits_and_downloads_a_clip_that_plays(client, sandbox):
    task = client.text_to_video.create(prompt_text="A red car at sunset", seed=3, **SHORT)
    assert task.estimated_cost.credits == 24
    done = task.wait_for_task_output()
    assert (done.id, done.status, done.cost.credits) == (task.id, "SUCCEEDED", 24)
    assert done.created_at.tzinfo is not None
    answer = httpx.get(done.output[0])
    assert answer.headers["content-type"] == "video/mp4"
    assert played(answer.content) == (1280, 720, 48, ["h264"])
    entry = next(job for job in charged(sandbox) if job["id"] == task.id)
    assert (entry["model"], entry["seed"], entry["cost_usd"]) == ("gen4.5", 3, "0.2400")


@pytest.mark.full_size
def test_the_official_client_starts_from_a_picture_as_text_and_as_a_list(client):
    first = client.image_to_video.create(
        model="gen4_turbo", prompt_image=uri(still()), ratio="1584:672", duration=2
    ).wait_for_task_output()
    assert played(httpx.get(first.output[0]).content)[:3] == (1584, 672, 48)
    frames = [
        {"uri": uri(still()), "position": "first"},
        {"uri": uri(still(kind="WEBP"), "image/webp"), "position": "last"},
    ]
    both = client.image_to_video.create(
        model="seedance2", prompt_image=frames, prompt_text="Between two", ratio="496:864", duration=4, audio=True
    ).wait_for_task_output()
    assert played(httpx.get(both.output[0]).content) == (496, 864, 96, ["h264", "aac"])
    assert both.cost.credits == 144


def test_sound_is_made_and_paid_for_only_where_it_is_wanted(client):
    silent = client.text_to_video.create(
        model="seedance2_fast", prompt_text="A boat", ratio="864:496", duration=4, audio=False
    ).wait_for_task_output()
    assert played(httpx.get(silent.output[0]).content)[3] == ["h264"]
    veo = {"model": "veo3.1_fast", "prompt_text": "x [sandbox:stuck]", "ratio": "1280:720", "duration": 4}
    tasks = [client.text_to_video.create(audio=audio, **veo) for audio in (False, True)]
    assert [task.estimated_cost.credits for task in tasks] == [40, 60]
    for task in tasks:
        client.tasks.delete(task.id)


@pytest.mark.full_size
def test_the_official_client_edits_a_clip_and_pays_two_seconds_at_least(client):
    task = client.video_to_video.create(
        model="aleph2",
        video_uri=uri(clip(1), "video/mp4"),
        prompt_text="Make it snow",
        keyframes=[{"at": 0.5, "uri": uri(still())}],
    )
    done = task.wait_for_task_output()
    assert played(httpx.get(done.output[0]).content)[:3] == (128, 72, 24)
    assert done.cost.credits == 56


@pytest.mark.full_size
def test_a_wider_shape_is_put_around_the_source(client):
    done = client.video_to_video.create(
        model="aleph2", video_uri=uri(clip(1), "video/mp4"), prompt_text="Wider", target_aspect_ratio="1:1"
    ).wait_for_task_output()
    assert played(httpx.get(done.output[0]).content)[:2] == (128, 128)


@pytest.mark.full_size
def test_a_clip_that_goes_on_holds_its_source(client):
    done = client.video_to_video.create(
        model="seedance2_5", prompt_video=uri(clip(2), "video/mp4"), prompt_text="Go on", mode="extend", duration=4
    ).wait_for_task_output()
    assert played(httpx.get(done.output[0]).content)[2] == 24 * 6


def test_the_official_client_uploads_in_two_steps_and_uses_what_it_uploaded(client, wire):
    uploaded = client.uploads.create_ephemeral(file=("a.mp4", clip(3), "video/mp4"))
    assert uploaded.uri.startswith("runway://")
    task = client.video_to_video.create(model="aleph2", video_uri=uploaded.uri, prompt_text="At night")
    assert task.estimated_cost.credits == 84
    picture = client.uploads.create_ephemeral(file=("a.png", still(), "image/png"))
    with pytest.raises(runwayml.BadRequestError):
        client.video_to_video.create(model="aleph2", video_uri=picture.uri, prompt_text="At night")
    body = {"model": "gen4_turbo", "promptImage": uploaded.uri, "ratio": "1280:720"}
    assert wire.post("/v1/image_to_video", json=body).status_code == 400


def test_an_upload_is_signed_by_its_fields_and_not_by_a_key(wire):
    place = wire.post("/v1/uploads", json={"filename": "a.png", "type": "ephemeral"}).json()
    file = {"file": ("a.png", still(), "image/png")}
    with_key = {"Authorization": "Bearer any-key"}
    assert httpx.post(place["uploadUrl"], data=place["fields"], files=file, headers=with_key).status_code == 400
    assert httpx.post(place["uploadUrl"], data={}, files=file).status_code == 403
    parts = [("file", file["file"]), *((name, (None, value)) for name, value in place["fields"].items())]
    assert httpx.post(place["uploadUrl"], files=parts).status_code == 403
    assert httpx.post(place["uploadUrl"], data=place["fields"], files=file).status_code == 204
    assert httpx.post(place["uploadUrl"], data=place["fields"], files=file).status_code == 403
    for body in ({"filename": "a.png"}, {"type": "ephemeral"}, {"filename": "a", "type": "ephemeral", "size": 3}):
        assert wire.post("/v1/uploads", json=body).status_code == 400


def test_the_organization_says_what_is_left_and_used(client, sandbox):
    before = client.organization.retrieve()
    shot(client, "A boat")
    after = client.organization.retrieve()
    assert before.credit_balance - after.credit_balance == 56
    assert after.tier.models["aleph2"].max_concurrent_generations == 2
    used = [answer.usage.models["aleph2"].daily_generations for answer in (before, after)]
    assert used[1] == used[0] + 1


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("fail", "INTERNAL.BAD_OUTPUT.CODE01"),
        ("refuse", "SAFETY.OUTPUT.VIDEO"),
        ("refuse-input", "SAFETY.INPUT.TEXT"),
    ],
)
def test_a_failed_task_says_why(client, word, code):
    task = shot(client, f"x [sandbox:{word}]")
    with pytest.raises(runwayml.TaskFailedError) as caught:
        task.wait_for_task_output()
    details = caught.value.task_details
    assert (details.status, details.failure_code, details.cost.credits) == ("FAILED", code, 56)
    assert details.failure


def test_a_task_that_was_deleted_is_not_found(client):
    task = shot(client, "x [sandbox:stuck]")
    client.tasks.delete(task.id)
    with pytest.raises(runwayml.NotFoundError):
        client.tasks.retrieve(task.id)
    with pytest.raises(runwayml.NotFoundError):
        client.tasks.delete(task.id)


def test_a_task_that_heeds_nobody_goes_on_after_it_was_deleted(client):
    task = shot(client, "x [sandbox:late]")
    client.tasks.delete(task.id)
    assert client.tasks.retrieve(task.id).wait_for_task_output().status == "SUCCEEDED"


def test_a_task_waits_when_the_places_of_the_account_are_taken(client, wire):
    waiting = shot(client, "x [sandbox:full, stuck]")
    seen = wire.get(f"/v1/tasks/{waiting.id}").json()
    assert (seen["status"], seen["estimatedCost"]) == ("THROTTLED", {"credits": 56})
    assert shot(client, "x [sandbox:full]").wait_for_task_output().status == "SUCCEEDED"


def test_progress_is_a_fraction(client, wire):
    task = shot(client, "x [sandbox:stuck]")
    time.sleep(0.3)  # three times the sandbox's pace
    seen = wire.get(f"/v1/tasks/{task.id}").json()
    assert (seen["status"], seen["progress"]) == ("RUNNING", 0.42)
    assert seen["createdAt"].endswith("Z")


def test_it_checks_the_key_and_the_version(sandbox, client):
    base = f"{sandbox.url}/runway/v1/organization"
    for key in ("", "Bearer", "Bearer two words", "Basic eA=="):
        answer = httpx.get(base, headers={**VERSION, "Authorization": key} if key else VERSION)
        assert (answer.status_code, list(answer.json())) == (401, ["error"])
    for version in ({}, {"X-Runway-Version": "2023-01-01"}):
        assert httpx.get(base, headers={"Authorization": "Bearer k", **version}).status_code == 400
    assert httpx.get(f"{sandbox.url}/runway/v1/text_to_video").status_code == 405
    with pytest.raises(runwayml.NotFoundError):
        client.tasks.retrieve("17f20503-6c24-4c16-946b-35dbbce2af2f")


PICTURE = uri(still())
FIRST = {"uri": PICTURE, "position": "first"}
TEXT = {"promptText": "A boat", **SHORT}
TURBO = {"model": "gen4_turbo", "promptImage": PICTURE, "ratio": "1280:720"}
VEO = {"model": "veo3.1", "promptText": "A boat", "ratio": "1280:720"}
SEEDANCE = {"model": "seedance2", "promptImage": [FIRST]}
ALEPH = {"model": "aleph2", "videoUri": "https://media.example.com/a.mp4"}
MORE = {"model": "seedance2_5", "promptVideo": "https://media.example.com/a.mp4", "mode": "extend", "promptText": "On"}


@pytest.mark.parametrize(
    ("endpoint", "body", "field"),
    [
        ("text_to_video", TEXT | {"model": "gen9"}, "model"),
        ("text_to_video", TEXT | {"model": "gen4_turbo"}, "model"),
        ("text_to_video", TEXT | {"model": None}, "model"),
        ("text_to_video", TEXT | {"promptText": ""}, "promptText"),
        ("text_to_video", TEXT | {"promptText": "🎬" * 501}, "promptText"),
        ("text_to_video", TEXT | {"promptText": 7}, "promptText"),
        ("text_to_video", TEXT | {"ratio": "1104:832"}, "ratio"),
        ("text_to_video", TEXT | {"ratio": "16:9"}, "ratio"),
        ("text_to_video", TEXT | {"duration": 1}, "duration"),
        ("text_to_video", TEXT | {"duration": 11}, "duration"),
        ("text_to_video", TEXT | {"duration": 2.5}, "duration"),
        ("text_to_video", TEXT | {"duration": True}, "duration"),
        ("text_to_video", {"model": "gen4.5", "promptText": "x", "ratio": "1280:720"}, "duration"),
        ("text_to_video", TEXT | {"negativePrompt": "rain"}, None),
        ("text_to_video", TEXT | {"prompt_text": "x"}, None),
        ("text_to_video", TEXT | {"seed": "3"}, "seed"),
        ("text_to_video", TEXT | {"contentModeration": {"publicFigureThreshold": "none"}}, "contentModeration"),
        ("text_to_video", VEO | {"duration": 5}, "duration"),
        ("text_to_video", VEO | {"audio": "yes"}, "audio"),
        (
            "text_to_video",
            {"model": "seedance2", "promptText": "x", "references": [{"uri": PICTURE}] * 10},
            "references",
        ),
        ("image_to_video", TURBO | {"promptImage": None}, "promptImage"),
        ("image_to_video", TURBO | {"promptImage": "http://media.example.com/a.png"}, "promptImage"),
        ("image_to_video", TURBO | {"promptImage": "https://127.0.0.1/a.png"}, "promptImage"),
        ("image_to_video", TURBO | {"promptImage": f"https://media.example.com/{'a' * 2048}.png"}, "promptImage"),
        ("image_to_video", TURBO | {"promptImage": "runway://nowhere"}, "promptImage"),
        ("image_to_video", TURBO | {"promptImage": "data:image/png;base64,!!!"}, "promptImage"),
        ("image_to_video", TURBO | {"promptImage": "data:image/png,plain"}, "promptImage"),
        ("image_to_video", TURBO | {"promptImage": uri(b"no picture")}, "promptImage"),
        ("image_to_video", TURBO | {"promptImage": uri(still(), "image/jpeg")}, "promptImage"),
        ("image_to_video", TURBO | {"promptImage": uri(still(), "video/mp4")}, "promptImage"),
        ("image_to_video", TURBO | {"promptImage": uri(still() + bytes(5_000_000))}, "promptImage"),
        ("image_to_video", TURBO | {"promptImage": [FIRST | {"position": "last"}]}, "promptImage"),
        ("image_to_video", TURBO | {"promptImage": [{"uri": PICTURE}]}, "promptImage"),
        ("image_to_video", TURBO | {"promptImage": []}, "promptImage"),
        ("image_to_video", VEO | {"promptImage": [FIRST, FIRST]}, "promptImage"),
        ("image_to_video", VEO | {"promptImage": [FIRST | {"position": "last"}]}, "promptImage"),
        ("image_to_video", SEEDANCE | {"promptImage": [FIRST, {"uri": PICTURE}]}, "promptImage"),
        ("image_to_video", SEEDANCE | {"duration": 3}, "duration"),
        ("video_to_video", ALEPH | {"videoUri": None}, "videoUri"),
        ("video_to_video", ALEPH | {"videoUri": uri(still())}, "videoUri"),
        ("video_to_video", ALEPH | {"videoUri": uri(b"no clip", "video/mp4")}, "videoUri"),
        ("video_to_video", ALEPH | {"videoUri": uri(clip(1), "video/webm")}, "videoUri"),
        ("video_to_video", ALEPH | {"videoUri": uri(clip(31), "video/mp4")}, "videoUri"),
        ("video_to_video", ALEPH | {"duration": 5}, None),
        ("video_to_video", ALEPH | {"targetAspectRatio": "33:14"}, "targetAspectRatio"),
        ("video_to_video", ALEPH | {"keyframes": [{"at": 1.5, "uri": PICTURE}]}, "keyframes"),
        ("video_to_video", ALEPH | {"keyframes": [{"uri": PICTURE}]}, "keyframes"),
        ("video_to_video", ALEPH | {"keyframes": [{"at": 0, "uri": PICTURE}] * 6}, "keyframes"),
        ("video_to_video", MORE | {"ratio": "1280:720"}, "ratio"),
        ("video_to_video", MORE | {"promptText": None}, "promptText"),
        ("video_to_video", MORE | {"mode": "edit", "duration": 5}, "duration"),
    ],
)
def test_it_never_accepts_what_the_real_one_would_refuse(wire, sandbox, endpoint, body, field):
    before = len(charged(sandbox))
    answer = wire.post(f"/v1/{endpoint}", json={name: value for name, value in body.items() if value is not None})
    assert answer.status_code == 400
    assert isinstance(answer.json()["error"], str)
    assert [issue["path"] for issue in answer.json()["issues"]] == [[field] if field else []]
    assert len(charged(sandbox)) == before


@pytest.mark.parametrize("field", ["promptText", "ratio", "duration", "seed", "contentModeration", "outputFormat"])
def test_nothing_is_no_value(wire, field):
    answer = wire.post("/v1/text_to_video", json=TEXT | {field: None})
    assert [issue["path"] for issue in answer.json()["issues"]] == [[field]]


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"'])
def test_a_body_that_is_no_object_is_refused(wire, body):
    assert wire.post("/v1/text_to_video", content=body).status_code == 400


def test_half_a_character_is_no_text(wire):
    answer = wire.post("/v1/text_to_video", content=json.dumps(TEXT | {"promptText": "a\ud83d"}))
    assert (answer.status_code, answer.json()["issues"][0]["path"]) == (400, ["promptText"])


def test_it_takes_a_link_on_trust(wire):
    for endpoint, body in (("video_to_video", ALEPH), ("video_to_video", MORE)):
        answer = wire.post(f"/v1/{endpoint}", json=body)
        assert answer.status_code == 200
        assert wire.delete(f"/v1/tasks/{answer.json()['id']}").status_code == 204


def test_all_complaints_come_at_once(wire):
    issues = wire.post("/v1/text_to_video", json={"model": "gen4.5", "ratio": "1:1", "colour": "blue"}).json()["issues"]
    assert sorted((issue["code"], *issue["path"]) for issue in issues) == [
        ("invalid_type", "duration"),
        ("invalid_type", "promptText"),
        ("invalid_value", "ratio"),
        ("unrecognized_keys",),
    ]


TYPES = {
    ("text_to_video", "gen4.5"): t2v.Gen4_5,
    ("text_to_video", "veo3.1"): t2v.Veo3_1,
    ("text_to_video", "veo3.1_fast"): t2v.Veo3_1Fast,
    ("text_to_video", "seedance2"): t2v.Seedance2,
    ("text_to_video", "seedance2_fast"): t2v.Seedance2Fast,
    ("text_to_video", "seedance2_5"): t2v.Seedance2_5,
    ("image_to_video", "gen4.5"): i2v.Gen4_5,
    ("image_to_video", "gen4_turbo"): i2v.Gen4Turbo,
    ("image_to_video", "veo3.1"): i2v.Veo3_1,
    ("image_to_video", "veo3.1_fast"): i2v.Veo3_1Fast,
    ("image_to_video", "seedance2"): i2v.Seedance2,
    ("image_to_video", "seedance2_fast"): i2v.Seedance2Fast,
    ("image_to_video", "seedance2_5"): i2v.Seedance2_5,
    ("video_to_video", "aleph2"): v2v.Variant0,
    ("video_to_video", "seedance2_5"): v2v.Seedance2_5,
}
TABLES = {
    "text_to_video": bodies.TEXT_TO_VIDEO,
    "image_to_video": bodies.IMAGE_TO_VIDEO,
    "video_to_video": bodies.VIDEO_TO_VIDEO,
}
NOT_IN_THE_SDK = {("image_to_video", "gen3a_turbo")}


def camel(name):
    head, *tail = name.split("_")
    return head + "".join(part.title() for part in tail)


def literals(hint):
    """The choices of a field of the SDK's, however deep its annotation."""
    found = [value for value in get_args(hint) if isinstance(value, str | int)] if get_origin(hint) is Literal else []
    return found + [value for part in get_args(hint) for value in literals(part)]


def test_every_table_of_the_sandbox_is_that_of_the_sdk():
    ours = {(endpoint, model) for endpoint, table in TABLES.items() for model in table}
    assert ours - NOT_IN_THE_SDK == set(TYPES)


@pytest.mark.parametrize(("endpoint", "model"), TYPES)
def test_it_takes_the_fields_and_choices_of_the_sdk_and_no_others(endpoint, model):
    shape, typed = TABLES[endpoint][model], TYPES[endpoint, model]
    fields = {camel(name): hint for name, hint in get_type_hints(typed, include_extras=True).items()}
    assert {*shape.required, "model"} == {name for name, hint in fields.items() if get_origin(hint) is Required}
    assert set(shape.optional) <= set(fields)
    assert set(fields) - {*shape.required, *shape.optional, "model"} <= {"proresProfile", "draft", "draftTaskId"}
    for name, check in {**shape.required, **shape.optional}.items():
        if isinstance(check, bodies.OneOf):
            choices = literals(fields[name])
            assert set(check.choices) == set(choices) or check is bodies.MP4


def test_a_429_is_said_once_and_the_client_comes_back_by_itself(client, sandbox):
    with pytest.raises(runwayml.RateLimitError):
        shot(client, "a boat, first [sandbox:429]")
    shot(client.with_options(max_retries=1), "a boat, again [sandbox:429]")
    assert [job["prompt"] for job in charged(sandbox)].count("a boat, again [sandbox:429]") == 1


@pytest.mark.parametrize(("word", "words"), [("quota", "not have enough credits"), ("retired", "Validation")])
def test_a_refused_call_charges_nothing(client, sandbox, word, words):
    before = len(charged(sandbox))
    with pytest.raises(runwayml.BadRequestError, match=words):
        shot(client, f"x [sandbox:{word}]")
    assert len(charged(sandbox)) == before


@pytest.mark.parametrize("word", ["lost", "broken-answer"])
def test_a_lost_answer_leaves_a_task_that_is_charged(client, sandbox, word):
    with pytest.raises((runwayml.APIConnectionError, runwayml.InternalServerError)):
        shot(client, f"astray {word} [sandbox:{word}]")
    entry = next(job for job in charged(sandbox) if job["prompt"].startswith(f"astray {word}"))
    assert entry["cost_usd"] == "0.5600"
    assert client.tasks.retrieve(entry["id"]).wait_for_task_output().status == "SUCCEEDED"


def test_links_expire_and_looking_again_gives_fresh_ones(client):
    task = shot(client, "x [sandbox:short-link]")
    stale = task.wait_for_task_output().output[0]
    assert httpx.get(stale).status_code == 200
    time.sleep(2.1)  # the link of this scenario lives two seconds
    assert httpx.get(stale).status_code == 403
    fresh = client.tasks.retrieve(task.id).output[0]
    assert fresh != stale
    assert httpx.get(fresh).status_code == 200


def test_a_link_is_for_one_clip_and_cannot_be_made_longer(client):
    task = shot(client, "A boat")
    link = httpx.URL(task.wait_for_task_output().output[0])
    until, _, seal = link.params["_jwt"].rpartition(".")
    for token in ("", seal, f"{float(until) + 9:.3f}.{seal}", f"{until}.", f"inf.{seal}", "é.é"):
        assert httpx.get(link.copy_set_param("_jwt", token)).status_code == 403
    assert httpx.get(link.copy_with(path=link.path.replace("0.mp4", "1.mp4"))).status_code == 404


def test_what_has_expired_stays_so(client):
    task = shot(client, "x [sandbox:expired]")
    task.wait_for_task_output()
    assert httpx.get(client.tasks.retrieve(task.id).output[0]).status_code == 403


def test_lies_about_a_task_and_its_files(client, wire):
    def done(word):
        task = shot(client, f"x [sandbox:{word}]")
        return task.id, task.wait_for_task_output()

    assert done("no-file")[1].output == []
    assert httpx.get(done("empty")[1].output[0]).content == b""
    assert httpx.get(done("html")[1].output[0]).content.startswith(b"<!doctype html>")
    asked, answered = done("other-job")
    assert answered.id != asked
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(done("truncated")[1].output[0])


def test_answers_that_are_none(client, wire):
    unreadable = shot(client, "x [sandbox:unreadable]")
    assert wire.get(f"/v1/tasks/{unreadable.id}").status_code == 404
    garbled = shot(client, "x [sandbox:garbage]")
    answers = [wire.get(f"/v1/tasks/{garbled.id}") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [500, 200, 200]
    assert [answer.text.startswith("<!doctype") for answer in answers] == [True, True, False]
    odd = shot(client, "x [sandbox:odd-status, stuck]")
    time.sleep(0.1)
    assert wire.get(f"/v1/tasks/{odd.id}").json()["status"] == "DREAMING"


def test_the_error_envelope_is_a_text(wire):
    answer = wire.get("/v1/tasks/none")
    assert (answer.status_code, json.loads(answer.content)) == (404, {"error": "Not found."})
