"""What the set sounds like: shaped noise and a quiet chord, one channel, 48 kHz."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from providers.sandbox.scenery.words import Script

RATE = 48_000
Samples = NDArray[np.floating[Any]]
Random = np.random.Generator

CHORDS = ((0, 7, 15, 22), (0, 7, 16, 23), (0, 5, 12, 19), (0, 7, 14, 21))
"""Semitones above the root: minor, major seventh, fourths, ninths."""
LOUDEST = 0.5
FADE_SECONDS = 0.12


def ambience(script: Script, *, seconds: float, number: int) -> Samples:
    """Sound for `script`, shape (1, samples), from -1 to 1; `number` seeds it."""
    random = np.random.default_rng(number)
    t = np.arange(max(1, round(seconds * RATE)), dtype=np.float32) / RATE
    mix = chord(random, t) + 0.5 * hiss(random, t, 60, 500) * (0.7 + 0.3 * np.sin(2 * np.pi * 0.21 * t))
    for sound in (_place(script, random, t), _weather(script, random, t), _subject(script, random, t)):
        mix = mix + sound
    edge = np.minimum(1, np.minimum(t, t[-1] - t) / FADE_SECONDS)
    peak = max(float(np.abs(mix).max()), 1e-6)
    return np.asarray((mix * edge * (LOUDEST / peak))[None, :], np.float32)


def chord(random: Random, t: Samples) -> Samples:
    root = 110.0 * 2 ** (int(random.integers(-3, 5)) / 12)
    voices = CHORDS[int(random.integers(len(CHORDS)))]
    notes = [
        np.sin(2 * np.pi * root * 2 ** (step / 12) * t + random.uniform(0, 6))
        * (0.6 + 0.4 * np.sin(t * random.uniform(0.4, 1.2)))
        for step in voices
    ]
    return np.asarray(np.sum(notes, axis=0, dtype=np.float32) * np.float32(0.10))


def hiss(random: Random, t: Samples, low: float, high: float) -> Samples:
    """Noise between `low` and `high` hertz, with a root mean square of 0.2."""
    spectrum = np.fft.rfft(random.standard_normal(len(t)).astype(np.float32))
    hertz = np.fft.rfftfreq(len(t), 1 / RATE)
    spectrum *= np.exp(
        -((np.log(np.maximum(hertz, 1)) - np.log(np.sqrt(low * high))) ** 2) / (2 * np.log(high / low) ** 2 / 8)
    )
    noise = np.fft.irfft(spectrum, len(t)).astype(np.float32)
    return np.asarray(noise * np.float32(0.2 / max(float(noise.std()), 1e-9)))


def _place(script: Script, random: Random, t: Samples) -> Samples:
    if script.place == "sea":
        return np.asarray(hiss(random, t, 200, 2400) * (0.35 + 0.65 * np.sin(np.pi * 0.16 * t + 0.4) ** 2))
    if script.place == "city":
        return 1.2 * hiss(random, t, 40, 160)
    if script.light == "night":
        return _crickets(t)
    return 0.3 * hiss(random, t, 300, 1500)


def _weather(script: Script, random: Random, t: Samples) -> Samples:
    return 0.9 * hiss(random, t, 1500, 9000) if script.weather == "rain" else np.zeros_like(t)


def _subject(script: Script, random: Random, t: Samples) -> Samples:
    if script.subject == "car":
        wobble = 0.6 * np.sin(2 * np.pi * 3.1 * t)
        return np.asarray(0.20 * np.sin(2 * np.pi * 62 * t + wobble) + 0.1 * np.sin(2 * np.pi * 124 * t))
    if script.subject == "train":
        return np.asarray(1.5 * hiss(random, t, 120, 900) * np.exp(-((t * 1.9) % 1) * 9))
    if script.subject in ("person", "dog", "cat"):
        return np.asarray(0.8 * hiss(random, t, 400, 2200) * np.exp(-((t * 1.9 * script.pace) % 1) * 22))
    if script.subject == "fire":
        crackle = (random.random(len(t)) > 0.9993).astype(np.float32) * 6
        return np.asarray(hiss(random, t, 800, 5000) * crackle + hiss(random, t, 80, 400))
    return np.zeros_like(t)


def _crickets(t: Samples) -> Samples:
    chirps = (np.sin(2 * np.pi * 17 * t) > 0.2) & (np.sin(2 * np.pi * 0.7 * t) > 0)
    return np.asarray(0.12 * np.sin(2 * np.pi * 4100 * t) * chirps)
