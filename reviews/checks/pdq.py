"""PDQ: 256 bits that stay nearly the same when a picture is encoded, scaled or tinted anew. Pure numpy.

Source of every rule and constant: the reference of ThreatExchange (`pdq/cpp`), read in its source. It shrinks larger
pictures to 512x512, blurs twice with a box, keeps 64x64 points, takes 16x16 coefficients of their cosine transform
(without the constant ones) and sets the bits of those above the lower median. Bits are numbered from the last.

All of that up to the comparison is linear and separable. So one matrix a side does it for a whole batch, and it may
start from the pass's small luma: `_to_64` first spreads that over the 512 points that the reference would have seen.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from reviews.rules.fingerprints import HASH_BYTES

Hashes = NDArray[np.uint8]
"""One packed hash of `BYTES` bytes in each row; as hexadecimal it reads as the reference prints it."""
Matrix = NDArray[np.float32]

BITS, BYTES = 8 * HASH_BYTES, HASH_BYTES
VIRTUAL_SIDE = 512
"""Points a side that the reference shrinks a larger picture to, whatever its shape."""
POINTS, COEFFICIENTS = 64, 16
PASSES = 2
LEAST_SIDE = 5
"""Pictures smaller than this have no hash in the reference, and quality 0."""
QUALITY_DIVISOR, BEST_QUALITY = 90, 100


def pdq(luma: NDArray[np.uint8]) -> tuple[Hashes, NDArray[np.uint8]]:
    """Hashes (n, 32) and qualities (n,), 0-100, of luma (n, h, w) in limited range 16-235."""
    count, height, width = luma.shape
    if not count or min(height, width) < LEAST_SIDE:
        return np.zeros((count, BYTES), np.uint8), np.zeros(count, np.uint8)
    points = _to_64(height) @ luma.astype(np.float32) @ _to_64(width).T
    waves = _cosines() @ points @ _cosines().T
    return packed(waves.reshape(count, BITS)), qualities(points)


def packed(coefficients: Matrix) -> Hashes:
    """The bits of coefficients (n, 256): those strictly above the lower of the two middle values are set."""
    middle = np.partition(coefficients, BITS // 2 - 1, axis=1)[:, BITS // 2 - 1 : BITS // 2]
    return np.packbits((coefficients > middle)[:, ::-1], axis=1)


def qualities(points: Matrix) -> NDArray[np.uint8]:
    """How much is to be seen in (n, 64, 64) limited-range points: sum of steps in whole per cent, divided by 90.

    The reference looks at full-range luma, so a step of 219 levels here is one of 255 there. Below about 50 a picture
    is too plain to be told from others (source: the reference's own advice, quality <= 49 is discarded).
    """
    percent = points * np.float32(100 / 219)
    steps = sum(np.abs(np.trunc(np.diff(percent, axis=axis))).sum(axis=(1, 2)) for axis in (1, 2))
    return np.asarray(np.minimum(steps // QUALITY_DIVISOR, BEST_QUALITY), np.uint8)


def distances(ours: Hashes, theirs: Hashes) -> NDArray[np.uint16]:
    """Differing bits of every pair, (n, m), 0-256."""
    return np.stack([distances_to(each, theirs) for each in ours]) if len(ours) else _no_pairs(len(theirs))


def distances_to(one: Hashes, theirs: Hashes) -> NDArray[np.uint16]:
    """Differing bits between one hash (32,) and each of (m, 32)."""
    words = np.ascontiguousarray(theirs).view(np.uint64)
    turned = np.bitwise_count(words ^ np.ascontiguousarray(one).view(np.uint64))
    # Four columns added up are four times as fast as a sum along such short rows.
    return np.asarray(turned[:, 0].astype(np.uint16) + turned[:, 1] + turned[:, 2] + turned[:, 3])


def _no_pairs(others: int) -> NDArray[np.uint16]:
    return np.zeros((0, others), np.uint16)


@cache
def _to_64(side: int) -> Matrix:
    """(64, side): spread over 512 points, blur twice, keep the points in the middle of 64 equal parts."""
    blur = np.linalg.matrix_power(_box(VIRTUAL_SIDE, VIRTUAL_SIDE // (2 * POINTS)), PASSES)
    kept = ((np.arange(POINTS) + 0.5) * VIRTUAL_SIDE / POINTS).astype(int)
    return np.asarray(blur[kept] @ _spread(VIRTUAL_SIDE, side), np.float32)


def _box(side: int, window: int) -> NDArray[np.float64]:
    """(side, side): means over `window` points, one more to the right when it is even, fewer at the ends."""
    ahead = (window + 2) // 2
    at = np.arange(side)
    inside = (at >= at[:, None] - (window - ahead)) & (at < at[:, None] + ahead)
    return np.asarray(inside / inside.sum(axis=1, keepdims=True))


def _spread(points: int, side: int) -> NDArray[np.float64]:
    """(points, side): linear interpolation between the centres of `side` pixels."""
    at = np.clip((np.arange(points) + 0.5) * side / points - 0.5, 0, side - 1)
    return np.maximum(0.0, 1.0 - np.abs(at[:, None] - np.arange(side)))


@cache
def _cosines() -> Matrix:
    """(16, 64): rows 1 to 16 of the cosine transform; row 0, the mean, is left out."""
    angles = np.pi / (2 * POINTS) * np.outer(np.arange(COEFFICIENTS) + 1, 2 * np.arange(POINTS) + 1)
    return np.asarray(np.sqrt(2 / POINTS) * np.cos(angles), np.float32)
