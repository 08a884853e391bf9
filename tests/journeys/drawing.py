"""Clips for the journeys: a drift that no instrument minds, one that stands still, and numbered frames."""

from functools import cache
from pathlib import Path

import numpy as np

from tests.clips import Draw, draw_clip, picture_drawer

SIZE = (320, 180)
STILL_FROM, STILL_FRAMES = 20, 24
"""Where the frozen clip stands still, in frames: the picture of frame 20 is shown 24 frames longer."""
FRAMES = 72


@cache
def texture(seed: int) -> np.ndarray:
    y, x = np.mgrid[0:420, 0:640] + 17 * seed
    waves = (96 + 40 * np.sin(x / 25), 110 + 30 * np.sin(y / 20), 120 + 20 * np.sin((x + y) / 33))
    tiles = np.random.default_rng(seed).integers(-40, 40, (7, 11)).repeat(61, 0).repeat(61, 1)[:420, :640]
    return (np.stack(waves, axis=2) + tiles[..., None]).clip(0, 255).astype(np.uint8)


def drift(seed: int) -> Draw:
    width, height = SIZE
    return lambda frame: np.ascontiguousarray(texture(seed)[2 * frame :, 3 * frame :][:height, :width])


def clean_clip(folder: Path, seed: int) -> Path:
    return draw_clip(folder / f"clean-{seed}.mp4", frames=FRAMES, size=SIZE, draw=drift(seed))


def frozen_clip(folder: Path, seed: int) -> Path:
    moving = drift(seed)

    def picture(frame: int) -> np.ndarray:
        still = min(max(frame - STILL_FROM, 0), STILL_FRAMES)
        return moving(frame - still)

    return draw_clip(folder / f"frozen-{seed}.mp4", frames=FRAMES, size=SIZE, draw=picture)


def numbered_clip(folder: Path, fps: str, frames: int) -> Path:
    """Each frame's number as a barcode, 640 px wide so that the squares survive every scaling."""
    numbers = picture_drawer(None, 640, 360)
    name = f"numbered-{fps.replace('/', '-')}.mp4"
    return draw_clip(folder / name, frames=frames, size=(640, 360), fps=fps, draw=numbers, audio="tone")
