"""hands: where hands are, where one falls apart, and where there are too many. It orders what a person looks at."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from reviews.checks.base import (
    Clip,
    Dial,
    Evidence,
    Instrument,
    Observation,
    Reading,
    Sample,
    Skipped,
    Stage,
    end_of_sample,
)
from reviews.checks.faces import faces_in
from reviews.checks.palms import Hand, hands_in
from reviews.checks.tracks import Track

SEEN, FALLS_APART, MANY = "seen", "falls_apart", "many"
NEAR_PALMS, SIZE_RATIO = 4.0, 2.0
"""A palm goes on in the next sample within so many palms of where it was, at most so many times larger or smaller."""
HANDS_EACH = 2
UNIT = "presence"


@dataclass(frozen=True, eq=False)
class Sight:
    """One palm with its hand in one sample; `place` is the sample's number."""

    place: int
    frame: int
    hand: Hand


@dataclass
class HandTrack(Track[Sight]):
    """One palm through neighbouring samples."""

    @property
    def presence(self) -> float:
        return max(sight.hand.presence for sight in self.sights)


@dataclass
class Hands(Instrument):
    """Follows palms on two samples a second, and asks a second model whether a hand belongs to each.

    Measures that model's answer, presence, 0-1. A palm alone is what chair legs and faces reach, so a track counts
    as a hand only once the second model was sure of it. Where a hand in such a track is none any more while the palm
    is still there, something happened to its fingers.

    `sure_above`: presence from which a track is a hand. `lost_below`: presence from which its hand is none.
    `palm_above`: score of the palm, 0-1, that must remain.
    """

    key: ClassVar[str] = "hands"
    version: ClassVar[int] = 1
    stage: ClassVar[Stage] = Stage.MODEL
    dial: ClassVar[Dial] = Dial(
        "lost_below",
        UNIT,
        low=0.05,
        high=0.8,
        step=0.05,
        higher_is_worse=False,
        labels=(FALLS_APART,),
        beside=(SEEN,),
        reading=Reading.DECIDES,
    )

    sure_above: float = 0.8
    lost_below: float = 0.5
    palm_above: float = 0.7
    _tracks: list[HandTrack] = field(default_factory=list, init=False, repr=False)
    _frames: list[int] = field(default_factory=list, init=False, repr=False)
    _faces: list[int] = field(default_factory=list, init=False, repr=False)

    def view(self, sample: Sample) -> None:
        """Raises Unavailable."""
        place = len(self._frames)
        self._frames.append(sample.frame)
        self._faces.append(len(faces_in(sample)))
        for hand in hands_in(sample):
            self._join(Sight(place, sample.frame, hand))

    def _join(self, sight: Sight) -> None:
        """The nearest track that the palm may continue, over at most one sample without it; else a new one."""
        near = [
            (distance, index)
            for index, track in enumerate(self._tracks)
            if track.is_open_at(sight.place) and (distance := palms_apart(track.last.hand, sight.hand)) <= NEAR_PALMS
        ]
        if near:
            self._tracks[min(near)[1]].sights.append(sight)
        else:
            self._tracks.append(HandTrack([sight]))

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        if not self._frames:
            raise Skipped("There is no picture to look at.")
        hands = [track for track in self._tracks if track.presence >= self.sure_above]
        lost = [(track, [sight for sight in track.sights if self._is_lost(sight)]) for track in hands]
        palms = [sight for track in hands for sight in track.sights if sight.hand.palm.score >= self.palm_above]
        self.measured = round(min((sight.hand.presence for sight in palms), default=1.0), 3)
        self.details = {
            "hands": [
                [{"frame": each.frame, "presence": round(each.hand.presence, 3)} for each in track.sights]
                for track in hands
            ]
        }
        for track, sights in lost:
            if sights:
                yield self._falls_apart(clip, track, sights)
        yield from self._many(clip, hands)
        sound = [sight for track, sights in lost if not sights for sight in track.sights]
        if sound:
            yield self._seen(clip, sound)

    def _is_lost(self, sight: Sight) -> bool:
        return sight.hand.palm.score >= self.palm_above and sight.hand.presence < self.lost_below

    def _falls_apart(self, clip: Clip, track: HandTrack, lost: Sequence[Sight]) -> Observation:
        worst = min(lost, key=lambda sight: sight.hand.presence)
        best = max(track.sights, key=lambda sight: sight.hand.presence)
        frames = lost[0].frame, end_of_sample(self._frames, lost[-1].place, clip)
        return self._told(
            clip,
            FALLS_APART,
            frames,
            worst,
            f"The hand seen at {clip.starts_at(best.frame):.2f} s is none to the instrument from "
            f"{clip.starts_at(frames[0]):.2f} s to {clip.starts_at(frames[1]):.2f} s: look at its fingers.",
            also=best.frame,
        )

    def _many(self, clip: Clip, hands: Sequence[HandTrack]) -> Iterator[Observation]:
        """The sample with most hands beyond two for each face that is seen."""
        sure = [sight for track in hands for sight in track.sights if sight.hand.presence >= self.sure_above]
        counts = [sum(sight.place == place for sight in sure) for place in range(len(self._frames))]
        beyond = [count - HANDS_EACH * faces if faces else 0 for count, faces in zip(counts, self._faces, strict=True)]
        place = int(np.argmax(beyond))
        if beyond[place] > 0:
            here = [sight for sight in sure if sight.place == place]
            frames = self._frames[place], end_of_sample(self._frames, place, clip)
            said = f"{counts[place]} hands for {self._faces[place]} face{'s' if self._faces[place] > 1 else ''}"
            yield self._told(clip, MANY, frames, here[0], f"{said} at {clip.starts_at(frames[0]):.2f} s.", all_of=here)

    def _seen(self, clip: Clip, sights: Sequence[Sight]) -> Observation:
        ordered = sorted(sights, key=lambda sight: sight.place)
        frames = ordered[0].frame, end_of_sample(self._frames, ordered[-1].place, clip)
        best = max(ordered, key=lambda sight: sight.hand.presence)
        when = f"from {clip.starts_at(frames[0]):.2f} s to {clip.starts_at(frames[1]):.2f} s"
        return self._told(clip, SEEN, frames, best, f"Hands are in the picture {when}: count the fingers.")

    def _told(
        self,
        clip: Clip,
        label: str,
        frames: tuple[int, int],
        peak: Sight,
        message: str,
        *,
        also: int | None = None,
        all_of: Sequence[Sight] = (),
    ) -> Observation:
        stills = (peak.frame,) if also is None else tuple(sorted((also, peak.frame)))
        return Observation.of_range(
            clip,
            label,
            frames,
            score=round(peak.hand.presence, 3),
            threshold=self.lost_below if label == FALLS_APART else self.sure_above,
            unit=UNIT,
            message=message,
            boxes=tuple(sight.hand.box for sight in all_of or (peak,)),
            peak_frame=peak.frame,
            evidence=Evidence(frames=stills, crop=True),
        )


def palms_apart(one: Hand, other: Hand) -> float:
    """Distance of two palms, in palms; infinite where their sizes do not fit."""
    smaller, larger = sorted((one.palm.size, other.palm.size))
    if larger > SIZE_RATIO * smaller:
        return float("inf")
    return float(np.hypot(*(one.palm.centre - other.palm.centre))) / larger
