"""Instruments fed by hand: chunks of drawn frames and the facts that go with them."""

from dataclasses import replace
from fractions import Fraction

import numpy as np

from reviews.checks.base import Clip, Instrument, Observation, Spec
from studio.media.clip import Chunk
from studio.media.facts import ClipFacts

FACTS = ClipFacts(
    width=1280,
    height=720,
    fps=Fraction(24),
    frames=48,
    announced_frames=48,
    duration_seconds=2.0,
    start_seconds=0.0,
    video_codec="h264",
    pixel_format="yuv420p",
    audio_codec="aac",
    has_audio=True,
    audio_duration_seconds=2.0,
    sample_aspect=Fraction(1),
    rotation=0,
    colour_range="limited",
    container="mp4",
    moov_first=True,
    decode_errors=0,
    extra_streams=0,
    monotonic=True,
    min_step_seconds=1 / 24,
    max_step_seconds=1 / 24,
)


def make_clip(spec: dict[str, object] | None = None, *, times: list[float] | None = None, **facts: object) -> Clip:
    known = replace(FACTS, **facts)
    pts = times if times is not None else [index / float(known.fps) for index in range(known.frames)]
    return Clip(known, Spec.parse(spec or {}), np.array(pts), announced_seconds=2.0)


def make_chunk(luma: list[np.ndarray], *, u: int | list[int] = 128, fps: float = 10.0) -> Chunk:
    """All frames as one chunk; `u` is the level of U, one for all or one a frame."""
    stack = np.stack(luma).astype(np.uint8)
    count, height, width = stack.shape
    half = np.full((count, height // 2, width // 2), 128, np.uint8)
    blue = half.copy()
    blue[:] = np.reshape(u, (-1, 1, 1))
    return Chunk(stack, blue, half, np.arange(count) / fps, 0)


def look(
    check: Instrument, luma: list[np.ndarray], *, spec: dict[str, object] | None = None, fps: int = 10, **kw
) -> list[Observation]:
    """What the instrument says of these frames, shown at `fps`; `times` sets them by hand."""
    check.look(make_chunk(luma, fps=fps, u=kw.pop("u", 128)))
    return list(check.conclude(make_clip(spec, frames=len(luma), fps=Fraction(fps), **kw)))


def texture(seed: int, *, low: int = 40, high: int = 200) -> np.ndarray:
    """A 64x32 picture of 8x8 squares of random levels."""
    squares = np.random.default_rng(seed).integers(low, high, (4, 8))
    return np.kron(squares, np.ones((8, 8))).astype(np.uint8)


def moving(seed: int, count: int, *, step: int = 1) -> list[np.ndarray]:
    """A texture that wanders to the right, `step` px a frame."""
    picture = texture(seed)
    return [np.roll(picture, index * step, axis=1) for index in range(count)]
