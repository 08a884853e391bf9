from dataclasses import replace

import pytest

from providers.base import CameraMove, Operation
from providers.catalogue import catalogue
from studio.forms import SIZES, PromptFilter, PromptForm, size_choices, sizes_of
from studio.rules.direction import SLUGS

pytestmark = pytest.mark.django_db

ORDER = {"model": "sandbox-1", "seconds": "4", "size": "1280x720", "fps": "30000/1001", "audio": "", "takes": "2"}


@pytest.fixture(autouse=True)
def _one_generator(settings):
    settings.PROVIDER_SETTINGS = {"sandbox": {"base_url": "http://127.0.0.1:9/openai/v1", "secrets": {"api_key": "k"}}}


def form_of(**typed: str) -> PromptForm:
    token = {"form_token": "0" * 32}
    return PromptForm({"text": "A boat"} | ORDER | token | typed, models=["sandbox-1"])


def test_it_reads_an_order():
    form = form_of(seed="7")
    assert form.is_valid(), form.errors
    order = form.order()
    assert (order.seconds, order.size, order.takes, order.fps, order.seed) == (4, "1280x720", 2, "30000/1001", 7)
    assert order.audio is None


@pytest.mark.parametrize(("given", "meant"), [("yes", True), ("no", False), ("", None)])
def test_sound_is_asked_for_refused_or_left_open(given, meant):
    form = form_of(audio=given)
    assert form.is_valid()
    assert form.order().audio is meant


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("takes", "0"),
        ("takes", "9"),
        ("seconds", ""),
        ("seconds", "0"),
        ("size", "huge"),
        ("seed", "-1"),
        ("fps", "23"),
        ("model", "x"),
        ("operation", "import"),
        ("camera_move", "sideways"),
        ("samples", "5"),
    ],
)
def test_what_cannot_be_ordered_is_said_at_its_field(field, value):
    form = form_of(**{field: value})
    assert not form.is_valid()
    assert list(form.errors) == [field]


def test_a_size_that_was_chosen_before_is_offered_again_with_its_shape():
    assert ("64x36", "64 × 36, 16:9") in size_choices("64x36")
    assert ("odd", "odd") in size_choices("odd")


def test_an_order_has_a_mode_a_move_and_clips_a_call():
    form = form_of(operation="extend", camera_move="push_in", samples="2")
    form.is_valid()
    assert form.asked is not None
    asked = form.asked
    assert (asked.operation, asked.camera_move) == (Operation.EXTEND, CameraMove.PUSH_IN)
    assert (asked.samples, asked.clips) == (2, 4)


def test_without_a_mode_it_is_text_to_video_with_one_clip_a_call():
    form = form_of()
    form.is_valid()
    assert form.asked is not None
    assert (form.asked.operation, form.asked.camera_move, form.asked.samples) == (Operation.TEXT_TO_VIDEO, None, 1)


@pytest.mark.parametrize(
    ("operation", "kept"),
    [
        ("text_to_video", {"resolution", "ratio", "seconds"}),
        ("extend", {"resolution", "ratio"}),
        ("edit", set()),
        ("outpaint", {"ratio"}),
    ],
)
def test_a_clip_that_is_changed_keeps_its_length_and_its_picture(operation, kept):
    form = form_of(operation=operation, fps="")
    form.is_valid()
    assert form.asked is not None
    assert set(form.asked.spec()) == kept


def test_what_is_never_made_is_refused_at_the_prompt():
    form = form_of(text="nudify this photo")
    assert list(form.errors) == ["text"]
    assert "“nudify”" in form.errors["text"][0]


def test_the_sizes_offered_are_all_that_some_model_makes():
    small = replace(catalogue()["sandbox-1"], sizes=("832x480", "640x360"))
    usual = replace(small, sizes=None, longest_side=1280)
    assert sizes_of([small]) == ["640x360", "832x480"]
    assert sizes_of([small, usual]) == ["1280x720", "720x1280", "1024x1024", "640x360", "360x640", "832x480"]
    assert sizes_of([replace(usual, longest_side=4096)]) == list(SIZES)


def test_the_nine_fields_stand_in_their_order():
    assert tuple(field.name for field in form_of().direction_fields) == SLUGS


def test_long_words_are_refused_at_their_field():
    assert list(form_of(mood="x" * 501).errors) == ["mood"]


def test_a_filter_that_asks_for_nothing_narrows_nothing():
    assert not PromptFilter({}).is_narrowed
    assert PromptFilter({"mine": "on"}).is_narrowed
    assert not PromptFilter({"status": "odd"}).is_valid()


@pytest.mark.parametrize(
    ("field", "typed", "said"), [("takes", "200", "from 1 to 8"), ("seconds", "x", "from 1 to 600")]
)
def test_a_number_out_of_its_range_is_answered_with_the_range(field, typed, said):
    assert form_of(**{field: typed}).errors[field] == [f"A whole number {said}."]
