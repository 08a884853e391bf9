"""Defects of the picture itself: sharpness, blocks, shades, grain, bars, what is written on it."""

from functools import partial

import cv2
import numpy as np

from benchmarks.planting.films import MPEG2_COARSE, Film, Pictures, through
from benchmarks.planting.planted import Chance, Plant, Planted, changed_within, stretch, whole, within


def blur_stretch(film: Film, chance: Chance) -> Planted:
    sigma = max(1.5, max(film.pictures.shape[1:3]) / 250)
    return changed_within(film, stretch(film, chance, 1.2), lambda picture: cv2.GaussianBlur(picture, (0, 0), sigma))


def enlarged(picture: Pictures, times: int, how: int) -> Pictures:
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (round(width / times), round(height / times)), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=how), np.uint8)


def upscaled_twice(film: Film, _: Chance) -> Planted:
    return whole(film.changed(lambda picture: enlarged(picture, 2, cv2.INTER_CUBIC)))


def upscaled_thrice(film: Film, _: Chance) -> Planted:
    return whole(film.changed(lambda picture: enlarged(picture, 3, cv2.INTER_CUBIC)))


def jpeg_blocks(film: Film, _: Chance) -> Planted:
    """Every picture once through JPEG of quality 8."""
    return whole(film.changed(lambda picture: through_jpeg(picture, quality=8)))


def through_jpeg(picture: Pictures, *, quality: int) -> np.ndarray:
    _, packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR))


def mpeg_blocks(film: Film, _: Chance) -> Planted:
    """Once through MPEG-2, starved."""
    return whole(film.showing(through(MPEG2_COARSE, film.pictures)))


def posterised(film: Film, _: Chance) -> Planted:
    """Luma on sixteen levels, as a coarse 4-bit table leaves it; the colours as they are."""
    return whole(film.changed(lambda picture: with_luma(picture, luma(picture) // 16 * 16 + 8)))


def banded_sky(film: Film, chance: Chance) -> Planted:
    """The upper half is a gentle shade that goes by steps of three levels."""
    height, width = film.pictures.shape[1:3]
    tall = height // 2
    deep = np.linspace(90, 126, tall)[:, None] + np.linspace(0, 9, width)
    sky = np.repeat((deep // 3 * 3).astype(np.uint8)[..., None], 3, axis=2)
    pictures = film.pictures.copy()
    pictures[:, :tall] = sky + chance.integers(0, 12, 3).astype(np.uint8)
    return whole(film.showing(pictures))


def luma(picture: Pictures) -> Pictures:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YCrCb)[..., 0], np.uint8)


def with_luma(picture: Pictures, level: np.ndarray) -> np.ndarray:
    apart = cv2.cvtColor(picture, cv2.COLOR_BGR2YCrCb)
    apart[..., 0] = level
    return np.asarray(cv2.cvtColor(apart, cv2.COLOR_YCrCb2BGR))


def noise(film: Film, chance: Chance) -> Planted:
    """Grey grain, drawn anew for every frame by shifting one."""
    grain = chance.normal(0, 14, film.pictures.shape[1:3])[..., None]

    def grainy(picture: Pictures) -> np.ndarray:
        moved = np.roll(grain, tuple(chance.integers(0, 500, 2)), (0, 1))
        return np.asarray(np.clip(picture + moved, 0, 255))

    return whole(film.changed(grainy))


def collapsed(film: Film, chance: Chance) -> Planted:
    """Nothing is left but blotches in the clip's own colours, which shimmer."""
    height, width = film.pictures.shape[1:3]

    def mush(picture: Pictures) -> np.ndarray:
        ground = cv2.GaussianBlur(picture, (0, 0), width / 12)
        blotches = cv2.resize(chance.normal(0, 10, (9, 16, 1)), (width, height), interpolation=cv2.INTER_CUBIC)
        return np.asarray(np.clip(ground + blotches[..., None], 0, 255))

    return whole(film.changed(mush))


def barred(film: Film, chance: Chance, *, sides: bool, level: int | None) -> Planted:
    """Two bars of an eighth each, of one level or with a pattern."""
    pictures = film.pictures.copy() if not sides else film.pictures.transpose(0, 2, 1, 3).copy()
    size = pictures.shape[1] // 8
    pattern = cv2.resize(chance.uniform(40, 200, (3, 24, 3)), (pictures.shape[2], size), interpolation=cv2.INTER_CUBIC)
    bar = np.clip(pattern, 0, 255) if level is None else level
    pictures[:, :size] = pictures[:, -size:] = bar
    return whole(film.showing(pictures.transpose(0, 2, 1, 3) if sides else pictures))


letterboxed: Plant = partial(barred, sides=False, level=0)
pillarboxed: Plant = partial(barred, sides=True, level=0)
pillarboxed_grey: Plant = partial(barred, sides=True, level=90)
letterboxed_pattern: Plant = partial(barred, sides=False, level=None)


def text(film: Film, chance: Chance) -> Planted:
    where = stretch(film, chance, 2.0)
    size = film.pictures.shape[1] / 400
    place = (film.pictures.shape[2] // 6, film.pictures.shape[1] * 3 // 4)
    written = [
        cv2.putText(each.copy(), "SAMPLE TITLE", place, cv2.FONT_HERSHEY_SIMPLEX, size, (255, 255, 255), 2)
        for each in film.pictures[where]
    ]
    return within(film, where, np.stack(written).astype(np.uint8))


def logo(film: Film, _: Chance) -> Planted:
    side = film.pictures.shape[1] // 8
    mark = np.zeros((side, side, 3), np.uint8)
    cv2.circle(mark, (side // 2, side // 2), side // 3, (255, 255, 255), max(2, side // 12))
    cv2.line(mark, (side // 5, side // 5), (side * 4 // 5, side * 4 // 5), (255, 255, 255), max(2, side // 12))
    pictures = film.pictures.copy()
    corner = pictures[:, -side - 8 : -8, -side - 8 : -8]
    corner[:] = np.clip(corner + 0.6 * mark.astype(np.float32), 0, 255).astype(np.uint8)
    return whole(film.showing(pictures))


def colour_drift(film: Film, _: Chance) -> Planted:
    """From the clip's own colours to 40 levels more red and less blue."""
    shares = iter(np.linspace(0, 1, len(film.pictures)))
    return whole(film.changed(lambda picture: np.clip(picture + next(shares) * np.array([-40, 0, 40]), 0, 255)))
