"""Which frames of a clip are taken for its fingerprint, and that nothing of it is lost on the way."""

import json

import numpy as np
import pytest

from reviews.checks.fingerprint import Fingerprint, FingerprintTaker
from studio.media.clip import Chunk
from tests.reviews.checks.drawing import texture


def chunk(times: list[float], first_frame: int = 0, carried: int = 0) -> Chunk:
    luma = np.stack([texture(first_frame - carried + index) for index in range(len(times))])
    half = np.full((len(times), 16, 32), 128, np.uint8)
    return Chunk(luma, half, half, np.array(times), first_frame, carried)


def taken(*chunks: Chunk) -> Fingerprint:
    taker = FingerprintTaker()
    for each in chunks:
        taker.look(each)
    return taker.fingerprint()


def test_it_takes_the_first_frame_of_each_quarter_second_counted_from_the_first():
    told = taken(chunk([0.3 + index / 10 for index in range(13)]))
    assert told.frames.tolist() == [0, 3, 5, 8, 10]
    assert told.seconds == pytest.approx([0.3, 0.6, 0.8, 1.1, 1.3])


def test_a_gap_gives_one_frame_and_no_more_afterwards():
    assert taken(chunk([0.0, 0.1, 1.7, 1.74, 2.0])).frames.tolist() == [0, 2, 4]


def test_chunks_are_joined_and_the_carried_frame_is_not_taken_twice():
    whole = taken(chunk([index / 8 for index in range(8)]))
    halves = taken(chunk([0, 1 / 8, 2 / 8]), chunk([index / 8 for index in range(2, 8)], first_frame=3, carried=1))
    assert halves.frames.tolist() == whole.frames.tolist() == [0, 2, 4, 6]
    assert np.array_equal(halves.hashes, whole.hashes)
    assert len({each.tobytes() for each in halves.hashes}) == 4


def test_it_comes_back_from_json_as_it_was():
    told = taken(chunk([0.0, 0.5, 1.0]))
    back = Fingerprint.from_json(json.loads(json.dumps(told.as_json())))
    assert np.array_equal(back.hashes, told.hashes)
    assert back.as_json() == told.as_json()


@pytest.mark.parametrize("broken", [{"hashes": "00"}, {"hashes": "zz"}, {"frames": [0]}, {"qualities": "x"}])
def test_it_refuses_what_is_no_fingerprint(broken):
    with pytest.raises((ValueError, TypeError)):
        Fingerprint.from_json(taken(chunk([0.0, 0.5])).as_json() | broken)


def test_plain_pictures_tell_nothing():
    told = taken(chunk([0.0, 0.5, 1.0]))
    dull = Fingerprint(told.frames, told.seconds, told.hashes, np.array([49, 50, 100], np.uint8))
    assert dull.telling().frames.tolist() == [1, 2]
