"""What a plant gives back, and where in a film it is put."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.planting.films import Film, Pictures

Chance = np.random.Generator


def as_it_is(file: bytes) -> bytes:
    return file


@dataclass(frozen=True, slots=True)
class Planted:
    """The changed film, and the range in seconds where the check must have a finding when judged against `spec`.

    `spoil` damages the written file; `known` is another film that the house has already.
    """

    film: Film
    start: float
    end: float
    spec: Mapping[str, Any] = field(default_factory=dict)
    spoil: Callable[[bytes], bytes] = as_it_is
    known: Film | None = None


Plant = Callable[[Film, Chance], Planted | None]
"""None: the film does not allow it to be seen, as a freeze where nothing moves."""


def stretch(film: Film, chance: Chance, seconds: float) -> slice:
    """Frames of a stretch inside the film, which leaves a fifth before it and after it."""
    count = len(film.pictures)
    length = max(2, min(round(seconds * film.fps), count * 3 // 5))
    start = int(chance.integers(count // 5, max(count // 5 + 1, count * 4 // 5 - length)))
    return slice(start, start + length)


def within(film: Film, where: slice, pictures: Pictures, **spec: object) -> Planted:
    """The film with `pictures` in place of those of the stretch."""
    whole = film.pictures.copy()
    whole[where] = pictures
    return Planted(film.showing(whole), film.at(where.start), film.at(where.stop), spec)


def changed_within(film: Film, where: slice, change: Callable[[Pictures], np.ndarray]) -> Planted:
    """The film with each picture of the stretch changed."""
    return within(film, where, np.stack([np.asarray(change(each), np.uint8) for each in film.pictures[where]]))


def whole(film: Film, **spec: object) -> Planted:
    return Planted(film, 0.0, film.seconds, spec)
