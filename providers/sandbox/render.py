"""Shoots an order: a child process of the workshop (`python -m providers.sandbox.render TARGET`, the order on stdin).

Where planted defects sit: `freeze` repeats one frame from 40 % to 65 % of the clip; `black` blanks ten frames in the
middle; `cut` goes to another scene at the middle; `size`, `length` and `silent` are the order's own arithmetic.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from providers.encoding.h264 import H264Writer
from providers.sandbox.orders import Order
from providers.sandbox.scenarios import Scenario
from providers.sandbox.scenery.look import Look
from providers.sandbox.scenery.palette import Picture
from providers.sandbox.scenery.stage import Stage
from providers.sandbox.scenery.words import another, read_script
from providers.sandbox.sound import RATE, ambience

FREEZE_FROM, FREEZE_TO = 0.40, 0.65
BLACK_FRAMES = 10
CRF = 21
SET_ASIDE = 0x5EED


def render_clip(order: Order, target: Path) -> None:
    """Write the clip of `order` to `target`, which is complete as soon as it exists."""
    cv2.setNumThreads(1)
    width, height = order.picture
    half_made = target.with_suffix(f".{os.getpid()}.part")
    rate = RATE if order.has_sound else None
    writer = H264Writer(half_made, width=width, height=height, fps=order.fps, crf=CRF, audio_rate=rate, threads=1)
    try:
        with writer:
            for picture in pictures(order):
                writer.write(picture)
            if rate:
                script = read_script(_cues(order), order.entropy())
                writer.write_audio(
                    ambience(script, seconds=float(order.frames / order.fps), number=order.entropy("sound"))
                )
        with half_made.open("rb") as file:
            os.fsync(file.fileno())
        half_made.replace(target)
    finally:
        half_made.unlink(missing_ok=True)


def pictures(order: Order) -> Iterator[Picture]:
    """Every frame in order, BGR, defects planted."""
    width, height = order.picture
    length, number = float(order.frames / order.fps), order.entropy()
    script = read_script(_cues(order), number)
    scene = Stage(script, wide=width, high=height, number=number, length=length)
    insert = scene
    if Scenario.CUT in order.scenarios:
        elsewhere = order.entropy(SET_ASIDE)
        insert = Stage(another(script, elsewhere), wide=width, high=height, number=elsewhere, length=length)
    look = Look.of(order.model, wide=width, high=height)
    held: tuple[int, Picture] | None = None
    for index in range(order.frames):
        source = shown_frame(order, index)
        if held is None or held[0] != source:
            stage = insert if source * 2 >= order.frames else scene
            picture = stage.picture(float(source / order.fps))
            picture = look.apply(picture, source) if look else picture
            held = source, picture
        yield np.zeros_like(held[1]) if is_black(order, index) else held[1]


def shown_frame(order: Order, index: int) -> int:
    """Which frame of the scene stands at `index`."""
    first, last = round(order.frames * FREEZE_FROM), round(order.frames * FREEZE_TO)
    return first if Scenario.FREEZE in order.scenarios and first <= index < last else index


def is_black(order: Order, index: int) -> bool:
    first = order.frames // 2 - BLACK_FRAMES // 2
    return Scenario.BLACK in order.scenarios and first <= index < first + BLACK_FRAMES


def _cues(order: Order) -> str:
    """The words that the set is built from: what is not wanted is struck out."""
    unwanted = set(order.negative.lower().replace(",", " ").split())
    return " ".join(word for word in order.prompt.split() if word.lower().strip(".,;:!?") not in unwanted)


if __name__ == "__main__":
    os.nice(5)
    render_clip(Order.from_json(sys.stdin.read()), Path(sys.argv[1]))
