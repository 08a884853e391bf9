"""What a drawing may be, as a table; how it reads and how it is drawn."""

import copy

import pytest

from reviews.rules.drawings import MOST_POINTS, MOST_SHAPES, Line, fault_in, in_words, lines_of, parsed, rounded


def shape(kind="box", points=((0.25, 0.25), (0.75, 0.75))):
    return {"kind": kind, "points": [list(point) for point in points]}


def drawing(*shapes):
    return {"v": 1, "shapes": list(shapes)}


WELL = drawing(shape(), shape("arrow"), shape("pen", [(0, 0), (1, 1), (0.5, 0.123456)]))


@pytest.mark.parametrize(
    "good",
    [
        WELL,
        drawing(*[shape()] * MOST_SHAPES),
        drawing(shape("pen", [(0.5, 0.5)] * MOST_POINTS)),
        drawing(shape("box", [(0, 0), (1, 1)])),
    ],
)
def test_it_takes_what_people_draw(good):
    assert fault_in(good) == ""


INSIDE = "Every point lies in the picture"
SHAPE = "A shape is a pen stroke"
UNKNOWN = "not a drawing that this version knows"
POINTS = "A pen stroke has 2 to 500 points, an arrow or a box two."


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (drawing(shape(points=[(0.5, 0.5), (1.2, 0.5)])), INSIDE),
        (drawing(shape(points=[(-0.0001, 0.5), (1, 0.5)])), INSIDE),
        (drawing(shape(points=[(0.5, 0.5), (float("nan"), 0.5)])), INSIDE),
        (drawing(shape(points=[(0.5, 0.5), (float("inf"), 0.5)])), INSIDE),
        (drawing(shape(points=[(0.5, 0.5), (True, 0.5)])), INSIDE),
        (drawing(shape(points=[(0.5, 0.5), ("0.5", 0.5)])), INSIDE),
        (drawing(shape(points=[(0.5, 0.5), (0.5, 0.5, 0.5)])), INSIDE),
        (drawing({"kind": "box", "points": [0.5, 0.5]}), INSIDE),
        (drawing(*[shape()] * (MOST_SHAPES + 1)), "A drawing has 1 to 64 shapes."),
        (drawing(), "A drawing has 1 to 64 shapes."),
        ({"v": 1, "shapes": "box"}, "A drawing has 1 to 64 shapes."),
        (drawing(shape("pen", [(0.5, 0.5)] * (MOST_POINTS + 1))), POINTS),
        (drawing(shape("pen", [(0.5, 0.5)])), POINTS),
        (drawing(shape("box", [(0, 0), (1, 1), (0, 1)])), POINTS),
        (drawing(shape("arrow", [])), POINTS),
        (drawing({"kind": "box", "points": "no"}), POINTS),
        (drawing(shape("ellipse")), SHAPE),
        (drawing(shape() | {"colour": "red"}), SHAPE),
        (drawing("box"), SHAPE),
        (drawing({"kind": ["box"], "points": []}), SHAPE),
        ({"v": 2, "shapes": [shape()]}, UNKNOWN),
        ({"v": 1, "shapes": [shape()], "by": "me"}, UNKNOWN),
        ({"shapes": [shape()]}, UNKNOWN),
        ([], UNKNOWN),
        ("{", UNKNOWN),
        (None, UNKNOWN),
        (1, UNKNOWN),
    ],
)
def test_it_refuses_the_rest(bad, why):
    assert why in fault_in(bad)


@pytest.mark.parametrize("text", ["", " \n"])
def test_nothing_sent_is_no_drawing(text):
    assert parsed(text) is None


@pytest.mark.parametrize("text", ["{", "[" * 200_000, "9" * 10_000, "drawing"])
def test_what_is_no_json_is_refused_and_not_a_crash(text):
    assert fault_in(parsed(text)) != ""


def test_it_reads_what_a_page_sends():
    assert parsed('{"v":1,"shapes":[{"kind":"box","points":[[0.25,0.25],[0.75,0.75]]}]}') == drawing(shape())


def test_it_keeps_four_places_and_changes_nothing_that_was_sent():
    sent = copy.deepcopy(WELL)
    assert rounded(sent)["shapes"][2]["points"] == [[0, 0], [1, 1], [0.5, 0.1235]]
    assert sent == WELL


@pytest.mark.parametrize(
    ("drawn", "words"),
    [
        ({}, ""),
        (drawing(shape()), "1 box"),
        (drawing(shape(), shape(), shape("arrow")), "1 arrow and 2 boxes"),
        (WELL, "1 pen stroke, 1 arrow and 1 box"),
    ],
)
def test_it_says_what_is_drawn(drawn, words):
    assert in_words(drawn) == words


def test_a_box_is_drawn_by_its_four_corners_in_a_picture_a_thousand_wide():
    drawn = drawing(shape("box", [(0.1, 0.2), (0.5, 1)]), shape("arrow", [(0, 0), (1, 0.5)]))
    assert lines_of(drawn, 562.5) == [
        Line("box", "100.0,112.5 500.0,112.5 500.0,562.5 100.0,562.5 100.0,112.5"),
        Line("arrow", "0.0,0.0 1000.0,281.2"),
    ]
