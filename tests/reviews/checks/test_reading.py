"""From a map of probabilities to lines, and from letters by steps to words; and the models themselves."""

import cv2
import numpy as np
import pytest

from reviews.checks import reading
from reviews.checks.reading import Line, cut_out, letters_known, lines_in, ordered, outlined, read, read_line


def rectangle(x: float, y: float, width: float, height: float) -> np.ndarray:
    return np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], np.float32)


def test_a_probable_patch_becomes_a_line_grown_by_the_unclip_ratio():
    probable = np.zeros((64, 128), np.float32)
    probable[20:29, 30:91] = 0.9
    ((corners, score),) = outlined(probable)
    # The patch is 61 x 9, its rectangle through pixel centres 60 x 8, and one more after the dilation: 61 x 9.
    # Grown by 1.6 x 61 x 9 / (61 + 9) = 12.5.
    assert corners[:, 0].min() == pytest.approx(29.5 - 12.5 / 2, abs=1)
    assert corners[:, 1].max() - corners[:, 1].min() == pytest.approx(9 + 12.5, abs=1)
    # of 62 x 10 dilated pixels 61 x 9 are probable: 0.9 x 549 / 620
    assert score == pytest.approx(0.797, abs=0.001)


def test_improbable_and_tiny_patches_are_no_lines():
    probable = np.zeros((64, 128), np.float32)
    probable[5:15, 10:60] = 0.35
    probable[40:41, 10:60] = 0.9
    assert outlined(probable) == []


@pytest.mark.parametrize("shift", range(4))
def test_corners_come_in_reading_order(shift):
    corners = rectangle(5, 6, 30, 10)
    assert np.array_equal(ordered(np.roll(corners, shift, axis=0)), corners)


def test_a_line_knows_its_letters_height_whichever_way_it_runs():
    across, down = Line(rectangle(0, 0, 50, 10), 1.0), Line(rectangle(0, 0, 10, 50), 1.0)
    assert (across.height, across.elongation) == (10, 5)
    assert (down.height, down.elongation) == (10, 5)
    assert across.box(np.zeros((100, 200, 3), np.uint8)) == (0, 0, 0.25, pytest.approx(0.1))


def test_a_line_is_cut_out_48_px_high_and_one_that_runs_down_is_turned():
    picture = np.zeros((100, 100, 3), np.uint8)
    picture[10:20, 10:30] = 255  # the left half of a line of 40 x 10
    crop = cut_out(picture, Line(rectangle(10, 10, 40, 10), 1.0))
    assert crop.shape == (48, 192, 3)
    assert (crop[24, 40].min(), crop[24, 150].max()) == (255, 0)
    assert cut_out(picture, Line(rectangle(10, 10, 10, 40), 1.0)).shape == (48, 192, 3)


class Steps:
    """A recogniser that says these classes, step by step, each with this probability."""

    def __init__(self, *steps: tuple[int, float]) -> None:
        self.steps = np.zeros((1, len(steps), 5), np.float32)
        for place, (index, sure) in enumerate(steps):
            self.steps[0, place, index] = sure

    def run(self, _, shown):
        return [self.steps]


def test_repeated_steps_are_one_letter_unless_a_blank_stands_between(monkeypatch):
    steps = Steps((1, 0.9), (1, 0.5), (0, 0.9), (1, 0.7), (2, 0.8), (0, 0.9), (4, 0.6))
    monkeypatch.setattr(reading, "onnx_session", lambda _: steps)
    monkeypatch.setattr(reading, "letters_known", lambda: ("", "a", "b", "c", " "))
    told = read_line(np.zeros((48, 96, 3), np.uint8))
    # "aab " without its trailing space; letters 0.9, 0.7, 0.8 and the space 0.6
    assert (told.text, told.confidence) == ("aab", pytest.approx(0.75))


def test_a_line_without_letters_is_read_as_nothing(monkeypatch):
    monkeypatch.setattr(reading, "onnx_session", lambda _: Steps((0, 0.99), (0, 0.99)))
    monkeypatch.setattr(reading, "letters_known", lambda: ("", "a", "b", "c", " "))
    assert read_line(np.zeros((48, 96, 3), np.uint8)) == reading.Reading("", 0.0)


def test_the_models_find_and_read_a_drawn_word():
    picture = np.full((360, 640, 3), 90, np.uint8)
    cv2.putText(picture, "COFFEE 27", (120, 200), cv2.FONT_HERSHEY_SIMPLEX, 2, (240, 240, 240), 4, cv2.LINE_AA)
    (line,) = lines_in(picture)
    left, top, width, height = line.box(picture)
    assert left * 640 == pytest.approx(120, abs=8)
    assert top < 180 / 360 < top + height
    assert width * 640 > 250
    (told,) = read(picture, [line])
    assert told.text.replace(" ", "") == "COFFEE27"
    assert told.confidence > 0.9


def test_the_models_see_nothing_on_a_plain_picture():
    assert lines_in(np.full((360, 640, 3), 90, np.uint8)) == []


def test_the_letters_come_from_the_model_itself():
    letters = letters_known()
    assert len(letters) == 6625  # blank, 6,623 characters, space
    assert (letters[0], letters[-1]) == ("", " ")
