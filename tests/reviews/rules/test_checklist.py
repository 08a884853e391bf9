"""The list of what no instrument sees, built from the words of a prompt."""

import pytest

from reviews.rules.checklist import things_in, unseen


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("A red fox crosses a frozen river at dusk.", ("red fox crosses", "frozen river", "dusk")),
        ("Wide shot, slow pan: the old lighthouse, the old lighthouse", ("old lighthouse",)),
        ("", ()),
        ("4k, 24 fps", ()),
    ],
)
def test_it_names_the_things_of_a_prompt_in_their_order(text, things):
    assert things_in(text) == things


def test_it_cuts_what_has_no_joining_word():
    assert things_in("one bright green glass bottle beside silver spoons") == (
        "bright green glass bottle",
        "beside silver spoons",
    )


def test_direction_says_better_than_text_what_was_asked():
    asked, *rest = unseen("whatever", {"subject": "a fox", "camera": "slow pan"})
    assert (asked.slug, asked.things) == ("adherence", ("a fox",))
    assert [row.slug for row in rest] == ["violence", "likeness"]


def test_what_an_examiner_has_answered_is_not_asked_again():
    assert [row.slug for row in unseen("a fox", {}, answered=["violence"])] == ["adherence", "likeness"]


def test_a_clip_without_words_has_no_words_to_look_for():
    assert [row.slug for row in unseen("", {})] == ["violence", "likeness"]


@pytest.mark.parametrize(
    ("text", "direction", "listed"),
    [
        ("an anime girl under cherry trees", {}, True),
        ("a fox", {"style": "Hand-drawn, 2D"}, True),
        ("a fox drawing breath in comical haste", {}, True),  # a word too many asks a person once more
        ("a fox on a drawbridge", {"style": "35 mm film"}, False),
    ],
)
def test_where_a_drawing_is_asked_for_a_person_looks_for_nudity(text, direction, listed):
    assert ("drawn_nudity" in [row.slug for row in unseen(text, direction)]) is listed
