"""frame_rate: does the clip run at the rate asked, evenly?"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from reviews.checks.base import Clip, Instrument, Observation


@dataclass
class FrameRate(Instrument):
    """Compares the clip's rate with the spec's, and the longest frame with the shortest.

    `tolerance`: allowed relative difference; 1 % tells 24 from 25 and lets 23.976 pass for 24.
    `uneven_above`: longest step over shortest above which the rate counts as variable; 1.5 lets time stamps rounded to
    milliseconds pass and finds one dropped frame. Judged only where a rate was asked.
    """

    key: ClassVar[str] = "frame_rate"
    version: ClassVar[int] = 1

    tolerance: float = 0.01
    uneven_above: float = 1.5

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        asked = clip.spec.fps
        if asked is None:
            return
        rate = clip.facts.fps
        if abs(rate - asked) > Fraction(str(self.tolerance)) * asked:
            yield Observation.of_clip(
                clip,
                "wrong_rate",
                score=float(rate),
                threshold=float(asked),
                unit="fps",
                message=f"The clip runs at {float(rate):.5g} frames a second; {float(asked):.5g} was asked.",
            )
        yield from self._uneven(clip)

    def _uneven(self, clip: Clip) -> Iterator[Observation]:
        shortest, longest = clip.facts.min_step_seconds, clip.facts.max_step_seconds
        if shortest > 0 and longest > self.uneven_above * shortest:
            yield Observation.of_clip(
                clip,
                "variable_rate",
                score=longest / shortest,
                threshold=self.uneven_above,
                unit="longest / shortest frame",
                message=f"Frames last from {shortest * 1000:.0f} to {longest * 1000:.0f} ms: the rate varies.",
            )
