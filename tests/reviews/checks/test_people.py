"""Which boxes are faces, and what is asked about them."""

import numpy as np
import pytest

from reviews.checks import people
from reviews.checks.base import Skipped
from reviews.checks.faces import Face, Mesh
from reviews.checks.people import People
from tests.reviews.checks.samples import EVERY_FRAMES, flat, view

MARKS = np.zeros((6, 2), np.float32)
HERE, THERE = (0.1, 0.1, 0.2, 0.4), (0.6, 0.1, 0.1, 0.2)


@pytest.fixture
def see(monkeypatch):
    """Show an instrument samples in each of which the detector finds these (box, score); the mesh agrees or not."""

    def see(samples, *, meshed=(), check=None, **facts):
        found = [tuple(Face(box, score, MARKS) for box, score in sample) for sample in samples]
        monkeypatch.setattr(people, "faces_in", lambda sample: found[sample.frame // EVERY_FRAMES])
        monkeypatch.setattr(people, "mesh_of", lambda _, face: Mesh(MARKS, 0.9 if face.box in meshed else 0.1))
        return view(check or People(), [flat(0)] * len(samples), width=1000, **facts)

    return see


def test_it_asks_the_likeness_question_once_with_numbers(see):
    check = People()
    (seen,) = see([[], [(HERE, 0.9), (THERE, 0.7)], [(HERE, 0.9)], []], meshed=[HERE, THERE], check=check)
    assert (seen.label, seen.start_frame, seen.end_frame, seen.peak_frame) == ("faces", 5, 15, 5)
    assert seen.message == (
        "2 faces are in the picture from 0.50 s to 1.50 s; the largest takes 8.0 % of the picture and is 200 px wide. "
        "Is it the likeness of a real person, and is there leave to show it?"
    )
    assert seen.boxes == (HERE, THERE)
    assert (seen.evidence.frames, seen.evidence.crop) == ((5,), True)
    assert check.measured == 200
    assert check.details["at_once"] == 2
    assert check.details["tracks"][1] == {
        "start_seconds": 0.5,
        "end_seconds": 1.0,
        "largest_share": 0.02,
        "confirmed": True,
    }


@pytest.mark.parametrize(
    ("scores", "meshed", "found"),
    [
        ([0.9], [HERE], True),  # sure and confirmed, seen once
        ([0.6, 0.6], [HERE], True),  # seen twice and confirmed
        ([0.6, 0.7, 0.8], [], True),  # a profile, which the mesh does not know
        ([0.6], [HERE], False),  # a drawn face in one sample
        ([0.9], [], False),
        ([0.6, 0.7, 0.6], [], False),  # the head of a lighthouse
    ],
)
def test_two_of_three_signs_make_a_face(see, scores, meshed, found):
    assert bool(see([[(HERE, score)] for score in scores], meshed=meshed)) is found


def test_a_face_too_small_to_be_recognised_is_a_remark(see):
    boxes = [(0.5, 0.5, width, 0.02) for width in (0.019, 0.02)]
    labels = [see([[(box, 0.9)]] * 2)[0].label for box in boxes]
    assert labels == ["small_faces", "faces"]
    (seen,) = see([[(boxes[0], 0.9)]] * 2)
    assert seen.message == (
        "A face is in the picture from 0.00 s to 1.00 s; it is 19 px wide, too small to recognise anybody."
    )


def test_a_turned_clip_is_as_wide_as_it_is_shown(see):
    (seen,) = see([[(HERE, 0.9)]] * 2, height=500, rotation=90)
    assert seen.score == 100


def test_a_face_that_is_missed_in_one_sample_stays_the_same(see):
    check = People()
    moved = (0.15, 0.1, 0.2, 0.4)
    see([[(HERE, 0.9)], [], [(moved, 0.9)]], check=check)
    assert len(check.details["tracks"]) == 1


def test_two_faces_side_by_side_are_two_tracks(see):
    check = People()
    see([[(HERE, 0.9), (THERE, 0.9)]] * 3, check=check)
    assert [track["end_seconds"] for track in check.details["tracks"]] == [1.5, 1.5]


def test_without_a_face_it_is_silent(see):
    check = People()
    assert see([[], []], check=check) == []
    assert (check.measured, check.details) == (0.0, {"at_once": 0, "tracks": []})


def test_without_a_sample_nothing_was_seen():
    with pytest.raises(Skipped, match="no picture"):
        view(People(), [])
