"""flat_frames: stretches of one plain colour, white above all."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

import cv2
import numpy as np

from reviews.checks.base import Clip, Dial, Evidence, Instrument, Mask, Observation, Reading, join_close, runs_of
from reviews.checks.black_frames import black_among
from reviews.checks.tones import WHITE_LUMA, luma_histograms, share_from
from studio.media.clip import Chunk, Plane, Series

UNIT = "levels of contrast"


@dataclass
class FlatFrames(Instrument):
    """Flags frames that show nothing: nearly every pixel white, or one colour all over. Black ones are black_frames'.

    `contrast_below`: standard deviation of luma, U and V alike, 8-bit levels, under which nothing is to be seen; a bare
    wall under a lamp has 10 and more. `white_share`: share of pixels at nominal white from which a frame is white,
    whatever the rest; as many as blackdetect's pic_th asks to be dark.
    """

    key: ClassVar[str] = "flat_frames"
    version: ClassVar[int] = 1
    dial: ClassVar[Dial | None] = Dial(
        "contrast_below",
        UNIT,
        0.5,
        6.0,
        0.5,
        higher_is_worse=False,
        labels=("flat", "single_flat_frame", "flat_in_fade"),
        reading=Reading.NEEDED,
    )

    contrast_below: float = 2.0
    white_share: float = 0.98
    _contrasts: list[Series] = field(default_factory=list, init=False, repr=False)
    _whites: list[Series] = field(default_factory=list, init=False, repr=False)
    _blacks: list[Mask] = field(default_factory=list, init=False, repr=False)

    def look(self, chunk: Chunk) -> None:
        self._contrasts.append(colour_contrast(chunk, self.contrast_below))
        self._whites.append(share_from(chunk.shared(luma_histograms), WHITE_LUMA))
        self._blacks.append(black_among(chunk))

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        contrasts, whites = np.concatenate(self._contrasts), np.concatenate(self._whites)
        white = whites >= self.white_share
        shown = ~np.concatenate(self._blacks)
        self.measured = float(np.where(white, 0.0, contrasts)[shown].min()) if shown.any() else None
        flat = shown & (white | (contrasts < self.contrast_below))
        for start, end in join_close(clip, runs_of(flat)):
            inside = flat[start:end]
            count = int(inside.sum())
            yield Observation.of_range(
                clip,
                self._label(clip, count),
                (start, end),
                score=float(contrasts[start:end][inside].mean()),
                threshold=self.contrast_below,
                unit=UNIT,
                message=sentence(clip, start, end, count, is_white=bool(white[start:end][inside].mean() > 0.5)),
                evidence=Evidence(frames=tuple(sorted({start, (start + end) // 2}))),
            )

    def _label(self, clip: Clip, count: int) -> str:
        if clip.spec.fades:
            return "flat_in_fade"
        return "flat" if count > 1 else "single_flat_frame"


def colour_contrast(chunk: Chunk, enough: float) -> Series:
    """The largest deviation among luma, U and V of each new frame; colour is looked at where luma has little."""
    contrast = chunk.contrast.copy()
    for at in np.flatnonzero(contrast < enough):
        frame = int(at) + chunk.carried
        contrast[at] = max(float(contrast[at]), spread(chunk.u[frame]), spread(chunk.v[frame]))
    return contrast


def spread(plane: Plane) -> float:
    return float(cv2.meanStdDev(plane)[1].ravel()[0])


def sentence(clip: Clip, start: int, end: int, count: int, *, is_white: bool) -> str:
    """Which frames show nothing, in words."""
    what = "white" if is_white else "one plain colour"
    if count == clip.frames:
        return f"The whole clip is {what}."
    if count == 1:
        return f"One frame is {what}, at {clip.starts_at(start):.2f} s."
    return f"{count} frames are {what}, from {clip.starts_at(start):.2f} s to {clip.starts_at(end):.2f} s."
