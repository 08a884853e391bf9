"""letterbox: bars around the picture that are part of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar

from reviews.checks.active_picture import Extremes, box_of_window, window_within
from reviews.checks.aspect_ratio import shown_ratio
from reviews.checks.base import Box, Clip, Dial, Evidence, Instrument, Observation, Reading
from studio.media.clip import Chunk

UNIT = "share of the side"
EVERY = 4
"""Bars stay where they are: every fourth frame is enough."""
NOTHING_SHOWN = 2.0
"""Contrast, levels, of a frame too empty to tell bars from picture: black between scenes, a fade."""


@dataclass
class Letterbox(Instrument):
    """Reports bars at opposite sides, of any colour, as long as they stand still and end in a straight edge.

    Measures: which part of height and width both opposite bars take together. `least_bars`: the share from which they
    count. Bars are expected, a mere remark, where the picture within has the shape that was asked and the file has not.
    What a bar is stands in `active_picture`, by which all other instruments are kept off them.
    """

    key: ClassVar[str] = "letterbox"
    version: ClassVar[int] = 2
    sees_bars: ClassVar[bool] = True
    dial: ClassVar[Dial | None] = Dial(
        "least_bars",
        UNIT,
        0.01,
        0.2,
        0.01,
        counts_itself=True,
        labels=("letterbox", "pillarbox", "windowbox", "expected_bars"),
        reading=Reading.CUT,
    )

    least_bars: float = 0.03
    agree_within: float = 0.02
    _seen: Extremes | None = field(default=None, init=False, repr=False)

    def look(self, chunk: Chunk) -> None:
        shown = chunk.new_luma[chunk.contrast >= NOTHING_SHOWN][::EVERY]
        if len(shown):
            seen = Extremes.of(shown)
            self._seen = self._seen.joined(seen) if self._seen else seen

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        self.measured = 0.0
        if self._seen is None:
            return
        height, width = self._seen.brightest.shape
        active = box_of_window(window_within(self._seen, self.least_bars), width, height)
        across, down = 1 - active[2], 1 - active[3]
        self.measured = max(across, down)
        if self.measured == 0:
            return
        yield Observation.of_clip(
            clip,
            self._label(clip, active),
            score=self.measured,
            threshold=self.least_bars,
            unit=UNIT,
            message=sentence(clip, active),
            boxes=(active,),
            evidence=Evidence(frames=(clip.frames // 2,)),
        )

    def _label(self, clip: Clip, active: Box) -> str:
        asked = clip.spec.ratio
        if asked and self._agree(active_ratio(clip, active), asked) and not self._agree(shown_ratio(clip), asked):
            return "expected_bars"
        if active[2] < 1 and active[3] < 1:
            return "windowbox"
        return "letterbox" if active[3] < 1 else "pillarbox"

    def _agree(self, ratio: float | Fraction, asked: Fraction) -> bool:
        return abs(float(ratio / asked) - 1) <= self.agree_within


def active_ratio(clip: Clip, active: Box) -> float:
    """Width over height of the picture within the bars, as a player shows it."""
    wider = active[2] / active[3]
    return float(shown_ratio(clip)) * (1 / wider if clip.facts.rotation % 180 else wider)


def sentence(clip: Clip, active: Box) -> str:
    across, down = 1 - active[2], 1 - active[3]
    sides = [f"above and below take {down:.0%} of the height"] if down else []
    sides += [f"left and right take {across:.0%} of the width"] if across else []
    width, height = round(active[2] * clip.facts.width), round(active[3] * clip.facts.height)
    return f"Bars {' and '.join(sides)}: the picture within is {width}x{height}, {active_ratio(clip, active):.2f}:1."
