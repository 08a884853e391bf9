"""What counts as the same clip, what as probably the same, and what only starts alike."""

import numpy as np
import pytest

from reviews.checks.base import Skipped
from reviews.checks.near_duplicate import NearDuplicate
from tests.reviews.checks.looks import consult, fingerprint, known, look_of, turned

OURS = look_of(1, 10)


def labels(theirs: np.ndarray, ours: np.ndarray = OURS) -> list[str]:
    found = consult(NearDuplicate(), fingerprint=fingerprint(ours), known=[known(theirs)])
    return [each.label for each in found]


@pytest.mark.parametrize(
    ("bits", "expected"),
    [(0, ["same"]), (31, ["same"]), (32, ["probably_same"]), (60, ["probably_same"]), (61, [])],
)
def test_both_sides_of_each_threshold(bits, expected):
    assert labels(turned(OURS, bits)) == expected


def test_it_says_which_clip_how_many_frames_and_where_they_meet():
    check = NearDuplicate()
    theirs = turned(OURS, [4, 4, 4, 4, 2, 4, 4, 4, 90, 90])
    (found,) = consult(check, fingerprint=fingerprint(OURS), known=[known(theirs)])
    assert found.message == "The picture is that of “Dusk”: 8 of 10 compared frames match."
    assert (found.start_frame, found.end_frame, found.score, found.threshold) == (0, 48, 4, 31)
    assert check.measured == 4
    assert check.details["like"] == [
        {
            "clip": "candidate:“Dusk”",
            "name": "“Dusk”",
            "bits": 4,
            "pairs": [
                {"frame": 0, "their_frame": 0, "bits": 4},
                {"frame": 12, "their_frame": 12, "bits": 4},
                {"frame": 48, "their_frame": 48, "bits": 2},
            ],
        }
    ]


def test_less_than_four_fifths_is_another_clip():
    assert labels(turned(OURS, [0, 0, 0, 0, 0, 0, 0, 0, 120, 120])) == ["same"]
    assert labels(turned(OURS, [120, 0, 0, 0, 0, 0, 0, 0, 120, 120])) == []


def test_a_trimmed_copy_is_found_and_a_short_excerpt_is_not():
    """Of the shorter clip all is there; of the longer half is enough."""
    for start, expected in ((1, ["same"]), (5, ["same"]), (6, [])):
        assert labels(OURS[start:]) == labels(OURS, OURS[start:]) == expected


def test_several_copies_are_one_finding_that_names_the_closest():
    clips = [known(turned(OURS, 20), "“Noon”"), known(turned(OURS, 3), "“Dawn”"), known(turned(OURS, 9), "“Eve”")]
    (found,) = consult(NearDuplicate(), fingerprint=fingerprint(OURS), known=clips)
    assert found.message == "The picture is that of “Dawn” and of 2 other clips: 10 of 10 compared frames match."


def test_takes_from_one_start_image_are_a_remark():
    check = NearDuplicate()
    theirs = np.concatenate([turned(OURS[:1], 6), look_of(2, 9)])
    (found,) = consult(check, fingerprint=fingerprint(OURS), known=[known(theirs)])
    assert (found.label, found.score, found.start_frame, found.end_frame) == ("same_start", 6, 0, 1)
    assert found.message == "It starts from the same picture as “Dusk” and goes on differently."


def test_a_start_that_shows_nothing_is_no_same_start():
    black = np.full((1, 32), 7, np.uint8)
    ours, theirs = (np.concatenate([black, look_of(seed, 9)]) for seed in (3, 4))
    looks = [fingerprint(each, quality=[10] + [100] * 9) for each in (ours, theirs)]
    clip = known(theirs)
    assert consult(NearDuplicate(), fingerprint=looks[0], known=[type(clip)("x", "x", fingerprint=looks[1])]) == []


def test_in_a_locked_off_shot_only_a_new_encoding_is_the_same():
    """All frames lie within 20 bits of the first: another take of the setting would, too."""
    still = turned(np.repeat(look_of(5, 1), 10, axis=0), range(0, 20, 2))
    assert labels(turned(still, 0), still) == ["same"]
    assert labels(turned(still ^ np.uint8(0b10000), 0), still) == ["probably_same"]


def test_plain_pictures_are_not_compared():
    with pytest.raises(Skipped, match="too plain"):
        consult(NearDuplicate(), fingerprint=fingerprint(OURS, quality=49), known=[known(OURS)])


def test_without_other_clips_it_did_not_run_and_with_none_like_it_it_is_clean():
    with pytest.raises(Skipped, match="No other clip"):
        consult(NearDuplicate(), fingerprint=fingerprint(OURS))
    check = NearDuplicate()
    assert consult(check, fingerprint=fingerprint(OURS), known=[]) == []
    assert check.measured == 256


def test_the_very_bytes_are_said_to_be_so_whatever_they_show():
    twin = known(look_of(9), "“Dawn, take 2”", sha256="ab")
    (found,) = consult(NearDuplicate(), sha256="ab", known=[twin, known(look_of(8), sha256="cd")])
    assert (found.label, found.message) == ("same_bytes", "These are the very bytes of “Dawn, take 2”.")


def test_a_moderator_may_turn_what_is_the_same():
    check = NearDuplicate(same_below=10)
    (found,) = consult(check, fingerprint=fingerprint(OURS), known=[known(turned(OURS, 11))])
    assert found.label == "probably_same"
