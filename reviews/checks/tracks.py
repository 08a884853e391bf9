"""Tracks: one thing through neighbouring looks, be it a face, a palm or a line of text."""

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

REACH = 2
"""A thing may be missing in one look between two."""


class Placed(Protocol):
    """What was seen in one look; `place` is the look's number."""

    @property
    def place(self) -> int: ...


S = TypeVar("S", bound=Placed)


@dataclass
class Track(Generic[S]):
    """The sights of one thing, in order of time; never empty."""

    sights: list[S]

    @property
    def last(self) -> S:
        return self.sights[-1]

    def is_open_at(self, place: int) -> bool:
        """Whether a sight there may continue it."""
        return place - REACH <= self.last.place < place
