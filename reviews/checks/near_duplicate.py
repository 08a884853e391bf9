"""Is this the clip that somebody has seen already? Compares fingerprints with those of other clips."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from reviews.checks.base import Dial, Instrument, Observation, Reading, Skipped, Stage
from reviews.checks.likeness import Likeness, likeness, spread
from reviews.checks.record import KnownClip, Record

UNIT = "bits of 256"
MOST_KEPT = 10
"""Other clips whose matching frames are kept in the details."""


@dataclass(frozen=True, eq=False)
class Match:
    """Another clip that ours is like."""

    known: KnownClip
    how: Likeness

    def as_json(self) -> dict[str, Any]:
        return {
            "clip": self.known.reference,
            "name": self.known.name,
            "bits": self.how.bits,
            "pairs": self.how.examples(),
        }


@dataclass
class NearDuplicate(Instrument):
    """Flags clips that show what another one shows.

    Measures: PDQ distance of each telling frame to the nearest of the other clip, both ways, 4 frames a second. A clip
    is `same` when 80 % of the frames of the shorter and half of those of the longer lie within `same_below` bits,
    `probably_same` within `probably_below`, and `same_start` when only the first pictures do. Source: PDQ's own limit
    of 31; measured 2-4 for a new encoding, 28-46 for a crop, and 75 and more for other clips. In a shot where nearly
    nothing moves, another take of the same setting is that near, too: there only what lies within `exact_below` is
    called the same.
    """

    key: ClassVar[str] = "near_duplicate"
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
        keeps=False,
        labels=("same",),
        beside=("probably_same", "same_start"),
        reading=Reading.NEEDED,
    )

    same_below: float = 31.0
    probably_below: float = 60.0
    exact_below: float = 8.0

    _matches: dict[str, list[Match]] = field(default_factory=dict, init=False)

    def consult(self, record: Record) -> Iterator[Observation]:
        """Raises Skipped when there is nothing to compare, or nothing to compare it with."""
        if record.known is None:
            raise Skipped("No other clip was named to compare it with.")
        twins = [known for known in record.known if known.sha256 and known.sha256 == record.sha256]
        telling = record.fingerprint is not None and len(record.fingerprint.telling()) > 0
        if not telling and not twins:
            raise Skipped("Its pictures are too plain to be told from others.")
        if twins:
            sentence = f"These are the very bytes of {_name_all(twins)}."
            yield _of_clip(record, "same_bytes", 0, 0, sentence)
        matches = _matches_with(record, [known for known in record.known if known not in twins])
        self.measured = min((match.how.bits for match in matches), default=256)
        self.details = {"like": [match.as_json() for match in matches[:MOST_KEPT] if self.label_of(match)]}
        for label in ("same", "probably_same", "same_start"):
            if alike := [match for match in matches if self.label_of(match) == label]:
                yield self._observation(record, label, alike)

    def label_of(self, match: Match) -> str:
        """The label of a likeness; "" for a clip that is another one."""
        how = match.how
        if how.bits <= self.same_below:
            is_still = how.bits > self.exact_below and spread(how.ours) <= self.same_below
            return "probably_same" if is_still else "same"
        if how.bits <= self.probably_below:
            return "probably_same"
        return "same_start" if how.start_bits <= self.same_below else ""

    def _observation(self, record: Record, label: str, alike: Sequence[Match]) -> Observation:
        best, which = alike[0], _names(alike)
        how = best.how
        if label == "same_start":
            sentence = f"It starts from the same picture as {which} and goes on differently."
            frame = int(how.ours.frames[0])
            return Observation.of_range(
                record.clip,
                label,
                (frame, frame + 1),
                score=how.start_bits,
                threshold=self.same_below,
                unit=UNIT,
                message=sentence,
            )
        threshold = self.same_below if label == "same" else self.probably_below
        within = f"{how.matching(threshold)} of {len(how.ours)} compared frames match"
        says = "The picture is that of" if label == "same" else "The picture is probably that of"
        return _of_clip(record, label, how.bits, threshold, f"{says} {which}: {within}.")


def _of_clip(record: Record, label: str, bits: int, threshold: float, message: str) -> Observation:
    return Observation.of_clip(record.clip, label, score=bits, threshold=threshold, unit=UNIT, message=message)


def _matches_with(record: Record, others: Sequence[KnownClip]) -> Sequence[Match]:
    """The closest first; none for a clip without a fingerprint."""
    found = []
    for known in others:
        if record.fingerprint and known.fingerprint and (how := likeness(record.fingerprint, known.fingerprint)):
            found.append(Match(known, how))
    return sorted(found, key=lambda match: (match.how.bits, match.how.start_bits))


def _names(alike: Sequence[Match]) -> str:
    return _name_all([match.known for match in alike])


def _name_all(clips: Sequence[KnownClip]) -> str:
    """The first by name, the others by number."""
    more = len(clips) - 1
    others = f" and of {more} other {'clip' if more == 1 else 'clips'}" if more else ""
    return f"{clips[0].name}{others}"
