"""Which lines are told, and as what: the reader's answers are given by the test."""

import numpy as np
import pytest

from reviews.checks import text
from reviews.checks.base import Skipped
from reviews.checks.reading import Line, Reading
from reviews.checks.text import Text
from tests.reviews.checks.samples import EVERY_FRAMES, flat, make_sample, view

# Pictures are 64x36. A line of 40x4 px: 0.11 of the height, ten times longer than high.
HERE, THERE = (10, 4), (10, 24)


def line(at: tuple[int, int], length: int = 40, height: int = 4) -> Line:
    x, y = at
    return Line(np.array([[x, y], [x + length, y], [x + length, y + height], [x, y + height]], np.float32), 0.9)


@pytest.fixture
def see(monkeypatch):
    """Show an instrument samples in each of which these lines are read: (line, words, confidence)."""

    def see(samples, *, check=None, spec=None, **facts):
        shown = iter(samples)
        now = {}

        def lines_in(_):
            now["lines"] = next(shown)
            return [each[0] for each in now["lines"]]

        monkeypatch.setattr(text, "lines_in", lines_in)
        known = {id(each[0]): Reading(each[1], each[2]) for sample in samples for each in sample}
        monkeypatch.setattr(text, "read", lambda _, lines: [known[id(each)] for each in lines])
        return view(check or Text(), [flat(0)] * len(samples), spec=spec, **facts)

    return see


def test_words_that_nobody_asked_for_are_quoted_with_their_place(see):
    check = Text()
    (seen,) = see([[], [(line(HERE), "BREAKING NEWS", 0.97)], [(line(HERE), "BREAKING NEWS", 0.99)], []], check=check)
    assert (seen.label, seen.start_frame, seen.end_frame, seen.peak_frame) == ("unexpected", 5, 15, 10)
    assert seen.message == "Text in the picture that nobody asked for: “BREAKING NEWS”, 0.50-1.50 s."
    assert seen.boxes == (pytest.approx((10 / 64, 4 / 36, 40 / 64, 4 / 36)),)
    assert (seen.score, seen.threshold, seen.unit) == (0.99, 0.8, "confidence")
    assert (seen.evidence.frames, seen.evidence.crop) == ((10,), True)
    assert check.measured == pytest.approx(0.98)
    assert check.details["lines"][0]["read"] == ["BREAKING NEWS", "BREAKING NEWS"]


@pytest.mark.parametrize(
    ("readings", "found"),
    [
        ([("Hotel", 0.9)], True),  # sure enough at once
        ([("Hotel", 0.89)], False),
        ([("Hotel", 0.8), ("Hotel", 0.8)], True),
        ([("Hotel", 0.79), ("Hotel", 0.79)], False),
        ([("YA", 0.99)] * 4, False),  # two letters are any corner
    ],
)
def test_one_sure_look_or_two_fair_ones(see, readings, found):
    assert bool(see([[(line(HERE, length=8), *each)] for each in readings])) is found


def test_words_of_the_brief_are_no_fault(see):
    samples = [[(line(HERE), "COFFEE HOUSE", 0.95)]] * 2
    assert see(samples, spec={"allowed_words": ["Coffee House"]}) == []
    (seen,) = see([[(line(HERE), "COFFE HOUZE", 0.95)]] * 2, spec={"allowed_words": ["Coffee House"]})
    assert seen.message.startswith("Text in the picture reads “COFFE HOUZE” where the brief allows “Coffee House”")


def test_a_line_that_changes_says_from_what_to_what(see):
    (seen,) = see([[(line(HERE), f"Frame = {number}", 0.95)] for number in (1, 6, 11)])
    assert seen.label == "changing"
    assert seen.message == "Text in the picture changes: “Frame = 1” then “Frame = 6” then “Frame = 11”, 0.00-1.50 s."


def test_a_line_that_moves_is_the_same_line(see):
    check = Text()
    see([[(line(HERE), "Hotel Rio", 0.95)], [(line(THERE), "Hotel Rio", 0.95)]], check=check)
    assert len(check.details["lines"]) == 1


def test_lines_side_by_side_are_one_finding(see):
    (seen,) = see([[(line(HERE), "COFFEE", 0.95), (line(THERE), "HOUSE", 0.96)]] * 2)
    assert seen.message == "Text in the picture that nobody asked for: “COFFEE”, “HOUSE”, 0.00-1.00 s."
    assert len(seen.boxes) == 2


def test_lines_one_after_the_other_are_two(see):
    first, second = (line(HERE), "COFFEE", 0.95), (line(THERE), "GARDEN", 0.95)
    assert len(see([[first], [], [second]])) == 2


def test_letters_that_make_no_words_are_garbled(see):
    (seen,) = see([[(line(HERE), "NBQSHGMDP", 0.95)]] * 2)
    assert (seen.label, seen.message) == ("garbled", "Letters in the picture make no words: “NBQSHGMDP”, 0.00-1.00 s.")


@pytest.mark.parametrize(("looks", "length", "found"), [(3, 40, True), (2, 40, False), (3, 8, False)])
def test_a_line_that_cannot_be_read_is_garbled_when_it_stays(see, looks, length, found):
    seen = see([[(line(HERE, length=length), "a日x", 0.3)]] * looks)
    assert [each.label for each in seen] == ["garbled"] * found


def test_lettering_without_any_letter_is_told_without_a_quotation(see):
    (seen,) = see([[(line(HERE), "", 0.0)]] * 3)
    assert seen.message == "Letters in the picture cannot be read, 0.00-1.50 s."


@pytest.mark.parametrize(("height", "found"), [(12, True), (13, False)])
def test_what_fills_a_third_of_the_picture_is_no_line(see, height, found):
    assert bool(see([[(line((2, 2), 60, height), "EPIC", 0.95)]] * 2)) is found


def test_looks_grow_sparse(monkeypatch):
    monkeypatch.setattr(text, "lines_in", lambda _: [])
    monkeypatch.setattr(text, "read", lambda _, lines: [])
    check = Text()
    for place in range(41):
        check.view(make_sample(flat(0), place))
    # half a second apart for four, then one, and from 8 s on an eighth of the time gone by
    assert [frame / 10 for frame in check._frames] == [
        *(0, 0.5, 1, 1.5),
        *(2.5, 3.5, 4.5, 5.5, 6.5, 7.5),
        *(8.5, 10, 11.5, 13, 15, 17, 19.5),
    ]
    assert EVERY_FRAMES == 5


def test_without_a_sample_nothing_was_seen():
    with pytest.raises(Skipped, match="no picture"):
        view(Text(), [])


def test_a_picture_without_text_is_silent(see):
    check = Text()
    assert see([[], []], check=check) == []
    assert (check.measured, check.details) == (0.0, {"looks": 2, "lines": []})
