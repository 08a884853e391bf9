"""What the models look at and listen to, left behind by the decode pass: few upright frames, and thin sound.

‹folder›/‹frame number›.jpg   longer side at most `LONGEST`; raw frames would fill the disk while a queue waits
‹folder›/‹frame number›.jpeg  steps: small frames that follow a mouth, of the first seconds of a clip with sound
‹folder›/sound.wav            mono, 16 bit, `SOUND_RATE` Hz; absent where the clip has no sound
"""

import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.video.frame import VideoFrame

from studio.media.clip import Plane

LONGEST = 1280
EVERY_SECONDS, MOST = 0.5, 24
STEP_LONGEST = 640
STEP_SECONDS, MOST_STEPS = 0.08, 125
"""Speech opens and shuts a mouth up to about five times a second; ten seconds of it tell whether it fits the sound."""
JPEG_QUALITY = 92
SOUND = "sound.wav"
SOUND_RATE = 16_000
"""What speech models take."""


@dataclass(frozen=True, slots=True)
class StoredSample:
    """One frame on disk."""

    path: Path
    frame: int


class SampleWriter:
    """Keeps a frame every half second, fewer of long clips: at most `MOST` over the announced length.

    `steps`: also small frames, twelve a second, of the first ten seconds.
    """

    def __init__(self, folder: Path, *, announced_seconds: float, steps: bool = False) -> None:
        self._folder = folder
        self._steps_left = MOST_STEPS if steps else 0
        self._step_due = float("-inf")
        self._every = max(EVERY_SECONDS, announced_seconds / MOST)
        self._due: float | None = None
        self._kept = 0
        self._sound: wave.Wave_write | None = None
        self._resampler = AudioResampler(format="s16", layout="mono", rate=SOUND_RATE)

    def see(self, number: int, frame: VideoFrame, seconds: float) -> None:
        """Keep the frame if one is due."""
        self._step(number, frame, seconds)
        if self._kept >= MOST or (self._due is not None and seconds < self._due):
            return
        self._due = (seconds if self._due is None else self._due) + self._every
        self._due = max(self._due, seconds)  # after a gap, one frame is owed and not all that were missed
        self._kept += 1
        self._write(f"{number}.jpg", upright(frame, LONGEST))

    def _step(self, number: int, frame: VideoFrame, seconds: float) -> None:
        if self._steps_left and seconds >= self._step_due:
            self._steps_left -= 1
            self._step_due = seconds + STEP_SECONDS - 1e-3
            self._write(f"{number}.jpeg", upright(frame, STEP_LONGEST))

    def _write(self, name: str, picture: Plane) -> None:
        if not cv2.imwrite(str(self._folder / name), picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]):
            raise OSError(f"{name} could not be written")

    def hear(self, frame: AudioFrame) -> None:
        """Keep the sound; what the resampler cannot take is left out, the models then hear silence end early."""
        try:
            thin = self._resampler.resample(frame)
        except (av.FFmpegError, ValueError):  # a track that changes its layout midway
            return
        for each in thin:
            self._open_sound().writeframes(each.to_ndarray().tobytes())

    def close(self) -> None:
        if self._sound:
            self._sound.close()

    def _open_sound(self) -> wave.Wave_write:
        if self._sound is None:
            self._sound = wave.open(str(self._folder / SOUND), "wb")  # noqa: SIM115 — closed by `close`
            self._sound.setnchannels(1)
            self._sound.setsampwidth(2)
            self._sound.setframerate(SOUND_RATE)
        return self._sound


def upright(frame: VideoFrame, longest: int) -> Plane:
    """BGR (h, w, 3), the longer side at most `longest` px, turned as a player turns it."""
    scale = min(1.0, longest / max(frame.width, frame.height))
    width, height = max(2, round(frame.width * scale)), max(2, round(frame.height * scale))
    picture = frame.reformat(width, height, "bgr24", interpolation="AREA").to_ndarray()
    return np.ascontiguousarray(np.rot90(picture, frame.rotation // 90))


def stored_samples(folder: Path) -> Iterator[StoredSample]:
    """In order of time; nothing where no sample was left."""
    return _numbered(folder, "*.jpg")


def stored_steps(folder: Path) -> Iterator[StoredSample]:
    """In order of time; nothing for a clip without sound."""
    return _numbered(folder, "*.jpeg")


def _numbered(folder: Path, pattern: str) -> Iterator[StoredSample]:
    for path in sorted(folder.glob(pattern), key=lambda path: int(path.stem)):
        yield StoredSample(path, int(path.stem))


def read_sound(folder: Path) -> "np.ndarray[tuple[int], np.dtype[np.float32]] | None":
    """The thin sound as float32 in -1 to 1 at `SOUND_RATE`; None where the clip has none."""
    path = folder / SOUND
    if not path.is_file():
        return None
    with wave.open(str(path), "rb") as file:
        raw = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    return np.asarray(raw / np.float32(32768), np.float32)
