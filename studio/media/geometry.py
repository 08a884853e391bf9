"""From stored pixels to the picture a viewer should see: rotation applied, pixels square, sides even and bounded."""

from dataclasses import dataclass
from fractions import Fraction

SANE_ASPECT = Fraction(10)
"""Pixels more than ten times as wide as high (or the reverse) are a header's nonsense; they are shown square."""


@dataclass(frozen=True, slots=True)
class Turned:
    """Scale to `width` x `height` first, then turn clockwise by `rotation` degrees (0, 90, 180, 270)."""

    width: int
    height: int
    rotation: int

    @property
    def upright(self) -> tuple[int, int]:
        """Width and height after turning."""
        return (self.height, self.width) if self.rotation in (90, 270) else (self.width, self.height)


def fit(width: int, height: int, *, sample_aspect: Fraction, rotation: int, longest: int) -> Turned:
    """The even size nearest to the displayed picture with no side beyond `longest`; never enlarged for its own sake."""
    shown_width, shown_height = squared(width, height, sample_aspect)
    scale = min(Fraction(1), longest / max(shown_width, shown_height))
    quarter_turns = round(rotation / 90) % 4
    return Turned(even(shown_width * scale), even(shown_height * scale), 90 * quarter_turns)


def upright_size(width: int, height: int, *, sample_aspect: Fraction, rotation: int) -> tuple[int, int]:
    """How large the picture is when it stands upright in square pixels, neither scaled nor made even."""
    across, down = (round(side) for side in squared(width, height, sample_aspect))
    return (down, across) if rotation % 180 == 90 else (across, down)


def squared(width: int, height: int, sample_aspect: Fraction) -> tuple[Fraction, Fraction]:
    """The sides with square pixels: the one whose pixels are longer is drawn out."""
    aspect = sample_aspect if 1 / SANE_ASPECT <= sample_aspect <= SANE_ASPECT else Fraction(1)
    return (width * aspect, Fraction(height)) if aspect >= 1 else (Fraction(width), height / aspect)


def even(side: Fraction) -> int:
    """The nearest even number, at least 2."""
    return max(2, 2 * round(side / 2))
