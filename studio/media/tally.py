"""Counts what a decoder hands out, and turns the counts into facts."""

from fractions import Fraction
from itertools import pairwise

from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange
from av.video.stream import VideoStream

from studio.media.facts import ClipFacts

RANGES = {ColorRange.MPEG: "limited", ColorRange.JPEG: "full"}


class Tally:
    """Frame times, sizes and errors of one decode pass. Times are in units of the video stream's time base."""

    def __init__(self, video: VideoStream, audio: AudioStream | None) -> None:
        self._video, self._audio = video, audio
        self.time_base: Fraction = video.time_base or Fraction(1, 90_000)
        self.times: list[int] = []
        self.errors = 0
        self.pixels = 0
        self._first: VideoFrame | None = None
        self._size = (0, 0)
        self._format = ""
        self._rotation = 0
        self._range: str | None = None
        self._last_duration = 0
        self._earliest = self._latest = 0
        self._audio_samples = 0
        self._audio_rate = 0

    def see_video(self, frame: VideoFrame) -> None:
        """Note one picture; one without a time gets the time its predecessor ends."""
        if not self.times:
            self._size, self._format = (frame.width, frame.height), frame.format.name
            self._rotation = -frame.rotation % 360
            self._range = RANGES.get(ColorRange(frame.color_range))
            self._earliest = self._latest = self._time_of(frame)
        time = self._time_of(frame)
        self._earliest, self._latest = min(self._earliest, time), max(self._latest, time)
        self.times.append(time)
        self._last_duration = frame.duration or 0
        self.pixels += frame.width * frame.height
        self.errors += frame.is_corrupt

    def see_audio(self, frame: AudioFrame) -> None:
        """Note one block of sound."""
        self._audio_samples += frame.samples
        self._audio_rate = frame.sample_rate
        self.errors += frame.is_corrupt

    @property
    def span_seconds(self) -> float:
        """From the earliest to the latest frame time."""
        return float((self._latest - self._earliest) * self.time_base)

    def steps(self) -> list[int]:
        """Differences of neighbouring frame times."""
        return [later - earlier for earlier, later in pairwise(self.times)]

    def facts(self, *, container: str, moov_first: bool | None, extra_streams: int) -> ClipFacts:
        """Facts once decoding is over; at least one picture must have been seen."""
        steps = self.steps()
        last = self._last_duration or (sorted(steps)[len(steps) // 2] if steps else 0)
        heard = self._audio is not None and self._audio_samples > 0
        return ClipFacts(
            width=self._size[0],
            height=self._size[1],
            fps=self._fps(steps, last),
            frames=len(self.times),
            announced_frames=self._video.frames,
            duration_seconds=float((self.times[-1] - self.times[0] + last) * self.time_base),
            start_seconds=float(self.times[0] * self.time_base),
            video_codec=self._video.codec_context.codec.canonical_name,
            pixel_format=self._format,
            audio_codec=self._audio.codec_context.codec.canonical_name if self._audio else None,
            has_audio=self._audio is not None,
            audio_duration_seconds=self._audio_samples / self._audio_rate if heard else None,
            sample_aspect=self._video.sample_aspect_ratio or Fraction(1),
            rotation=self._rotation,
            colour_range=self._range,
            container=container,
            moov_first=moov_first,
            decode_errors=self.errors,
            extra_streams=extra_streams,
            monotonic=all(step > 0 for step in steps),
            min_step_seconds=float(min(steps, default=0) * self.time_base),
            max_step_seconds=float(max(steps, default=0) * self.time_base),
        )

    def _time_of(self, frame: VideoFrame) -> int:
        if frame.pts is not None:
            return frame.pts
        return self.times[-1] + max(1, self._last_duration) if self.times else 0

    def _fps(self, steps: list[int], last: int) -> Fraction:
        """Exact where the steps are equal; else the header's rate if the clip keeps it within 0.2 %; else measured."""
        announced = self._video.average_rate
        span = sum(steps)
        if steps and span > 0 and min(steps) == max(steps):
            return 1 / (steps[0] * self.time_base)
        measured = Fraction(len(steps)) / (span * self.time_base) if span > 0 else None
        if announced and (measured is None or abs(announced - measured) <= measured / 500):
            return Fraction(announced)
        if measured is None:
            return 1 / (last * self.time_base) if last > 0 else Fraction(0)
        return measured.limit_denominator(1001)
