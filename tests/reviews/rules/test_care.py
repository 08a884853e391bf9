"""What people ask for their own sake, kept and read again."""

import pytest

from reviews.rules.care import Care, left_to_nobody
from reviews.rules.veil import Harm, Level

NUDITY, VIOLENCE = Harm.NUDITY, Harm.VIOLENCE


def test_what_is_kept_comes_back_as_it_was():
    care = Care(Level.STILLS, toggles=True, hour=5, day=40, unwanted=frozenset({NUDITY, VIOLENCE}))
    assert Care.from_json(care.as_json()) == care
    assert care.as_json()["unwanted"] == ["nudity", "violence"]


def test_nobody_has_asked_for_anything_yet():
    assert Care.from_json({}) == Care()


@pytest.mark.parametrize(
    ("wishes", "left"),
    [
        ([], set()),
        ([{NUDITY}], {NUDITY}),
        ([{NUDITY}, set()], set()),
        ([{NUDITY, VIOLENCE}, {NUDITY}], {NUDITY}),
    ],
)
def test_what_all_of_them_asked_not_to_see_is_left_to_nobody(wishes, left):
    assert left_to_nobody([Care(unwanted=frozenset(each)) for each in wishes]) == left
