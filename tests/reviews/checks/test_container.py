from fractions import Fraction

import pytest

from reviews.checks.container import Container
from tests.reviews.checks.drawing import make_clip


def seen(**facts):
    return list(Container().conclude(make_clip(**facts)))


def test_it_finds_nothing_in_an_ordinary_file():
    assert seen() == []


@pytest.mark.parametrize(("decoded", "expected"), [(97, []), (96, ["truncated"])])
def test_it_counts_decoded_frames_against_announced_ones(decoded, expected):
    found = seen(frames=decoded, announced_frames=100)
    assert [each.label for each in found] == expected
    assert not found or found[0].message == "The file says 100 frames, 96 could be decoded."


def test_it_falls_back_on_seconds_where_the_header_counts_no_frames():
    # announced_seconds of make_clip is 2.0; 1.5 s of picture and of sound were reached
    (found,) = seen(announced_frames=0, duration_seconds=1.5, audio_duration_seconds=1.5)
    assert (found.label, found.score) == ("truncated", 0.75)


@pytest.mark.parametrize(
    ("facts", "label"),
    [
        ({"decode_errors": 1}, "decode_errors"),
        ({"start_seconds": 0.2}, "late_start"),
        ({"audio_duration_seconds": 2.2}, "audio_length"),
        ({"video_codec": "vp8"}, "codec"),
        ({"pixel_format": "yuv444p"}, "pixel_format"),
        ({"monotonic": False}, "timestamps"),
        ({"sample_aspect": Fraction(4, 3)}, "sample_aspect"),
        ({"rotation": 90}, "rotation"),
        ({"colour_range": "full"}, "full_range"),
        ({"colour_range": None}, "untagged_colour"),
        ({"extra_streams": 1}, "extra_streams"),
        ({"moov_first": False}, "index_at_end"),
    ],
)
def test_it_names_each_oddity(facts, label):
    assert [each.label for each in seen(**facts)] == [label]


def test_it_does_not_ask_matroska_where_its_index_is():
    assert seen(moov_first=None, container="matroska") == []
