"""audio_loudness: how loud the clip is, and how high its peaks go between the samples."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from reviews.checks.base import Clip, Evidence, Instrument, Observation, Samples, Skipped, Sound
from reviews.checks.findings import Curve
from reviews.checks.slices import Slicer
from studio.media.clip import Series

LUFS, DBTP = "LUFS", "dBTP"
STEP_SECONDS = 0.1
BLOCK_STEPS = 4
"""Blocks of 400 ms that overlap by 75 % (ITU-R BS.1770-4)."""
OFFSET = -0.691
ABSOLUTE_GATE, RELATIVE_GATE = -70.0, -10.0
SURROUND, SURROUND_GAIN = (4, 5), 1.41
"""Channels behind the listener in 5.1; the fourth, of effects, does not count."""
EFFECTS = 3
SHORT_SECONDS = 3.0
"""A shorter clip has no integrated loudness worth the name: its loudest 400 ms speak for it (EBU R 128 s1)."""
OVERSAMPLING, EDGE = 4, 256
"""Samples at each end of a block, where the transform sees a jump to the other end, are not oversampled."""
NEAR_THE_TOP = 0.5
"""Peaks between samples are looked for where a sample comes this high: none exceeds its neighbours by 6 dB."""
MOST_CURVE_POINTS = 240
SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
"""K-weighting at 48 kHz, numerator and denominator (BS.1770-4, tables 1 and 2)."""


@dataclass
class AudioLoudness(Instrument):
    """Reports loudness against a target, and true peaks.

    Measures integrated loudness after ITU-R BS.1770-4 (LUFS; K-weighting by the spectrum of steps of 100 ms, blocks of
    400 ms, gates of -70 LUFS and -10 LU) and the true peak at four times the rate (dBTP). `target_lufs`: 0 for none,
    -23 for EBU R 128, -14 to -16 for the web; without one loudness is a fact and no fault. `tolerance_lu` either way.
    `peak_above`: EBU R 128 allows -1 dBTP.
    """

    key: ClassVar[str] = "audio_loudness"
    version: ClassVar[int] = 1

    target_lufs: float = 0.0
    tolerance_lu: float = 1.0
    peak_above: float = -1.0
    _slicer: Slicer = field(default_factory=lambda: Slicer(STEP_SECONDS), init=False, repr=False)
    _starts: list[float] = field(default_factory=list, init=False, repr=False)
    _powers: list[float] = field(default_factory=list, init=False, repr=False)
    _peak: float = field(default=0.0, init=False, repr=False)
    _peak_seconds: float = field(default=0.0, init=False, repr=False)

    def hear(self, sound: Sound) -> None:
        peak = true_peak(sound.samples)
        if peak > self._peak:
            loudest = int(np.abs(sound.samples).max(axis=0).argmax())
            self._peak, self._peak_seconds = peak, sound.start_seconds + loudest / sound.rate
        for each in self._slicer.cut(sound):
            self._starts.append(each.start_seconds)
            self._powers.append(weighted_power(each))

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        momentary = momentary_loudness(np.array(self._powers))
        if not len(momentary):
            raise Skipped("The clip has less than 0.4 s of sound.")
        is_short = len(self._powers) * STEP_SECONDS < SHORT_SECONDS
        loudness = float(momentary.max()) if is_short else integrated(momentary)
        peak = 20 * float(np.log10(max(self._peak, 1e-6)))
        self.measured = loudness
        self.details = {"lufs": round(loudness, 1), "true_peak_dbtp": round(peak, 1), "momentary": is_short}
        if self.target_lufs and abs(loudness - self.target_lufs) > self.tolerance_lu and loudness > ABSOLUTE_GATE:
            yield self._off_target(clip, loudness, momentary)
        if peak > self.peak_above:
            yield self._too_high(clip, peak)

    def _off_target(self, clip: Clip, loudness: float, momentary: Series) -> Observation:
        label = "too_loud" if loudness > self.target_lufs else "too_quiet"
        return Observation.of_clip(
            clip,
            label,
            score=loudness,
            threshold=self.target_lufs,
            unit=LUFS,
            message=f"The clip has {loudness:.1f} LUFS, {abs(loudness - self.target_lufs):.1f} LU "
            f"{'above' if label == 'too_loud' else 'below'} the target of {self.target_lufs:.0f}.",
            evidence=Evidence(curve=self._curve(momentary)),
        )

    def _too_high(self, clip: Clip, peak: float) -> Observation:
        frame = clip.frame_at(self._peak_seconds)
        return Observation.of_range(
            clip,
            "true_peak",
            (frame, frame + 1),
            score=peak,
            threshold=self.peak_above,
            unit=DBTP,
            message=f"The sound peaks at {peak:.1f} dBTP, at {self._peak_seconds:.1f} s: it may distort when encoded.",
        )

    def _curve(self, momentary: Series) -> Curve:
        at = np.unique(np.linspace(0, len(momentary) - 1, min(MOST_CURVE_POINTS, len(momentary))).astype(int))
        seconds, values = (tuple(round(float(each[i]), 2) for i in at) for each in (self._starts, momentary))
        return Curve(seconds, values, LUFS, self.target_lufs)


def weighted_power(sound: Sound) -> float:
    """Mean square after K-weighting, summed over the channels with their gains. By Parseval: no filter is run."""
    channels, count = sound.samples.shape
    spectrum = np.abs(np.fft.rfft(sound.samples, axis=1)) ** 2
    spectrum[:, 1 : (count + 1) // 2] *= 2  # the half that rfft leaves out
    powers = (spectrum * weights(count, sound.rate)).sum(axis=1) / count**2
    return float(powers @ gains(channels))


@cache
def gains(channels: int) -> NDArray[np.float64]:
    wanted = np.ones(channels)
    if channels >= 6:
        wanted[EFFECTS] = 0.0
        wanted[list(SURROUND)] = SURROUND_GAIN
    return wanted


@cache
def weights(count: int, rate: int) -> NDArray[np.float64]:
    """Power gain of the K-weighting at each frequency of a transform of `count` samples at `rate` Hz."""
    turn = np.exp(-2j * np.pi * np.minimum(np.fft.rfftfreq(count, 1 / rate), 24_000) / 48_000)
    gain = np.ones(len(turn))
    for above, below in (SHELF, HIGH_PASS):
        gain = gain * np.abs(np.polyval(above[::-1], turn) / np.polyval(below[::-1], turn)) ** 2
    return gain


def momentary_loudness(powers: Series) -> Series:
    """LUFS of each 400 ms, every 100 ms."""
    if len(powers) < BLOCK_STEPS:
        return np.zeros(0)
    blocks = np.convolve(powers, np.ones(BLOCK_STEPS) / BLOCK_STEPS, "valid")
    return OFFSET + 10 * np.log10(np.maximum(blocks, 1e-12))


def integrated(momentary: Series) -> float:
    """The mean of what passes both gates; -70 where nothing does."""
    heard = momentary[momentary > ABSOLUTE_GATE]
    if not len(heard):
        return ABSOLUTE_GATE
    return mean_of(heard[heard > mean_of(heard) + RELATIVE_GATE])


def mean_of(loudness: Series) -> float:
    return float(10 * np.log10(np.mean(10 ** (loudness / 10))))


def true_peak(samples: Samples) -> float:
    """The highest absolute value at four times the rate; that of the samples where none comes near the top."""
    peak = float(np.abs(samples).max()) if samples.size else 0.0
    if peak < NEAR_THE_TOP:
        return peak
    count = samples.shape[1]
    finer = np.fft.irfft(np.fft.rfft(samples, axis=1), OVERSAMPLING * count, axis=1) * OVERSAMPLING
    inner = finer[:, EDGE * OVERSAMPLING : -EDGE * OVERSAMPLING]
    return max(peak, float(np.abs(inner).max(initial=0.0)))
