"""duration: is the clip as long as asked?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from reviews.checks.base import ROUNDING_SECONDS, Clip, Instrument, Observation


@dataclass
class Duration(Instrument):
    """Compares the length by presentation times (first frame's start to last frame's end) with the spec's.

    `tolerance_seconds`: allowed difference; one frame is allowed where a frame is longer. 0.25 s is the house rule:
    below it no cutter would notice.
    """

    key: ClassVar[str] = "duration"
    version: ClassVar[int] = 1

    tolerance_seconds: float = 0.25

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        asked, lasts = clip.spec.seconds, clip.facts.duration_seconds
        if asked is None:
            return
        allowed = max(self.tolerance_seconds, clip.frame_seconds)
        difference = abs(lasts - asked)
        if difference > allowed + ROUNDING_SECONDS:
            yield Observation.of_clip(
                clip,
                "too_short" if lasts < asked else "too_long",
                score=difference,
                threshold=allowed,
                unit="s",
                message=f"The clip lasts {lasts:.2f} s; {asked:g} s was asked.",
            )
