"""The shared reader of all instruments: one decode, one small copy of every frame, handed over in chunks.

Every frame is shrunk once (area average on Y, U and V apart) and forgotten, so memory does not grow with the clip.
Time is the frame's own presentation time, never its number divided by a rate.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import av
import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8]
Series = NDArray[np.float64]

LONG_SIDE = 320
"""Longer side of the small luma, px; U and V are half of that. Smaller clips stay as they are."""
CHUNK_FRAMES = 64
CELL = 8
"""Side of a cell, px of the small luma."""

cv2.setNumThreads(1)

# Full-range luma 0-255 and chroma to the limited range 16-235 and 16-240 that all thresholds are written in (BT.709-6).
_LUMA_TO_LIMITED = np.rint(16 + np.arange(256) * 219 / 255).astype(np.uint8)
_CHROMA_TO_LIMITED = np.rint(128 + (np.arange(256) - 128) * 224 / 255).clip(16, 240).astype(np.uint8)


@dataclass(frozen=True, eq=False)
class Chunk:
    """Neighbouring frames, small: `luma` (n, h, w), `u` and `v` at half size, uint8 in limited range, and their times.

    `first_frame` is the number of the first *new* frame, counted over decoded frames in presentation order. All chunks
    but the first begin with one frame `carried` over from the one before: every pair of neighbours is seen once.
    `*_difference*` series have one value for each pair: n - 1.
    """

    luma: Plane
    u: Plane
    v: Plane
    pts_seconds: Series
    first_frame: int
    carried: int = 0

    @property
    def new_luma(self) -> Plane:
        """The frames no chunk has shown before."""
        return self.luma[self.carried :]

    @property
    def new_pts_seconds(self) -> Series:
        new: Series = self.pts_seconds[self.carried :]
        return new

    @cached_property
    def contrast(self) -> Series:
        """Standard deviation of luma of every *new* frame, levels."""
        spread: Series = self.new_luma.reshape(len(self.new_luma), -1).std(axis=1, dtype=np.float32)
        return spread.astype(np.float64)

    @cached_property
    def _luma_change(self) -> Plane:
        return _change(self.luma)

    @cached_property
    def luma_difference(self) -> Series:
        """Mean |difference| of luma to the frame before, 8-bit levels."""
        return _frame_means(self._luma_change)

    @cached_property
    def chroma_difference(self) -> Series:
        """Mean |difference| of U and of V to the frame before, averaged, 8-bit levels."""
        return (_frame_means(_change(self.u)) + _frame_means(_change(self.v))) / 2

    @cached_property
    def cell_difference_p99(self) -> Series:
        """99th percentile over cells of 8x8 px of the luma difference, levels: what the liveliest corner does."""
        cells = cell_means(self._luma_change)
        return np.percentile(cells, 99, axis=1) if len(cells) else np.zeros(0)


def _change(planes: Plane) -> Plane:
    if len(planes) < 2:
        return planes[:0]
    flat = planes.reshape(-1, planes.shape[2])
    height = planes.shape[1]
    return np.asarray(cv2.absdiff(flat[height:], flat[:-height]), np.uint8).reshape(-1, *planes.shape[1:])


def _frame_means(planes: Plane) -> Series:
    if not len(planes):
        return np.zeros(0)
    means: Series = planes.reshape(len(planes), -1).mean(axis=1)
    return means


def cell_means(planes: Plane) -> Series:
    """Means over whole cells, shape (n, cells); a picture smaller than a cell is one cell."""
    count, height, width = planes.shape
    if not count:
        return np.zeros((0, 1))
    tall, wide = min(CELL, height), min(CELL, width)
    rows, columns = height // tall, width // wide
    whole = planes[:, : rows * tall, : columns * wide].reshape(-1, columns * wide).astype(np.float32)
    # An exact divisor: the area average is the plain mean, for all frames of the chunk in one call.
    means = np.asarray(cv2.resize(whole, (columns, count * rows), interpolation=cv2.INTER_AREA))
    return means.reshape(count, -1).astype(np.float64)


def small_planes(frame: av.VideoFrame) -> tuple[Plane, Plane, Plane]:
    """Y, U and V of one frame in limited range, the longer side of Y at most `LONG_SIDE`; of 10-bit, 4:4:4, RGB too."""
    full_range = _is_full_range(frame)
    planar = frame if frame.format.name in {"yuv420p", "yuvj420p"} else _as_yuv420p(frame, full_range)
    width, height = small_size(planar.width, planar.height)
    half = (max(1, width // 2), max(1, height // 2))
    y, u, v = (_shrink(plane, size) for plane, size in zip(planar.planes, ((width, height), half, half), strict=True))
    if full_range:
        return _LUMA_TO_LIMITED[y], _CHROMA_TO_LIMITED[u], _CHROMA_TO_LIMITED[v]
    return y, u, v


def small_size(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, LONG_SIDE / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _is_full_range(frame: av.VideoFrame) -> bool:
    return not frame.format.is_rgb and (frame.format.name.startswith("yuvj") or frame.color_range == 2)


def _as_yuv420p(frame: av.VideoFrame, full_range: bool) -> av.VideoFrame:
    """The range is kept as it is (RGB becomes limited); naming both ends stops the scaler from guessing."""
    target = 2 if full_range else 1
    source = 2 if full_range or frame.format.is_rgb else 1
    return frame.reformat(format="yuv420p", src_color_range=source, dst_color_range=target)


def _shrink(plane: av.video.plane.VideoPlane, size: tuple[int, int]) -> Plane:
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]
    return np.asarray(cv2.resize(rows, size, interpolation=cv2.INTER_AREA), np.uint8)


@dataclass
class _Batch:
    """Frames gathered for the next chunk."""

    size: tuple[int, int] | None = None
    luma: list[Plane] = field(default_factory=list)
    u: list[Plane] = field(default_factory=list)
    v: list[Plane] = field(default_factory=list)
    pts_seconds: list[float] = field(default_factory=list)
    carried: int = 0

    def add(self, frame: av.VideoFrame, pts_seconds: float) -> None:
        for planes, plane in zip((self.luma, self.u, self.v), small_planes(frame), strict=True):
            # A stream may change its size midway: everything is compared at the size of the first frame.
            if planes and plane.shape != planes[0].shape:
                plane = np.asarray(cv2.resize(plane, planes[0].shape[::-1], interpolation=cv2.INTER_AREA), np.uint8)
            planes.append(plane)
        self.pts_seconds.append(pts_seconds)

    @property
    def fresh(self) -> int:
        return len(self.luma) - self.carried

    def chunk(self, first_frame: int) -> Chunk:
        luma, u, v = (np.stack(planes) for planes in (self.luma, self.u, self.v))
        return Chunk(luma, u, v, np.array(self.pts_seconds), first_frame, self.carried)

    def carry(self) -> None:
        for planes in (self.luma, self.u, self.v):
            del planes[:-1]
        del self.pts_seconds[:-1]
        self.carried = 1


def read_chunks(frames: Iterable[tuple[av.VideoFrame, float]], *, chunk_frames: int = CHUNK_FRAMES) -> Iterator[Chunk]:
    """Chunks of `chunk_frames` new frames from decoded frames and their times in seconds, in presentation order."""
    batch, first_frame = _Batch(), 0
    for frame, pts_seconds in frames:
        batch.add(frame, pts_seconds)
        if batch.fresh == chunk_frames:
            yield batch.chunk(first_frame)
            first_frame += chunk_frames
            batch.carry()
    if batch.fresh:
        yield batch.chunk(first_frame)
