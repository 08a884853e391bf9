"""One decode feeds all signal instruments: small copies in chunks, a few native frames, and the sound."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from reviews.checks.active_picture import active_window, box_of_window
from reviews.checks.base import WHOLE_PICTURE, Box, Clip, Profile, Sound, Spec
from reviews.checks.bench import Bench
from reviews.checks.fingerprint import FingerprintTaker
from studio.media.clip import CHUNK_FRAMES, Chunk, Native, Window, native_luma, read_chunks
from studio.media.opening import OpenClip
from studio.media.samples import SampleWriter
from studio.media.sound import Samples, SoundGatherer

NATIVE_SECONDS = 1 / 3
"""A native frame every third of a second: what a codec or an upscaler did is the same in the frames between."""
FIRST_SECONDS = 2.5
"""The active picture is found in the first chunk, during which native frames are held back: 8 of 4K are 66 MB."""


@dataclass
class OnePass:
    """Shows a clip to the benches while it is decoded, once, with memory that does not grow with its length."""

    opened: OpenClip
    benches: Sequence[Bench]
    samples: SampleWriter | None = None
    active: Box = WHOLE_PICTURE
    fingerprint: FingerprintTaker = field(default_factory=FingerprintTaker)
    _window: Window | None = field(default=None, init=False)
    _held_back: list[Native] = field(default_factory=list, init=False)
    _times: list[float] = field(default_factory=list, init=False)
    _sound: SoundGatherer = field(default_factory=SoundGatherer, init=False)
    _small_size: tuple[int, int] = field(default=(1, 1), init=False)
    _close_look_due: float = field(default=-np.inf, init=False)

    def run(self, spec: Spec, profile: Profile) -> Clip:
        """Decode to the end. Raises UnreadableClip where not one picture comes out, or too much."""
        for chunk in read_chunks(self._pictures(), first_chunk_frames=first_chunk_frames(self.opened)):
            self._show(chunk)
        self._tell(self._sound.rest())
        if self.samples:
            self.samples.close()
        times = np.array(self._times)
        return Clip(self.opened.facts(), spec, times, self.opened.announced_seconds, profile, self.active)

    def _pictures(self) -> Iterator[tuple[VideoFrame, float]]:
        """Pictures with their times in seconds; sound and native frames are handed over in passing."""
        seconds = -usual_step(self.opened)
        for frame in self.opened.decode():
            if isinstance(frame, AudioFrame):
                self._hear(frame)
                continue
            seconds = seconds + usual_step(self.opened) if frame.time is None else frame.time
            number = len(self._times)
            self._times.append(seconds)
            self._look_closely(frame, number, seconds)
            if self.samples:
                self.samples.see(number, frame, seconds)
            yield frame, seconds

    def _show(self, chunk: Chunk) -> None:
        if self._window is None:
            self._settle_window(chunk)
        assert self._window is not None
        active = chunk.cropped(self._window) if self.active != WHOLE_PICTURE else chunk
        self.fingerprint.look(active)
        for bench in self.benches:
            shown = chunk if bench.check.sees_bars else active
            bench.does(partial(bench.check.look, shown))

    def _settle_window(self, chunk: Chunk) -> None:
        """Find the bars in the first chunk; then show the native frames that waited for it."""
        height, width = chunk.luma.shape[1:]
        self._window, self._small_size = active_window(chunk.luma), (width, height)
        self.active = box_of_window(self._window, width, height)
        for native in self._held_back:
            self._show_native(native)
        self._held_back.clear()

    def _look_closely(self, frame: VideoFrame, number: int, seconds: float) -> None:
        if seconds < self._close_look_due:
            return
        self._close_look_due = seconds + NATIVE_SECONDS - 1e-3
        native = Native(native_luma(frame), number, seconds)
        if self._window is None:
            self._held_back.append(native)
        else:
            self._show_native(native)

    def _show_native(self, native: Native) -> None:
        assert self._window is not None
        height, width = native.luma.shape
        across = self._window.scaled(width, self._small_size[0])
        down = self._window.scaled(height, self._small_size[1])
        active = native.cropped(Window(across.left, down.top, across.right, down.bottom))
        for bench in self.benches:
            shown = native if bench.check.sees_bars else active
            bench.does(partial(bench.check.look_closely, shown))

    def _hear(self, frame: AudioFrame) -> None:
        self._tell(self._sound.add(frame))
        if self.samples:
            self.samples.hear(frame)

    def _tell(self, blocks: Iterator[tuple[Samples, int, float]]) -> None:
        for samples, rate, start in blocks:
            sound = Sound(samples, rate, start)
            for bench in self.benches:
                bench.does(partial(bench.check.hear, sound))


def usual_step(opened: OpenClip) -> float:
    """Seconds a frame lasts by the header's rate, for frames without a time of their own."""
    return float(1 / opened.video.average_rate) if opened.video.average_rate else 1 / 25


def first_chunk_frames(opened: OpenClip) -> int:
    return max(2, min(CHUNK_FRAMES, round(FIRST_SECONDS / usual_step(opened))))
