"""audio_sync: does the mouth move when its voice is heard? Only where one face alone may be the one that speaks."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from reviews.checks.base import (
    Clip,
    Dial,
    Evidence,
    Instrument,
    Mask,
    Observation,
    Sample,
    Skipped,
    Sound,
    Stage,
    runs_of,
)
from reviews.checks.faces import Face, Mesh, faces_in, mesh_of
from reviews.checks.findings import Curve
from reviews.checks.speech import Speech, speech_in
from studio.media.clip import Plane, Series

UPPER_LIP, LOWER_LIP, FOREHEAD, CHIN, LEFT_EYE, RIGHT_EYE = 13, 14, 10, 152, 33, 263
"""Points of the face mesh: the inner edges of the lips, the ends of the face, the outer corners of the eyes."""
PRESENT_ABOVE = 0.5
LEAST_SPEECH_SECONDS = 1.0
LEAST_STEPS = 20
SEVERAL_SHARE = 0.2
"""Samples with several faces, share of those with any, from which nobody can tell who speaks; fewer are slips."""
MOST_LAG_SECONDS, LAG_STEP_SECONDS = 0.5, 0.02
MARGIN_SECONDS = 0.25
"""A mouth is watched while somebody speaks, and so long before and after."""
UNIT = "ms"


@dataclass
class AudioSync(Instrument):
    """Correlates how far the one face's mouth is open with the loudness of speech, over half a second either way.

    Measures the gap of the inner lips, share of the face's height, twelve times a second in the first ten seconds, and
    the lag, ms, at which it fits the loudness best (positive: the sound comes late), with their correlation r.

    `offset_above`: ms from which a lag is told (ITU-R BT.1359: detectable from 125 ms). `sure_above`: r that must be
    reached to tell it. `better_by`: how much r must exceed what it is at any lag that would not be told.
    `still_below`: standard deviation of the gap below which the mouth does not move, share of the face's height.
    """

    key: ClassVar[str] = "audio_sync"
    version: ClassVar[int] = 1
    stage: ClassVar[Stage] = Stage.MODEL
    follows: ClassVar[bool] = True
    dial: ClassVar[Dial] = Dial("offset_above", UNIT, low=60, high=400, step=20, labels=("offset",), keeps=False)

    offset_above: float = 120.0
    sure_above: float = 0.35
    better_by: float = 0.2
    still_below: float = 0.004
    _speech: Speech | None = field(default=None, init=False, repr=False)
    _faces: list[int] = field(default_factory=list, init=False, repr=False)
    _face: Face | None = field(default=None, init=False, repr=False)
    _frames: list[int] = field(default_factory=list, init=False, repr=False)
    _gaps: list[float] = field(default_factory=list, init=False, repr=False)

    def hear(self, sound: Sound) -> None:
        """Raises Skipped or Unavailable."""
        self._speech = speech_in(sound.samples[0], sound.start_seconds)
        if self._speech.seconds < LEAST_SPEECH_SECONDS:
            raise Skipped("Nobody speaks for a second.")

    def view(self, sample: Sample) -> None:
        """Raises Skipped or Unavailable."""
        if self._speech is None:
            raise Skipped("The clip has no sound.")
        self._faces.append(len(faces_in(sample)))

    def follow(self, step: Sample) -> None:
        """Raises Skipped or Unavailable."""
        self._require_one_face()
        face = self._face or max(faces_in(step), key=lambda face: face.box[2], default=None)
        mesh = mesh_of(step, face) if face else None
        is_there = mesh is not None and mesh.presence >= PRESENT_ABOVE
        self._face = face_of(mesh, step.picture) if mesh and is_there else None
        self._frames.append(step.frame)
        self._gaps.append(gap_of(mesh) if mesh and is_there else np.nan)

    def _require_one_face(self) -> None:
        with_faces = [count for count in self._faces if count]
        if not with_faces:
            raise Skipped("There is no face that could speak.")
        if sum(count > 1 for count in with_faces) > SEVERAL_SHARE * len(with_faces):
            raise Skipped("There are several faces: nobody can tell which of them speaks.")

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        if self._speech is None:
            raise Skipped("The clip has no sound.")
        self._require_one_face()
        times = np.array([clip.starts_at(frame) for frame in self._frames])
        watched = np.isfinite(self._gaps) & near_speech(times, self._speech)
        if watched.sum() < LEAST_STEPS:
            raise Skipped("The mouth is hardly seen while somebody speaks.")
        gaps = np.array(self._gaps)
        lags, fits = fits_by_lag(times[watched], gaps[watched], self._speech)
        best = int(np.argmax(fits))
        lag, fit = float(lags[best]) * 1000, float(fits[best])
        near = float(np.max(fits[np.abs(lags) * 1000 <= self.offset_above + 1e-6]))
        movement = float(gaps[watched].std())
        is_sure = fit > self.sure_above and fit - near >= self.better_by
        self.measured = abs(lag) if is_sure else 0.0
        self.details = {
            "lag_ms": round(lag),
            "r": round(fit, 3),
            "r_near": round(near, 3),
            "movement": round(movement, 4),
        }
        first, last = (int(index) for index in np.flatnonzero(watched)[[0, -1]])
        frames = self._frames[first], self._frames[last + 1] if last + 1 < len(self._frames) else clip.frames
        if movement < self.still_below:
            yield self._still(clip, frames, movement)
        elif is_sure:
            yield self._offset(clip, frames, lag, fit)

    def _still(self, clip: Clip, frames: tuple[int, int], movement: float) -> Observation:
        span = f"{clip.starts_at(frames[0]):.2f}-{clip.starts_at(frames[1]):.2f} s"
        return Observation.of_range(
            clip,
            "still_mouth",
            frames,
            score=round(movement, 4),
            threshold=self.still_below,
            unit="share of the face's height",
            message=f"The mouth does not move while somebody speaks, {span}.",
            evidence=Evidence(frames=(frames[0],), curve=self._curve(clip)),
        )

    def _offset(self, clip: Clip, frames: tuple[int, int], lag: float, fit: float) -> Observation:
        later = "after" if lag > 0 else "before"
        return Observation.of_range(
            clip,
            "offset",
            frames,
            score=round(abs(lag)),
            threshold=self.offset_above,
            unit=UNIT,
            message=f"The voice comes {abs(lag):.0f} ms {later} the mouth (correlation {fit:.2f}).",
            evidence=Evidence(frames=(frames[0],), curve=self._curve(clip)),
        )

    def _curve(self, clip: Clip) -> Curve:
        known = [(frame, gap) for frame, gap in zip(self._frames, self._gaps, strict=True) if np.isfinite(gap)]
        seconds = tuple(round(clip.starts_at(frame), 3) for frame, _ in known)
        return Curve(seconds, tuple(round(gap, 4) for _, gap in known), "mouth open, share of the face")


def gap_of(mesh: Mesh) -> float:
    """Between the inner lips, share of the face's height."""
    upper, lower, forehead, chin = (mesh.points[point] for point in (UPPER_LIP, LOWER_LIP, FOREHEAD, CHIN))
    return float(np.linalg.norm(upper - lower)) / max(1e-6, float(np.linalg.norm(forehead - chin)))


def face_of(mesh: Mesh, picture: Plane) -> Face:
    """Where the mesh's face will be looked for in the next step."""
    size = np.array(picture.shape[1::-1], np.float32)
    points = mesh.points[:, :2] / size
    (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return Face((left, top, right - left, bottom - top), mesh.presence, points[[LEFT_EYE, RIGHT_EYE]])


def near_speech(times: Series, speech: Speech) -> Mask:
    """Which of the times lie in speech, or within `MARGIN_SECONDS` of it."""
    inside = np.zeros(len(times), np.bool_)
    for start, end in runs_of(speech.speaks):
        first, last = speech.times[start] - MARGIN_SECONDS, speech.times[end - 1] + MARGIN_SECONDS
        inside |= (times >= first) & (times <= last)
    return inside


def fits_by_lag(times: Series, gaps: Series, speech: Speech) -> tuple[Series, Series]:
    """Lags of the sound behind the mouth, seconds, and how well both fit at each: Pearson's r."""
    lags = np.arange(-MOST_LAG_SECONDS, MOST_LAG_SECONDS + 1e-9, LAG_STEP_SECONDS)
    loud = speech.loudness * speech.speaks
    fits = [correlation(gaps, np.interp(times + lag, speech.times, loud)) for lag in lags]
    return lags, np.array(fits)


def correlation(one: Series, other: Series) -> float:
    """Pearson's r; 0 where one of them does not change."""
    spread = one.std() * other.std()
    return float(((one - one.mean()) * (other - other.mean())).mean() / spread) if spread > 0 else 0.0
