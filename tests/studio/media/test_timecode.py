import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.media.timecode import from_timecode, to_timecode

VECTORS = json.loads((Path(__file__).parents[2] / "data" / "timecodes.json").read_text())


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['fps']}-{vector['frame']}")
def test_frame_and_timecode_agree_both_ways(vector):
    rate = Fraction(vector["fps"])
    assert to_timecode(vector["frame"], rate) == vector["timecode"]
    assert from_timecode(vector["timecode"], rate) == vector["frame"]


@given(st.integers(0, 10_000_000), st.sampled_from(["24", "25", "30000/1001", "60000/1001", "8", "29120/961"]))
def test_every_frame_comes_back(frame, rate):
    assert from_timecode(to_timecode(frame, Fraction(rate)), Fraction(rate)) == frame


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("00:01:00;00", "30000/1001"),  # dropped
        ("00:01:00;03", "60000/1001"),  # dropped: four of them here
        ("00:00:00:00", "30000/1001"),  # wrong separator
        ("00:00:00;00", "30"),
        ("00:00:00:24", "24"),
        ("00:60:00:00", "24"),
        ("00:00:00", "24"),
        ("-1:00:00:00", "24"),
        ("", "24"),
    ],
)
def test_what_is_no_timecode_is_refused(text, rate):
    with pytest.raises(ValueError, match=r"timecode|exist"):
        from_timecode(text, Fraction(rate))


def test_negative_frames_have_none():
    with pytest.raises(ValueError, match="no timecode"):
        to_timecode(-1, Fraction(24))
