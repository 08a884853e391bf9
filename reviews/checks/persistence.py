"""Edges that stay where they are while the picture moves: what is laid over it, and not in it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from reviews.checks.base import Mask
from studio.media.clip import Plane

Map = NDArray[np.float32]

TEXTURED = 3.0
"""Mean gradient, levels a pixel, from which a place has an edge at all."""
STAYS_ABOVE = 0.8
"""Persistence of a pixel that may belong to a mark."""
STATIC_FLOOR = 0.005
"""Share of the picture: what little else is textured is not held against a mark in an empty scene."""
LINE_SHARE = 0.5
"""A straight edge of half the picture's side is a border of the picture or of a tile in it."""
STRAIGHT_ABOVE, STRAIGHT_WINDOW = 0.9, 9
"""Coherence of the directions around a pixel, 0-1, from which it lies on a plain edge; letters have corners."""
LETTER_GAP = (5, 9)
"""Height and width in px that letters of one word are apart at most."""
LEAST_PIXELS = 24
LEAST_DENSITY, LARGEST, LARGEST_HEIGHT = 0.18, 0.05, 0.1
"""Share of its box that a mark's edges fill; share of the picture that it fills, or its height as a share."""
VARIED_ABOVE = 0.4
"""1 - coherence of all directions of a mark together: near 0 for a line, near 1 for letters and rings."""
RING_SHARE, RING_FLOOR = 0.3, 0.08
"""Around a mark at most this share of the texture stays too, or this share of the place."""
RING = (8, 24)
"""Width in px of the ring: half the mark's longer side between these."""
LEAST_NET = 5.0
"""Mean strength of a mark's edges, levels a pixel."""
PRESENT_ABOVE = 0.5
"""Share of a mark's edges that each quarter of the clip must show: half for one that is there for half of it."""


REACH, WANDERS = 4, 2
"""How far from its place in the first quarter a shape is looked for in the last, px, and from where it has wandered."""


@dataclass(frozen=True, slots=True)
class Mark:
    """`left`, `top`, `width`, `height` in px of the small picture; `persistence` 0-1, median over its edges."""

    left: int
    top: int
    width: int
    height: int
    persistence: float


@dataclass
class EdgeSums:
    """Running sums of gradients over the frames shown. `seen` counts them."""

    seen: int = 0
    _across: Map = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    _down: Map = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    _strength: Map = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    def add(self, luma: Plane) -> None:
        if self._across.shape != luma.shape:
            self._across, self._down, self._strength = (np.zeros(luma.shape, np.float32) for _ in range(3))
        across = cv2.Sobel(luma, cv2.CV_32F, 1, 0, scale=1 / 8)
        down = cv2.Sobel(luma, cv2.CV_32F, 0, 1, scale=1 / 8)
        self._across += across
        self._down += down
        self._strength += cv2.magnitude(across, down)
        self.seen += 1

    @classmethod
    def joined(cls, several: Iterable["EdgeSums"]) -> "EdgeSums":
        together = cls()
        for each in several:
            if together.seen:
                together._across += each._across
                together._down += each._down
                together._strength += each._strength
            else:
                together._across, together._down = each._across.copy(), each._down.copy()
                together._strength = each._strength.copy()
            together.seen += each.seen
        return together

    def edges(self) -> "Edges":
        count = np.float32(self.seen)
        return Edges(self._across / count, self._down / count, self._strength / count)


@dataclass(frozen=True, eq=False)
class Edges:
    """Means over time: the gradient (`across`, `down`), which cancels where edges move, and its `strength`."""

    across: Map
    down: Map
    strength: Map

    @cached_property
    def net(self) -> Map:
        return np.asarray(cv2.magnitude(self.across, self.down), np.float32)

    @cached_property
    def persistence(self) -> Map:
        """0 (every edge went by) to 1 (it stood still)."""
        return np.asarray(self.net / np.maximum(self.strength, 1e-3), np.float32)

    @cached_property
    def textured(self) -> Mask:
        return np.asarray(self.strength > TEXTURED)

    @cached_property
    def staying(self) -> Mask:
        return np.asarray((self.persistence > STAYS_ABOVE) & (self.net > TEXTURED))

    @cached_property
    def products(self) -> tuple[Map, Map, Map]:
        """The structure tensor of the mean gradient."""
        return self.across * self.across, self.down * self.down, self.across * self.down


def marks_in(edges: Edges, persistent_above: float, quarters: Sequence[Edges] = ()) -> tuple[list[Mark], float]:
    """What may be marks, strongest first; and the share of the other texture that stays too, 0-1: a still scene.

    The `quarters` of the clip must all show a mark.
    """
    staying = without_long_lines(edges.staying)
    found: list[Mark] = []
    covered = np.zeros(staying.shape, np.bool_)
    for pieces in (staying & ~plain_edges(edges, staying), staying):
        for box, piece in components(pieces):
            mark = as_mark(edges, staying, box, piece)
            if mark.persistence >= persistent_above and stays_put(edges, quarters, box, piece):
                found.append(mark)
                covered[piece_slices(box)] |= piece
    covered = np.asarray(cv2.dilate(covered.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0)
    rest = int((edges.textured & ~covered).sum())
    still = float((edges.staying & ~covered).sum() / max(STATIC_FLOOR * staying.size, rest))
    return sorted(one_each(found), key=lambda mark: -mark.persistence), still


Rectangle = tuple[int, int, int, int]
"""left, top, width, height in px."""


def piece_slices(box: Rectangle) -> tuple[slice, slice]:
    left, top, width, height = box
    return slice(top, top + height), slice(left, left + width)


def components(pieces: Mask) -> Iterator[tuple[Rectangle, Mask]]:
    """Pieces that hang together when letters of one word do; each with its box, and its pixels in the box."""
    joined = cv2.morphologyEx(pieces.astype(np.uint8), cv2.MORPH_CLOSE, np.ones(LETTER_GAP, np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    for index in range(1, count):
        left, top, width, height, area = (int(value) for value in stats[index])
        if area >= LEAST_PIXELS:
            box = left, top, width, height
            inside = piece_slices(box)
            yield box, np.asarray((labels[inside] == index) & pieces[inside])


def as_mark(edges: Edges, staying: Mask, box: Rectangle, piece: Mask) -> Mark:
    """The piece with its persistence; 0 for one that cannot be a mark."""
    is_one = has_shape(staying.shape, box, piece) and is_varied(edges, box, piece) and stands_alone(edges, staying, box)
    inside = piece_slices(box)
    is_one = is_one and float(np.median(edges.net[inside][piece])) >= LEAST_NET
    return Mark(*box, float(np.median(edges.persistence[inside][piece])) if is_one else 0.0)


def is_in(quarter: Edges, edges: Edges, box: Rectangle, piece: Mask) -> bool:
    """Whether a quarter shows the same edges as the whole clip: a subject that sways does not, nor does a title that
    comes or goes."""
    inside = piece_slices(box)
    along = quarter.across[inside] * edges.across[inside] + quarter.down[inside] * edges.down[inside]
    return float(np.median(along[piece] / edges.net[inside][piece] ** 2)) >= PRESENT_ABOVE


def stays_put(edges: Edges, quarters: Sequence[Edges], box: Rectangle, piece: Mask) -> bool:
    """Whether each quarter shows it, and the last one where the first did: the moon of a slow pan wanders."""
    if not all(is_in(part, edges, box, piece) for part in quarters):
        return False
    return not quarters or max(map(abs, shift_between(quarters[0], quarters[-1], box, piece))) < WANDERS


def shift_between(first: Edges, last: Edges, box: Rectangle, piece: Mask) -> tuple[int, int]:
    """How many px to the right and down the edges of the piece went, within REACH; (0, 0) close to the border."""
    left, top, width, height = box
    rows, columns = slice(top - REACH, top + height + REACH), slice(left - REACH, left + width + REACH)
    if min(top, left) < REACH or rows.stop > first.net.shape[0] or columns.stop > first.net.shape[1]:
        return 0, 0
    inside, mask = piece_slices(box), piece.astype(np.float32)
    pairs = ((first.across, last.across), (first.down, last.down))
    alike = sum(cv2.matchTemplate(then[rows, columns], now[inside] * mask, cv2.TM_CCORR) for now, then in pairs)
    strength = cv2.matchTemplate(last.net[rows, columns] ** 2, mask, cv2.TM_CCORR)
    at = int(np.argmax(alike / np.sqrt(np.maximum(strength, 1e-6))))
    return at % (2 * REACH + 1) - REACH, at // (2 * REACH + 1) - REACH


def has_shape(picture: tuple[int, ...], box: Rectangle, piece: Mask) -> bool:
    """Compact, small or low, and filled with edges."""
    *_, width, height = box
    pixels = int(piece.sum())
    is_small = width * height <= LARGEST * picture[0] * picture[1] or height <= LARGEST_HEIGHT * picture[0]
    return is_small and pixels >= max(LEAST_PIXELS, LEAST_DENSITY * width * height)


def is_varied(edges: Edges, box: Rectangle, piece: Mask) -> bool:
    """Whether its edges run in several directions."""
    inside = piece_slices(box)
    xx, yy, xy = (float(product[inside][piece].sum()) for product in edges.products)
    return 1 - float(np.hypot(xx - yy, 2 * xy)) / max(xx + yy, 1e-6) >= VARIED_ABOVE


def stands_alone(edges: Edges, staying: Mask, box: Rectangle) -> bool:
    """Whether the texture around it moves, or there is none."""
    left, top, width, height = box
    pad = int(np.clip(max(width, height) // 2, *RING))
    rows = slice(max(0, top - pad), top + height + pad)
    columns = slice(max(0, left - pad), left + width + pad)
    ring = np.ones(staying[rows, columns].shape, np.bool_)
    first_row, first_column = top - rows.start, left - columns.start
    ring[max(0, first_row - 1) : first_row + height + 1, max(0, first_column - 1) : first_column + width + 1] = False
    place = max(1, int(ring.sum()))
    stays = int((staying[rows, columns] & ring).sum()) / place
    texture = int((edges.textured[rows, columns] & ring).sum()) / place
    return stays <= max(RING_FLOOR, RING_SHARE * texture)


def without_long_lines(staying: Mask) -> Mask:
    """Without straight edges along or across half the picture, or a quarter when they begin at its border."""
    height, width = staying.shape
    pixels = staying.astype(np.uint8)
    for length, gap in (((1, int(width * LINE_SHARE)), (1, 5)), ((int(height * LINE_SHARE), 1), (5, 1))):
        closed = cv2.morphologyEx(pixels, cv2.MORPH_CLOSE, np.ones(gap, np.uint8))
        lines = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones(length, np.uint8))
        staying = staying & ~(cv2.dilate(lines, np.ones((3, 3), np.uint8)) > 0)
    return np.asarray(staying)


def plain_edges(edges: Edges, staying: Mask) -> Mask:
    """Where all staying edges nearby run the same way: with them a mark would hang together with what lies beneath."""
    window = (STRAIGHT_WINDOW, STRAIGHT_WINDOW)
    xx, yy, xy = (cv2.boxFilter(product * staying, cv2.CV_32F, window) for product in edges.products)
    coherence = np.hypot(xx - yy, 2 * xy) / np.maximum(xx + yy, 1e-3)
    return np.asarray(coherence >= STRAIGHT_ABOVE)


def one_each(marks: list[Mark]) -> list[Mark]:
    """Of marks found both ways the larger."""
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: -mark.width * mark.height):
        if not any(within(mark, other) for other in kept):
            kept.append(mark)
    return kept


def within(inner: Mark, outer: Mark) -> bool:
    x, y = inner.left + inner.width / 2, inner.top + inner.height / 2
    across = outer.left <= x <= outer.left + outer.width
    return across and outer.top <= y <= outer.top + outer.height
