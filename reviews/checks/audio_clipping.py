"""audio_clipping: sound that was louder than the scale, and channels that are wrong in themselves."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from reviews.checks.base import (
    Clip,
    Dial,
    Evidence,
    Instrument,
    Observation,
    Reading,
    Samples,
    Skipped,
    Sound,
    runs_of,
)
from reviews.checks.findings import Curve
from reviews.checks.slices import Slicer

SHARE = "share of the samples"
SLICE_SECONDS = 0.25
IN_A_ROW = 3
"""Samples at the ceiling one after the other: a peak that just reaches it has one or two."""
LOUD_ENOUGH = 1e-3
"""RMS, -60 dBFS, below which a channel says nothing about phase, and is dead beside one that is louder."""
MOST_CURVE_POINTS = 240


@dataclass
class AudioClipping(Instrument):
    """Flags clipped stretches, a constant offset, a dead channel, and channels in opposite phase.

    Measures, in slices of 0.25 s of the worst channel, the share of samples at `ceiling` and above, where at least
    three follow each other: what an encoder makes of a flat top overshoots, so 1.0 is not demanded. `clipped_share`:
    from which a slice is clipped. `offset_above`: mean of a channel of the whole track. `phase_below`: correlation of
    the two channels.
    """

    key: ClassVar[str] = "audio_clipping"
    version: ClassVar[int] = 1
    dial: ClassVar[Dial | None] = Dial(
        "clipped_share",
        SHARE,
        0.002,
        0.05,
        0.001,
        counts_itself=True,
        labels=("clipping",),
        reading=Reading.DECIDES,
    )

    ceiling: float = 0.985
    clipped_share: float = 0.01
    offset_above: float = 0.005
    phase_below: float = -0.5
    _slicer: Slicer = field(default_factory=lambda: Slicer(SLICE_SECONDS), init=False, repr=False)
    _starts: list[float] = field(default_factory=list, init=False, repr=False)
    _shares: list[float] = field(default_factory=list, init=False, repr=False)
    _sums: NDArray[np.float64] | None = field(default=None, init=False, repr=False)
    _products: NDArray[np.float64] | None = field(default=None, init=False, repr=False)
    _count: int = field(default=0, init=False, repr=False)

    def hear(self, sound: Sound) -> None:
        self._add(sound.samples.astype(np.float64))
        for each in self._slicer.cut(sound):
            self._starts.append(each.start_seconds)
            self._shares.append(max(clipped_share(channel, self.ceiling) for channel in each.samples))

    def _add(self, samples: NDArray[np.float64]) -> None:
        sums, products = samples.sum(axis=1), samples @ samples.T
        if self._sums is None or self._products is None or len(sums) != len(self._sums):
            self._sums, self._products, self._count = sums, products, samples.shape[1]
            return
        self._sums, self._products = self._sums + sums, self._products + products
        self._count += samples.shape[1]

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        if not self._count:
            raise Skipped("The clip has no sound.")
        shares, starts = np.array(self._shares or [0.0]), np.array(self._starts or [0.0])
        self.measured = float(shares.max())
        for first, last in runs_of(shares >= self.clipped_share):
            span = float(starts[first]), float(starts[last - 1]) + SLICE_SECONDS
            yield self._clipped(clip, span, float(shares[first:last].max()))
        yield from self._channels(clip)

    def _clipped(self, clip: Clip, span: tuple[float, float], worst: float) -> Observation:
        at = np.unique(np.linspace(0, len(self._starts) - 1, min(MOST_CURVE_POINTS, len(self._starts))).astype(int))
        seconds, shares = (tuple(round(each[i], 4) for i in at) for each in (self._starts, self._shares))
        return Observation.of_range(
            clip,
            "clipping",
            clip.frames_of(span),
            score=worst,
            threshold=self.clipped_share,
            unit=SHARE,
            message=f"The sound is clipped from {span[0]:.1f} s to {span[1]:.1f} s: {worst:.0%} of it at the ceiling.",
            evidence=Evidence(curve=Curve(seconds, shares, SHARE, self.clipped_share)),
        )

    def _channels(self, clip: Clip) -> Iterator[Observation]:
        assert self._sums is not None
        assert self._products is not None
        offset = float(np.abs(self._sums / self._count).max())
        loudness = np.sqrt(np.diag(self._products) / self._count)
        if offset > self.offset_above:
            said = f"The sound has a constant offset of {offset:.1%} of full scale."
            yield of_track(clip, "dc_offset", offset, self.offset_above, "of full scale", said)
        if len(loudness) != 2:
            return
        if loudness.min() < LOUD_ENOUGH / 10 and loudness.max() > LOUD_ENOUGH:
            which = "left" if loudness[0] < loudness[1] else "right"
            said = f"The {which} channel is dead: the sound is on the other alone."
            yield of_track(clip, "dead_channel", float(loudness.min()), LOUD_ENOUGH / 10, "RMS of full scale", said)
        elif loudness.min() > LOUD_ENOUGH:
            together = float(self._products[0, 1] / np.sqrt(self._products[0, 0] * self._products[1, 1]))
            if together < self.phase_below:
                said = "Left and right are in opposite phase: on one loudspeaker they cancel each other."
                yield of_track(clip, "out_of_phase", together, self.phase_below, "correlation", said)


def of_track(clip: Clip, label: str, score: float, threshold: float, unit: str, message: str) -> Observation:
    return Observation.of_clip(clip, label, score=score, threshold=threshold, unit=unit, message=message)


def clipped_share(channel: Samples, ceiling: float) -> float:
    """Share of the samples that lie at the ceiling with at least two others beside them."""
    at_it = np.abs(channel) >= ceiling
    if not at_it.any():
        return 0.0
    return sum(end - start for start, end in runs_of(at_it) if end - start >= IN_A_ROW) / len(channel)
