"""Defects of light: flicker, flashes, exposure."""

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np

from benchmarks.planting.films import Film, Pictures
from benchmarks.planting.planted import Chance, Plant, Planted, changed_within, stretch, whole, within

WHITE, RED = (235, 235, 235), (0, 0, 210)


def lit(picture: Pictures, gain: float | np.ndarray, lift: float = 0.0) -> np.ndarray:
    return np.clip(picture.astype(np.float32) * gain + lift, 0, 255)


def flicker_global(film: Film, chance: Chance) -> Planted:
    return whole(film.changed(lambda picture: lit(picture, 1 + chance.normal(0, 0.06))))


def flicker_local(film: Film, chance: Chance) -> Planted:
    """A quarter of the picture, with a soft border."""
    height, width = film.pictures.shape[1:3]
    place = np.zeros((height, width, 1), np.float32)
    place[: height // 2, : width // 2] = 1
    soft = cv2.GaussianBlur(place, (0, 0), width / 60)[..., None]
    return whole(film.changed(lambda picture: lit(picture, 1 + soft * chance.normal(0, 0.1))))


def flashes(film: Film, chance: Chance, *, half: int, light: tuple[int, int, int], seconds: float = 2.2) -> Planted:
    """`half` frames of `light`, and as many of the picture in a fifth of its light, over and over."""
    where = stretch(film, chance, seconds)
    flashing = film.pictures[where] // 5
    flashing[np.arange(len(flashing)) // half % 2 == 1] = light
    return within(film, where, flashing)


def over_four_hertz(film: Film, chance: Chance, *, light: tuple[int, int, int]) -> Planted | None:
    """At 4 Hz or somewhat more; below eight frames a second nothing flashes so fast."""
    half = int(film.fps / 8)
    return flashes(film, chance, half=half, light=light) if half else None


flashing: Plant = partial(over_four_hertz, light=WHITE)
flashing_red: Plant = partial(over_four_hertz, light=RED)


def flashing_small(film: Film, chance: Chance) -> Planted | None:
    """The middle of the picture, six tenths of its width and height."""
    planted = flashing(film, chance)
    if planted is None:
        return None
    height, width = film.pictures.shape[1:3]
    pictures = film.pictures.copy()
    middle = np.s_[:, height // 5 : height * 4 // 5, width // 5 : width * 4 // 5]
    pictures[middle] = planted.film.pictures[middle]
    return Planted(film.showing(pictures), planted.start, planted.end)


def flashing_slowly(film: Film, chance: Chance) -> Planted | None:
    """At 3 Hz or less. Where frames last unevenly, nobody knows the rate in each second."""
    half = -int(-film.fps // 6)
    return None if film.times is not None else flashes(film, chance, half=half, light=WHITE)


def relit(change: Callable[[Pictures], np.ndarray], film: Film, chance: Chance) -> Planted:
    return changed_within(film, stretch(film, chance, 1.5), change)


overexposed: Plant = partial(relit, lambda picture: lit(picture, 2, 60))
underexposed: Plant = partial(relit, lambda picture: lit(picture, 1 / 8))
lifted: Plant = partial(relit, lambda picture: lit(picture, 1, 45))
lowered: Plant = partial(relit, lambda picture: lit(picture, 0.45))
