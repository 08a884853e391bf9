"""The look of a model: its film stock and its lens, so that takes of different models can be told apart at a glance."""

import hashlib
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
import numpy.typing as npt

from providers.sandbox.scenery.palette import Picture

NEUTRAL = frozenset({"sandbox-1"})
"""Models that show the scene as it is: what tests measure, and what all others are compared with."""
LEVELS = np.arange(256, dtype=np.float64) / 255
GRAIN_PLATES = 4
"""Grain repeats after so many frames: enough not to be seen, and a freeze still stands still."""


@dataclass(frozen=True, slots=True)
class Look:
    """`curves` are three tables of 256 levels, blue, green, red; `shade` darkens the corners, 1 is not at all."""

    curves: npt.NDArray[np.uint8]
    shade: npt.NDArray[np.uint8]
    plates: tuple[npt.NDArray[np.uint8], ...]

    @classmethod
    def of(cls, model: str, *, wide: int, high: int) -> Self | None:
        """The same for all takes of a model; None for a neutral one."""
        if model in NEUTRAL:
            return None
        warmth, tint, contrast, lift, vignette, grain = _shares(model)
        gains = (1 - 0.16 * warmth, 1 + 0.05 * tint, 1 + 0.16 * warmth)
        curves = np.stack([_curve(gain, contrast=1 + 0.18 * contrast, lift=0.03 + 0.03 * lift) for gain in gains])
        dice = np.random.default_rng(int.from_bytes(hashlib.sha256(model.encode()).digest()[:8], "big"))
        plates = tuple(_plate(dice, wide, high, 1 + round(1 + grain)) for _ in range(GRAIN_PLATES))
        return cls(curves.T.reshape(1, 256, 3).copy(), _shade(wide, high, 0.18 + 0.14 * vignette), plates)

    def apply(self, picture: Picture, index: int) -> Picture:
        """A graded copy of frame number `index`."""
        graded = np.empty_like(picture)
        cv2.LUT(picture, self.curves, dst=graded)
        cv2.multiply(graded, self.shade, dst=graded, scale=1 / 255)
        cv2.add(graded, self.plates[index % len(self.plates)], dst=graded)
        return graded


def _shares(model: str) -> tuple[float, ...]:
    """Six numbers from -1 to 1 that belong to the model's name."""
    return tuple(byte / 127.5 - 1 for byte in hashlib.sha256(model.encode()).digest()[8:14])


def _curve(gain: float, *, contrast: float, lift: float) -> npt.NDArray[np.uint8]:
    toned = (LEVELS - 0.5) * contrast + 0.5
    return np.clip((lift + (1 - lift) * toned * gain) * 255, 0, 255).astype(np.uint8)


def _shade(wide: int, high: int, strength: float) -> npt.NDArray[np.uint8]:
    down, across = np.ogrid[-1 : 1 : high * 1j, -1 : 1 : wide * 1j]
    falloff = 1 - strength * (down**2 + across**2) / 2
    return np.repeat((falloff * 255).astype(np.uint8)[..., np.newaxis], 3, axis=2)


def _plate(dice: np.random.Generator, wide: int, high: int, strength: int) -> npt.NDArray[np.uint8]:
    """Grain of 0 to `strength` levels, in clumps of two pixels."""
    clumps = dice.integers(0, strength + 1, size=((high + 1) // 2, (wide + 1) // 2), dtype=np.uint8)
    grain = np.repeat(np.repeat(clumps, 2, axis=0), 2, axis=1)[:high, :wide]
    return np.repeat(grain[..., np.newaxis], 3, axis=2)
