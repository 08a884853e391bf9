"""Strings as a machine reads them: the same, words, asked for."""

import pytest

from reviews.checks.wording import distance, is_wordlike, letters_of, meant, same_text, unasked


def test_plain_letters_and_digits_alone_count():
    assert letters_of("  Café — N° 5!") == "cafen5"


def test_distance_goes_from_the_same_to_nothing_in_common():
    # difflib: 2 x common letters / all letters, taken from 1
    assert distance("open", "open") == 0
    assert distance("open", "opem") == pytest.approx(1 - 6 / 8)
    assert distance("ab", "cd") == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Coffee House", "Coffee House", True),
        ("Coffee House", "Coffeo House", True),  # the reader's slip: 2 of 12 letters
        ("Coffee House", "Fee House", True),  # a head went before it
        ("subscribe now", "subscribe", True),
        ("Welcometo Oslo", "Welcome to Oslo", True),
        ("Coffee House", "Toffee Mouse", True),  # 1 of 6 and 1 of 5
        ("Coffee House", "Garden House", False),
        ("Frame = 1", "Frame = 11", False),
        ("PTS = 0.5s", "PTS = 1.0s", False),
        ("PWGWHKQVN", "ODISHAZWI", False),
    ],
)
def test_one_line_read_twice(one, other, same):
    assert same_text(one, other) is same
    assert same_text(other, one) is same


@pytest.mark.parametrize(
    ("text", "wordlike"),
    [
        ("BREAKING NEWS", True),
        ("SALE 50%", True),
        ("2026 1984", True),
        ("Zürich", True),
        ("中国电信公司", True),
        ("OK", True),  # too short to tell
        ("XCKSN MGCPPQ", False),
        ("Welcome to BCDFGH", True),  # one of two longer words
        ("BR4ND", False),
        ("NBQSHGMDP", False),
    ],
)
def test_scrambled_letters_are_no_words(text, wordlike):
    assert is_wordlike(text) is wordlike


@pytest.mark.parametrize(
    ("text", "allowed", "left"),
    [
        ("OPEN", ["Open"], ""),
        ("CoffeeHouse", ["Coffee House"], ""),
        ("Coffee House SALE", ["Coffee House"], "sale"),
        ("OPEN 7", ["OPEN"], ""),  # one digit more tells nothing
        ("SALE", [], "sale"),
        ("opening", ["open"], "ing"),
    ],
)
def test_what_nobody_asked_for_is_left(text, allowed, left):
    assert unasked(text, allowed) == left


def test_a_misspelling_finds_the_words_that_were_meant():
    assert meant("C0FFEE H0USE", ["OPEN", "Coffee House"]) == "Coffee House"
    assert meant("SALE", ["OPEN"]) == ""
    assert meant("SALE", []) == ""
