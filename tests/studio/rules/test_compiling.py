from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from providers.base import CameraMove, ModelTerms
from studio.rules import compiling
from studio.rules.compiling import compiled, length_as_sent, sentence

TEXT = "A lighthouse on a rocky coast."
DIRECTION = {
    "subject": "an old keeper",
    "action": "lights the lamp",
    "camera": "low angle",
    "lens": "35 mm",
    "lighting": "low sun from the left.",
    "motion": "wind in the grass",
    "style": "naturalistic",
    "mood": "quiet",
    "negative": "no text, logos",
}


def terms(provider: str = "openai_videos", name: str = "x-1", *extras: str, **columns) -> ModelTerms:
    return ModelTerms(
        key=name,
        label=name,
        provider=provider,
        price_per_second=Decimal("0.1000"),
        source="test",
        checked_on=date(2026, 11, 22),
        extras=frozenset(extras),
        **columns,
    )


@pytest.mark.parametrize(
    ("provider", "name", "prompt"),
    [
        (
            "openai_videos",
            "sora-2",
            "A lighthouse on a rocky coast. An old keeper lights the lamp.\n"
            "Camera: low angle\nLens: 35 mm\nLighting: low sun from the left\nMotion: wind in the grass\n"
            "Style: naturalistic\nMood: quiet\nLeave out: text, logos",
        ),
        (
            "runway",
            "gen4.5",
            "Low angle: A lighthouse on a rocky coast. An old keeper lights the lamp. 35 mm. Low sun from the left. "
            "Wind in the grass. Naturalistic. Quiet. Without text, logos.",
        ),
        (
            "kling",
            "kling-v3",
            "A lighthouse on a rocky coast. An old keeper lights the lamp. Wind in the grass, low angle, 35 mm, "
            "low sun from the left, quiet, naturalistic. Without text, logos.",
        ),
        (
            "vertex",
            "veo-3.1",
            "A lighthouse on a rocky coast. An old keeper lights the lamp. The camera work is low angle. "
            "The lens is 35 mm. The light is low sun from the left. The motion is wind in the grass. "
            "The style is naturalistic. The mood is quiet. The picture is without text, logos.",
        ),
    ],
)
def test_each_family_gets_its_own_best_form(provider, name, prompt):
    said = compiled(TEXT, DIRECTION, None, terms(provider, name))
    assert (said.prompt, said.negative) == (prompt, "")
    assert said.notes == (compiling.LEFT_OUT_IN_WORDS,)


@pytest.mark.parametrize(
    ("provider", "name", "form"),
    [
        ("runway", "veo3.1", compiling.FLOWING),
        ("runway", "kling3.0_pro", compiling.LISTED),
        ("runway", "something", compiling.SHOT_FIRST),
        ("google", "omni", compiling.FLOWING),
        ("litellm", "sora-2", compiling.LABELLED),
        ("sandbox", "sandbox-1", compiling.LABELLED),
    ],
)
def test_a_model_is_spoken_to_as_its_makers_advise_wherever_it_is_served(provider, name, form):
    assert compiling.form_for(terms(provider, name)) is form


@pytest.mark.parametrize("provider", ["openai_videos", "runway", "kling", "google"])
def test_what_to_leave_out_travels_apart_where_there_is_a_field_for_it(provider):
    said = compiled(TEXT, DIRECTION, None, terms(provider, "x-1", "negative"))
    assert said.negative == "no text, logos"
    assert "logos" not in said.prompt
    assert said.notes == (compiling.LEFT_OUT_APART,)


def test_what_to_leave_out_goes_unsaid_when_the_prompt_is_full():
    short = terms("runway", "gen4.5", max_prompt=60)
    said = compiled(TEXT, {"negative": "text, logos, and everything else"}, None, short)
    assert said.prompt == TEXT
    assert said.notes == (compiling.LEFT_OUT_UNSAID,)


def test_it_fits_to_the_last_unit_and_counts_utf16():
    without = f"{TEXT} Without logos."
    direction = {"negative": "logos"}
    exactly = terms("runway", "gen4.5", max_prompt=len(without))
    assert compiled(TEXT, direction, None, exactly).prompt == without
    assert compiled(TEXT, direction, None, replace(exactly, max_prompt=len(without) - 1)).prompt == TEXT
    assert length_as_sent("🎬") == 2


def test_free_text_is_never_cut():
    long = "A keeper climbs. " * 100
    assert compiled(long, {}, None, terms("runway", "gen4.5", max_prompt=1000)).prompt == long.strip()


def test_a_camera_move_is_a_control_where_there_is_one():
    said = compiled(TEXT, {"camera": "low angle"}, CameraMove.PUSH_IN, terms("kling", "kling-v1", "camera"))
    assert said.camera is CameraMove.PUSH_IN
    assert "push in" not in said.prompt
    assert said.notes == (compiling.MOVE_AS_CONTROL,)


@pytest.mark.parametrize(
    ("camera", "words"),
    [("", "Camera: push in"), ("Slow push in", "Camera: Slow push in"), ("low angle", "Camera: push in, low angle")],
)
def test_a_camera_move_is_said_once_in_words_elsewhere(camera, words):
    said = compiled(TEXT, {"camera": camera}, CameraMove.PUSH_IN, terms())
    assert said.camera is None
    assert said.prompt == f"{TEXT}\n{words}"
    assert said.notes == (compiling.MOVE_IN_WORDS,)


@pytest.mark.parametrize("provider", ["openai_videos", "runway", "kling", "google"])
def test_nothing_said_is_nothing_sent(provider):
    assert compiled("  ", {"subject": " ", "negative": "text"}, None, terms(provider)).prompt == ""
    assert compiled("A boat", {}, None, terms(provider)) == compiling.Compiled("A boat.")


@pytest.mark.parametrize("provider", ["openai_videos", "runway", "kling", "google"])
def test_one_field_alone_is_sent_as_it_is(provider):
    assert "slow push in" in compiled("", {"camera": "slow push in"}, None, terms(provider)).prompt.lower()


def test_a_model_nobody_knows_any_more_is_spoken_to_plainly():
    assert compiled(TEXT, {"mood": "calm"}, CameraMove.PAN_LEFT, None).prompt == f"{TEXT}\nCamera: pan left\nMood: calm"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("a boat", "A boat."),
        ("iPhone on a table", "iPhone on a table."),
        ("Stop!", "Stop!"),
        ("he says “go”", "He says “go”"),
        ("a boat [sandbox:slow]", "A boat [sandbox:slow]"),
    ],
)
def test_sentences_begin_and_end_as_sentences_do(words, said):
    assert sentence(words) == said
