"""From the detector's anchors to boxes in the picture, and from a crop's points back to it."""

import numpy as np
import pytest

from reviews.checks import faces, squares
from reviews.checks.faces import Face, decoded, detected, faces_in, mesh_of, one_each
from reviews.checks.squares import tiles_of
from reviews.checks.weights import FACE_DETECTION, FACE_LANDMARKS
from tests.reviews.checks.samples import FakeInterpreter, make_sample

MARKS = np.array([[0.4, 0.4], [0.6, 0.4], [0.5, 0.5], [0.5, 0.6], [0.3, 0.4], [0.7, 0.4]], np.float32)


@pytest.fixture
def models(monkeypatch):
    """By their weights: fakes put in by the test."""
    known = {}
    monkeypatch.setattr(squares, "litert_interpreter", known.__getitem__)
    faces_in.cache_clear()
    return known


def one_anchor(index: int, values: list[float], logit: float) -> FakeInterpreter:
    box = np.zeros((1, 2304, 16), np.float32)
    logits = np.full((1, 2304, 1), -200, np.float32)
    box[0, index], logits[0, index] = values, logit
    return FakeInterpreter(box, logits)


def test_an_anchor_stands_every_four_pixels():
    # row 1, column 2 of 48: centre (10, 6); the box's centre 2 px right of it, 20 wide, 10 high, the first mark 1 px up
    places = decoded(np.array([2, 0, 20, 10, 0, -1, *[0] * 10], np.float32), 48 + 2)
    assert places[0].tolist() == [2, 1]
    assert places[1].tolist() == [22, 11]
    assert places[2].tolist() == [10, 5]


@pytest.mark.parametrize(
    ("size", "tiles"),
    [
        ((100, 100), [(0, 0, 100, 100)]),
        ((119, 100), [(0, 0, 119, 100)]),
        ((120, 100), [(0, 0, 120, 100), (0, 0, 100, 100), (10, 0, 100, 100), (20, 0, 100, 100)]),
        ((90, 160), [(0, 0, 90, 160), (0, 0, 90, 90), (0, 35, 90, 90), (0, 70, 90, 90)]),
    ],
)
def test_a_long_picture_is_also_looked_at_in_three_squares(size, tiles):
    width, height = size
    assert tiles_of(np.zeros((height, width, 3), np.uint8)) == tiles


def test_a_box_of_the_black_edged_square_is_a_box_of_the_picture(models):
    # 384x192 is 192x96 in the square, 48 px below its top; the middle anchor stands at (98, 98)
    models[FACE_DETECTION] = one_anchor(24 * 48 + 24, [-2, -2, 48, 48, *[-2, -2] * 6], 2.0)
    found = faces_in(make_sample(np.full((192, 384, 3), 255, np.uint8)))
    whole = [face for face in found if face.box[2] == pytest.approx(0.25)]
    assert whole[0].box == pytest.approx((0.375, 0.25, 0.25, 0.5))
    assert whole[0].score == pytest.approx(1 / (1 + np.exp(-2)))
    assert whole[0].marks[0].tolist() == pytest.approx([0.5, 0.5])
    shown = models[FACE_DETECTION].shown[0]
    assert (shown[0, 47].max(), shown[0, 48].min(), shown[0, 143].min(), shown[0, 144].max()) == (-1, 1, 1, -1)


@pytest.mark.parametrize(("logit", "count"), [(0.1, 1), (-0.1, 0), (1e9, 1), (-1e9, 0)])
def test_it_is_a_face_from_one_half_on(models, logit, count):
    models[FACE_DETECTION] = one_anchor(24 * 48 + 24, [0, 0, 48, 48, *[0] * 12], logit)
    assert len(list(detected(np.zeros((192, 192, 3), np.uint8), (0, 0, 192, 192)))) == count


def test_a_sample_is_looked_at_once_for_all_who_ask(models):
    models[FACE_DETECTION] = one_anchor(0, [0] * 16, -1)
    sample = make_sample(np.zeros((192, 192, 3), np.uint8))
    faces_in(sample)
    faces_in(sample)
    assert len(models[FACE_DETECTION].shown) == 2  # the whole, and from afar


def test_the_whole_is_also_looked_at_from_afar(models):
    # 192x192 takes the middle 96 px: a box of 120 px around the middle reaches 12 px over each side
    models[FACE_DETECTION] = one_anchor(24 * 48 + 24, [-2, -2, 120, 120, *[0] * 12], 2.0)
    picture = np.full((192, 192, 3), 255, np.uint8)
    near, far = (next(detected(picture, (0, 0, 192, 192), side)) for side in (192, 96))
    assert near.box == pytest.approx((0.1875, 0.1875, 0.625, 0.625))
    assert far.box == (0, 0, 1, 1)
    faces_in(make_sample(picture))
    shown = models[FACE_DETECTION].shown[-1][0, :, :, 0]
    assert (shown[48:144, 48:144].min(), shown[:48].max(), shown[144:].max()) == (1, -1, -1)


def test_boxes_of_one_face_are_one_and_the_surest_stays():
    large, inside, apart = (0.1, 0.1, 0.4, 0.4), (0.3, 0.3, 0.2, 0.2), (0.6, 0.6, 0.2, 0.2)
    kept = one_each([Face(box, score, MARKS) for box, score in [(inside, 0.6), (large, 0.9), (apart, 0.7)]])
    assert [face.box for face in kept] == [large, apart]


def test_the_points_come_back_to_the_picture_they_were_cut_from(models):
    points = np.zeros((1, 1, 1, 1404), np.float32)
    points.reshape(468, 3)[0] = (96, 96, 19.2)  # the middle of the crop
    points.reshape(468, 3)[1] = (192, 96, 0)  # its right edge
    models[FACE_LANDMARKS] = FakeInterpreter(points, np.zeros((1, 1, 1, 1), np.float32))
    face = Face((0.25, 0.25, 0.5, 0.5), 0.9, MARKS)
    mesh = mesh_of(make_sample(np.zeros((200, 200, 3), np.uint8)), face)
    # the square is 1.5 times the 100 px of the box
    assert mesh.points[0].tolist() == pytest.approx([100, 100, 15], abs=1e-3)
    assert mesh.points[1].tolist() == pytest.approx([175, 100, 0], abs=1e-3)
    assert mesh.presence == 0.5


def test_a_head_that_lies_on_its_side_is_turned_upright(models):
    models[FACE_LANDMARKS] = FakeInterpreter(np.zeros((1, 1, 1, 1404)), np.zeros((1, 1, 1, 1)))
    picture = np.zeros((200, 200, 3), np.uint8)
    picture[100:, :] = 255  # what lies below in the picture ...
    marks = MARKS.copy()
    marks[:2] = [[0.5, 0.4], [0.5, 0.6]]  # ... is on the right for one whose eyes stand one above the other
    mesh_of(make_sample(picture), Face((0.25, 0.25, 0.5, 0.5), 0.9, marks))
    shown = models[FACE_LANDMARKS].shown[0][0]
    assert (shown[96, 20].max(), shown[96, 170].min()) == (0, 1)


@pytest.mark.parametrize(("side", "count"), [(47, 0), (48, 1)])
def test_from_afar_only_a_face_that_fills_half_the_picture_counts(models, monkeypatch, side, count):
    monkeypatch.setattr(faces, "tiles_of", lambda _: [])
    models[FACE_DETECTION] = one_anchor(24 * 48 + 24, [-2, -2, side, side, *[0] * 12], 2.0)
    assert len(faces_in(make_sample(np.zeros((192, 192, 3), np.uint8)))) == count
