"""aspect_ratio: has the picture the shape asked?"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from reviews.checks.base import Box, Clip, Instrument, Observation
from reviews.checks.resolution import shown_size


@dataclass
class AspectRatio(Instrument):
    """Compares the shape as shown (rotation and sample aspect applied) with the spec's ratio.

    `tolerance`: allowed relative difference; 1 % lets 1366x768 pass for 16:9.
    `croppable`: share of a side that a centre crop may take; generators make sides that divide by 16 or 32 (1280x704,
    1504x608), and up to 6 % an editor crops without a second thought: that is `crop_fits`, with the crop as the box.
    """

    key: ClassVar[str] = "aspect_ratio"
    version: ClassVar[int] = 1

    tolerance: float = 0.01
    croppable: float = 0.06

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        asked = clip.spec.ratio
        if asked is None:
            return
        ratio = shown_ratio(clip)
        difference = abs(ratio / asked - 1)
        if difference <= Fraction(str(self.tolerance)):
            return
        crop = crop_box(ratio, asked)
        fits = 1 - min(crop[2], crop[3]) <= self.croppable
        yield Observation.of_clip(
            clip,
            "crop_fits" if fits else "wrong_ratio",
            score=float(difference) * 100,
            threshold=self.tolerance * 100,
            unit="% off the asked ratio",
            message=self._sentence(clip, asked, crop if fits else None),
            boxes=(crop,) if fits else (),
        )

    def _sentence(self, clip: Clip, asked: Fraction, crop: Box | None) -> str:
        width, height = shown_size(clip)
        sentence = f"The picture is {width}x{height}, {float(shown_ratio(clip)):.3f}:1; {float(asked):.3f}:1 was asked."
        if crop is None:
            return sentence
        lost = (1 - min(crop[2], crop[3])) * 100
        return f"{sentence} Crop to fit: a centre crop of {lost:.1f} % reaches it."


def shown_ratio(clip: Clip) -> Fraction:
    """Width over height as a player shows the picture."""
    stored = Fraction(clip.facts.width, clip.facts.height) * (clip.facts.sample_aspect or 1)
    return 1 / stored if clip.facts.rotation % 180 else stored


def crop_box(ratio: Fraction, asked: Fraction) -> Box:
    """The largest centred box of the asked shape."""
    if ratio > asked:
        kept = float(asked / ratio)
        return (1 - kept) / 2, 0.0, kept, 1.0
    kept = float(ratio / asked)
    return 0.0, (1 - kept) / 2, 1.0, kept
