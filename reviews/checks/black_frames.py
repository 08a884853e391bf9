"""black_frames: stretches without a picture."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from reviews.checks.base import Clip, Evidence, Instrument, Mask, Observation, join_close, runs_of
from studio.media.clip import Chunk, Plane, Series

DARK_LUMA = 38
"""Darkest tenth of the limited range, 16 + 0.10 x 219: the pixel rule of FFmpeg's blackdetect (pix_th 0.10)."""


@dataclass
class BlackFrames(Instrument):
    """Flags frames of which nearly every pixel is dark and the mean is black.

    `dark_share`: share of pixels with luma <= 38 from which a frame may be black (blackdetect's pic_th).
    `mean_below`: its mean luma, 8-bit limited range; true black is 16. Night scenes have dark pixels too, but a mean
    well above 20. `edge_seconds`: a single black frame this near to either end counts like two, since viewers and
    players stop there.
    """

    key: ClassVar[str] = "black_frames"
    version: ClassVar[int] = 1

    dark_share: float = 0.98
    mean_below: float = 20.0
    edge_seconds: float = 0.2
    _shares: list[Series] = field(default_factory=list, init=False, repr=False)
    _means: list[Series] = field(default_factory=list, init=False, repr=False)

    def look(self, chunk: Chunk) -> None:
        self._shares.append(chunk.shared(new_dark_shares))
        self._means.append(chunk.brightness)

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        shares = np.concatenate(self._shares)
        black = (shares >= self.dark_share) & (np.concatenate(self._means) < self.mean_below)
        for start, end in join_close(clip, runs_of(black)):
            inside = slice(start, end)
            count = int(black[inside].sum())
            yield Observation.of_range(
                clip,
                self._label(clip, start, end, count),
                (start, end),
                score=float(shares[inside][black[inside]].mean()),
                threshold=self.dark_share,
                unit="share of dark pixels",
                message=sentence(clip, start, end, count),
                evidence=Evidence(frames=tuple(sorted({start, (start + end) // 2}))),
            )

    def _label(self, clip: Clip, start: int, end: int, count: int) -> str:
        if clip.spec.fades:
            return "black_in_fade"
        near_start = clip.starts_at(start) - clip.starts_at(0) < self.edge_seconds
        near_end = clip.starts_at(clip.frames) - clip.starts_at(end) < self.edge_seconds
        return "black" if count > 1 or near_start or near_end else "single_black_frame"


def black_among(chunk: Chunk) -> Mask:
    """Which new frames are black by the default rule: for those who leave black to this instrument."""
    is_dark: Mask = chunk.shared(new_dark_shares) >= BlackFrames.dark_share
    return is_dark & (chunk.brightness < BlackFrames.mean_below)


def new_dark_shares(chunk: Chunk) -> Series:
    return dark_shares(chunk.new_luma)


def dark_shares(luma: Plane) -> Series:
    """Share of dark pixels of each frame."""
    return np.array([np.count_nonzero(frame <= DARK_LUMA) / frame.size for frame in luma])


def sentence(clip: Clip, start: int, end: int, count: int) -> str:
    """Which frames are black, in words."""
    if count == clip.frames:
        return "The whole clip is black."
    if count == 1:
        return f"One frame is black, at {clip.starts_at(start):.2f} s."
    return f"{count} frames are black, from {clip.starts_at(start):.2f} s to {clip.starts_at(end):.2f} s."
