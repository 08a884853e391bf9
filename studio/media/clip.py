"""The shared reader of all instruments: one decode, one small copy of every frame, handed over in chunks.

Every frame is shrunk once (area average on Y, U and V apart) and forgotten, so memory does not grow with the clip.
Time is the frame's own presentation time, never its number divided by a rate.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar, cast

import av
import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8]
Series = NDArray[np.float64]
Measure = TypeVar("Measure")

LONG_SIDE = 320
"""Longer side of the small luma, px; U and V are half of that. Smaller clips stay as they are."""
CHUNK_FRAMES = 64
CELL = 8
"""Side of a cell, px of the small luma."""

cv2.setNumThreads(1)

# Full-range luma 0-255 and chroma to the limited range 16-235 and 16-240 that all thresholds are written in (BT.709-6).
_LUMA_TO_LIMITED = np.rint(16 + np.arange(256) * 219 / 255).astype(np.uint8)
_CHROMA_TO_LIMITED = np.rint(128 + (np.arange(256) - 128) * 224 / 255).clip(16, 240).astype(np.uint8)


class Matrix(StrEnum):
    """Which equation made Y, U and V of red, green and blue."""

    BT709 = "bt709"
    BT601 = "bt601"
    BT2020 = "bt2020"


class Transfer(StrEnum):
    """Which curve leads from light to the numbers of the picture."""

    SDR = "sdr"
    PQ = "pq"
    HLG = "hlg"


# Codes of ITU-T H.273: "MatrixCoefficients" and "TransferCharacteristics".
MATRICES = {1: Matrix.BT709, 5: Matrix.BT601, 6: Matrix.BT601, 9: Matrix.BT2020, 10: Matrix.BT2020}
TRANSFERS = {16: Transfer.PQ, 18: Transfer.HLG}


@dataclass(frozen=True, slots=True)
class Colours:
    """How a clip's numbers are meant. A file that does not say is taken for BT.709."""

    matrix: Matrix = Matrix.BT709
    transfer: Transfer = Transfer.SDR


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
    colours: Colours = Colours()
    _measures: dict[Callable[..., Any], Any] = field(default_factory=dict, init=False, repr=False)

    def shared(self, measure: Callable[["Chunk"], Measure]) -> Measure:
        """`measure` of this chunk, computed once however many instruments ask. `measure` is a function of a module."""
        if measure not in self._measures:
            self._measures[measure] = measure(self)
        return cast(Measure, self._measures[measure])

    def cropped(self, picture: "Window") -> "Chunk":
        """The same frames, cut to a window given in px of the small luma; U and V are cut to half of it."""
        half = picture.scaled(1, 2)
        return replace(self, luma=picture.of(self.luma), u=half.of(self.u), v=half.of(self.v))

    @property
    def new_luma(self) -> Plane:
        """The frames no chunk has shown before."""
        return self.luma[self.carried :]

    @property
    def new_pts_seconds(self) -> Series:
        new: Series = self.pts_seconds[self.carried :]
        return new

    @cached_property
    def _brightness_and_contrast(self) -> tuple[Series, Series]:
        measured = [cv2.meanStdDev(frame) for frame in self.new_luma]
        brightness, contrast = (np.array([float(pair[which].ravel()[0]) for pair in measured]) for which in (0, 1))
        return brightness, contrast

    @property
    def brightness(self) -> Series:
        """Mean luma of every *new* frame, levels."""
        return self._brightness_and_contrast[0]

    @property
    def contrast(self) -> Series:
        """Standard deviation of luma of every *new* frame, levels."""
        return self._brightness_and_contrast[1]

    @cached_property
    def luma_change(self) -> Plane:
        """|Difference| of luma to the frame before, pixel by pixel, for each pair."""
        return _change(self.luma)

    @cached_property
    def luma_difference(self) -> Series:
        """Mean |difference| of luma to the frame before, 8-bit levels."""
        return _frame_means(self.luma_change)

    @cached_property
    def chroma_difference(self) -> Series:
        """Mean |difference| of U and of V to the frame before, averaged, 8-bit levels."""
        return (_frame_means(_change(self.u)) + _frame_means(_change(self.v))) / 2

    @cached_property
    def cell_difference_p99(self) -> Series:
        """99th percentile over cells of 8x8 px of the luma difference, levels: what the liveliest corner does."""
        cells = cell_means(self.luma_change)
        return np.percentile(cells, 99, axis=1) if len(cells) else np.zeros(0)


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle in px: `left`, `top` inclusive, `right`, `bottom` exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    def scaled(self, up: float, down: float) -> "Window":
        """The same rectangle of a picture up/down times as large."""
        left, top, right, bottom = (round(side * up / down) for side in (self.left, self.top, self.right, self.bottom))
        return Window(left, top, max(left + 1, right), max(top + 1, bottom))

    def of(self, planes: Plane) -> Plane:
        """The window's part of planes whose last two axes are rows and columns; a view."""
        return planes[..., self.top : self.bottom, self.left : self.right]


@dataclass(frozen=True, eq=False)
class Native:
    """One frame's luma at native resolution, uint8 (h, w) in limited range, for what the small copy cannot show."""

    luma: Plane
    frame: int
    pts_seconds: float
    _measures: dict[Callable[..., Any], Any] = field(default_factory=dict, init=False, repr=False)

    def shared(self, measure: Callable[["Native"], Measure]) -> Measure:
        """As `Chunk.shared`."""
        if measure not in self._measures:
            self._measures[measure] = measure(self)
        return cast(Measure, self._measures[measure])

    def cropped(self, picture: Window) -> "Native":
        return replace(self, luma=picture.of(self.luma))


def _change(planes: Plane) -> Plane:
    if len(planes) < 2:
        return planes[:0]
    flat = planes.reshape(-1, planes.shape[2])
    height = planes.shape[1]
    return np.asarray(cv2.absdiff(flat[height:], flat[:-height]), np.uint8).reshape(-1, *planes.shape[1:])


def _frame_means(planes: Plane) -> Series:
    """One call a frame: OpenCV sums bytes several times as fast as NumPy means them."""
    return np.array([cv2.mean(plane)[0] for plane in planes])


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
    planar = _planar(frame, full_range)
    width, height = small_size(planar.width, planar.height)
    half = (max(1, width // 2), max(1, height // 2))
    y, u, v = (_shrink(plane, size) for plane, size in zip(planar.planes, ((width, height), half, half), strict=True))
    if full_range:
        return _LUMA_TO_LIMITED[y], _CHROMA_TO_LIMITED[u], _CHROMA_TO_LIMITED[v]
    return y, u, v


def native_luma(frame: av.VideoFrame) -> Plane:
    """Y of one frame at full size in limited range, (h, w); usually a view that keeps the frame alive."""
    full_range = _is_full_range(frame)
    luma = _rows(_planar(frame, full_range).planes[0])
    return _LUMA_TO_LIMITED[luma] if full_range else luma


def small_size(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, LONG_SIDE / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def colours_of(frame: av.VideoFrame) -> Colours:
    """From the frame's tags; RGB is turned into the scaler's own default, BT.601."""
    matrix = Matrix.BT601 if frame.format.is_rgb else MATRICES.get(int(frame.colorspace), Matrix.BT709)
    return Colours(matrix, TRANSFERS.get(int(frame.color_trc), Transfer.SDR))


def _is_full_range(frame: av.VideoFrame) -> bool:
    return not frame.format.is_rgb and (frame.format.name.startswith("yuvj") or frame.color_range == 2)


def _planar(frame: av.VideoFrame, full_range: bool) -> av.VideoFrame:
    return frame if frame.format.name in {"yuv420p", "yuvj420p"} else _as_yuv420p(frame, full_range)


def _as_yuv420p(frame: av.VideoFrame, full_range: bool) -> av.VideoFrame:
    """The range is kept as it is (RGB becomes limited); naming both ends stops the scaler from guessing."""
    target = 2 if full_range else 1
    source = 2 if full_range or frame.format.is_rgb else 1
    return frame.reformat(format="yuv420p", src_color_range=source, dst_color_range=target)


def _shrink(plane: av.video.plane.VideoPlane, size: tuple[int, int]) -> Plane:
    return np.asarray(cv2.resize(_rows(plane), size, interpolation=cv2.INTER_AREA), np.uint8)


def _rows(plane: av.video.plane.VideoPlane) -> Plane:
    """A view without the padding at the end of each row."""
    return np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]


@dataclass
class _Batch:
    """Frames gathered for the next chunk."""

    size: tuple[int, int] | None = None
    luma: list[Plane] = field(default_factory=list)
    u: list[Plane] = field(default_factory=list)
    v: list[Plane] = field(default_factory=list)
    pts_seconds: list[float] = field(default_factory=list)
    carried: int = 0
    colours: Colours = Colours()

    def add(self, frame: av.VideoFrame, pts_seconds: float) -> None:
        for planes, plane in zip((self.luma, self.u, self.v), small_planes(frame), strict=True):
            # A stream may change its size midway: everything is compared at the size of the first frame.
            if planes and plane.shape != planes[0].shape:
                plane = np.asarray(cv2.resize(plane, planes[0].shape[::-1], interpolation=cv2.INTER_AREA), np.uint8)
            planes.append(plane)
        self.pts_seconds.append(pts_seconds)
        self.colours = colours_of(frame)

    @property
    def fresh(self) -> int:
        return len(self.luma) - self.carried

    def chunk(self, first_frame: int) -> Chunk:
        luma, u, v = (np.stack(planes) for planes in (self.luma, self.u, self.v))
        return Chunk(luma, u, v, np.array(self.pts_seconds), first_frame, self.carried, self.colours)

    def carry(self) -> None:
        for planes in (self.luma, self.u, self.v):
            del planes[:-1]
        del self.pts_seconds[:-1]
        self.carried = 1


def read_chunks(
    frames: Iterable[tuple[av.VideoFrame, float]],
    *,
    chunk_frames: int = CHUNK_FRAMES,
    first_chunk_frames: int | None = None,
) -> Iterator[Chunk]:
    """Chunks of `chunk_frames` new frames from decoded frames and their times in seconds, in presentation order."""
    batch, first_frame, wanted = _Batch(), 0, first_chunk_frames or chunk_frames
    for frame, pts_seconds in frames:
        batch.add(frame, pts_seconds)
        if batch.fresh == wanted:
            yield batch.chunk(first_frame)
            first_frame, wanted = first_frame + wanted, chunk_frames
            batch.carry()
    if batch.fresh:
        yield batch.chunk(first_frame)
