"""text: words in the picture that nobody asked for, that cannot be read, or that change."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import ClassVar

from reviews.checks.base import Clip, Dial, Evidence, Instrument, Observation, Sample, Skipped, Stage, end_of_sample
from reviews.checks.boxes import overlap
from reviews.checks.findings import Box
from reviews.checks.reading import Reading, lines_in, read
from reviews.checks.tracks import Track
from reviews.checks.wording import SHORTEST, is_wordlike, letters_of, meant, same_text, unasked

UNEXPECTED, GARBLED, CHANGING = "unexpected", "garbled", "changing"
CLOSE_LOOKS, CLOSE_SECONDS = 4, 0.5
"""The first looks follow each other closely, so that a short clip is seen often enough to tell what changes."""
SPARSE_SECONDS, SPARSE_SHARE = 1.0, 1 / 8
"""Then one a second, and fewer of a long clip: the next after so much of the time gone by."""
SMALLEST, LARGEST = 0.015, 0.35
"""Height of a line, share of the picture's: smaller ones cannot be read, larger ones are shapes."""
LONG_FROM = 2.2
"""A line this much longer than high has room for three letters; what else is taken for text is about square."""
MOST_READ = 12
"""Lines read of one look, largest first; a page of print is known by these."""
JOINED_ABOVE = 0.3
"""Overlap of two boxes of one line, share of their union."""
MOST_QUOTED = 3
UNIT = "confidence"


@dataclass(frozen=True, slots=True)
class Sight:
    """One line in one look; `place` is the look's number, `is_long` whether it has the shape of a line of text."""

    place: int
    frame: int
    box: Box
    reading: Reading
    is_long: bool


@dataclass
class LineTrack(Track[Sight]):
    """One line of text through neighbouring looks."""

    @property
    def surest(self) -> Sight:
        return max(self.sights, key=lambda sight: (sight.reading.confidence, -sight.place))

    @property
    def confidence(self) -> float:
        return median(sight.reading.confidence for sight in self.sights)

    @property
    def tells_something(self) -> bool:
        """Has been long enough for three letters, or read as such."""
        return any(sight.is_long or len(letters_of(sight.reading.text)) >= SHORTEST for sight in self.sights)

    def texts(self) -> list[str]:
        return [sight.reading.text for sight in self.sights]


@dataclass
class Text(Instrument):
    """Finds lines of text, reads them, and follows each through the clip.

    Measures the reader's confidence, 0-1, mean over the letters of a line. Looks at the first four samples, then once a
    second, and ever less often after eight. A line tells something when it has three letters or digits.

    `legible_above`: confidence from which a line is read. `sure_above`: from which one look is enough. `garbled_looks`:
    so many looks at letters that cannot be read make them a fault.
    """

    key: ClassVar[str] = "text"
    version: ClassVar[int] = 1
    stage: ClassVar[Stage] = Stage.MODEL
    dial: ClassVar[Dial] = Dial(
        "legible_above",
        UNIT,
        low=0.5,
        high=0.99,
        step=0.01,
        counts_itself=True,
        labels=(UNEXPECTED, CHANGING),
        beside=(GARBLED,),
        keeps=False,
    )

    legible_above: float = 0.8
    sure_above: float = 0.9
    garbled_looks: int = 3
    _tracks: list[LineTrack] = field(default_factory=list, init=False, repr=False)
    _frames: list[int] = field(default_factory=list, init=False, repr=False)
    _due: float = field(default=float("-inf"), init=False, repr=False)

    def view(self, sample: Sample) -> None:
        """Raises Unavailable."""
        if sample.pts_seconds < self._due:
            return
        look = len(self._frames)
        self._frames.append(sample.frame)
        self._due = sample.pts_seconds + self._pause(sample.pts_seconds) - 1e-3
        picture = sample.picture
        fitting = [line for line in lines_in(picture) if SMALLEST <= line.height / picture.shape[0] <= LARGEST]
        for line, reading in zip(fitting[:MOST_READ], read(picture, fitting[:MOST_READ]), strict=True):
            self._join(Sight(look, sample.frame, line.box(picture), reading, line.elongation >= LONG_FROM))

    def _pause(self, seconds: float) -> float:
        if len(self._frames) < CLOSE_LOOKS:
            return CLOSE_SECONDS
        return max(SPARSE_SECONDS, SPARSE_SHARE * seconds)

    def _join(self, sight: Sight) -> None:
        """The sight continues the line at its place, else one that says the same; else it begins a new one."""
        near = [track for track in self._tracks if track.is_open_at(sight.place)]
        best = max(near, key=lambda track: overlap(track.last.box, sight.box), default=None)
        if best is None or overlap(best.last.box, sight.box) < JOINED_ABOVE:
            best = next((track for track in near if self._moved(track.last, sight)), None)
        if best:
            best.sights.append(sight)
        else:
            self._tracks.append(LineTrack([sight]))

    def _moved(self, before: Sight, now: Sight) -> bool:
        return self._is_legible(before) and self._is_legible(now) and same_text(before.reading.text, now.reading.text)

    def _is_legible(self, sight: Sight) -> bool:
        return sight.reading.confidence >= self.legible_above and len(letters_of(sight.reading.text)) >= SHORTEST

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        if not self._frames:
            raise Skipped("There is no picture to look at.")
        told = [track for track in self._tracks if track.tells_something]
        self.measured = round(max((track.confidence for track in told), default=0.0), 3)
        self.details = {"looks": len(self._frames), "lines": [self._told(clip, track) for track in told]}
        labelled = [(self._label(track, clip), track) for track in told]
        for label in (UNEXPECTED, GARBLED, CHANGING):
            for tracks in together([track for given, track in labelled if given == label]):
                yield self._seen(clip, label, tracks)

    def _label(self, track: LineTrack, clip: Clip) -> str:
        """What is wrong with a line; "" when nothing is, or too little is known."""
        legible = [sight for sight in track.sights if self._is_legible(sight)]
        if self._changes(legible):
            return CHANGING
        if len(legible) > 1 or any(sight.reading.confidence >= self.sure_above for sight in legible):
            words = track.surest.reading.text
            if not unasked(words, clip.spec.allowed_words):
                return ""
            return UNEXPECTED if is_wordlike(words) else GARBLED
        is_unread = not legible and sum(sight.is_long for sight in track.sights) >= self.garbled_looks
        return GARBLED if is_unread else ""

    def _changes(self, legible: Sequence[Sight]) -> bool:
        return any(not same_text(before.reading.text, now.reading.text) for before, now in pairwise(legible))

    def _seen(self, clip: Clip, label: str, tracks: Sequence[LineTrack]) -> Observation:
        first = min(track.sights[0].place for track in tracks)
        frames = self._frames[first], end_of_sample(self._frames, max(track.last.place for track in tracks), clip)
        peak = max((track.surest for track in tracks), key=lambda sight: sight.reading.confidence)
        boxes = {id(track): sight.box for track in tracks for sight in track.sights if sight.frame == peak.frame}
        return Observation.of_range(
            clip,
            label,
            frames,
            score=round(peak.reading.confidence, 3),
            threshold=self.legible_above,
            unit=UNIT,
            message=f"{sentence(label, tracks, clip)}, {span(clip, frames)}.",
            boxes=tuple(boxes.values()),
            peak_frame=peak.frame,
            evidence=Evidence(frames=(peak.frame,), crop=True),
        )

    def _told(self, clip: Clip, track: LineTrack) -> dict[str, object]:
        return {
            "start_seconds": round(clip.starts_at(track.sights[0].frame), 3),
            "end_seconds": round(clip.starts_at(end_of_sample(self._frames, track.last.place, clip)), 3),
            "read": track.texts(),
            "confidence": round(track.confidence, 3),
        }


def together(tracks: Iterable[LineTrack]) -> Iterator[list[LineTrack]]:
    """Lines that stand in the picture at the same time, which are one finding."""
    group: list[LineTrack] = []
    for track in sorted(tracks, key=lambda track: track.sights[0].place):
        if group and track.sights[0].place > max(each.last.place for each in group):
            yield group
            group = []
        group.append(track)
    if group:
        yield group


def span(clip: Clip, frames: tuple[int, int]) -> str:
    return f"{clip.starts_at(frames[0]):.2f}-{clip.starts_at(frames[1]):.2f} s"


def sentence(label: str, tracks: Sequence[LineTrack], clip: Clip) -> str:
    quoted = quotation([track.surest.reading.text for track in tracks])
    if label == CHANGING:
        readings = [text for text, _ in Counter(tracks[0].texts()).most_common() if letters_of(text)]
        return f"Text in the picture changes: {' then '.join(f'“{text}”' for text in in_order(tracks[0], readings))}"
    if label == GARBLED:
        return f"Letters in the picture make no words: {quoted}" if quoted else "Letters in the picture cannot be read"
    asked = meant(tracks[0].surest.reading.text, clip.spec.allowed_words)
    if asked:
        return f"Text in the picture reads {quoted} where the brief allows “{asked}”"
    return f"Text in the picture that nobody asked for: {quoted}"


def in_order(track: LineTrack, readings: Sequence[str]) -> list[str]:
    """The first few different readings of a line, in order of time."""
    return sorted(readings, key=track.texts().index)[:MOST_QUOTED]


def quotation(texts: Sequence[str]) -> str:
    read_ones = [text for text in texts if text]
    shown = ", ".join(f"“{text}”" for text in read_ones[:MOST_QUOTED])
    more = len(read_ones) - MOST_QUOTED
    return f"{shown} and {more} more" if more > 0 else shown
