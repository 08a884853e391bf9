"""exposure: too much or too little light, in the whole clip or for a while."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

import cv2
import numpy as np

from reviews.checks.base import (
    ROUNDING_SECONDS,
    Clip,
    Dial,
    Evidence,
    Instrument,
    Mask,
    Observation,
    Reading,
    join_close,
    runs_of,
)
from reviews.checks.black_frames import black_among
from reviews.checks.tones import BLACK_LUMA, WHITE_LUMA, luma_histograms, share_from, share_up_to
from studio.media.clip import Chunk, Plane, Series

SHARE, LEVELS = "share of pixels", "levels"
CRUSHED_LUMA = 20
"""A few levels above black: what lies here has no drawing left once it is encoded."""
SAME_SCENE = 0.75
"""Likeness from which two neighbouring frames show one scene, differently lit: 0.8 and more of the generated clips we
know, but for a ride at 8 frames a second; frames of two clips stay under 0.7."""
COARSE = 16
"""Side of the blocks that are compared, px of the small luma."""


@dataclass(frozen=True, slots=True)
class Step:
    """The light of one scene changes with `frame`: mean luma rises by `by` levels, or falls."""

    frame: int
    by: float


@dataclass
class Exposure(Instrument):
    """Flags blown-out, dark and crushed stretches, and stretches lit unlike the rest of their scene.

    Measures per frame the share of pixels at nominal white and near black, and the mean luma (8-bit limited range).
    `over_share`: share at 235 and above. `under_mean`: mean luma, of frames that are not black. `crushed_share`: share
    at 20 and below. `step_levels`: a sudden change of the mean within one scene; a gain of a third on a picture of
    average light is 25. `outside_share`: pixels beyond the broadcast range in the whole clip (EBU R 103). Stretches
    shorter than `min_seconds` are lightning, or a matter of flicker and flashing.
    """

    key: ClassVar[str] = "exposure"
    version: ClassVar[int] = 1
    dial: ClassVar[Dial | None] = Dial(
        "over_share",
        SHARE,
        0.1,
        0.9,
        0.05,
        labels=("overexposed",),
        beside=("underexposed", "crushed", "brighter_for_a_while", "darker_for_a_while"),
        reading=Reading.NEEDED,
    )

    over_share: float = 0.35
    under_mean: float = 34.0
    crushed_share: float = 0.6
    step_levels: float = 14.0
    outside_share: float = 0.01
    min_seconds: float = 0.3
    _over: list[Series] = field(default_factory=list, init=False, repr=False)
    _crushed: list[Series] = field(default_factory=list, init=False, repr=False)
    _outside: list[Series] = field(default_factory=list, init=False, repr=False)
    _brightness: list[Series] = field(default_factory=list, init=False, repr=False)
    _black: list[Mask] = field(default_factory=list, init=False, repr=False)
    _steps: list[Step] = field(default_factory=list, init=False, repr=False)

    def look(self, chunk: Chunk) -> None:
        tones = chunk.shared(luma_histograms)
        self._note_steps(chunk)
        self._over.append(share_from(tones, WHITE_LUMA))
        self._crushed.append(share_up_to(tones, CRUSHED_LUMA))
        self._outside.append(share_from(tones, WHITE_LUMA + 1) + share_up_to(tones, BLACK_LUMA - 1))
        self._brightness.append(chunk.brightness)
        self._black.append(black_among(chunk))

    def _note_steps(self, chunk: Chunk) -> None:
        carried = self._brightness[-1][-1:] if chunk.carried else np.zeros(0)
        change = np.diff(np.concatenate((carried, chunk.brightness)))
        for pair in np.flatnonzero(np.abs(change) >= self.step_levels):
            if likeness(chunk.luma[pair], chunk.luma[pair + 1]) >= SAME_SCENE:
                self._steps.append(Step(chunk.first_frame - chunk.carried + int(pair) + 1, float(change[pair])))

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        over, crushed = np.concatenate(self._over), np.concatenate(self._crushed)
        brightness, shown = np.concatenate(self._brightness), ~np.concatenate(self._black)
        self.measured = float(over.max())
        absolute = (
            ("overexposed", over > self.over_share, over, self.over_share),
            ("crushed", shown & (crushed > self.crushed_share), crushed, self.crushed_share),
            ("underexposed", shown & (brightness < self.under_mean), brightness, self.under_mean),
        )
        found = np.zeros(clip.frames, bool)
        for label, mask, series, limit in absolute:
            for start, end in self._long(clip, join_close(clip, runs_of(mask & ~found))):
                found[start:end] = True
                yield self._stretch(clip, label, (start, end), series, limit)
        for start, end in self._long(clip, stretches(self._steps, clip.frames)):
            if not found[start:end].any():
                yield self._unlike(clip, (start, end), brightness)
        outside = float(np.concatenate(self._outside).mean())
        if outside > self.outside_share:
            yield self._beyond(clip, outside)

    def _long(self, clip: Clip, ranges: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        for start, end in ranges:
            if clip.starts_at(end) - clip.starts_at(start) >= self.min_seconds - ROUNDING_SECONDS:
                yield start, end

    def _stretch(self, clip: Clip, label: str, frames: tuple[int, int], series: Series, limit: float) -> Observation:
        inside = series[slice(*frames)]
        is_dark = label == "underexposed"
        worst = int(inside.argmin() if is_dark else inside.argmax())
        return Observation.of_range(
            clip,
            label,
            frames,
            score=float(inside[worst]),
            threshold=limit,
            unit=LEVELS if is_dark else SHARE,
            message=f"{SAYS[label].format(float(inside.mean()))}, {during(clip, frames)}.",
            peak_frame=frames[0] + worst,
            evidence=Evidence(frames=(frames[0] + worst,)),
        )

    def _unlike(self, clip: Clip, frames: tuple[int, int], brightness: Series) -> Observation:
        start, end = frames
        beside = np.concatenate((brightness[max(0, start - 3) : start], brightness[end : end + 3]))
        by = float(brightness[start:end].mean() - beside.mean())
        how = "brighter" if by > 0 else "darker"
        return Observation.of_range(
            clip,
            f"{how}_for_a_while",
            frames,
            score=abs(by),
            threshold=self.step_levels,
            unit=LEVELS,
            message=f"The scene is suddenly {abs(by):.0f} levels {how} than beside it, {during(clip, frames)}.",
            evidence=Evidence(frames=(max(0, start - 1), (start + end) // 2)),
        )

    def _beyond(self, clip: Clip, outside: float) -> Observation:
        return Observation.of_clip(
            clip,
            "out_of_range",
            score=outside,
            threshold=self.outside_share,
            unit=SHARE,
            message=f"{outside:.0%} of the luma lies outside the broadcast range of 16 to 235.",
        )


SAYS = {
    "overexposed": "{:.0%} of the picture is blown out to white",
    "crushed": "{:.0%} of the picture is crushed to black",
    "underexposed": "The picture is very dark, {:.0f} of 235 levels on average",
}


def during(clip: Clip, frames: tuple[int, int]) -> str:
    if frames == (0, clip.frames):
        return "in the whole clip"
    return f"from {clip.starts_at(frames[0]):.2f} s to {clip.starts_at(frames[1]):.2f} s"


def stretches(steps: list[Step], frames: int) -> list[tuple[int, int]]:
    """Frame ranges lit unlike the rest: from one step to one back, or the shorter side of a step that stays."""
    found, at = [], 0
    while at < len(steps):
        back = at + 1 < len(steps) and steps[at].by * steps[at + 1].by < 0
        if back:
            found.append((steps[at].frame, steps[at + 1].frame))
        elif len(steps) == 1:
            cut = steps[0].frame
            found.append((0, cut) if cut < frames - cut else (cut, frames))
        at += 2 if back else 1
    return found


def likeness(before: Plane, after: Plane) -> float:
    """Correlation of two lumas in coarse blocks, -1 to 1: motion hardly lowers it, another scene does."""
    size = tuple(max(2, side // COARSE) for side in before.shape[::-1])
    one, other = (cv2.resize(plane, size, interpolation=cv2.INTER_AREA).astype(np.float32) for plane in (before, after))
    one, other = one - one.mean(), other - other.mean()
    scale = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float((one * other).sum()) / scale if scale else 0.0
