"""What a clip looks like, in a few bytes: a hash of its picture four times a second. By it clips are told apart."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from reviews.checks.pdq import BYTES, Hashes, pdq
from reviews.rules.fingerprints import TELLING_ABOVE
from studio.media.clip import Chunk, Series

SAMPLES_A_SECOND = 4
"""A copy that begins elsewhere is sampled at other moments: in fast motion the usual 1 or 2 a second rarely meet."""
ROUNDING_SECONDS = 1e-6


@dataclass(frozen=True, eq=False)
class Fingerprint:
    """Sampled frames of one clip: their numbers and times, `hashes` (n, 32) and `qualities` 0-100, in order of time."""

    frames: NDArray[np.int64]
    seconds: Series
    hashes: Hashes
    qualities: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.frames)

    def telling(self) -> "Fingerprint":
        """Only the pictures that show enough to be recognised."""
        return self.only(self.qualities > TELLING_ABOVE)

    def only(self, chosen: NDArray[Any]) -> "Fingerprint":
        """The samples that a mask or indices choose."""
        return Fingerprint(self.frames[chosen], self.seconds[chosen], self.hashes[chosen], self.qualities[chosen])

    def as_json(self) -> dict[str, Any]:
        return {
            "frames": self.frames.tolist(),
            "seconds": self.seconds.tolist(),
            "hashes": self.hashes.tobytes().hex(),
            "qualities": self.qualities.tolist(),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The inverse of `as_json`. Raises KeyError, TypeError or ValueError for anything else."""
        frames = np.array(document["frames"], np.int64)
        seconds = np.array(document["seconds"], np.float64)
        qualities = np.array(document["qualities"], np.uint8)
        hashes = np.frombuffer(bytes.fromhex(document["hashes"]), np.uint8).reshape(-1, BYTES)
        if not len(frames) == len(seconds) == len(hashes) == len(qualities):
            raise ValueError("a fingerprint's parts are of one length")
        return cls(frames, seconds, hashes, qualities)


@dataclass
class FingerprintTaker:
    """Takes the fingerprint from the pass's small luma: the first of each quarter second, counted from the first."""

    _frames: list[NDArray[np.int64]] = field(default_factory=list, init=False)
    _seconds: list[Series] = field(default_factory=list, init=False)
    _hashes: list[Hashes] = field(default_factory=list, init=False)
    _qualities: list[NDArray[np.uint8]] = field(default_factory=list, init=False)
    _began: float | None = field(default=None, init=False)
    _slot: int = field(default=-1, init=False)

    def look(self, chunk: Chunk) -> None:
        times = chunk.new_pts_seconds
        if self._began is None:
            self._began = float(times[0])
        slots = np.floor((times - self._began + ROUNDING_SECONDS) * SAMPLES_A_SECOND)
        so_far = np.maximum.accumulate(np.concatenate(([self._slot], slots)))
        chosen = np.flatnonzero(so_far[1:] > so_far[:-1])
        self._slot = int(so_far[-1])
        hashes, qualities = pdq(chunk.new_luma[chosen])
        self._frames.append(chosen + chunk.first_frame)
        self._seconds.append(times[chosen])
        self._hashes.append(hashes)
        self._qualities.append(qualities)

    def fingerprint(self) -> Fingerprint:
        """Of all that was shown, at least one chunk."""
        parts = (self._frames, self._seconds, self._hashes, self._qualities)
        return Fingerprint(*(np.concatenate(part) for part in parts))  # type: ignore[arg-type]  # each part keeps its own type
