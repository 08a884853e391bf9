"""Defects of the file, of what was asked, and of the sound."""

from dataclasses import replace
from fractions import Fraction

import cv2
import numpy as np

from benchmarks.planting.films import SOUND_RATE, VP9, Film, Samples
from benchmarks.planting.planted import Chance, Planted, whole

HEARD_ABOVE = 0.005
"""RMS, -46 dBFS: below, there is little but the noise of a microphone."""
DEEP_SAMPLES = 40
"""Noise averaged over so many samples lies below 1 kHz, as most of speech does."""


def truncated(film: Film, _: Chance) -> Planted:
    """The last four tenths of the file never arrived."""
    return replace(whole(film), spoil=lambda file: file[: len(file) * 6 // 10])


def wrong_resolution(film: Film, _: Chance) -> Planted:
    return whole(film, resolution=f"{film.pictures.shape[2] + 16}x{film.pictures.shape[1]}")


def wrong_duration(film: Film, _: Chance) -> Planted:
    return whole(film, seconds=round(film.seconds + 1, 2))


def wrong_rate(film: Film, _: Chance) -> Planted:
    return whole(film, fps=str(film.fps * Fraction(5, 4)))


def wrong_aspect(film: Film, _: Chance) -> Planted:
    return whole(film, ratio=f"{film.pictures.shape[1]}:{film.pictures.shape[2] * 2}")


def no_audio(film: Film, _: Chance) -> Planted:
    return whole(replace(film, sound=None), audio=True)


def sound_of(film: Film, chance: Chance) -> Samples:
    """The film's own where it can be heard, or noise through a slow envelope: as loud, and as uneven, as speech."""
    if film.sound is not None and film.sound.std() > HEARD_ABOVE:
        return film.sound.copy()
    count = round(film.seconds * SOUND_RATE)
    envelope = 0.6 + 0.4 * np.sin(2 * np.pi * 3 * np.arange(count) / SOUND_RATE)
    hum = np.convolve(chance.normal(0, 1, count), np.ones(DEEP_SAMPLES) / np.sqrt(DEEP_SAMPLES), "same")
    return (0.08 * envelope * hum).astype(np.float32)


def silence(film: Film, chance: Chance) -> Planted:
    sound = sound_of(film, chance)
    start, end = 0.3 * film.seconds, 0.8 * film.seconds
    sound[round(start * SOUND_RATE) : round(end * SOUND_RATE)] = 0
    return Planted(replace(film, sound=sound), start, end)


def silent_track(film: Film, _: Chance) -> Planted:
    return whole(replace(film, sound=np.zeros(round(film.seconds * SOUND_RATE), np.float32)), audio=True)


def clipping(film: Film, chance: Chance) -> Planted:
    """So loud that a tenth of the samples lies beyond the scale."""
    sound = sound_of(film, chance)
    loud = float(np.quantile(np.abs(sound), 0.9))
    return whole(replace(film, sound=np.clip(sound / max(loud, 1e-4), -1, 1)))


def encoded_again(film: Film, _: Chance) -> Planted:
    """The house has it already, by another encoder, smaller and somewhat darker."""
    height, width = film.pictures.shape[1:3]
    size = (width * 3 // 8 * 2, height * 3 // 8 * 2)
    other = film.changed(lambda picture: cv2.resize(picture, size, interpolation=cv2.INTER_AREA) * 0.9)
    return replace(whole(film), known=replace(other, encoder=VP9))


def trimmed_copy(film: Film, _: Chance) -> Planted:
    """The house has all of it; this is what follows its first fifth."""
    start = len(film.pictures) // 5
    return replace(whole(film.keeping(np.arange(start, len(film.pictures)))), known=film)


def another_clip(film: Film, _: Chance) -> Planted:
    """What the house has is upside down and mirrored: no copy."""
    return replace(whole(film), known=film.showing(film.pictures[:, ::-1, ::-1]))
