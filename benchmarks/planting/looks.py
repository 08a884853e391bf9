"""Ways a clip can be, before anything is planted: what a fixed set of clips leaves out."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np

from benchmarks.planting.films import AV1, SOUND_RATE, VP9, X265_10_BIT, Film

SHORT_SECONDS = 2.4
LEAST_SECONDS = 2.0
SLOW_RATE, FAST_RATE = 8, 60
DARK = 0.4
JITTER = (0.75, 1.0, 1.25)

Look = Callable[[Film], Film]


def plain(film: Film) -> Film:
    return film


def short(film: Film) -> Film:
    """Its middle."""
    count = min(len(film.pictures), round(SHORT_SECONDS * film.fps))
    start = (len(film.pictures) - count) // 2
    return film.keeping(np.arange(start, start + count))


def dark(film: Film) -> Film:
    """Dim, with all its shades."""
    return film.changed(lambda picture: picture * DARK)


def portrait(film: Film) -> Film:
    """The middle of it, 9:16."""
    height, width = film.pictures.shape[1:3]
    wide = min(width, round(height * 9 / 32) * 2)
    left = (width - wide) // 4 * 2
    return film.showing(film.pictures[:, :, left : left + wide])


def slow(film: Film) -> Film:
    """About eight frames a second."""
    every = max(1, round(film.fps / SLOW_RATE))
    return replace(film, pictures=film.pictures[::every], fps=film.fps / every)


def fast(film: Film) -> Film:
    """The same frames at up to sixty a second."""
    fps = Fraction(min(FAST_RATE, round(len(film.pictures) / LEAST_SECONDS)))
    quick = replace(film, fps=max(fps, film.fps))
    return replace(quick, sound=None if film.sound is None else film.sound[: round(quick.seconds * SOUND_RATE)])


def uneven(film: Film) -> Film:
    """Frames last from three to five quarters of what is usual."""
    lasting = np.random.default_rng(1).choice(JITTER, len(film.pictures)) / float(film.fps)
    return replace(film, times=np.concatenate(([0.0], np.cumsum(lasting)[:-1])))


def ten_bit(film: Film) -> Film:
    return replace(film, encoder=X265_10_BIT)


def vp9(film: Film) -> Film:
    return replace(film, encoder=VP9)


def av1(film: Film) -> Film:
    return replace(film, encoder=AV1)


LOOKS: tuple[Look, ...] = (plain, short, dark, portrait, slow, fast, uneven, ten_bit, vp9, av1)
