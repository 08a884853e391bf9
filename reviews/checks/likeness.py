"""How alike two clips are, by their fingerprints."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reviews.checks.fingerprint import Fingerprint
from reviews.checks.pdq import BITS, distances, distances_to

COMPARED_SHARE = 0.8
"""Share of the compared frames that must match, of the clip that has fewer (source: vPDQ)."""
TRIMMED_SHARE = 0.5
"""The same of the other, which may hold what was trimmed off."""
START_SECONDS = 0.5
"""The first picture that tells something counts as the start when it comes this early."""


@dataclass(frozen=True, eq=False)
class Likeness:
    """Of our telling frames and theirs. Distances are in bits of 256.

    `bits`: so many cover the distance from `COMPARED_SHARE` of the frames of the clip that has fewer to their nearest
    of the other, and from `TRIMMED_SHARE` the other way round. `start_bits`: between the two first pictures. `nearest`
    (n,) is the frame of theirs that comes closest to each of `ours`, `distance` (n,) how close.
    """

    ours: Fingerprint
    theirs: Fingerprint
    bits: int
    start_bits: int
    nearest: NDArray[np.intp]
    distance: NDArray[np.uint16]

    def matching(self, within: float) -> int:
        """How many of our frames have one of theirs `within` so many bits."""
        return int((self.distance <= within).sum())

    def examples(self, most: int = 3) -> list[dict[str, int]]:
        """Our frame, theirs, and the bits between them: the closest pairs, in order of time."""
        closest = sorted(np.argsort(self.distance, kind="stable")[:most])
        return [
            {
                "frame": int(self.ours.frames[at]),
                "their_frame": int(self.theirs.frames[self.nearest[at]]),
                "bits": int(self.distance[at]),
            }
            for at in closest
        ]


def likeness(ours: Fingerprint, theirs: Fingerprint) -> Likeness | None:
    """Compare the telling frames of two clips; None when one of them has none."""
    ours, theirs = ours.telling(), theirs.telling()
    if not len(ours) or not len(theirs):
        return None
    apart = distances(ours.hashes, theirs.hashes)
    fewer, more = sorted((apart.min(axis=1), apart.min(axis=0)), key=len)
    covered = max(covering(fewer), covering(more, TRIMMED_SHARE))
    both_start = begins(ours) and begins(theirs)
    start = int(apart[0, 0]) if both_start else BITS
    return Likeness(ours, theirs, covered, start, apart.argmin(axis=1), apart.min(axis=1))


def begins(clip: Fingerprint) -> bool:
    """Whether its first telling picture stands at the start."""
    return bool(clip.seconds[0] < START_SECONDS)


def covering(distance: NDArray[np.uint16], share: float = COMPARED_SHARE) -> int:
    """The smallest number that at least `share` of the distances do not exceed."""
    return int(np.sort(distance)[math.ceil(share * len(distance)) - 1])


def spread(clip: Fingerprint) -> int:
    """How far a clip's own pictures lie from its first: small for a locked-off shot where little moves."""
    return covering(distances_to(clip.hashes[0], clip.hashes))
