"""audio_silence: stretches of a sound track in which nothing is to be heard."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from reviews.checks.base import (
    ROUNDING_SECONDS,
    Clip,
    Dial,
    Evidence,
    Instrument,
    Mask,
    Observation,
    Reading,
    Skipped,
    Sound,
    runs_of,
)
from reviews.checks.findings import Curve
from reviews.checks.slices import Slicer
from studio.media.clip import Series

UNIT = "dBFS"
SLICE_SECONDS = 0.05
NOTHING = -120.0
"""What digital zero is called."""
MOST_CURVE_POINTS = 240


@dataclass
class AudioSilence(Instrument):
    """Flags stretches without sound, of a clip that has a sound track.

    Measures the level (RMS, dBFS, of the louder channel) of slices of 50 ms. `silent_below` for `min_seconds`: FFmpeg's
    silencedetect takes -60 dB, and two seconds. Speech and rooms go quiet by themselves: above `digital_below`, between
    sounds and for up to `pause_seconds` it is a pause, a mere remark.
    """

    key: ClassVar[str] = "audio_silence"
    version: ClassVar[int] = 1
    dial: ClassVar[Dial | None] = Dial(
        "silent_below",
        UNIT,
        -90,
        -40,
        1,
        higher_is_worse=False,
        labels=("silent_track",),
        beside=("silence", "pause"),
        reading=Reading.DECIDES,
    )

    silent_below: float = -60.0
    min_seconds: float = 0.5
    digital_below: float = -80.0
    pause_seconds: float = 1.5
    _slicer: Slicer = field(default_factory=lambda: Slicer(SLICE_SECONDS), init=False, repr=False)
    _starts: list[float] = field(default_factory=list, init=False, repr=False)
    _levels: list[float] = field(default_factory=list, init=False, repr=False)

    def hear(self, sound: Sound) -> None:
        for each in self._slicer.cut(sound):
            self._starts.append(each.start_seconds)
            self._levels.append(level_of(each))

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        if not self._levels:
            raise Skipped("The clip has no sound.")
        levels, starts = np.array(self._levels), np.array(self._starts)
        self.measured = float(levels.max())
        silent = levels < self.silent_below
        if silent.all():
            yield self._observation(clip, "silent_track", levels, (0.0, clip.starts_at(clip.frames)))
            return
        for first, last in runs_of(bridged(silent)):
            span = float(starts[first]), float(starts[last - 1]) + SLICE_SECONDS
            if span[1] - span[0] >= self.min_seconds - ROUNDING_SECONDS:
                inside = levels[first:last]
                between = first > 0 and last < len(levels)
                yield self._observation(clip, self._label(inside, span, between=between), inside, span)

    def _label(self, inside: Series, span: tuple[float, float], *, between: bool) -> str:
        is_room = float(np.median(inside)) >= self.digital_below
        return "pause" if between and is_room and span[1] - span[0] <= self.pause_seconds else "silence"

    def _observation(self, clip: Clip, label: str, inside: Series, span: tuple[float, float]) -> Observation:
        start, end = span
        said = f"There is no sound from {start:.1f} s to {end:.1f} s."
        return Observation.of_range(
            clip,
            label,
            clip.frames_of(span),
            score=float(np.median(inside)),
            threshold=self.silent_below,
            unit=UNIT,
            message="The whole sound track is silent." if label == "silent_track" else said,
            evidence=Evidence(curve=self._curve()),
        )

    def _curve(self) -> Curve:
        at = np.unique(np.linspace(0, len(self._levels) - 1, min(MOST_CURVE_POINTS, len(self._levels))).astype(int))
        seconds, levels = (tuple(round(each[i], 2) for i in at) for each in (self._starts, self._levels))
        return Curve(seconds, levels, UNIT, self.silent_below)


def bridged(silent: Mask) -> Mask:
    """With single slices that are not silent between those that are: a tick is no sound."""
    joined = silent.copy()
    joined[1:-1] |= silent[:-2] & silent[2:]
    return joined


def level_of(sound: Sound) -> float:
    """RMS of the louder channel, dBFS; a full-scale square wave has 0."""
    power = float((sound.samples.astype(np.float64) ** 2).mean(axis=1).max()) if sound.samples.size else 0.0
    return max(NOTHING, 10 * float(np.log10(power))) if power > 0 else NOTHING
