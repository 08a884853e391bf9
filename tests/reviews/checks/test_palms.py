"""From the detector's anchors to palms in the picture, and the square in which a hand is looked for."""

import numpy as np
import pytest

from reviews.checks import squares
from reviews.checks.palms import Palm, anchors, detected, hand_at, hands_in, palms_in, upright_square
from reviews.checks.weights import HAND_LANDMARKS, PALM_DETECTION
from tests.reviews.checks.samples import FakeInterpreter, make_sample


@pytest.fixture
def models(monkeypatch):
    """By their weights: fakes put in by the test."""
    known = {}
    monkeypatch.setattr(squares, "litert_interpreter", known.__getitem__)
    return known


def one_anchor(index: int, values: list[float], logit: float) -> FakeInterpreter:
    raw = np.zeros((1, 2016, 18), np.float32)
    logits = np.full((1, 2016, 1), -200, np.float32)
    raw[0, index], logits[0, index] = values, logit
    return FakeInterpreter(raw, logits)


def palm(*, wrist=(50, 80), knuckle=(50, 60), centre=(50, 70), size=20.0) -> Palm:
    marks = np.zeros((7, 2), np.float32)
    marks[0], marks[2] = wrist, knuckle
    return Palm(np.array(centre, np.float32), size, marks, 0.9)


def test_anchors_stand_twice_in_small_cells_and_six_times_in_large_ones():
    places = anchors()
    assert places.shape == (2016, 2)
    assert places[0].tolist() == places[1].tolist() == [4, 4]
    assert places[2].tolist() == [12, 4]
    assert places[1152].tolist() == places[1157].tolist() == [8, 8]
    assert places[1158].tolist() == [24, 8]


def test_an_anchor_s_answer_is_a_palm_of_the_picture(models):
    # 384x192 is 192x96 in the square, 48 px below its top; anchor 2 stands at (12, 4)
    models[PALM_DETECTION] = one_anchor(2, [84, 92, 30, 30, 0, 60, *[0] * 4, 20, 40, *[0] * 6], 2.0)
    found = next(detected(np.zeros((192, 384, 3), np.uint8), (0, 0, 384, 192)))
    assert found.centre.tolist() == [192, 96]  # (12 + 84, 4 + 92 - 48) x 2
    assert found.size == 60
    assert found.marks[0].tolist() == [24, 32]
    assert found.marks[3].tolist() == [64, -8]
    assert found.score == pytest.approx(1 / (1 + np.exp(-2)))


@pytest.mark.parametrize(("logit", "count"), [(0.1, 1), (-0.1, 0)])
def test_it_is_a_palm_from_one_half_on_and_one_palm_however_often_it_is_found(models, logit, count):
    models[PALM_DETECTION] = one_anchor(2, [84, 92, 30, 30, *[0] * 14], logit)
    assert len(palms_in(np.zeros((192, 192, 3), np.uint8))) == count


def test_the_square_reaches_from_the_palm_towards_the_fingers():
    axes, origin = upright_square(palm())
    # 2.6 palms of 20 px around (50, 70 - 10)
    assert (axes @ [112, 112] + origin).tolist() == pytest.approx([50, 60])
    assert (axes @ [0, 0] + origin).tolist() == pytest.approx([24, 34])
    assert (axes @ [224, 224] + origin).tolist() == pytest.approx([76, 86])


def test_a_hand_that_lies_on_its_side_is_turned_upright():
    axes, origin = upright_square(palm(wrist=(30, 70), knuckle=(70, 70)))
    # fingers to the right: up in the crop is right in the picture
    assert (axes @ [112, 112] + origin).tolist() == pytest.approx([60, 70])
    assert (axes @ [112, 0] + origin).tolist() == pytest.approx([86, 70])


def test_the_points_come_back_to_the_picture(models):
    points = np.full((1, 63), 112, np.float32).reshape(21, 3)
    points[0, :2], points[1, :2] = (0, 0), (224, 224)
    models[HAND_LANDMARKS] = FakeInterpreter(points.reshape(1, 63), np.array([[0.75]], np.float32))
    hand = hand_at(np.zeros((100, 100, 3), np.uint8), palm())
    assert hand.presence == 0.75
    assert hand.box == pytest.approx((0.24, 0.34, 0.52, 0.52))


def test_the_models_see_no_hand_on_a_plain_picture():
    assert hands_in(make_sample(np.full((360, 640, 3), 90, np.uint8))) == []
