"""Writes browser-ready MP4: H.264 yuv420p without B-frames, optional AAC, index in front, the same bytes each time."""

from __future__ import annotations  # av.Packet is generic for type checkers only

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.stream import AudioStream
from av.codec.context import Flags
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream
from numpy.typing import NDArray

LARGEST_SIDE = 4096
"""Pixels; the media layer refuses clips beyond it, so nothing here should make one."""

MP4_OPTIONS = {"movflags": "+faststart", "fflags": "+bitexact"}


class H264Writer:
    """One MP4 file being written. Use as a context manager; the file is complete once `close` has returned.

    `time_base` is the unit of `pts` in `write`, 1/fps when absent. Pictures drawn as BGR are BT.709, limited range.
    Raises ValueError for odd, empty or oversized pictures, for times that do not grow, and for a file without frames.
    """

    def __init__(
        self,
        target: Path,
        *,
        width: int,
        height: int,
        fps: Fraction,
        crf: int = 20,
        preset: str = "veryfast",
        keyframe_every: int | None = None,
        time_base: Fraction | None = None,
        audio_rate: int | None = None,
        audio_channels: int = 1,
        threads: int = 2,
    ) -> None:
        require_encodable(width, height, fps)
        self._fps = fps
        self._time_base = time_base or 1 / fps
        self._next_index = 0
        self._last_pts: int | None = None
        self._held: Packet[VideoStream] | None = None
        self._audio_pts = 0
        options = {**MP4_OPTIONS, "video_track_timescale": str(self._time_base.denominator)}
        self._container = av.open(str(target), "w", format="mp4", options=options)
        self._video = self._add_video(width, height, crf, preset, keyframe_every or max(1, round(fps)), threads)
        self._audio = self._add_audio(audio_rate, audio_channels) if audio_rate else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._container.close()

    @property
    def time_base(self) -> Fraction:
        """Seconds per unit of `pts`."""
        return self._time_base

    def write(
        self, frame: NDArray[np.uint8] | av.VideoFrame, *, pts: int | None = None, key_frame: bool = False
    ) -> None:
        """Add one picture: BGR of shape (height, width, 3), or a decoded frame; `pts` None means the next at `fps`."""
        pts = round(self._next_index / (self._fps * self._time_base)) if pts is None else pts
        if self._last_pts is not None and pts <= self._last_pts:
            raise ValueError(f"frame times must grow: {pts} after {self._last_pts}")
        picture = self._as_yuv420p(frame)
        picture.pts, picture.time_base = pts, self._time_base
        picture.pict_type = PictureType.I if key_frame else PictureType.NONE
        self._next_index, self._last_pts = self._next_index + 1, pts
        self._mux_video(self._video.encode(picture))

    def write_audio(self, samples: NDArray[np.float32], *, pts: int | None = None) -> None:
        """Add samples of shape (channels, n) in -1..1; `pts` in samples, None means right after those before."""
        if self._audio is None:
            raise ValueError("this file was opened without audio_rate")
        if samples.shape[1] == 0:
            return
        layout = self._audio.codec_context.layout.name
        sound = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples, np.float32), format="fltp", layout=layout)
        sound.sample_rate = self._audio.codec_context.sample_rate
        sound.time_base = Fraction(1, sound.sample_rate)
        sound.pts = self._audio_pts if pts is None else pts
        self._audio_pts = sound.pts + samples.shape[1]
        self._container.mux(self._audio.encode(sound))

    def close(self) -> None:
        """Flush both encoders and write the index."""
        if self._last_pts is None:
            self._container.close()
            raise ValueError("no frame was written")
        self._mux_video(self._video.encode(None))
        self._mux_held(last_step=round(1 / (self._fps * self._time_base)))
        if self._audio is not None and self._audio_pts:
            self._container.mux(self._audio.encode(None))
        self._container.close()

    def _add_video(
        self, width: int, height: int, crf: int, preset: str, keyframe_every: int, threads: int
    ) -> VideoStream:
        stream = self._container.add_stream("libx264", rate=self._fps)
        context: VideoCodecContext = stream.codec_context
        context.width, context.height, context.pix_fmt = width, height, "yuv420p"
        context.time_base, context.framerate = self._time_base, self._fps
        context.gop_size, context.max_b_frames, context.thread_count = keyframe_every, 0, threads
        context.flags |= Flags.bitexact
        context.color_range = ColorRange.MPEG
        context.colorspace = Colorspace.ITU709
        context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
        context.options = {"crf": str(crf), "preset": preset, "forced-idr": "1"}
        return stream

    def _add_audio(self, rate: int, channels: int) -> AudioStream:
        layout = {1: "mono", 2: "stereo"}.get(channels)
        if layout is None:
            raise ValueError(f"one or two audio channels can be written, not {channels}")
        stream = self._container.add_stream("aac", rate=rate, layout=layout)
        context: AudioCodecContext = stream.codec_context
        context.bit_rate = 96_000 * channels
        context.flags |= Flags.bitexact
        return stream

    def _as_yuv420p(self, frame: NDArray[np.uint8] | av.VideoFrame) -> av.VideoFrame:
        context = self._video.codec_context
        if isinstance(frame, av.VideoFrame):
            if self._last_pts is None:
                copy_colour_tags(frame, context)
            return frame.reformat(context.width, context.height, "yuv420p", dst_color_range=ColorRange.MPEG)
        drawn = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="bgr24")
        return drawn.reformat(
            context.width, context.height, "yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
        )

    def _mux_video(self, packets: list[Packet[VideoStream]]) -> None:
        """libx264 leaves durations at 0; a packet waits for its successor so that the last frame is not zero long."""
        for packet in packets:
            if self._held is not None and packet.pts is not None and self._held.pts is not None:
                step = packet.pts - self._held.pts
                self._mux_held(last_step=step)
            self._held = packet

    def _mux_held(self, *, last_step: int) -> None:
        if self._held is None:
            return
        self._held.duration = max(1, last_step)
        self._container.mux(self._held)
        self._held = None


def copy_colour_tags(frame: av.VideoFrame, context: VideoCodecContext) -> None:
    """A decoded picture keeps its own matrix: say which, so that a player undoes the right one."""
    context.colorspace, context.color_primaries = frame.colorspace, frame.color_primaries
    context.color_trc = frame.color_trc


def require_encodable(width: int, height: int, fps: Fraction) -> None:
    """Raises ValueError, in words, for what yuv420p or this house cannot carry."""
    if width % 2 or height % 2:
        raise ValueError(f"H.264 4:2:0 needs even sides, not {width}x{height}")
    if not (0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE):
        raise ValueError(f"sides must lie between 2 and {LARGEST_SIDE}, not {width}x{height}")
    if fps <= 0:
        raise ValueError(f"the frame rate must be positive, not {fps}")
