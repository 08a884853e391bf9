"""Which frames somebody has really seen. Frames count from 0, ends are exclusive."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

Range = tuple[int, int]
FASTEST = 2
"""Playing faster than this does not count as watching."""
SLACK_SECONDS = 2
"""The clocks of a browser and of the server, and the time until a page is painted."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What was on the screen: `seconds` of playing, `heard_seconds` of them with sound, at most at `fastest` speed."""

    ranges: tuple[Range, ...] = ()
    seconds: float = 0.0
    heard_seconds: float = 0.0
    fastest: float = 0.0

    @property
    def frames(self) -> int:
        return sum(end - start for start, end in self.ranges)

    def as_json(self) -> dict[str, object]:
        return {
            "ranges": [list(each) for each in self.ranges],
            "seconds": round(self.seconds, 2),
            "heard_seconds": round(self.heard_seconds, 2),
            "fastest": self.fastest,
        }


NOTHING = Watched()


def joined(ranges: Iterable[Sequence[int]], frames: int) -> tuple[Range, ...]:
    """In order, inside the clip, those that touch made one."""
    found: list[Range] = []
    for start, end in sorted((max(0, each[0]), min(frames, each[1])) for each in ranges):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def unwatched(wanted: Range, watched: Sequence[Range]) -> tuple[Range, ...]:
    """What of `wanted` lies in none of `watched`, which are joined."""
    left, at = [], wanted[0]
    for start, end in watched:
        if start > at and at < wanted[1]:
            left.append((at, min(start, wanted[1])))
        at = max(at, end)
    if at < wanted[1]:
        left.append((at, wanted[1]))
    return tuple(left)


def could_be_watched(watched: Watched, fps: Fraction, within_seconds: float) -> bool:
    """Whether so many frames can have been shown since the page was made."""
    return watched.frames / fps / FASTEST <= within_seconds + SLACK_SECONDS
