"""The brief a clip is judged against. Every key is optional; what was not asked is not a fault."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self, TypeVar

N = TypeVar("N", int, float, Fraction)


class SpecError(ValueError):
    """The brief cannot be read; the text names the key and an example."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """Asked size in px. Exact, unless `at_least`; `width` 0 means that only the short side was asked ("720p")."""

    width: int
    height: int
    at_least: bool = False

    def __str__(self) -> str:
        if not self.width:
            return f"{self.height}p"
        return f"{'>=' if self.at_least else ''}{self.width}x{self.height}"


@dataclass(frozen=True, slots=True)
class Spec:
    """What the prompt asked of its takes. None, "" and missing keys alike mean: not asked."""

    ratio: Fraction | None = None
    resolution: Resolution | None = None
    fps: Fraction | None = None
    seconds: float | None = None
    audio: bool | None = None
    shots: int | None = None
    fades: bool = False
    style: str = ""
    allowed_words: tuple[str, ...] = ()

    @classmethod
    def parse(cls, document: object) -> Self:
        """From the JSON of a prompt: {"ratio": "16:9", "resolution": "1280x720", "fps": "30000/1001", ...}.

        Raises SpecError for a key that is unknown or a value that cannot be meant.
        """
        if not isinstance(document, Mapping):
            raise SpecError('the spec must be a JSON object such as {"fps": "24", "seconds": 5}')
        if unknown := sorted(str(key) for key in document if key not in _READERS):
            raise SpecError(f"unknown spec key {unknown[0]!r}; known are {', '.join(_READERS)}")
        asked = {key: value for key, value in document.items() if value is not None and value != ""}
        return cls(**{key: _read(key, value) for key, value in asked.items()})

    def as_json(self) -> dict[str, Any]:
        """The inverse of `parse`: what was asked, as plain JSON values."""
        return {
            "ratio": self.ratio and f"{self.ratio.numerator}:{self.ratio.denominator}",
            "resolution": self.resolution and str(self.resolution),
            "fps": self.fps and str(self.fps),
            "seconds": self.seconds,
            "audio": self.audio,
            "shots": self.shots,
            "fades": self.fades,
            "style": self.style,
            "allowed_words": list(self.allowed_words),
        }


def _read(key: str, value: object) -> Any:
    reader, example = _READERS[key]
    try:
        return reader(value)
    except (ValueError, TypeError, ZeroDivisionError, OverflowError):
        raise SpecError(f"spec key {key!r} cannot be {value!r}; for example {example}") from None


def _ratio(value: object) -> Fraction:
    wide, _, high = str(value).replace("/", ":").partition(":")
    return _positive(Fraction(wide.strip()) / Fraction(high.strip() or 1))


def _resolution(value: object) -> Resolution:
    text = str(value).strip().lower()
    if short := re.fullmatch(r"(\d{1,5})p", text):
        return Resolution(0, _positive(int(short[1])), at_least=True)
    size = re.fullmatch(r"(>=)?\s*(\d{1,5})\s*[x×]\s*(\d{1,5})", text)
    if size is None:
        raise ValueError(text)
    return Resolution(_positive(int(size[2])), _positive(int(size[3])), at_least=bool(size[1]))


def _fps(value: object) -> Fraction:
    return _positive(Fraction(str(value).strip()))


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise TypeError
    return _positive(float(value))


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _shots(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise TypeError
    return _positive(int(value))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _words(value: object) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)):
        raise TypeError
    return tuple(_text(word) for word in value)


def _positive(number: N) -> N:
    if not (number > 0 and math.isfinite(number)):
        raise ValueError(number)
    return number


_READERS: Mapping[str, tuple[Callable[[Any], object], str]] = {
    "ratio": (_ratio, '"16:9"'),
    "resolution": (_resolution, '"1280x720" exactly, ">=1280x720" or "720p" at least'),
    "fps": (_fps, '"24" or "30000/1001"'),
    "seconds": (_seconds, "5"),
    "audio": (_flag, "true"),
    "shots": (_shots, "1"),
    "fades": (_flag, "true"),
    "style": (_text, '"flat colour animation"'),
    "allowed_words": (_words, '["OPEN"]'),
}
