"""blur: stretches that are softer than the rest, and pictures that hold less than their size promises."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

import cv2
import numpy as np

from reviews.checks.base import Clip, Dial, Evidence, Instrument, Mask, Observation, Reading, Skipped
from reviews.checks.reblur import LEAST_CONTRAST, reblur_of
from reviews.checks.sampled import Sampled
from studio.media.clip import Chunk, Native, Plane, Series

RATIO = "re-blur ratio, 0-1"
FALL = "log10 of fine over coarse power"
DETAILED = 0.5
"""Share of the tiles with contrast in the clip's sharper half that a soft picture must still have: a blur takes edges
and leaves a tile its contrast (measured: 0.85 and more of them), where something plain comes into view they go."""
EDGES_SOFTEN = 0.03
"""By how much the ratio of strong steps must rise, too (measured: 0.05 and more under a blur of 1.5 px, mostly 0.3; at
most 0.02 where only grain went)."""
SOFTER_HALF = 0.1
"""The usual ratio is at most so far above the clip's sharpest quarter: softness may take more than half of a clip."""
SPECTRUM, SPECTRUM_TILES = 128, 4
"""Side of the tiles whose spectrum is taken, px, and how many, those with the most contrast of three times as many."""
SPECTRUM_SECONDS, MOST_LOOKS = 1.0, 6
"""The size a picture was made at is the same in all its frames: a few looks are enough."""
SWING = 1.5
"""How many times the motion of the clip's sharper half, plus a level, is too much to call softness a fault."""
COARSE, FINE = (0.05, 0.10), (0.18, 0.30)
"""Bands of the spectrum that are compared, cycles a pixel."""
FITTED = (0.03, 0.10)
CUT_OFF_DECADES = 1.0
"""How far below the fall of the coarse part the power lies where an upscaled picture ends."""


@dataclass
class Blur(Instrument):
    """Flags soft stretches, soft clips, and clips that look upscaled.

    Measures, three times a second on native luma, the re-blur ratio: which part of the steps between neighbours
    survives another blur, in the sharpest fifth of the tiles with contrast. And once a second how the power of fine
    detail (0.18-0.30 cycles a pixel) falls behind that of coarse (0.05-0.10), with Hann windows.

    `above_median`: a stretch is soft this far above the clip's median ratio, `above_share`: or this part of what lies
    between the median and 1, since in a clip with few sharp edges less can be lost. `soft_above`: whatever the rest is.
    `fall_below` and `ends_below`: a clip looks upscaled that falls so far and whose detail ends at such a part of its
    size; clean clips have -0.7 to -2.4 and 0.6 to 1, those upscaled three times and more -2.2 to -3.7 and mostly 0.5 or
    less. `sure_below`: so far falls none but them.
    """

    key: ClassVar[str] = "blur"
    version: ClassVar[int] = 4
    dial: ClassVar[Dial | None] = Dial(
        "soft_above",
        RATIO,
        0.5,
        0.95,
        0.01,
        labels=("soft_clip",),
        beside=("soft_stretch",),
        reading=Reading.DECIDES,
    )

    above_median: float = 0.14
    above_share: float = 0.22
    soft_above: float = 0.8
    fall_below: float = -2.2
    ends_below: float = 0.53
    sure_below: float = -2.55
    _motion: list[Series] = field(default_factory=list, init=False, repr=False)
    _detail: list[float] = field(default_factory=list, init=False, repr=False)
    _edges: list[float] = field(default_factory=list, init=False, repr=False)
    _ratios: Sampled = field(default_factory=Sampled, init=False, repr=False)
    _spectra: list[Series] = field(default_factory=list, init=False, repr=False)
    _looks: int = field(default=0, init=False, repr=False)
    _spectrum_due: float = field(default=-np.inf, init=False, repr=False)

    def look(self, chunk: Chunk) -> None:
        self._motion.append(chunk.luma_difference)

    def look_closely(self, native: Native) -> None:
        reblur = reblur_of(native.luma)
        self._ratios.add(native, reblur.sharpest)
        self._detail.append(reblur.detail)
        self._edges.append(reblur.sharpest_edges)
        if native.pts_seconds >= self._spectrum_due and self._looks < MOST_LOOKS:
            self._looks += 1
            self._spectrum_due = native.pts_seconds + SPECTRUM_SECONDS
            self._spectra.extend(spectra(native.luma))

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        ratios = self._ratios.series
        if not np.isfinite(ratios).any():
            raise Skipped("The picture is too small or too plain to tell sharp from soft.")
        usual = self.measured = float(np.nanmedian(ratios))
        if usual > self.soft_above:
            yield self._soft_clip(clip, usual)
        else:
            usual = min(usual, float(np.nanpercentile(ratios, 25)) + SOFTER_HALF)
            limit = min(self.soft_above, usual + min(self.above_median, self.above_share * (1 - usual)))
            soft = (np.nan_to_num(ratios) > limit) & self._calm(usual) & self._detailed(usual) & self._softened(usual)
            for frames in self._ratios.stretches(clip, self._ratios.lasting(soft)):
                yield self._stretch(clip, frames, limit)
        if self._spectra:
            yield from self._upscaled(clip, np.mean(self._spectra, axis=0))

    def _calm(self, usual: float) -> Mask:
        """Which samples lie where the picture moves no more than in its sharper half: a swinging camera blurs."""
        motion = np.concatenate(self._motion)
        near = [motion[max(0, frame - 2) : frame + 2] for frame in self._ratios.frames]
        at_samples = np.array([float(np.median(each)) if len(each) else 0.0 for each in near])
        sharper = np.nan_to_num(self._ratios.series, nan=np.inf) <= usual
        return np.asarray(at_samples <= SWING * float(np.median(at_samples[sharper])) + 1)

    def _detailed(self, usual: float) -> Mask:
        """Which samples show as much as the clip's sharper half does: a bare wall has nothing to be sharp."""
        detail = np.array(self._detail)
        sharper = np.nan_to_num(self._ratios.series, nan=np.inf) <= usual
        return np.asarray(detail >= DETAILED * float(np.median(detail[sharper])))

    def _softened(self, usual: float) -> Mask:
        """Which samples have softer edges than the clip's sharper half, or none to compare: grain goes without them."""
        edges = np.array(self._edges)
        known = edges[np.isfinite(edges) & (np.nan_to_num(self._ratios.series, nan=np.inf) <= usual)]
        return np.asarray(~(edges < np.median(known) + EDGES_SOFTEN)) if len(known) else np.ones(len(edges), np.bool_)

    def _soft_clip(self, clip: Clip, usual: float) -> Observation:
        return Observation.of_clip(
            clip,
            "soft_clip",
            score=usual,
            threshold=self.soft_above,
            unit=RATIO,
            message="The whole clip is soft: nowhere is there a sharp edge.",
            evidence=Evidence(frames=(clip.frames // 2,)),
        )

    def _stretch(self, clip: Clip, frames: tuple[int, int], limit: float) -> Observation:
        softest, score = max(self._ratios.inside(frames), key=lambda each: each[1])
        sharpest, _ = min(self._ratios.inside((0, clip.frames)), key=lambda each: each[1])
        times = f"{clip.starts_at(frames[0]):.1f} s to {clip.starts_at(frames[1]):.1f} s"
        return Observation.of_range(
            clip,
            "soft_stretch",
            frames,
            score=score,
            threshold=limit,
            unit=RATIO,
            message=f"The picture is soft from {times}, unlike the rest of the clip.",
            peak_frame=softest,
            evidence=Evidence(frames=(sharpest, softest), curve=self._ratios.curve(clip, RATIO, limit)),
        )

    def _upscaled(self, clip: Clip, power: Series) -> Iterator[Observation]:
        fall = float(np.log10(band(power, FINE) / band(power, COARSE)))
        side = min(clip.facts.width, clip.facts.height)
        ends = 2 * cut_off(power)
        looks = round(side * ends)
        self.details = {"fall": round(fall, 2), "short_side": side, "looks_like_short_side": looks}
        if (fall < self.fall_below and ends <= self.ends_below) or fall < self.sure_below:
            yield Observation.of_clip(
                clip,
                "looks_upscaled",
                score=fall,
                threshold=self.fall_below,
                unit=FALL,
                message=f"The picture looks upscaled: {side} px on the short side, detail for about {looks}.",
                boxes=((0.375, 0.375, 0.25, 0.25),),
                evidence=Evidence(frames=(clip.frames // 2,), crop=True),
            )


def spectra(luma: Plane) -> Iterator[Series]:
    """Power by distance from the centre, 0 to 0.5 cycles a pixel in 64 steps, of the tiles with the most contrast."""
    height, width = luma.shape
    if min(height, width) < 2 * SPECTRUM:
        return
    corners = [
        (top, left)
        for top in np.linspace(0, height - SPECTRUM, 5).astype(int)[1:4]
        for left in np.linspace(0, width - SPECTRUM, SPECTRUM_TILES).astype(int)
    ]
    tiles = [luma[top : top + SPECTRUM, left : left + SPECTRUM] for top, left in corners]
    contrasts = [float(cv2.meanStdDev(tile)[1].ravel()[0]) for tile in tiles]
    for at in sorted(range(len(tiles)), key=lambda at: -contrasts[at])[:SPECTRUM_TILES]:
        if contrasts[at] >= LEAST_CONTRAST:
            tile = tiles[at].astype(np.float32)
            wave = cv2.dft((tile - tile.mean()) * HANN, flags=cv2.DFT_COMPLEX_OUTPUT)
            power = wave[..., 0] ** 2 + wave[..., 1] ** 2
            yield np.bincount(RINGS, power.ravel(), minlength=SPECTRUM)[: SPECTRUM // 2] / RING_SIZES


HANN = np.outer(np.hanning(SPECTRUM), np.hanning(SPECTRUM)).astype(np.float32)
_FREQUENCIES = np.hypot(*np.meshgrid(np.fft.fftfreq(SPECTRUM), np.fft.fftfreq(SPECTRUM)))
RINGS = np.minimum((_FREQUENCIES * SPECTRUM).astype(int), SPECTRUM - 1).ravel()
RING_SIZES = np.bincount(RINGS, minlength=SPECTRUM)[: SPECTRUM // 2]


def band(power: Series, cycles: tuple[float, float]) -> float:
    low, high = (round(each * SPECTRUM) for each in cycles)
    return float(power[low:high].mean()) + 1e-9


def cut_off(power: Series) -> float:
    """Cycles a pixel where the power leaves the straight fall of its coarse part; 0.5 where it never does."""
    at = np.arange(1, SPECTRUM // 2) / SPECTRUM
    level = np.log10(power[1:] + 1e-9)
    coarse = (at >= FITTED[0]) & (at <= FITTED[1])
    slope, start = np.polyfit(np.log10(at[coarse]), level[coarse], 1)
    below = np.flatnonzero((at > FITTED[1]) & (level < start + slope * np.log10(at) - CUT_OFF_DECADES))
    return float(at[below[0]]) if len(below) else 0.5
