"""A real clip as arrays, to be changed and encoded again."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import cast

import av
import cv2
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from studio.media.opening import open_clip

MOST_FRAMES = 100
LONG_SIDE = 960
"""Larger clips are read smaller: what is planted must fit into memory several times."""
SOUND_RATE = 48_000
TICKS = 90_000
Pictures = NDArray[np.uint8]
Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Encoder:
    codec: str
    options: dict[str, str]
    pixel_format: str = "yuv420p"


X264 = Encoder("libx264", {"crf": "16", "preset": "veryfast"})
X265 = Encoder("libx265", {"crf": "18", "preset": "ultrafast", "x265-params": "log-level=none"})
X265_10_BIT = replace(X265, pixel_format="yuv420p10le")
VP9 = Encoder("libvpx-vp9", {"crf": "20", "b": "0", "deadline": "realtime", "cpu-used": "8"})
AV1 = Encoder("libsvtav1", {"crf": "24", "preset": "12", "svtav1-params": "enable-qm=0"})
MPEG2_COARSE = Encoder("mpeg2video", {"qmin": "28", "qmax": "31", "b": "200000"})


@dataclass(frozen=True)
class Film:
    """`pictures`: BGR, frames x height x width x 3; `times`: seconds, when they are not evenly spaced.

    `sound`: mono float32 at 48 kHz, or none.
    """

    pictures: Pictures
    fps: Fraction
    sound: Samples | None = None
    encoder: Encoder = X264
    times: NDArray[np.float64] | None = None

    @property
    def seconds(self) -> float:
        return self.at(len(self.pictures))

    def at(self, frame: int) -> float:
        """When a frame begins; one past the last is the end."""
        if self.times is None:
            return float(frame / self.fps)
        if frame < len(self.times):
            return float(self.times[frame])
        return float(self.times[-1]) + float(1 / self.fps)

    @cached_property
    def steps(self) -> NDArray[np.float64]:
        """How much each frame differs from the one before, levels, on grey thumbnails; one value fewer than frames."""
        grey = np.stack([thumbnail(each) for each in self.pictures])
        return np.asarray(np.abs(np.diff(grey, axis=0)).mean(axis=(1, 2)), np.float64)

    def showing(self, pictures: Pictures) -> "Film":
        return replace(self, pictures=np.ascontiguousarray(pictures))

    def keeping(self, frames: NDArray[np.int64]) -> "Film":
        """Only these frames, each for as long as before, and as much of the sound."""
        times = None
        if self.times is not None:
            lasting = np.diff(np.append(self.times, self.seconds))[frames]
            times = np.concatenate(([0.0], np.cumsum(lasting)[:-1]))
        kept = replace(self, pictures=self.pictures[frames], times=times)
        return replace(kept, sound=None if self.sound is None else self.sound[: round(kept.seconds * SOUND_RATE)])

    def changed(self, change: Callable[[Pictures], NDArray[np.generic]]) -> "Film":
        """With every picture changed, one at a time."""
        return self.showing(np.stack([np.asarray(change(each), np.uint8) for each in self.pictures]))


def thumbnail(picture: Pictures) -> NDArray[np.float32]:
    small = cv2.resize(picture, (128, 72), interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.float32)


def read(path: Path) -> Film:
    """The first frames of a clip, with their sound. Raises UnreadableClip."""
    with path.open("rb") as file:
        opened = open_clip(file)
        fps = Fraction(opened.video.average_rate or 24).limit_denominator(1001)
        pictures: list[Pictures] = []
        sound: list[Samples] = []
        mono = AudioResampler("fltp", "mono", SOUND_RATE)
        for frame in opened.decode():
            if isinstance(frame, AudioFrame):
                sound += [np.asarray(part.to_ndarray()[0], np.float32) for part in mono.resample(frame)]
            elif len(pictures) < MOST_FRAMES:
                pictures.append(fitted(np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)))
    film = Film(np.stack(pictures), fps)
    if not sound:
        return film
    return replace(film, sound=np.concatenate(sound)[: round(film.seconds * SOUND_RATE)])


def fitted(picture: Pictures) -> Pictures:
    """At most `LONG_SIDE` on the longer side, and even."""
    height, width = picture.shape[:2]
    scale = min(1.0, LONG_SIDE / max(height, width))
    size = (round(width * scale / 2) * 2, round(height * scale / 2) * 2)
    if scale == 1:
        return picture[: height // 2 * 2, : width // 2 * 2]
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def write(film: Film, path: Path) -> Path:
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        stream = _video_stream(container, film)
        sound = None
        if film.sound is not None:
            sound = container.add_stream("aac", rate=SOUND_RATE, layout="mono")
        for number, picture in enumerate(film.pictures):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="bgr24")
            if film.times is not None:
                frame.pts, frame.time_base = round(film.at(number) * TICKS), Fraction(1, TICKS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if sound is not None and film.sound is not None:
            for start in range(0, len(film.sound), 1024):
                block = av.AudioFrame.from_ndarray(film.sound[None, start : start + 1024], format="fltp", layout="mono")
                block.sample_rate, block.pts = SOUND_RATE, start
                container.mux(sound.encode(block))
            container.mux(sound.encode(None))
    return path


def _video_stream(container: av.container.OutputContainer, film: Film) -> av.VideoStream:
    how = film.encoder
    stream = cast("av.VideoStream", container.add_stream(how.codec, rate=film.fps, options=how.options))
    stream.height, stream.width = film.pictures.shape[1:3]
    stream.pix_fmt = how.pixel_format
    stream.codec_context.color_range = 1
    if film.times is not None:
        stream.codec_context.time_base = Fraction(1, TICKS)
    return stream


def through(encoder: Encoder, pictures: Pictures) -> Pictures:
    """The pictures as another encoder leaves them; its file is not one that we would take."""
    with tempfile.TemporaryDirectory() as folder:
        path = write(Film(pictures, Fraction(25), encoder=encoder), Path(folder, "first.mkv"))
        with av.open(str(path)) as container:
            return np.stack([frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)])
