"""The stored prompt is held against the very lists of the desk."""

import pytest

from reviews.checks.base import Skipped
from reviews.checks.prompt_terms import PromptTerms
from studio.rules.hints import Asked
from studio.wordlists import word_lists
from tests.reviews.checks.looks import consult


def said(text: str = "", **direction: str):
    return consult(PromptTerms(), asked=Asked(text, direction), lists=word_lists())


def test_what_is_never_made_is_named_with_its_words():
    (found,) = said("An underage girl, naked")
    assert (found.label, found.score, found.unit) == ("listed", 1, "matches")
    assert found.message == ("Children are never shown in a sexual way. This prompt says “underage” with “naked”.")
    assert (found.start_frame, found.end_frame) == (0, 48)


def test_it_says_in_which_field_the_words_stand():
    (found,) = said("A beach", style="celebrity nudes")
    assert found.message.startswith("In “style”: Intimate pictures")


def test_people_in_the_prompt_raise_the_question_of_likeness():
    (found,) = said("Tom Hanks waves", subject="beside Béyoncé")
    assert (found.label, found.score) == ("named_person", 2)
    assert found.message == (
        "The prompt names “Tom Hanks” and “Beyonce”: does the clip show a real person's likeness without leave?"
    )


@pytest.mark.parametrize(
    "text", ["A lighthouse", "Sussex in spring", "A hank of wool, tomorrow", "visible to the naked eye"]
)
def test_harmless_words_that_contain_a_term_say_nothing(text):
    assert said(text) == []


@pytest.mark.parametrize("asked", [None, Asked("", {}), Asked("", {"negative": "nude"})])
def test_without_a_prompt_it_did_not_run(asked):
    with pytest.raises(Skipped, match="No prompt was given"):
        consult(PromptTerms(), asked=asked, lists=word_lists())
