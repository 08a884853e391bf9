"""watermark: something laid over the picture that stays while the picture moves."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from reviews.checks.base import Clip, Dial, Evidence, Instrument, Observation, Reading, Skipped
from reviews.checks.findings import Box
from reviews.checks.persistence import Mark, marks_in
from reviews.checks.stretches import Stretches
from studio.media.clip import Chunk

EVERY_SECONDS = 0.1
"""Neighbouring frames are much alike: ten a second tell what moves."""
LEAST_SEEN = 12
"""With fewer frames a slow pan does not tell what is laid over it."""
FULL_SECONDS = 4.0
"""What sways a little leaves the more of an edge the less time it has: below so many seconds a mark may miss less."""
MIDDLE_WIDTH, MIDDLE_HEIGHT = 0.2, 0.36
"""The middle of the picture, where subjects are held still by the camera; marks lie outside, or in a pattern."""
WIDE = 0.45
TILES = 4
"""So many alike make a pattern over the whole picture."""
UNIT = "persistence"


@dataclass
class Watermark(Instrument):
    """Finds compact shapes with edges in many directions that stand still in a moving scene.

    Measures, at ten frames a second, how much of the gradient survives averaging: |mean gradient| / mean |gradient|,
    0-1, the median over a shape's edges. A shape counts when it fills its box, lies off the middle of the picture,
    what surrounds it moves, and each quarter of the clip shows it.

    `persistent_above`: from here a shape is a mark; in a clip of two seconds half as far from 1. `still_above`: share
    of the remaining texture that stands still too, 0-1, from which a mark cannot be told from the scene.
    """

    key: ClassVar[str] = "watermark"
    version: ClassVar[int] = 4
    dial: ClassVar[Dial] = Dial(
        "persistent_above",
        UNIT,
        low=0.8,
        high=1.0,
        step=0.01,
        counts_itself=True,
        labels=("mark", "pattern"),
        reading=Reading.USUAL,
    )

    persistent_above: float = 0.92
    still_above: float = 0.35
    _sums: Stretches = field(default_factory=Stretches, init=False, repr=False)
    _size: tuple[int, int] = field(default=(1, 1), init=False, repr=False)
    _due: float = field(default=float("-inf"), init=False, repr=False)

    def look(self, chunk: Chunk) -> None:
        height, width = chunk.luma.shape[1:]
        self._size = width, height
        for luma, seconds in zip(chunk.new_luma, chunk.new_pts_seconds, strict=True):
            if seconds >= self._due:
                self._due = seconds + EVERY_SECONDS - 1e-3
                self._sums.add(luma)

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        if self._sums.seen < LEAST_SEEN:
            raise Skipped("The clip is too short to tell what stays while the picture moves.")
        limit = self._limit(clip)
        marks, still = marks_in(self._sums.whole(), limit, self._sums.quarters())
        self.details = {"still_share": round(still, 3), "frames": self._sums.seen}
        if still > self.still_above:
            raise Skipped("The scene hardly moves: a mark cannot be told from it.")
        placed = marks if len(marks) >= TILES else [mark for mark in marks if self._is_off_the_middle(mark)]
        self.measured = round(max((mark.persistence for mark in placed), default=0.0), 3)
        if placed:
            yield self._seen(clip, placed, limit)

    def _limit(self, clip: Clip) -> float:
        seconds = clip.starts_at(clip.frames) - clip.starts_at(0)
        return 1 - (1 - self.persistent_above) * min(1.0, seconds / FULL_SECONDS)

    def _is_off_the_middle(self, mark: Mark) -> bool:
        x, y, width, height = self._box(mark)
        beside = abs(x + width / 2 - 0.5) > MIDDLE_WIDTH / 2 or width >= WIDE
        return beside and abs(y + height / 2 - 0.5) > MIDDLE_HEIGHT / 2

    def _seen(self, clip: Clip, marks: list[Mark], limit: float) -> Observation:
        is_pattern = len(marks) >= TILES
        where = "all over the picture" if is_pattern else place_of(self._box(marks[0]))
        middle = clip.frames // 2
        return Observation.of_clip(
            clip,
            "pattern" if is_pattern else "mark",
            score=self.measured,
            threshold=limit,
            unit=UNIT,
            message=f"Something is laid over the picture {where}: it stays while the scene moves.",
            boxes=tuple(self._box(mark) for mark in marks),
            evidence=Evidence(frames=(0, middle) if middle else (0,), crop=True),
        )

    def _box(self, mark: Mark) -> Box:
        width, height = self._size
        return mark.left / width, mark.top / height, mark.width / width, mark.height / height


def place_of(box: Box) -> str:
    x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
    side = "" if abs(x - 0.5) <= MIDDLE_WIDTH / 2 else " left" if x < 0.5 else " right"
    return f"at the {'top' if y < 0.5 else 'bottom'}{side}"
