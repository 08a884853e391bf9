"""Sums of gradients over the quarters of a clip of unknown length."""

from dataclasses import dataclass, field
from itertools import pairwise

from reviews.checks.persistence import Edges, EdgeSums
from studio.media.clip import Plane

MOST = 16
"""Sums that are kept, 0.7 MB each: all of them full, they are joined two by two to sums of twice as many frames."""
QUARTERS = 4


@dataclass
class Stretches:
    _length: int = 1
    _sums: list[EdgeSums] = field(default_factory=list)

    def add(self, luma: Plane) -> None:
        if not self._sums or self._sums[-1].seen == self._length:
            self._begin_another()
        self._sums[-1].add(luma)

    def _begin_another(self) -> None:
        if len(self._sums) == MOST:
            self._sums = [EdgeSums.joined(two) for two in zip(self._sums[::2], self._sums[1::2], strict=True)]
            self._length *= 2
        self._sums.append(EdgeSums())

    @property
    def seen(self) -> int:
        return sum(each.seen for each in self._sums)

    def whole(self) -> Edges:
        return EdgeSums.joined(self._sums).edges()

    def quarters(self) -> list[Edges]:
        """As near as sums of several frames allow."""
        bounds = [len(self._sums) * number // QUARTERS for number in range(QUARTERS + 1)]
        return [EdgeSums.joined(self._sums[start:end]).edges() for start, end in pairwise(bounds)]
