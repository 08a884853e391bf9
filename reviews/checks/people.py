"""people: faces in the picture, and the question that they raise. Nobody is recognised."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import ClassVar

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
from reviews.checks.boxes import overlap
from reviews.checks.faces import Face, faces_in, mesh_of
from reviews.checks.findings import Box
from reviews.checks.tracks import Track

QUESTION = "Is it the likeness of a real person, and is there leave to show it?"


@dataclass(frozen=True, slots=True)
class Sight:
    """One face in one sample; `place` is the sample's number."""

    place: int
    frame: int
    box: Box
    score: float


@dataclass
class FaceTrack(Track[Sight]):
    """One face through neighbouring samples."""

    is_confirmed: bool = False

    @property
    def widest(self) -> Sight:
        return max(self.sights, key=lambda sight: sight.box[2])


@dataclass
class People(Instrument):
    """Counts faces, measures the largest, and asks a person the likeness question where one could be recognised.

    Measures, on two samples a second, boxes of faces; joins those of neighbouring samples into tracks. A track is a
    face when two of three hold: it was seen twice, the detector is sure of it, or a second model (the face mesh) sees a
    face in the box. One alone is what drawings, animals and the backs of heads reach.

    `sure_above`: median score of a track, 0-1. `present_above`: presence by the mesh, 0-1. `joined_above`: overlap of
    two boxes of one track, share of their union. `recognisable_pixels`: width of a face in pixels of the clip from
    which somebody who knows the person would recognise it: 125 px/m (IEC 62676-4, "recognise") of a face 16 cm wide.
    """

    key: ClassVar[str] = "people"
    version: ClassVar[int] = 1
    stage: ClassVar[Stage] = Stage.MODEL
    dial: ClassVar[Dial] = Dial(
        "recognisable_pixels",
        "px",
        low=10,
        high=400,
        step=5,
        counts_itself=True,
        labels=("faces",),
        beside=("small_faces",),
        reading=Reading.DECIDES,
    )

    sure_above: float = 0.65
    present_above: float = 0.5
    joined_above: float = 0.2
    recognisable_pixels: float = 20.0
    _tracks: list[FaceTrack] = field(default_factory=list, init=False, repr=False)
    _frames: list[int] = field(default_factory=list, init=False, repr=False)

    def view(self, sample: Sample) -> None:
        """Raises Unavailable."""
        place = len(self._frames)
        self._frames.append(sample.frame)
        for face in faces_in(sample):
            track = self._join(Sight(place, sample.frame, face.box, face.score))
            track.is_confirmed = track.is_confirmed or self._is_present(sample, face)

    def _is_present(self, sample: Sample, face: Face) -> bool:
        return mesh_of(sample, face).presence >= self.present_above

    def _join(self, sight: Sight) -> FaceTrack:
        """The track that the sight continues, over at most one sample without it; else a new one."""
        open_tracks = [track for track in self._tracks if track.is_open_at(sight.place)]
        best = max(open_tracks, key=lambda track: overlap(track.last.box, sight.box), default=None)
        if best and overlap(best.last.box, sight.box) >= self.joined_above:
            best.sights.append(sight)
            return best
        self._tracks.append(FaceTrack([sight]))
        return self._tracks[-1]

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        if not self._frames:
            raise Skipped("There is no picture to look at.")
        faces = [track for track in self._tracks if self._is_face(track)]
        width = clip.facts.width if clip.facts.rotation % 180 == 0 else clip.facts.height
        widest = max((track.widest.box[2] * width for track in faces), default=0.0)
        self.measured = round(widest, 1)
        self.details = {
            "at_once": max((len(sights) for sights in by_place(faces).values()), default=0),
            "tracks": [self._told(clip, track) for track in faces],
        }
        if faces:
            yield self._faces(clip, faces, widest)

    def _is_face(self, track: FaceTrack) -> bool:
        sure = median(sight.score for sight in track.sights) >= self.sure_above
        return track.is_confirmed + sure + (len(track.sights) > 1) >= 2

    def _faces(self, clip: Clip, faces: list[FaceTrack], widest: float) -> Observation:
        can_be_recognised = widest >= self.recognisable_pixels
        start, end = min(track.sights[0].place for track in faces), max(track.last.place for track in faces)
        frames = (self._frames[start], end_of_sample(self._frames, end, clip))
        peak = max((track.widest for track in faces), key=lambda sight: sight.box[2])
        boxes = sorted((sight.box for sight in by_place(faces)[peak.place]), key=lambda box: -box[2])
        count = self.details["at_once"]
        seen = "A face is" if count == 1 else f"{count} faces are"
        largest = "it" if count == 1 else "the largest"
        when = f"from {clip.starts_at(frames[0]):.2f} s to {clip.starts_at(frames[1]):.2f} s"
        share = 100 * peak.box[2] * peak.box[3]
        then = f"takes {share:.1f} % of the picture and is {widest:.0f} px wide. {QUESTION}"
        if not can_be_recognised:
            then = f"is {widest:.0f} px wide, too small to recognise anybody."
        return Observation.of_range(
            clip,
            "faces" if can_be_recognised else "small_faces",
            frames,
            score=round(widest, 1),
            threshold=self.recognisable_pixels,
            unit="px",
            message=f"{seen} in the picture {when}; {largest} {then}",
            boxes=tuple(boxes),
            peak_frame=peak.frame,
            evidence=Evidence(frames=(peak.frame,), crop=True),
        )

    def _told(self, clip: Clip, track: FaceTrack) -> dict[str, object]:
        return {
            "start_seconds": round(clip.starts_at(track.sights[0].frame), 3),
            "end_seconds": round(clip.starts_at(end_of_sample(self._frames, track.last.place, clip)), 3),
            "largest_share": round(max(sight.box[2] * sight.box[3] for sight in track.sights), 4),
            "confirmed": track.is_confirmed,
        }


def by_place(tracks: list[FaceTrack]) -> dict[int, list[Sight]]:
    """The sights of each sample that has some."""
    together: dict[int, list[Sight]] = {}
    for track in tracks:
        for sight in track.sights:
            together.setdefault(sight.place, []).append(sight)
    return together
