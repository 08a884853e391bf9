from datetime import UTC, datetime
from decimal import Decimal

import httpx
import pytest

from providers import errors
from providers.base import GenerationRequest, Operation, Reference, ReferenceRole
from providers.catalogue import catalogue
from providers.http import Answer
from providers.runway import wire

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FIRST = Reference(ReferenceRole.FIRST_FRAME, "a.png", "image/png", b"a")
LAST = Reference(ReferenceRole.LAST_FRAME, "b.png", "image/png", b"b")
STILL = Reference(ReferenceRole.REFERENCE, "c.png", "image/png", b"c")
SOURCE = Reference(ReferenceRole.SOURCE, "d.mp4", "video/mp4", b"d", seconds=Decimal(4))


def body(model, operation=Operation.TEXT_TO_VIDEO, *references, **fields):
    request = GenerationRequest(model, "a boat", operation, references=references, **fields)
    uris = [f"runway://{reference.name}" for reference in references]
    return wire.create_body(request, catalogue()[model], uris)


def test_words_alone():
    assert body("gen4.5", seconds=5, size="1280x720", seed=3) == {
        "model": "gen4.5",
        "promptText": "a boat",
        "ratio": "1280:720",
        "duration": 5,
        "seed": 3,
    }


def test_a_model_gets_only_what_it_takes():
    asked = {"seconds": 4, "size": "1280x720", "negative": "rain", "audio": False, "seed": 3}
    assert set(body("gen4.5", **asked)) == {"model", "promptText", "ratio", "duration", "seed"}
    assert body("runway-veo3.1", **asked) == {
        "model": "veo3.1",
        "promptText": "a boat",
        "ratio": "1280:720",
        "duration": 4,
        "negativePrompt": "rain",
        "audio": False,
        "seed": 3,
    }


def test_sound_is_asked_for_when_nothing_is_said_as_the_price_counts_on_it():
    assert body("runway-veo3.1")["audio"] is True


def test_frames_have_positions():
    assert body("gen4_turbo", Operation.IMAGE_TO_VIDEO, FIRST)["promptImage"] == [
        {"uri": "runway://a.png", "position": "first"}
    ]
    assert body("runway-veo3.1", Operation.FIRST_LAST_FRAME, LAST, FIRST)["promptImage"] == [
        {"uri": "runway://b.png", "position": "last"},
        {"uri": "runway://a.png", "position": "first"},
    ]


def test_references_are_a_list_of_their_own():
    made = body("runway-seedance2", Operation.REFERENCE_TO_VIDEO, STILL, STILL, size="720x1280")
    assert made["references"] == [{"uri": "runway://c.png"}] * 2
    assert (made["ratio"], "promptImage" in made) == ("720:1280", False)


@pytest.mark.parametrize(("stills", "times"), [(1, [0.0]), (2, [0.0, 1.0]), (4, [0.0, 0.3333, 0.6667, 1.0])])
def test_an_edit_follows_its_source_and_spreads_its_stills_over_it(stills, times):
    made = body("aleph2", Operation.EDIT, *[STILL] * stills, SOURCE, seconds=9, size="1280x720")
    assert made == {
        "model": "aleph2",
        "promptText": "a boat",
        "videoUri": "runway://d.mp4",
        "keyframes": [{"at": at, "uri": "runway://c.png"} for at in times],
    }
    assert "keyframes" not in body("aleph2", Operation.RESTYLE, SOURCE)


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        ("1280x720", "16:9"),
        ("720x1280", "9:16"),
        ("960x960", "1:1"),
        ("1104x832", "4:3"),
        ("832x1104", "3:4"),
        ("1584x672", "21:9"),
        ("1080x720", "3:2"),
        ("720x1080", "2:3"),
        ("2000x500", ""),
        ("wide", ""),
        ("", ""),
    ],
)
def test_a_size_names_the_shape_that_a_clip_is_widened_to(size, shape):
    assert wire.shape_of(size) == shape


def test_widening_names_its_shape():
    assert body("aleph2", Operation.OUTPAINT, SOURCE, size="1584x672")["targetAspectRatio"] == "21:9"


def test_a_clip_that_goes_on_keeps_its_own_shape():
    assert body("runway-seedance2_5", Operation.EXTEND, SOURCE, seconds=6, size="1280x720", seed=1) == {
        "model": "seedance2_5",
        "promptText": "a boat",
        "promptVideo": "runway://d.mp4",
        "mode": "extend",
        "duration": 6,
        "audio": True,
        "seed": 1,
    }


def test_runway_has_no_call_for_some_operations():
    with pytest.raises(errors.InvalidRequest, match="remix"):
        wire.path_of(GenerationRequest("gen4.5", "x", Operation.REMIX))


@pytest.mark.parametrize(("text", "units"), [("", 0), ("boat", 4), ("é", 1), ("🎬", 2), ("a\ud83d", 2)])
def test_a_prompt_is_counted_in_utf16(text, units):
    assert wire.utf16_units(text) == units


@pytest.mark.parametrize(
    ("credits", "dollars"),
    [
        (60, "0.6000"),
        (0, "0.0000"),
        (12.5, "0.1250"),
        (-1, None),
        ("60", None),
        (True, None),
        (None, None),
        (1e300, None),
    ],
)
def test_a_credit_is_a_cent(credits, dollars):
    task = {"id": "t", "status": "SUCCEEDED", "output": [], "cost": {"credits": credits}}
    cost = wire.read_task(task, now=NOW).cost
    assert (None if cost is None else str(cost)) == dollars


@pytest.mark.parametrize("cost", [None, [], "60", {}])
def test_a_task_without_a_cost_has_none(cost):
    assert wire.read_task({"id": "t", "status": "FAILED", "cost": cost}, now=NOW).cost is None


@pytest.mark.parametrize(
    ("progress", "shown"),
    [(0, 0), (0.425, 42), (1, 100), (7, 100), (-1, 0), (10**400, 100), (1e308, None), (None, None), ("0.5", None)],
)
def test_progress_is_a_fraction_on_the_wire(progress, shown):
    assert wire.read_task({"id": "t", "status": "RUNNING", "progress": progress}, now=NOW).progress == shown


@pytest.mark.parametrize("output", [None, "https://x.example/a.mp4", [7], ["javascript:1"], ["https://x:port/"], [""]])
def test_what_is_no_link_is_no_file(output):
    assert wire.read_task({"id": "t", "status": "SUCCEEDED", "output": output}, now=NOW).assets == ()


@pytest.mark.parametrize("task", [{}, {"id": None}, {"id": ""}, {"id": 7}, {"id": "x" * 401}])
def test_a_task_without_an_id_is_no_answer(task):
    with pytest.raises(errors.BadAnswer):
        wire.read_task(task, now=NOW)


@pytest.mark.parametrize(
    "document",
    [
        {"uploadUrl": "https://x.example", "fields": {}},
        {"runwayUri": "runway://1", "fields": {}},
        {"uploadUrl": "https://x.example", "runwayUri": "runway://1"},
        {"uploadUrl": "https://x:port/", "runwayUri": "runway://1", "fields": {}},
        {"uploadUrl": "file:///etc/passwd", "runwayUri": "runway://1", "fields": {}},
    ],
)
def test_an_upload_without_a_place_is_no_answer(document):
    with pytest.raises(errors.BadAnswer):
        wire.read_upload(Answer(200, httpx.Headers(), httpx.Response(200, json=document).content))


@pytest.mark.parametrize("issues", [None, "x", [7, None], [{}], [{"path": 3}], {"path": ["ratio"]}])
def test_issues_of_any_form_do_no_harm(issues):
    answer = httpx.Response(400, json={"error": "Validation of body failed", "issues": issues})
    error = wire.error_of(Answer(400, answer.headers, answer.content))
    assert type(error) is errors.InvalidRequest
    assert error.message == "Validation of body failed"
