"""Clips drawn by the tests themselves, so that every expected number can be worked out by hand."""

import struct
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from providers.encoding.h264 import H264Writer

Colour = tuple[int, int, int]
Draw = Callable[[int], np.ndarray]

BARCODE_BITS = 10
BARCODE_COLUMNS, BARCODE_ROWS = 5, 2
CELLS_ACROSS = 8
"""A cell is one eighth of the picture's width: 8 px at 64 px, readable after any scaling that keeps the shape."""


def draw_clip(
    path: Path,
    *,
    frames: int = 8,
    size: tuple[int, int] = (64, 36),
    fps: Fraction | int | str = 24,
    draw: Draw | Sequence[Colour] | None = None,
    audio: str | np.ndarray | None = None,
    audio_rate: int = 48_000,
    times_ms: Sequence[int] | None = None,
    **encoding: object,
) -> Path:
    """Write an MP4 and return `path`.

    `draw` gives the BGR picture of a frame index, or is a list of BGR colours, one a frame, repeated as needed; None
    burns in the frame number (`barcode`). `audio` is "tone" (440 Hz), "silence" or float32 samples (channels, n).
    `times_ms` sets each frame's time by hand (variable rate, late start); `encoding` goes to H264Writer.
    """
    rate, (width, height) = Fraction(fps), size
    sound = samples_for(audio, seconds=float(frames / rate), rate=audio_rate)
    picture = picture_drawer(draw, width, height)
    with H264Writer(
        path,
        width=width,
        height=height,
        fps=rate,
        time_base=Fraction(1, 1000) if times_ms else None,
        audio_rate=None if sound is None else audio_rate,
        audio_channels=1 if sound is None else sound.shape[0],
        **encoding,
    ) as writer:
        for index in range(frames):
            writer.write(picture(index), pts=times_ms[index] if times_ms else None)
        if sound is not None:
            writer.write_audio(sound)
    return path


def picture_drawer(draw: Draw | Sequence[Colour] | None, width: int, height: int) -> Draw:
    if draw is None:
        return lambda index: barcode(index, (width, height))
    if callable(draw):
        return draw
    return lambda index: plain(draw[index % len(draw)], (width, height))


def samples_for(audio: str | np.ndarray | None, *, seconds: float, rate: int) -> np.ndarray | None:
    if not isinstance(audio, str):
        return audio
    t = np.arange(round(seconds * rate)) / rate
    wave = {"tone": 0.3 * np.sin(2 * np.pi * 440 * t), "silence": np.zeros_like(t)}[audio]
    return wave.astype(np.float32)[None, :]


def plain(colour: Colour, size: tuple[int, int]) -> np.ndarray:
    """One colour (BGR) all over."""
    width, height = size
    return np.full((height, width, 3), colour, np.uint8)


def barcode(number: int, size: tuple[int, int], ground: int = 96) -> np.ndarray:
    """`number` (0-1023) as 2 rows of 5 squares top left: white is 1, most significant first, grey ground."""
    width, height = size
    cell = width // CELLS_ACROSS
    picture = np.full((height, width, 3), ground, np.uint8)
    for place, (row, column) in enumerate(np.ndindex(BARCODE_ROWS, BARCODE_COLUMNS)):
        bit = number >> (BARCODE_BITS - 1 - place) & 1
        picture[row * cell : (row + 1) * cell, column * cell : (column + 1) * cell] = 255 * bit
    return picture


def read_barcode(bgr: np.ndarray) -> int:
    """The number `barcode` burnt in, from a picture of any size that shows the whole frame."""
    cell = bgr.shape[1] / CELLS_ACROSS
    number = 0
    for row, column in np.ndindex(BARCODE_ROWS, BARCODE_COLUMNS):
        top, left = round((row + 0.25) * cell), round((column + 0.25) * cell)
        middle = bgr[top : top + max(1, round(cell / 2)), left : left + max(1, round(cell / 2))]
        number = number << 1 | int(middle.mean() > 127)
    return number


def mux_raw(
    path: Path,
    *,
    codec: str = "libx264",
    frames: int = 8,
    size: tuple[int, int] = (64, 36),
    container_options: dict[str, str] | None = None,
    change: Callable[[av.VideoStream], None] | None = None,
    pixel_format: str = "yuv420p",
) -> Path:
    """A clip the house's own encoder would never make; `change` alters the stream before the first frame."""
    with av.open(str(path), "w", options=container_options or {}) as container:
        stream = container.add_stream(codec, rate=24)
        stream.width, stream.height, stream.pix_fmt = *size, pixel_format
        if codec == "libx264":
            stream.options = {"preset": "ultrafast"}
        if change:
            change(stream)
        for index in range(frames):
            frame = av.VideoFrame.from_ndarray(plain((index * 20 % 256,) * 3, size), format="bgr24")
            container.mux(stream.encode(frame.reformat(format=pixel_format)))
        container.mux(stream.encode(None))
    return path


def lie_about_size(path: Path, width: int, height: int) -> Path:
    """Overwrite the size in the MP4's sample entry (ISO/IEC 14496-12 §12.1.3); the coded pictures stay as they are."""
    raw = bytearray(path.read_bytes())
    entry = raw.index(b"avc1", raw.index(b"stsd"))
    raw[entry + 28 : entry + 32] = struct.pack(">HH", width, height)
    path.write_bytes(raw)
    return path
