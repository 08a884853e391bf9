"""The browser's copy of a clip: the same frames in number, order and time, small enough to seek in at once."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from providers.encoding.h264 import H264Writer
from studio.media.geometry import Turned
from studio.media.waveform import Envelope

LONGEST_SIDE = 1280
AUDIO_RATES = (44_100, 48_000)
FINEST_TIMESCALE = 1_000_000
"""Units a second; H.264 carries twice this number in 32 bits, and no camera or generator counts finer."""

COARSE_TIME_BASE = Fraction(1, 90_000)
LATEST_START_SECONDS = 10
"""A clip that claims to begin later has lost its clock (a recording cut from a stream); its copy begins at 0."""

GAP_SECONDS = 0.1
"""Sound that pauses longer than this gets silence; shorter gaps are rounding."""


class Clock:
    """Original times to proxy times: exact where the file's units allow, never standing still, never before 0."""

    def __init__(self, time_base: Fraction) -> None:
        self.source = time_base
        fits = time_base.denominator <= FINEST_TIMESCALE
        self.time_base = time_base if fits else COARSE_TIME_BASE
        self.shift_seconds = Fraction(0)
        self._last: int | None = None

    def next(self, pts: int | None, fallback_step: int) -> int:
        """Proxy time of the next picture; without a time of its own it follows by `fallback_step` source units."""
        if pts is None:
            seconds = (self._last or 0) * self.time_base + (
                fallback_step * self.source if self._last is not None else 0
            )
        else:
            seconds = pts * self.source
            if self._last is None and not 0 <= seconds <= LATEST_START_SECONDS:
                self.shift_seconds = -seconds
            seconds += self.shift_seconds
        time = round(seconds / self.time_base)
        self._last = time if self._last is None else max(time, self._last + 1)
        return self._last


class ProxyWriter:
    """Takes decoded frames, writes the proxy. Use as a context manager; opened when the first picture is known."""

    def __init__(
        self, target: Path, *, turned: Turned, fps: Fraction, clock: Clock, audio: "AudioTrack | None"
    ) -> None:
        width, height = turned.upright
        self._turned, self._clock, self._audio = turned, clock, audio
        self.heard = Envelope(audio.rate) if audio else None
        self._step = round(1 / (fps * clock.source))
        self._key_due: int | None = None
        self._writer = H264Writer(
            target,
            width=width,
            height=height,
            fps=fps,
            crf=23,
            time_base=clock.time_base,
            keyframe_every=max(1, round(fps)),
            audio_rate=audio.rate if audio else None,
            audio_channels=audio.channels if audio else 1,
        )

    def write(self, frame: VideoFrame) -> None:
        """One picture, and a key frame when the last one is a second old."""
        time = self._clock.next(frame.pts, self._step)
        due = self._key_due is None or time >= self._key_due
        if due:
            self._key_due = time + round(1 / self._clock.time_base)
        self._writer.write(self._upright(frame), pts=time, key_frame=due)

    def write_audio(self, frame: AudioFrame) -> None:
        """One block of sound at its own time on the picture's clock."""
        if self._audio is None or self.heard is None:
            return
        for samples, at in self._audio.blocks(frame, self._clock.shift_seconds):
            self._writer.write_audio(samples, pts=at)
            self.heard.add(samples, at)

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()

    def _upright(self, frame: VideoFrame) -> VideoFrame | NDArray[np.uint8]:
        if not self._turned.rotation:
            return frame
        scaled = frame.reformat(self._turned.width, self._turned.height, "bgr24").to_ndarray()
        return np.ascontiguousarray(np.rot90(scaled, -self._turned.rotation // 90))


class AudioTrack:
    """Turns whatever is decoded into planar floats, mono or stereo, without gaps."""

    def __init__(self, context: av.AudioCodecContext) -> None:
        self.rate = context.sample_rate if context.sample_rate in AUDIO_RATES else 48_000
        self.channels = 1 if context.channels == 1 else 2
        self._resampler = self._new_resampler()
        self._kind: tuple[str, str, int] | None = None
        self._next: int | None = None

    def blocks(self, frame: AudioFrame, shift_seconds: Fraction) -> Iterator[tuple[NDArray[np.float32], int]]:
        """(samples of shape (channels, n), their time in samples); silence first where the sound had paused."""
        start = self._start_of(frame, shift_seconds)
        samples = np.concatenate([self._silence(0), *(part.to_ndarray() for part in self._resample(frame))], axis=1)
        if self._next is None:
            samples, self._next = samples[:, max(0, -start) :], max(0, start)
        elif start - self._next > GAP_SECONDS * self.rate:
            silence = self._silence(start - self._next)
            yield silence, self._next
            self._next += silence.shape[1]
        yield samples, self._next
        self._next += samples.shape[1]

    def _new_resampler(self) -> av.AudioResampler:
        return av.AudioResampler(format="fltp", layout="mono" if self.channels == 1 else "stereo", rate=self.rate)

    def _resample(self, frame: AudioFrame) -> list[AudioFrame]:
        """A resampler that found nothing to do at first lets every later frame through unseen: one for each kind."""
        kind = (frame.format.name, frame.layout.name, frame.sample_rate)
        if kind != self._kind:
            self._resampler, self._kind = self._new_resampler(), kind
        return self._resampler.resample(frame)

    def _start_of(self, frame: AudioFrame, shift_seconds: Fraction) -> int:
        if frame.pts is None or frame.time_base is None:
            return self._next or 0
        return round((frame.pts * frame.time_base + shift_seconds) * self.rate)

    def _silence(self, samples: int) -> NDArray[np.float32]:
        """At most ten seconds: sound that claims to go on later has lost its clock."""
        return np.zeros((self.channels, min(samples, 10 * self.rate)), np.float32)
