"""resolution: is the picture as large as asked?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from reviews.checks.base import Clip, Instrument, Observation, Resolution


@dataclass
class ResolutionCheck(Instrument):
    """Compares the shown size (after rotation) with the spec's: exactly, or as a minimum. Plain arithmetic."""

    key: ClassVar[str] = "resolution"
    version: ClassVar[int] = 1

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        asked = clip.spec.resolution
        if asked is None:
            return
        width, height = shown_size(clip)
        label = misfit(asked, width, height)
        if label is not None:
            yield Observation.of_clip(
                clip,
                label,
                score=min(width, height),
                threshold=min(asked.width or asked.height, asked.height),
                unit="px, short side",
                message=f"The picture is {width}x{height}; {str(asked).replace('>=', 'at least ')} was asked.",
            )


def shown_size(clip: Clip) -> tuple[int, int]:
    """Width and height in px as a player shows them, before sample aspect."""
    width, height = clip.facts.width, clip.facts.height
    return (height, width) if clip.facts.rotation % 180 else (width, height)


def misfit(asked: Resolution, width: int, height: int) -> str | None:
    """`too_small` when either side is short of what was asked, `too_large` when it is only more; None when it fits."""
    wanted_width, wanted_height = asked.width, asked.height
    if not wanted_width:
        return "too_small" if min(width, height) < wanted_height else None
    if width < wanted_width or height < wanted_height:
        return "too_small"
    if asked.at_least or (width, height) == (wanted_width, wanted_height):
        return None
    return "too_large"
