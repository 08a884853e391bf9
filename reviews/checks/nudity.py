"""nudity: how likely the picture is nude or sexual. It does not know drawings, and knows nothing of violence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from reviews.checks.active_picture import active_window
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
    Unavailable,
    runs_of,
)
from reviews.checks.faces import faces_in
from reviews.checks.findings import Curve
from reviews.checks.weights import OPEN_NSFW, onnx_session
from studio.media.clip import Plane

SIDE, BEFORE_CROP = 224, 256
"""The model reads squares of 224 px; its training cut them from the middle of 256."""
MEAN_BGR = np.array([104, 117, 123], np.float32)
UNSAFE = 1
"""Column of the model's answer; the other is its complement."""
WORST = 3
"""So many samples make the clip's score: one alone may be chance, and a short scene must not drown."""
SMALL = 320
UNIT = "probability"
WITH_FACES = "with_faces"
AGE = "No instrument can tell how old somebody is, so no still is shown."


@dataclass
class Nudity(Instrument):
    """Scores two samples a second; the clip's score is the mean of the three highest.

    Measures the probability, 0-1, by OpenNSFW. A sample's score is the mean of two views: the middle of the picture, as
    the model was trained, and the whole of it mirrored, so that the edges count and chance resemblance does less.

    `block_above`: from here the clip is held. `review_above`: from here a person looks. Both are probabilities; the
    second also when faces are in the clip, and then the clip is held without a still, since nothing here knows ages.
    """

    key: ClassVar[str] = "nudity"
    version: ClassVar[int] = 1
    stage: ClassVar[Stage] = Stage.MODEL
    dial: ClassVar[Dial] = Dial(
        "review_above",
        UNIT,
        low=0.05,
        high=0.5,
        step=0.05,
        counts_itself=True,
        labels=("likely", "possible", WITH_FACES),
        reading=Reading.DECIDES,
    )

    block_above: float = 0.5
    review_above: float = 0.2
    _frames: list[int] = field(default_factory=list, init=False, repr=False)
    _scores: list[float] = field(default_factory=list, init=False, repr=False)
    _has_faces: bool | None = field(default=False, init=False, repr=False)
    """None: nobody could look."""

    def view(self, sample: Sample) -> None:
        """Raises Unavailable."""
        self._scores.append(nudity_of(sample.picture))
        self._frames.append(sample.frame)
        if self._has_faces is False:
            self._has_faces = has_faces(sample)

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        if not self._scores:
            raise Skipped("There is no picture to look at.")
        scores = np.array(self._scores)
        score = float(np.sort(scores)[-WORST:].mean())
        self.measured = round(score, 4)
        self.details = {"scores": [round(each, 4) for each in self._scores], "faces": self._has_faces}
        lowest = min(self.review_above, self.block_above)
        if score >= lowest:
            for start, end in runs_of(scores >= lowest):
                yield self._seen(clip, score, (start, end))

    def _seen(self, clip: Clip, score: float, places: tuple[int, int]) -> Observation:
        start, end = places
        frames = self._frames[start], self._frames[end] if end < len(self._frames) else clip.frames
        peak = self._frames[start + int(np.argmax(self._scores[start:end]))]
        label, threshold, warning = self._judged(score)
        verb = "is probably" if score >= self.block_above else "may be"
        when = f"from {clip.starts_at(frames[0]):.2f} s to {clip.starts_at(frames[1]):.2f} s"
        told = f"The picture {verb} nude or sexual {when}: {score:.2f} for the clip, the limit is {threshold:g}."
        return Observation.of_range(
            clip,
            label,
            frames,
            score=self.measured,
            threshold=threshold,
            unit=UNIT,
            message=f"{told}{warning}",
            peak_frame=peak,
            evidence=Evidence(
                frames=() if label == WITH_FACES else (peak,), sensitive=True, curve=self._curve(clip, threshold)
            ),
        )

    def _judged(self, score: float) -> tuple[str, float, str]:
        """Label, the threshold that was crossed, and what the sentence adds."""
        over_block = score >= self.block_above
        threshold = self.block_above if over_block else self.review_above
        if self._has_faces is None:
            return WITH_FACES, threshold, f" Nobody could look for faces. {AGE}"
        if self._has_faces:
            return WITH_FACES, threshold, f" There are faces in the clip. {AGE}"
        return ("likely" if over_block else "possible"), threshold, ""

    def _curve(self, clip: Clip, threshold: float) -> Curve:
        seconds = tuple(round(clip.starts_at(frame), 3) for frame in self._frames)
        return Curve(seconds, tuple(round(each, 4) for each in self._scores), UNIT, threshold)


def has_faces(sample: Sample) -> bool | None:
    """Whether anything in the sample might be a face; None where the model for it is missing."""
    try:
        return bool(faces_in(sample))
    except Unavailable:
        return None


def nudity_of(picture: Plane) -> float:
    """Probability, 0-1. Raises Unavailable."""
    shown = views_of(within_bars(picture))
    answer: NDArray[np.float32] = onnx_session(OPEN_NSFW).run(None, {"input:0": shown})[0]
    return float(answer[:, UNSAFE].mean())


def views_of(picture: Plane) -> NDArray[np.float32]:
    """(2, 224, 224, 3) as the model reads them: the middle, and the whole mirrored. Both are squeezed to squares."""
    edge = (BEFORE_CROP - SIDE) // 2
    middle = cv2.resize(picture, (BEFORE_CROP, BEFORE_CROP), interpolation=cv2.INTER_AREA)[edge:-edge, edge:-edge]
    whole = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA)[:, ::-1]
    views: Sequence[Plane] = (np.asarray(middle, np.uint8), np.asarray(whole, np.uint8))
    return np.stack(views).astype(np.float32) - MEAN_BGR


def within_bars(picture: Plane) -> Plane:
    """The picture without its black bars, which would squeeze it further."""
    height, width = picture.shape[:2]
    scale = min(1.0, SMALL / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    luma = cv2.cvtColor(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    window = active_window(np.asarray(luma, np.uint8)[None])
    rows = slice(round(window.top / scale), round(window.bottom / scale))
    columns = slice(round(window.left / scale), round(window.right / scale))
    inside = picture[rows, columns]
    return inside if inside.size else picture
