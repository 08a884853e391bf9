"""When somebody speaks, and how loud (Silero VAD)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reviews.checks.base import Mask, Samples
from reviews.checks.weights import VOICE_ACTIVITY, onnx_session
from studio.media.clip import Series
from studio.media.samples import SOUND_RATE

WINDOW, CONTEXT = 512, 64
"""Samples at 16 kHz that the model judges at once, and those before that it wants to see again (source: Silero VAD)."""
WINDOW_SECONDS = WINDOW / SOUND_RATE
STATE = (2, 1, 128)
SPEAKS_ABOVE = 0.5


@dataclass(frozen=True, eq=False)
class Speech:
    """One value each 32 ms from the start of the sound: `probability` of a voice 0-1, and `loudness`, RMS 0-1."""

    probability: Series
    loudness: Series
    start_seconds: float

    @property
    def speaks(self) -> Mask:
        return np.asarray(self.probability > SPEAKS_ABOVE)

    @property
    def seconds(self) -> float:
        return float(self.speaks.sum()) * WINDOW_SECONDS

    @property
    def times(self) -> Series:
        """The middle of each window, seconds."""
        return np.asarray(self.start_seconds + (np.arange(len(self.probability)) + 0.5) * WINDOW_SECONDS, np.float64)


def speech_in(samples: Samples, start_seconds: float) -> Speech:
    """Of sound (n,) at `SOUND_RATE`. Raises Unavailable."""
    session = onnx_session(VOICE_ACTIVITY)
    windows = len(samples) // WINDOW
    padded = np.concatenate([np.zeros(CONTEXT, np.float32), samples])
    state, rate = np.zeros(STATE, np.float32), np.array(SOUND_RATE, np.int64)
    told: list[float] = []
    for start in range(0, windows * WINDOW, WINDOW):
        shown: NDArray[np.float32] = padded[None, start : start + CONTEXT + WINDOW]
        answer, state = session.run(None, {"input": shown, "state": state, "sr": rate})
        told.append(float(answer.item()))
    power = np.square(samples[: windows * WINDOW].astype(np.float64)).reshape(windows, WINDOW).mean(axis=1)
    return Speech(np.array(told), np.sqrt(power), start_seconds)
