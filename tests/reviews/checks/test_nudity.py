"""The clip's score and what follows, with a model that calls a picture as nude as it is bright."""

import numpy as np
import pytest

from reviews.checks import nudity
from reviews.checks.base import Skipped, Unavailable
from reviews.checks.nudity import MEAN_BGR, Nudity, views_of, within_bars
from reviews.checks.weights import OPEN_NSFW
from tests.reviews.checks.samples import flat, view


class BrightIsNude:
    def run(self, _, inputs):
        (shown,) = inputs.values()
        probability = (shown + MEAN_BGR).mean(axis=(1, 2, 3)) / 255
        return [np.stack([1 - probability, probability], axis=1)]


@pytest.fixture(autouse=True)
def model(monkeypatch):
    monkeypatch.setattr(nudity, "onnx_session", {OPEN_NSFW: BrightIsNude()}.__getitem__)
    monkeypatch.setattr(nudity, "faces_in", lambda _: ())


def scored(*percents: int):
    """Samples that the model gives so many per cent; 51 of 255 is exactly 20 %."""
    return [flat(255 * percent / 100) for percent in percents]


@pytest.mark.parametrize(
    ("percents", "label", "threshold"),
    [
        ((0, 20, 20, 20), "possible", 0.2),
        ((0, 40, 20, 20), "possible", 0.2),
        ((40, 60, 60, 40), "likely", 0.5),
        ((60,), "likely", 0.5),  # fewer samples than three: the mean of those there are
    ],
)
def test_the_three_highest_samples_make_the_score(percents, label, threshold):
    seen = view(Nudity(), scored(*percents))
    assert {each.label for each in seen} == {label}
    assert {each.threshold for each in seen} == {threshold}
    assert seen[0].score == pytest.approx(sum(sorted(percents)[-3:]) / len(percents[-3:]) / 100, abs=1e-3)


@pytest.mark.parametrize("percents", [(0, 0, 0), (19, 19, 19), (0, 0, 58, 0), (20, 20, 0)])
def test_below_the_limit_it_says_nothing_and_keeps_the_score(percents):
    check = Nudity()
    assert view(check, scored(*percents)) == []
    assert check.measured == pytest.approx(sum(sorted(percents)[-3:]) / 300, abs=2e-3)


def test_it_says_where_in_words_and_hides_the_still():
    first, second = view(Nudity(), scored(0, 60, 80, 0, 60, 0))
    assert (first.start_frame, first.end_frame, first.peak_frame) == (5, 15, 10)
    assert (second.start_frame, second.end_frame, second.peak_frame) == (20, 25, 20)
    assert first.message == (
        "The picture is probably nude or sexual from 0.50 s to 1.50 s: 0.67 for the clip, the limit is 0.5."
    )
    assert (first.evidence.frames, first.evidence.sensitive) == ((10,), True)
    assert first.evidence.curve.seconds == (0.0, 0.5, 1.0, 1.5, 2.0, 2.5)
    assert first.evidence.curve.threshold == 0.5


def test_it_lasts_to_the_end_of_the_clip():
    (seen,) = view(Nudity(), scored(0, 40, 40, 40))
    assert (seen.start_frame, seen.end_frame) == (5, 20)
    assert seen.message.startswith("The picture may be nude or sexual from 0.50 s to 2.00 s: 0.40 for the clip")


@pytest.mark.parametrize("percent", [20, 60])
def test_with_a_face_anywhere_in_the_clip_it_stops_and_shows_no_still(monkeypatch, percent):
    monkeypatch.setattr(nudity, "faces_in", lambda sample: ("a face",) if sample.frame == 0 else ())
    (seen,) = view(Nudity(), scored(0, percent, percent, percent))
    assert (seen.label, seen.evidence.frames) == ("with_faces", ())
    assert seen.message.endswith(
        "There are faces in the clip. No instrument can tell how old somebody is, so no still is shown."
    )


def test_a_face_alone_is_nothing(monkeypatch):
    monkeypatch.setattr(nudity, "faces_in", lambda _: ("a face",))
    assert view(Nudity(), scored(19, 19, 19)) == []


def test_where_nobody_can_look_for_faces_it_stops_too(monkeypatch):
    def missing(_):
        raise Unavailable("The model is missing here.")

    monkeypatch.setattr(nudity, "faces_in", missing)
    (seen,) = view(Nudity(), scored(20, 20, 20))
    assert (seen.label, seen.evidence.frames) == ("with_faces", ())
    assert "Nobody could look for faces." in seen.message


def test_a_missing_model_is_not_a_clean_clip(monkeypatch):
    def missing(_):
        raise Unavailable("The model is missing here.")

    monkeypatch.setattr(nudity, "onnx_session", missing)
    with pytest.raises(Unavailable, match="missing"):
        view(Nudity(), scored(0))


def test_without_a_sample_nothing_was_seen():
    with pytest.raises(Skipped, match="no picture"):
        view(Nudity(), [])


def test_the_model_is_shown_the_middle_and_the_whole_mirrored():
    picture = np.zeros((256, 256, 3), np.uint8)
    picture[:, :16] = (10, 20, 30)  # only the edge that the middle leaves out
    middle, whole = views_of(picture)
    assert middle.shape == whole.shape == (224, 224, 3)
    assert (middle == -MEAN_BGR).all()
    assert whole[100, -1] == pytest.approx((10 - 104, 20 - 117, 30 - 123))
    assert whole[100, 0] == pytest.approx(-MEAN_BGR)


def test_bars_do_not_dilute():
    picture = np.zeros((360, 640, 3), np.uint8)
    picture[:, 220:420] = 200
    assert within_bars(picture).mean() > 195
    assert within_bars(flat(5)).shape == flat(5).shape  # a dark picture is no bar
