"""Defects of time: what is shown when, and for how long."""

from dataclasses import replace

import numpy as np

from benchmarks.planting.films import Film, thumbnail
from benchmarks.planting.planted import Chance, Planted, stretch, whole, within

MOVES_ABOVE = 0.3
"""Levels of change from frame to frame, on thumbnails: where less moves, nobody can tell a held frame."""
SEEN_LEVELS, SEEN_RATIO = 2.0, 1.5
"""A piece that was left out is seen where the picture changes so much, and so much more than from frame to frame."""
TRIES = 20


def black(film: Film, chance: Chance) -> Planted:
    return within(film, stretch(film, chance, 0.4), np.zeros(3, np.uint8))


def black_single(film: Film, chance: Chance) -> Planted:
    start = stretch(film, chance, 0.3).start
    return within(film, slice(start, start + 1), np.zeros(3, np.uint8))


def flat(film: Film, chance: Chance) -> Planted:
    return within(film, stretch(film, chance, 0.3), chance.integers(60, 250, 3).astype(np.uint8))


def moves(film: Film) -> bool:
    return float(np.median(film.steps)) > MOVES_ABOVE


def freeze(film: Film, chance: Chance) -> Planted | None:
    where = stretch(film, chance, 1.2)
    return within(film, where, film.pictures[where.start - 1]) if moves(film) else None


def freeze_start(film: Film, _: Chance) -> Planted | None:
    where = slice(0, min(round(1.2 * film.fps), len(film.pictures) // 2))
    return within(film, where, film.pictures[where.stop]) if moves(film) else None


def freeze_end(film: Film, _: Chance) -> Planted | None:
    count = len(film.pictures)
    where = slice(max(count - round(1.2 * film.fps), count // 2), count)
    return within(film, where, film.pictures[where.start - 1]) if moves(film) else None


def repeated(film: Film, again: np.ndarray) -> Planted | None:
    """The film in which the chosen frames show the one before once more."""
    every = np.arange(len(film.pictures))
    pictures = film.pictures[np.maximum(every - again, 0)]
    return whole(film.showing(pictures)) if moves(film) else None


def every_second_repeated(film: Film, _: Chance) -> Planted | None:
    return repeated(film, np.arange(len(film.pictures)) % 2 == 1)


def every_fourth_repeated(film: Film, _: Chance) -> Planted | None:
    return repeated(film, np.arange(len(film.pictures)) % 4 == 3)


def some_repeated(film: Film, chance: Chance) -> Planted | None:
    return repeated(film, chance.random(len(film.pictures)) < 0.15)


def jump_cut(film: Film, chance: Chance) -> Planted | None:
    """Half a second to a second and a half is left out, where that can be seen."""
    count = len(film.pictures)
    for _ in range(TRIES):
        length = min(round(chance.uniform(0.5, 1.5) * film.fps), count // 3)
        start = int(chance.integers(count // 5, count * 4 // 5 - length))
        if is_seen(film, start, start + length):
            kept = film.keeping(np.delete(np.arange(count), np.r_[start : start + length]))
            return Planted(kept, kept.at(start), kept.at(start + 1), {"shots": 1})
    return None


def is_seen(film: Film, start: int, end: int) -> bool:
    """Whether frame `end` right after frame `start - 1` changes more than the frames around do."""
    change = float(np.abs(thumbnail(film.pictures[end]) - thumbnail(film.pictures[start - 1])).mean())
    around = np.concatenate((film.steps[max(0, start - 6) : start - 1], film.steps[end : end + 5]))
    return change > max(SEEN_LEVELS, SEEN_RATIO * float(np.median(around)))


def hard_cut(film: Film, chance: Chance) -> Planted:
    """The rest is shown mirrored and in other colours, as another take would be."""
    start = stretch(film, chance, 0.5).start
    other = film.pictures[start:, ::-1, ::-1, ::-1]
    return replace(within(film, slice(start, len(film.pictures)), other, shots=1), end=film.at(start + 1))


def dropped_frames(film: Film, chance: Chance) -> Planted:
    """One frame in ten is missing and the one before stands in for it: the rate varies."""
    count = len(film.pictures)
    times = np.array([film.at(frame) for frame in range(count)])
    kept = np.flatnonzero((chance.random(count) > 0.1) & (np.arange(count) % 20 != 11) | (np.arange(count) == 0))
    sparse = replace(film, pictures=film.pictures[kept], times=times[kept])
    return whole(sparse, fps=str(film.fps))
