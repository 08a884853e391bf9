"""Fingerprints made by hand: hashes of random bits, some of them turned."""

from collections.abc import Sequence

import numpy as np

from reviews.checks.base import Instrument, Observation
from reviews.checks.fingerprint import Fingerprint
from reviews.checks.record import KnownClip, Record
from tests.reviews.checks.drawing import make_clip

CLIP = make_clip(frames=48)
"""Two seconds at 24 frames a second: five samples would be at frames 0, 12, 24, 36, 47."""


def look_of(seed: int, count: int = 4) -> np.ndarray:
    """Hashes (n, 32) of pictures that have nothing in common."""
    return np.random.default_rng(seed).integers(0, 256, (count, 32)).astype(np.uint8)


def turned(hashes: np.ndarray, bits: int | Sequence[int]) -> np.ndarray:
    """The same hashes with so many bits turned, all alike or each by its own number."""
    each = np.broadcast_to(bits, len(hashes))
    mask = np.zeros((len(hashes), 256), np.uint8)
    for row, count in zip(mask, each, strict=True):
        row[:count] = 1
    return hashes ^ np.packbits(mask, axis=1)


def fingerprint(hashes: np.ndarray, *, quality: int | Sequence[int] = 100, step: int = 12) -> Fingerprint:
    """Samples every half second at 24 frames a second."""
    frames = np.arange(len(hashes)) * step
    return Fingerprint(frames, frames / 24, hashes, np.array(np.broadcast_to(quality, len(hashes)), np.uint8))


def known(hashes: np.ndarray, name: str = "“Dusk”", **more: object) -> KnownClip:
    return KnownClip(name, f"candidate:{name}", fingerprint=fingerprint(hashes), **more)


def consult(instrument: Instrument, **record: object) -> list[Observation]:
    return list(instrument.consult(Record(CLIP, **record)))
