"""Which palms are hands, and what is said of them."""

import numpy as np
import pytest

from reviews.checks import hands
from reviews.checks.base import Skipped
from reviews.checks.hands import Hands
from reviews.checks.palms import Hand, Palm
from tests.reviews.checks.samples import EVERY_FRAMES, flat, view

MARKS = np.zeros((7, 2), np.float32)


def hand(x: float, presence: float, *, score: float = 0.9, size: float = 10.0) -> Hand:
    return Hand(Palm(np.array([x, 20], np.float32), size, MARKS, score), presence, (x / 100, 0.2, 0.1, 0.1))


@pytest.fixture
def see(monkeypatch):
    """Show an instrument samples with these hands, and so many faces in each."""

    def see(samples, *, faces=0, check=None):
        monkeypatch.setattr(hands, "hands_in", lambda sample: samples[sample.frame // EVERY_FRAMES])
        monkeypatch.setattr(hands, "faces_in", lambda _: [None] * faces)
        return view(check or Hands(), [flat(0)] * len(samples))

    return see


def test_a_hand_that_is_none_any_more_while_the_palm_is_there_falls_apart(see):
    check = Hands()
    (seen,) = see([[hand(10, 0.95)], [hand(15, 0.1)], [hand(20, 0.4)], [hand(20, 0.9)]], check=check)
    assert (seen.label, seen.start_frame, seen.end_frame, seen.peak_frame) == ("falls_apart", 5, 15, 5)
    assert (seen.score, seen.threshold, seen.unit) == (0.1, 0.5, "presence")
    assert seen.message == (
        "The hand seen at 0.00 s is none to the instrument from 0.50 s to 1.50 s: look at its fingers."
    )
    assert seen.boxes == ((0.15, 0.2, 0.1, 0.1),)
    assert (seen.evidence.frames, seen.evidence.crop) == ((0, 5), True)
    assert check.measured == 0.1
    assert [each["presence"] for each in check.details["hands"][0]] == [0.95, 0.1, 0.4, 0.9]


@pytest.mark.parametrize(
    ("sights", "labels"),
    [
        ([hand(10, 0.8), hand(10, 0.49)], ["falls_apart"]),
        ([hand(10, 0.8), hand(10, 0.5)], ["seen"]),
        ([hand(10, 0.79), hand(10, 0.1)], []),  # never surely a hand: a chair leg
        ([hand(10, 0.8), hand(10, 0.1, score=0.69)], ["seen"]),  # the palm goes as well: it was turned away
        ([hand(10, 0.8), hand(51, 0.1)], ["seen"]),  # another palm, four of its lengths away
        ([hand(10, 0.8), hand(10, 0.1, size=21)], ["seen"]),
    ],
)
def test_both_sides_of_every_limit(see, sights, labels):
    assert [each.label for each in see([[sight] for sight in sights])] == labels


def test_a_hand_is_followed_over_one_sample_without_it(see):
    assert [each.label for each in see([[hand(10, 0.9)], [], [hand(10, 0.1)]])] == ["falls_apart"]
    assert [each.label for each in see([[hand(10, 0.9)], [], [], [hand(10, 0.1)]])] == ["seen"]


@pytest.mark.parametrize(("faces", "count", "many"), [(1, 3, True), (1, 2, False), (2, 4, False), (0, 5, False)])
def test_more_than_two_hands_for_each_face_are_many(see, faces, count, many):
    seen = see([[], [hand(10 + 100 * place, 0.9) for place in range(count)]], faces=faces)
    assert ("many" in [each.label for each in seen]) is many


def test_many_hands_are_counted_and_boxed(see):
    (many, _) = see([[hand(10 + 100 * place, 0.9) for place in range(3)]], faces=1)
    assert many.message == "3 hands for 1 face at 0.00 s."
    assert len(many.boxes) == 3


def test_hands_without_fault_are_a_reminder(see):
    (seen,) = see([[], [hand(10, 0.9)], [hand(12, 0.99)], []])
    assert (seen.label, seen.start_frame, seen.end_frame, seen.peak_frame) == ("seen", 5, 15, 10)
    assert seen.message == "Hands are in the picture from 0.50 s to 1.50 s: count the fingers."


def test_without_a_hand_it_is_silent(see):
    check = Hands()
    assert see([[], []], check=check) == []
    assert (check.measured, check.details) == (1.0, {"hands": []})


def test_without_a_sample_nothing_was_seen():
    with pytest.raises(Skipped, match="no picture"):
        view(Hands(), [])
