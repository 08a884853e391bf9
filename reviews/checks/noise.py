"""noise: grain that is everywhere, also where nothing is."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

import cv2
import numpy as np

from reviews.checks.base import Clip, Dial, Evidence, Instrument, Observation, Reading, Skipped
from reviews.checks.sampled import Sampled
from studio.media.clip import Native

UNIT = "levels, mean |Laplacian| of calm tiles"
TILE = 16
BAND_EVERY = 4
"""Of each four bands of tiles one is measured: noise is the same in all of them."""
CALM_PERCENTILE = 10
GRAIN_WORDS = ("grain", "film", "vhs", "analog", "8mm", "16mm", "super 8", "noise", "noisy", "vintage", "retro")


@dataclass
class Noise(Instrument):
    """Flags frames whose calmest tiles are restless.

    Measures, on native luma: mean |Laplacian| of tiles of 16 px, and of those the 10th percentile, levels: texture
    leaves some tile calm, noise none. `levels_above`: clean clips have at most 2, strong noise 14 and more. Where the
    spec's style asks for grain it is a remark.
    """

    key: ClassVar[str] = "noise"
    version: ClassVar[int] = 1
    dial: ClassVar[Dial | None] = Dial(
        "levels_above",
        UNIT,
        2.0,
        20.0,
        0.5,
        labels=("noise", "grain_as_asked"),
        reading=Reading.USUAL,
    )

    levels_above: float = 8.0
    _calm: Sampled = field(default_factory=Sampled, init=False, repr=False)

    def look_closely(self, native: Native) -> None:
        height, width = native.luma.shape
        bands, columns = height // (TILE * BAND_EVERY), width // TILE
        if bands and columns >= 4:
            self._calm.add(native, calm_roughness(native))

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        if not self._calm.frames:
            raise Skipped("The picture is too small to tell noise from texture.")
        roughness = self._calm.series
        self.measured = float(np.median(roughness))
        wanted = any(word in clip.spec.style.lower() for word in GRAIN_WORDS)
        for frames in self._calm.stretches(clip, self._calm.lasting(roughness > self.levels_above)):
            peak, worst = max(self._calm.inside(frames), key=lambda each: each[1])
            yield Observation.of_range(
                clip,
                "grain_as_asked" if wanted else "noise",
                frames,
                score=worst,
                threshold=self.levels_above,
                unit=UNIT,
                message=f"The picture is noisy: even its calmest parts vary by {worst:.0f} levels from pixel to pixel.",
                boxes=((0.375, 0.375, 0.25, 0.25),),
                peak_frame=peak,
                evidence=Evidence(frames=(peak,), crop=True, curve=self._calm.curve(clip, UNIT, self.levels_above)),
            )


def calm_roughness(native: Native) -> float:
    height, width = native.luma.shape
    bands, columns = height // (TILE * BAND_EVERY), width // TILE
    rows = native.luma[: bands * TILE * BAND_EVERY].reshape(bands, TILE * BAND_EVERY, width)
    # One row more on each side, which the edge of a band would otherwise invent.
    cut = np.ascontiguousarray(rows[:, TILE : 2 * TILE + 2, : columns * TILE]).reshape(-1, columns * TILE)
    rough = np.abs(cv2.Laplacian(cut, cv2.CV_16S)).reshape(bands, TILE + 2, columns, TILE)[:, 1:-1]
    tiles = rough.mean(axis=(1, 3), dtype=np.float32)
    return float(np.percentile(tiles, CALM_PERCENTILE))
