"""Ordinary prompts pass without a word; each kind of trouble is named once, at its field."""

import tomllib
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from providers.base import CameraMove, ModelTerms
from reviews.demo import SHOTS_PATH
from studio.rules.hints import Asked, Severity, hints_for, refusal
from studio.wordlists import word_lists

TERMS = ModelTerms("m", "Model M", "runway", Decimal("0.1000"), "test", date(2026, 11, 22), max_prompt=1000)
SHOTS = tomllib.loads(SHOTS_PATH.read_text())["shots"]
ORDINARY = (
    "A paper boat crosses a flooded street while children watch from a window",
    "A night market turns into a quiet street at noon, time-lapse",
    "A boy kicks a football against a wall in the rain",
    "Two teenagers ride bicycles along the river, handheld camera",
    "A chef tosses vegetables in a frying pan, then plates the dish",
    "An apple falls from the tree onto the target; the shell of a snail nearby",
    "A woman in a swimsuit dives into the sea",
    "A mother bathes her baby in the kitchen sink",
    "Kids look at a comet that is visible to the naked eye",
    "A same-sex couple plays with their child in a park",
    "A field of yellow rape in bloom, bees",
    "A minor character waits at the bus stop, wide angle lens, close-up of his hands",
    "The camera pans left across the empty hall",
    "Static on an old television, a hand turns the dial",
    "A castle ten years older than the village",
    "From a wide shot of the valley to a close-up of the shepherd",
    "A wolverine and a black panther in a zoo; a Madonna on the altar",
)


def said(text: str = "", **direction: str) -> list[tuple[str, str]]:
    return [(hint.field, hint.severity.value) for hint in hints_for(Asked(text, direction), word_lists())]


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot["slug"])
def test_the_demo_shots_raise_no_hint(shot):
    asked = Asked(shot["text"], shot["direction"], sound=True)
    assert hints_for(asked, word_lists(), terms=TERMS, prompt=shot["text"]) == []


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_prompts_raise_no_hint(text):
    assert said(text) == []


def test_nothing_typed_raises_no_hint():
    assert said("  ") == []


@pytest.mark.parametrize(
    ("text", "direction", "where"),
    [
        ("Stunning, cinematic, epic 4K masterpiece!", {}, ("text", "warn")),
        ("A boat", {}, ("text", "note")),
        ("", {"camera": "slow push in"}, ("subject", "note")),
        ("", {"subject": "an old lighthouse keeper"}, ("action", "note")),
    ],
)
def test_vague_words_are_said_to_be_vague(text, direction, where):
    assert said(text, **direction) == [where]


@pytest.mark.parametrize(
    ("text", "direction", "field"),
    [
        ("A street at night under the midday sun", {}, "text"),
        ("A red car drives by", {"lighting": "bright daylight at midnight"}, "lighting"),
        ("A face in the rain", {"camera": "wide shot, close-up"}, "camera"),
        ("A train crosses the bridge", {"camera": "static, slow push in"}, "camera"),
        ("A train crosses the bridge, static camera", {"camera": "pan left"}, "camera"),
        ("A train crosses the bridge", {"camera": "pan left, pan right"}, "camera"),
        ("A dancer turns her head in slow motion", {"motion": "time-lapse"}, "motion"),
        ("A black and white picture of a garden", {"style": "vivid colours"}, "style"),
        ("A deserted square full of a cheering crowd", {}, "text"),
        ("People cross a bridge in fog", {"negative": "text, no people"}, "negative"),
    ],
)
def test_contradictions_stand_beside_the_field_that_says_the_other_thing(text, direction, field):
    assert said(text, **direction) == [(field, "warn")]


def test_a_camera_move_contradicts_a_camera_that_stands_still():
    asked = Asked("A train crosses the bridge", {"camera": "locked-off"}, CameraMove.PUSH_IN)
    (hint,) = hints_for(asked, word_lists())
    assert hint.sentence == "“locked-off” and “push in”: a camera stands still or moves."


@pytest.mark.parametrize("move", list(CameraMove))
def test_every_camera_move_contradicts_standing_still(move):
    assert hints_for(Asked("A train crosses the bridge", {"camera": "static"}, move), word_lists())


def test_sound_words_in_a_silent_order_are_noted():
    asked = Asked("An old man sings on the pier", {}, sound=False)
    (hint,) = hints_for(asked, word_lists())
    assert (hint.severity, hint.sentence) == (
        Severity.NOTE,
        "“sings” will not be heard: the takes are ordered silent.",
    )
    assert hints_for(replace(asked, sound=None), word_lists()) == []


def test_a_prompt_beyond_the_limit_of_the_chosen_model_says_both_figures():
    (hint,) = hints_for(Asked("A long walk home", {}), word_lists(), terms=TERMS, prompt="x" * 1001)
    assert hint.sentence == "Model M reads 1000 characters at most; with the direction this comes to 1001."
    assert not hints_for(Asked("A long walk home", {}), word_lists(), terms=TERMS, prompt="x" * 1000)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("TOM HANKS walks along the pier", "“Tom Hanks” is a real person"),
        ("A singer like Beyoncé on a stage", "“Beyonce” is a real person"),
        ("Spider-man climbs the tower", "“Spider-Man” is somebody's character"),
        ("Spider man climbs the tower", "“Spider-Man” is somebody's character"),
        ("A can of Coca Cola on a table", "“Coca-Cola” is a brand"),
        ("A garden in Disney's style", "“Disney” is a brand"),
    ],
)
def test_names_are_found_in_any_spelling(words, named):
    (hint,) = hints_for(Asked(words, {}), word_lists())
    assert (hint.field, hint.severity) == ("text", Severity.WARN)
    assert hint.sentence.startswith(named)


@pytest.mark.parametrize("words", ["A legoland of ideas", "A googly eye on a stone", "Tomhanks of the north sea"])
def test_a_part_of_a_word_is_no_name(words):
    assert not said(words)


# The list itself is tested with the mildest words of each kind.
@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("a naked child", {}),
        ("a n\u200baked chi\u00adld", {}),
        ("A NAKED   teenager", {}),
        ("a portrait", {"subject": "a 12-year-old", "style": "erotic"}),
        ("a portrait of a twelve year old, topless", {}),
        ("a schoolgirl", {"mood": "seductive"}),
        ("undress her", {}),
        ("nudify this photo", {}),
        ("my ex, nude", {}),
        ("a hidden camera in a changing room", {}),
        ("a woman in the shower, filmed without her knowledge", {}),
    ],
)
def test_what_is_never_made_is_blocked_with_its_words_named(text, direction):
    why = refusal(text, direction, word_lists())
    assert "This prompt says “" in why
    first = hints_for(Asked(text, direction), word_lists())[0]
    assert (first.severity, first.sentence) == (Severity.BLOCK, why)


def test_a_real_person_is_never_shown_naked():
    assert "“Tom Hanks” with “nude”" in refusal("tom hanks on a beach, NUDE", {}, word_lists())


def test_what_is_to_be_left_out_is_not_held_against_anybody():
    assert refusal("Children play in a garden", {"negative": "nudity, sexual content"}, word_lists()) == ""


def test_every_list_of_the_files_is_read():
    lists = word_lists()
    assert {kind.slug for kind in lists.forbidden} == {"child_safety", "intimate_images"}
    assert set(lists.names) == {"people", "characters", "brands"}
    assert all(names.terms for names in lists.names.values())


@pytest.mark.parametrize("text", ["nаkеd girl", "ΝΑΚED girl", "n\u200baked  girl", "ｎａｋｅｄ girl"])
def test_borrowed_and_invisible_letters_hide_no_word(text):
    assert "“girl” with “naked”" in refusal(text, {}, word_lists())


@pytest.mark.parametrize(
    "text", ["A Sussex village in the rain", "A documentary on essex lorries; a girl waves", "Девочка и море"]
)
def test_a_word_that_only_contains_a_term_is_harmless(text):
    assert refusal(text, {}, word_lists()) == ""
