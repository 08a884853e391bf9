"""Does the clip show what a moderator has shut out? Compares its fingerprint with the entries of the blocklist."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from reviews.checks.base import Dial, Evidence, Instrument, Observation, Reading, Skipped, Stage, runs_of
from reviews.checks.fingerprint import Fingerprint
from reviews.checks.pdq import BITS, distances
from reviews.checks.record import BlockedClip, Record

UNIT = "bits of 256"
LISTED, RESEMBLES = "listed", "resembles"


@dataclass(frozen=True, eq=False)
class Hit:
    """An entry, and which of our samples come near it: from `first` to `last`, `bits` at the nearest."""

    entry: int
    label: str
    first: int
    last: int
    bits: int

    @property
    def is_listed(self) -> bool:
        return self.label == LISTED


@dataclass
class Blocklist(Instrument):
    """Flags clips that match an entry of the blocklist; names the entry's number and never shows its picture.

    Measures: PDQ distance of each telling sample, 4 a second, to the nearest picture of an entry. `listed`: within
    `same_below` bits on `run_samples` in a row, or on one of a quality of `clear_quality` and more. `resembles`: within
    `probably_below` bits on `run_samples` in a row. Source: PDQ's own limit of 31; measured 28-57 for crops and logos.
    """

    key: ClassVar[str] = "blocklist"
    version: ClassVar[int] = 1
    stage: ClassVar[Stage] = Stage.RECORD
    dial: ClassVar[Dial | None] = Dial(
        "same_below",
        UNIT,
        8,
        60,
        1,
        higher_is_worse=False,
        counts_itself=True,
        labels=(LISTED,),
        beside=(RESEMBLES,),
        reading=Reading.NEEDED,
    )

    same_below: float = 31.0
    probably_below: float = 60.0
    run_samples: int = 3
    clear_quality: int = 80

    def consult(self, record: Record) -> Iterator[Observation]:
        """Raises Skipped when there is no list, or nothing to be seen that could be told from anything else."""
        if record.blocked is None:
            raise Skipped("No blocklist was given.")
        if not record.blocked:
            return
        if record.fingerprint is None or not len(record.fingerprint.telling()):
            raise Skipped("Its pictures are too plain to be told from others.")
        ours = record.fingerprint.telling()
        hits = self.hits(ours, record.blocked)
        self.details = {"entries": [_as_json(hit) for hit in hits]}
        for hit in hits:
            yield self._observation(record, ours, hit)

    def hits(self, ours: Fingerprint, blocked: Sequence[BlockedClip]) -> list[Hit]:
        """The entries that telling samples come near, in the list's order."""
        found = []
        self.measured = float(BITS)
        for entry in blocked if len(ours) else ():
            nearest = distances(ours.hashes, entry.hashes).min(axis=1)
            self.measured = min(self.measured, float(nearest.min()))
            if hit := self._hit(ours, entry, nearest):
                found.append(hit)
        return found

    def _hit(self, ours: Fingerprint, entry: BlockedClip, nearest: NDArray[np.uint16]) -> Hit | None:
        in_a_row = min(self.run_samples, len(ours))
        near = nearest <= self.same_below
        sure = near & (ours.qualities >= self.clear_quality)
        listed = [(a, b) for a, b in runs_of(near) if b - a >= in_a_row or sure[a:b].any()]
        alike = [(a, b) for a, b in runs_of(nearest <= self.probably_below) if b - a >= in_a_row]
        for label, runs in ((LISTED, listed), (RESEMBLES, alike)):
            if runs:
                first, last = runs[0][0], runs[-1][1] - 1
                return Hit(entry.entry, label, first, last, int(nearest[first : last + 1].min()))
        return None

    def _observation(self, record: Record, ours: Fingerprint, hit: Hit) -> Observation:
        threshold = self.same_below if hit.is_listed else self.probably_below
        says = "It matches" if hit.is_listed else "It resembles"
        start, end = ours.seconds[hit.first], ours.seconds[hit.last]
        when = f"at {start:.1f} s" if hit.first == hit.last else f"from {start:.1f} s to {end:.1f} s"
        sentence = f"{says} entry {hit.entry} of the blocklist {when}."
        return Observation.of_range(
            record.clip,
            hit.label,
            (int(ours.frames[hit.first]), int(ours.frames[hit.last]) + 1),
            score=hit.bits,
            threshold=threshold,
            unit=UNIT,
            message=sentence,
            evidence=Evidence(sensitive=True),
        )


def _as_json(hit: Hit) -> dict[str, Any]:
    return {"entry": hit.entry, "label": hit.label, "bits": hit.bits}
