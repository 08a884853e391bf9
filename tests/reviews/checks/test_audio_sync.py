"""A mouth that opens with the voice, before it, after it, or not at all: meshes and speech are given by the test."""

import numpy as np
import pytest

from reviews.checks import audio_sync
from reviews.checks.audio_sync import AudioSync, correlation, fits_by_lag, gap_of, near_speech
from reviews.checks.base import Sample, Skipped, Sound
from reviews.checks.faces import Face, Mesh
from reviews.checks.speech import WINDOW_SECONDS, Speech
from tests.reviews.checks.drawing import make_clip
from tests.reviews.checks.samples import flat, make_sample

SECONDS = 5.0
FRAMES = 60
"""Twelve a second."""
FACE = Face((0.2, 0.2, 0.5, 0.5), 0.9, np.zeros((6, 2), np.float32))


def loudness(seconds: np.ndarray) -> np.ndarray:
    """Syllables of uneven length: a sum of two waves that does not repeat within half a second."""
    return 0.3 + 0.15 * np.sin(2 * np.pi * 1.3 * seconds) + 0.1 * np.sin(2 * np.pi * 2.9 * seconds + seconds**2)


def speech(*, until: float = SECONDS) -> Speech:
    times = (np.arange(int(SECONDS / WINDOW_SECONDS)) + 0.5) * WINDOW_SECONDS
    return Speech((times < until).astype(float), loudness(times), 0.0)


def mesh(gap: float, presence: float = 0.9) -> Mesh:
    """A face 100 px high whose inner lips are `gap` of that apart."""
    points = np.zeros((468, 3), np.float32)
    points[10], points[152] = (18, 0, 0), (18, 100, 0)
    points[13], points[14] = (18, 60, 0), (18, 60 + 100 * gap, 0)
    return Mesh(points, presence)


@pytest.fixture
def say(monkeypatch):
    """What is said of the mouth's gap in each frame; `heard` is the speech, `faces` those of each sample."""

    def say(gaps, *, heard=None, faces=(1,), check=None, presence=0.9, sound=True):
        check = check or AudioSync()
        monkeypatch.setattr(audio_sync, "speech_in", lambda *_: heard or speech())
        if sound:
            check.hear(Sound(np.zeros((1, 16000), np.float32), 16000, 0.0))
        counts = iter(faces)
        monkeypatch.setattr(audio_sync, "faces_in", lambda _: (FACE,) * next(counts))
        for place in range(len(faces)):
            check.view(make_sample(flat(0), place))
        monkeypatch.setattr(audio_sync, "faces_in", lambda _: (FACE,))
        shown = iter(gaps)
        monkeypatch.setattr(audio_sync, "mesh_of", lambda *_: mesh(next(shown), presence))
        clip = make_clip(frames=FRAMES, times=[index / 12 for index in range(FRAMES)])
        for frame in range(len(gaps)):
            check.follow(Sample(flat(0), frame, frame / 12))
        return list(check.conclude(clip))

    return say


def mouth(late: float = 0.0) -> list[float]:
    """Gaps that fit the loudness `late` seconds from now: the sound comes so much after the mouth."""
    return (0.1 * loudness(np.arange(FRAMES) / 12 + late)).tolist()


def test_a_mouth_that_moves_with_the_voice_is_clean(say):
    check = AudioSync()
    assert say(mouth(), check=check) == []
    assert check.measured == 0
    assert abs(check.details["lag_ms"]) <= 20
    assert check.details["r"] > 0.95


@pytest.mark.parametrize(("late", "word"), [(0.24, "after"), (-0.24, "before")])
def test_a_voice_that_comes_late_or_early_says_by_how_much(say, late, word):
    (seen,) = say(mouth(late))
    assert (seen.label, seen.unit, seen.threshold) == ("offset", "ms", 120)
    assert seen.score == pytest.approx(240, abs=20)
    assert f"ms {word} the mouth (correlation 0.9" in seen.message or "correlation 1.0" in seen.message
    assert seen.evidence.curve is not None


@pytest.mark.parametrize(("late", "found"), [(0.10, False), (0.16, True)])
def test_an_eighth_of_a_second_can_be_noticed(say, late, found):
    assert bool(say(mouth(late), check=AudioSync(better_by=0.01))) is found


def test_a_lag_that_fits_hardly_better_than_none_is_not_told(say):
    assert say(mouth(0.16), check=AudioSync(better_by=0.9)) == []


def test_a_mouth_that_stays_shut_while_somebody_speaks_is_told(say):
    (seen,) = say([0.01] * FRAMES)
    assert (seen.label, seen.score) == ("still_mouth", 0)
    assert seen.message == "The mouth does not move while somebody speaks, 0.00-5.00 s."


def test_before_and_after_speech_a_mouth_may_be_still(say):
    gaps = mouth()[:30] + [0.01] * 30
    check = AudioSync()
    assert say(gaps, heard=speech(until=2.5), check=check) == []
    assert check.details["r"] > 0.9


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"sound": False}, "no sound"),
        ({"heard": speech(until=0.9)}, "Nobody speaks"),
        ({"faces": (0, 0)}, "no face"),
        ({"faces": (1, 2, 2)}, "several faces"),
        ({"presence": 0.4}, "hardly seen"),
    ],
)
def test_it_says_why_it_cannot_tell(say, given, why):
    with pytest.raises(Skipped, match=why):
        say(mouth(), **given)


def test_one_sample_in_five_may_show_a_second_face(say):
    assert say(mouth(), faces=(1, 1, 2, 1, 1)) == []
    with pytest.raises(Skipped, match="several"):
        say(mouth(), faces=(1, 1, 2, 1))


def test_the_gap_is_a_share_of_the_face():
    assert gap_of(mesh(0.08)) == pytest.approx(0.08)


def test_correlation_is_pearson_s_and_nothing_for_what_does_not_change():
    rising = np.array([1.0, 2, 3])
    assert correlation(rising, 2 * rising + 5) == pytest.approx(1)
    assert correlation(rising, -rising) == pytest.approx(-1)
    assert correlation(rising, np.ones(3)) == 0


def test_lags_go_half_a_second_either_way():
    lags, fits = fits_by_lag(np.arange(FRAMES) / 12, np.array(mouth()), speech())
    assert (lags[0], lags[-1], len(lags), len(fits)) == (pytest.approx(-0.5), pytest.approx(0.5), 51, 51)


def test_a_mouth_is_watched_a_quarter_of_a_second_around_speech():
    heard = Speech(np.array([0, 0, *[1] * 10, *[0] * 40], float), np.ones(52), 0.0)
    # windows 2 to 11: their middles are 0.08 s and 0.368 s
    times = np.array([0.0, 0.3, 0.6, 0.63])
    assert near_speech(times, heard).tolist() == [True, True, True, False]
