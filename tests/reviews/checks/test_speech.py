"""When somebody speaks: the windows, the loudness, and the model itself."""

import numpy as np
import pytest

from reviews.checks import speech
from reviews.checks.speech import CONTEXT, WINDOW, speech_in


class FakeModel:
    """Says how many windows it has seen, in tenths, and keeps what it was shown."""

    def __init__(self):
        self.shown = []

    def run(self, _, given):
        self.shown.append(given["input"].copy())
        return np.array([[given["state"][0, 0, 0] / 10]]), given["state"] + 1


def test_every_window_is_shown_once_with_what_came_before_it(monkeypatch):
    model = FakeModel()
    monkeypatch.setattr(speech, "onnx_session", lambda _: model)
    samples = np.arange(2 * WINDOW + 100, dtype=np.float32)
    told = speech_in(samples, 1.0)
    assert [each.shape for each in model.shown] == [(1, CONTEXT + WINDOW)] * 2
    assert (model.shown[0][0, 0], model.shown[0][0, CONTEXT]) == (0, 0)
    assert model.shown[1][0, 0] == WINDOW - CONTEXT
    assert told.probability.tolist() == pytest.approx([0, 0.1])  # the state goes on
    assert told.times.tolist() == pytest.approx([1.016, 1.048])


def test_loudness_is_the_root_mean_square_of_a_window(monkeypatch):
    monkeypatch.setattr(speech, "onnx_session", lambda _: FakeModel())
    samples = np.concatenate([np.full(WINDOW, 0.5), np.tile([0.3, -0.3], WINDOW // 2)]).astype(np.float32)
    assert speech_in(samples, 0.0).loudness.tolist() == pytest.approx([0.5, 0.3])


def test_a_tone_is_nobody_speaking():
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)
    assert speech_in(tone.astype(np.float32), 0.0).seconds == 0


def test_no_sound_is_no_speech():
    assert speech_in(np.zeros(100, np.float32), 0.0).seconds == 0
