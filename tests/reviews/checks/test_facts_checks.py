"""resolution, duration, frame_rate, aspect_ratio, audio_missing: arithmetic that must never be wrong."""

from fractions import Fraction

import pytest

from reviews.checks.aspect_ratio import AspectRatio
from reviews.checks.audio_missing import AudioMissing
from reviews.checks.duration import Duration
from reviews.checks.frame_rate import FrameRate
from reviews.checks.resolution import ResolutionCheck
from tests.reviews.checks.drawing import make_clip


def labels(check, spec, **facts):
    return [seen.label for seen in check.conclude(make_clip(spec, **facts))]


@pytest.mark.parametrize("check", [ResolutionCheck(), Duration(), FrameRate(), AspectRatio(), AudioMissing()])
def test_it_finds_nothing_where_nothing_was_asked(check):
    odd = {
        "width": 17,
        "height": 900,
        "fps": Fraction(7),
        "duration_seconds": 0.3,
        "has_audio": False,
        "max_step_seconds": 9,
    }
    assert labels(check, {}, **odd) == []


@pytest.mark.parametrize(
    ("asked", "width", "height", "rotation", "expected"),
    [
        ("1280x720", 1280, 720, 0, []),
        ("1280x720", 1280, 704, 0, ["too_small"]),
        ("1280x720", 1920, 1080, 0, ["too_large"]),
        ("1280x720", 720, 1280, 0, ["too_small"]),
        ("720x1280", 1280, 720, 90, []),
        (">=1280x720", 1920, 1080, 0, []),
        (">=1280x720", 1279, 1080, 0, ["too_small"]),
        ("720p", 1280, 720, 0, []),
        ("720p", 720, 1280, 0, []),
        ("720p", 1280, 719, 0, ["too_small"]),
    ],
)
def test_it_compares_the_shown_size(asked, width, height, rotation, expected):
    assert labels(ResolutionCheck(), {"resolution": asked}, width=width, height=height, rotation=rotation) == expected


@pytest.mark.parametrize(
    ("asked", "lasts", "fps", "expected"),
    [
        (5, 5.25, 24, []),
        (5, 5.26, 24, ["too_long"]),
        (5, 4.75, 24, []),
        ("5", 4.74, 24, ["too_short"]),
        (5, 5.5, 2, []),  # one frame of half a second
        (5, 5.51, 2, ["too_long"]),
    ],
)
def test_it_allows_a_quarter_second_or_one_frame(asked, lasts, fps, expected):
    facts = {"duration_seconds": lasts, "fps": Fraction(fps), "frames": 10}
    assert labels(Duration(), {"seconds": asked}, **facts) == expected


@pytest.mark.parametrize(
    ("asked", "fps", "expected"),
    [
        ("24", Fraction(24000, 1001), []),
        ("30000/1001", Fraction(30), []),
        ("25", Fraction(24), ["wrong_rate"]),
        ("100", Fraction(101), []),
        ("100", Fraction(102), ["wrong_rate"]),
        ("23.976", Fraction(24000, 1001), []),
    ],
)
def test_it_allows_one_percent_of_the_rate(asked, fps, expected):
    assert labels(FrameRate(), {"fps": asked}, fps=fps) == expected


@pytest.mark.parametrize(("longest", "expected"), [(0.06, []), (0.061, ["variable_rate"])])
def test_it_calls_the_rate_variable_above_one_and_a_half_times(longest, expected):
    assert labels(FrameRate(), {"fps": "24"}, min_step_seconds=0.04, max_step_seconds=longest) == expected


@pytest.mark.parametrize(
    ("asked", "width", "height", "more", "expected"),
    [
        ("16:9", 1280, 720, {}, []),
        ("16:9", 1366, 768, {}, []),
        ("16:9", 1280, 704, {}, ["crop_fits"]),  # 1.818: 2.2 % of the width
        ("21:9", 1504, 608, {}, ["crop_fits"]),  # 2.474: 5.7 % of the width
        ("16:9", 1280, 672, {}, ["wrong_ratio"]),  # 1.905: 6.7 %
        ("16:9", 720, 1280, {}, ["wrong_ratio"]),
        ("9:16", 1280, 720, {"rotation": 90}, []),
        ("16:9", 720, 576, {"sample_aspect": Fraction(64, 45)}, []),
    ],
)
def test_it_compares_the_shown_shape(asked, width, height, more, expected):
    assert labels(AspectRatio(), {"ratio": asked}, width=width, height=height, **more) == expected


def test_it_offers_the_centre_crop_as_a_box():
    (seen,) = AspectRatio().conclude(make_clip({"ratio": "1:1"}, width=100, height=104))
    assert seen.boxes[0] == pytest.approx((0, 2 / 104, 1, 100 / 104))
    assert "3.8 %" in seen.message


@pytest.mark.parametrize(
    ("asked", "has_audio", "seconds", "expected"),
    [
        (True, False, None, ["no_track"]),
        (True, True, None, ["empty_track"]),
        (True, True, 0.0, ["empty_track"]),
        (True, True, 2.0, []),
        (False, False, None, []),
    ],
)
def test_it_misses_sound_only_where_it_was_promised(asked, has_audio, seconds, expected):
    facts = {"has_audio": has_audio, "audio_duration_seconds": seconds}
    assert labels(AudioMissing(), {"audio": asked}, **facts) == expected
