"""What counts as a clip that was shut out; its entry is named and never shown."""

import numpy as np
import pytest

from reviews.checks.base import Skipped
from reviews.checks.blocklist import Blocklist
from reviews.checks.record import BlockedClip
from tests.reviews.checks.looks import consult, fingerprint, look_of, turned

OURS = look_of(1, 6)
ELSE = look_of(2, 6)


def found(entry: np.ndarray, quality=100, check=None):
    blocked = [BlockedClip(7, look_of(3)), BlockedClip(12, entry)]
    return consult(check or Blocklist(), fingerprint=fingerprint(OURS, quality=quality), blocked=blocked)


def mixed(*bits: int | None) -> np.ndarray:
    """Entries near some of our frames, by so many bits; None: near none."""
    rows = [turned(OURS[i : i + 1], b) if b is not None else ELSE[i : i + 1] for i, b in enumerate(bits)]
    return np.concatenate(rows)


def test_one_clear_picture_is_enough():
    check = Blocklist()
    (hit,) = found(mixed(None, None, 31, None, None, None), check=check)
    assert (hit.label, hit.score, hit.threshold) == ("listed", 31, 31)
    assert hit.message == "It matches entry 12 of the blocklist at 1.0 s."
    assert (hit.start_frame, hit.end_frame) == (24, 25)
    assert hit.evidence.frames == ()
    assert hit.evidence.sensitive
    assert check.measured == 31
    assert check.details["entries"] == [{"entry": 12, "label": "listed", "bits": 31}]


@pytest.mark.parametrize(("near", "expected"), [(2, []), (3, ["listed"])])
def test_of_poorer_pictures_it_takes_three_in_a_row(near, expected):
    entry = mixed(*([5] * near + [None] * (6 - near)))
    assert [hit.label for hit in found(entry, quality=79)] == expected
    assert [hit.label for hit in found(entry, quality=80)] == ["listed"]


def test_three_poor_pictures_that_are_not_in_a_row_are_nothing():
    assert found(mixed(5, None, 5, None, 5, None), quality=60) == []


def test_what_resembles_an_entry_for_three_samples_goes_to_a_person():
    (hit,) = found(mixed(None, 40, 32, 60, None, None))
    assert (hit.label, hit.score, hit.threshold) == ("resembles", 32, 60)
    assert hit.message == "It resembles entry 12 of the blocklist from 0.5 s to 1.5 s."
    assert found(mixed(None, 40, 32, 61, None, None)) == []


def test_a_clip_of_a_single_sample_can_resemble_an_entry():
    hits = consult(Blocklist(), fingerprint=fingerprint(OURS[:1]), blocked=[BlockedClip(3, turned(OURS[:1], 50))])
    assert [(hit.label, hit.message) for hit in hits] == [
        ("resembles", "It resembles entry 3 of the blocklist at 0.0 s.")
    ]


def test_an_empty_list_is_clean_and_no_list_did_not_run():
    assert consult(Blocklist(), blocked=[]) == []
    with pytest.raises(Skipped, match="No blocklist"):
        consult(Blocklist())


def test_plain_pictures_are_not_compared():
    with pytest.raises(Skipped, match="too plain"):
        found(OURS, quality=40)
