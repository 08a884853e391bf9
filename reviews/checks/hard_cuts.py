"""hard_cuts: one shot was asked, and the picture jumps to another."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import ClassVar

import cv2
import numpy as np

from reviews.checks.base import Clip, Evidence, Instrument, Observation, Skipped, join_close
from reviews.checks.black_frames import DARK_LUMA, black_among
from reviews.checks.leaps import ONE_WAY, Leaps, share_one_way
from studio.media.clip import Chunk, Plane, Series

CHANGE, UNREACHED = "levels of change", "% of the light, not explained by motion"
LOCAL_FRAMES = 5
RELIT_ABOVE = 0.75
"""Correlation of luma, as exposure asks of one scene in another light."""
HOLD_PAIRS = 3
STILL_BELOW = 0.1
"""Levels; a re-encoded hold differs less from its third frame on."""
FLAT_BELOW = 2.0
"""Standard deviation of luma, levels, below which a frame is one flat colour and shows no shot."""


@dataclass(frozen=True)
class Picture:
    """One small frame: its planes and its number."""

    luma: Plane
    u: Plane
    v: Plane
    frame: int


@dataclass(frozen=True)
class Jump:
    """Two pictures that differ much; `before` and `after` are frame numbers, and blank frames may lie between them."""

    before: int
    after: int
    difference: float
    histogram: float


@dataclass(frozen=True)
class Cut:
    """`before` is the last frame before the cut, `after` the first after it."""

    before: int
    after: int
    score: float
    threshold: float
    unit: str


@dataclass
class HardCuts(Instrument):
    """Flags frames where the picture changes at once, for another one or within the same scene.

    Measures D = mean luma difference + mean of the U and V differences (8-bit levels), and the distance of the
    histograms (32 bins of luma L1/2 + 16 bins of U and V L1/4; 0-2).

    `min_difference`: smallest D. `local_ratio`, `local_offset`: D must exceed ratio x local motion + offset, since fast
    motion differs as much as a cut; local motion is the median over +-5 frames of the larger of two neighbours, so that
    drawings on twos, which move every second frame, count as moving. `isolated_ratio`: D against the plain median of
    +-2 frames, so that a whip pan of three frames is none. `min_histogram`: smallest histogram distance, which
    `sure_difference` may stand in for, except after a gap or a hold, where the scene moved on. `same_above`:
    correlation of luma from which it shows the same picture: a flash or a flickering lamp then explains its change.
    `through_seconds`: the longest black or flat gap across which two pictures are compared; going to black or coming
    from it is no cut by itself (black_frames tells of it), another picture after the gap is.

    Where the pictures are alike, a jump cut is a leap (`reviews.checks.leaps`): `least_unreached`, percent of the
    light, and `usual_ratio`, `any_ratio` times what motion leaves in the pairs around it. Measured, of the median:
    3.05 and more at most jumps planted, a bird that snaps from pose to pose 2.6, a bump of a car 2.7.
    """

    key: ClassVar[str] = "hard_cuts"
    version: ClassVar[int] = 4

    min_difference: float = 9.0
    local_ratio: float = 3.0
    local_offset: float = 2.0
    isolated_ratio: float = 3.0
    min_histogram: float = 0.12
    sure_difference: float = 18.0
    same_above: float = 0.9
    through_seconds: float = 0.5
    least_unreached: float = 0.5
    usual_ratio: float = 3.0
    any_ratio: float = 1.7
    _differences: list[Series] = field(default_factory=list, init=False, repr=False)
    _jumps: list[Jump] = field(default_factory=list, init=False, repr=False)
    _shown: Picture | None = field(default=None, init=False, repr=False)

    def look(self, chunk: Chunk) -> None:
        differences = chunk.luma_difference + chunk.chroma_difference
        blank = (chunk.contrast < FLAT_BELOW) | black_among(chunk)
        for index in np.flatnonzero(~blank):
            at = int(index) + chunk.carried
            picture = Picture(chunk.luma[at], chunk.u[at], chunk.v[at], chunk.first_frame + int(index))
            self._compare(picture, float(differences[at - 1]) if at else 0.0)
            self._shown = picture
        # A view would keep the whole chunk alive.
        self._shown = self._shown and copied(self._shown)
        self._differences.append(differences)
        self._leaps.see(chunk.new_luma, chunk.new_pts_seconds, blank, differences)

    @cached_property
    def _leaps(self) -> Leaps:
        return Leaps(self.least_unreached, self.usual_ratio, self.any_ratio)

    def _compare(self, picture: Picture, difference: float) -> None:
        """Note a jump from the last shown picture. `difference` is that to the frame right before, blank or not."""
        if self._shown is None or difference <= self.min_difference:
            return
        change = unexplained_change(self._shown, picture, self.same_above)
        if change > self.min_difference:
            distance = histogram_distance(self._shown, picture)
            self._jumps.append(Jump(self._shown.frame, picture.frame, change, distance))

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        if clip.frames < 2:
            raise Skipped("One frame: nothing can cut.")
        differences = np.concatenate(self._differences)
        cuts = self._cuts(clip, differences)
        for start, end in join_close(clip, [(cut.before + 1, cut.after + 1) for cut in cuts]):
            inside = [cut for cut in cuts if start <= cut.after < end]
            strongest = max(inside, key=lambda cut: cut.score / cut.threshold)
            yield Observation.of_range(
                clip,
                "cut" if (clip.spec.shots or 1) == 1 else "shot_change",
                (start, end),
                score=strongest.score,
                threshold=strongest.threshold,
                unit=strongest.unit,
                message=sentence(clip, inside),
                peak_frame=strongest.after,
                evidence=Evidence(frames=(strongest.before, strongest.after)),
            )

    def _cuts(self, clip: Clip, differences: Series) -> list[Cut]:
        """In order of time. A leap tells nothing new where another picture comes, and is one after a hold by nature."""
        cuts = {
            jump.after: Cut(jump.before, jump.after, jump.difference, self._needed(differences, jump.after - 1), CHANGE)
            for jump in self._jumps
            if self._is_cut(clip, differences, jump)
        }
        for leap in self._leaps.found():
            if leap.frame not in cuts and not held(differences, leap.frame - 1):
                cuts[leap.frame] = Cut(leap.frame - 1, leap.frame, leap.unreached, leap.needed, UNREACHED)
        return [cuts[frame] for frame in sorted(cuts)]

    def _is_cut(self, clip: Clip, differences: Series, jump: Jump) -> bool:
        pairs = {jump.before, jump.after - 1}  # into the blank gap and out of it; one and the same without a gap
        gap = clip.starts_at(jump.after) - clip.starts_at(jump.before + 1)
        return (
            gap <= self.through_seconds
            and all(differences[pair] > self.min_difference for pair in pairs)
            and jump.difference > max(self._needed(differences, pair, skip=pairs) for pair in pairs)
            and (jump.histogram > self.min_histogram or self._is_sure(differences, jump))
        )

    def _is_sure(self, differences: Series, jump: Jump) -> bool:
        """Whether D alone is enough. Not after a gap or a hold: there the same scene has moved on meanwhile."""
        gapless = jump.after - jump.before == 1
        return jump.difference > self.sure_difference and gapless and not held(differences, jump.before)

    def _needed(self, differences: Series, pair: int, skip: set[int] | None = None) -> float:
        """The change that a cut at `pair` must exceed, given the motion around it, levels."""
        skip = skip or {pair}
        wide = self.local_ratio * local_motion(differences, pair, skip) + self.local_offset
        narrow = self.isolated_ratio * median(near(differences, pair, 2, skip))
        return max(self.min_difference, wide, narrow)


def copied(picture: Picture) -> Picture:
    return Picture(picture.luma.copy(), picture.u.copy(), picture.v.copy(), picture.frame)


def held(differences: Series, pair: int) -> bool:
    """Whether the picture stood still right before `pair`."""
    before = differences[max(0, pair - HOLD_PAIRS) : pair]
    return len(before) == HOLD_PAIRS and bool((before < STILL_BELOW).all())


def local_motion(differences: Series, pair: int, skip: set[int]) -> float:
    """Median over +-5 pairs of the larger of each two neighbours, levels."""
    around = near(differences, pair, LOCAL_FRAMES, skip)
    return median([max(two) for two in pairwise(around)] or around)


def near(series: Series, at: int, reach: int, skip: set[int]) -> list[float]:
    """Up to `reach` values on each side of `at`, without those at `skip`."""
    return [float(series[i]) for i in range(max(0, at - reach), min(len(series), at + reach + 1)) if i not in skip]


def median(values: list[float]) -> float:
    """0 for no values: nothing is known to move."""
    return float(np.median(values)) if values else 0.0


def unexplained_change(before: Picture, after: Picture, same_above: float) -> float:
    """D between two pictures, levels; without its luma part where that shows the same picture moved or relit.

    Nothing is left where all of it became lighter or darker and it is still much alike: so much light takes some of
    the structure, and the colours, with it.
    """
    chroma = (mean_change(before.u, after.u) + mean_change(before.v, after.v)) / 2
    luma, alike = mean_change(before.luma, after.luma), correlation(before.luma, after.luma)
    if alike >= RELIT_ABOVE and share_one_way(before.luma, after.luma) >= ONE_WAY:
        return 0.0
    return chroma if alike >= same_above else luma + chroma


def mean_change(before: Plane, after: Plane) -> float:
    return float(np.mean(cv2.absdiff(before, after)))


def correlation(before: Plane, after: Plane) -> float:
    """Correlation of two lumas, -1 to 1, over the pixels that are lit in either picture.

    Bars and night skies, black in both, would make all pictures alike."""
    old, new = before[::2, ::2], after[::2, ::2]  # a quarter of the pixels tells the same
    lit = (old > DARK_LUMA) | (new > DARK_LUMA)
    one, other = old[lit].astype(np.float32), new[lit].astype(np.float32)
    if len(one) < 2 or one.std() == 0 or other.std() == 0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


def histogram_distance(before: Picture, after: Picture) -> float:
    """32 bins of luma, 16 of U and of V, 0-2."""
    luma = histogram_change(before.luma, after.luma, 32) / 2
    return luma + (histogram_change(before.u, after.u, 16) + histogram_change(before.v, after.v, 16)) / 4


def histogram_change(before: Plane, after: Plane, bins: int) -> float:
    """Sum of absolute differences of two normalised histograms, 0-2."""
    width = 256 // bins
    shares = [np.bincount(plane.ravel() // width, minlength=bins) / plane.size for plane in (before, after)]
    return float(np.abs(shares[0] - shares[1]).sum())


def sentence(clip: Clip, cuts: list[Cut]) -> str:
    """When the picture cuts, in words."""
    first, last = clip.starts_at(cuts[0].after), clip.starts_at(cuts[-1].after)
    if len(cuts) > 1:
        return f"The picture cuts {len(cuts)} times between {first:.2f} s and {last:.2f} s."
    if cuts[0].unit == UNREACHED:
        return f"The scene jumps at {first:.2f} s: no motion leads there."
    through = ", through an empty picture" if cuts[0].after - cuts[0].before > 1 else ""
    return f"The picture cuts to another one at {first:.2f} s{through}."
