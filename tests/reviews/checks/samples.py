"""Samples drawn by hand, shown to model instruments one after the other."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from reviews.checks.base import Instrument, Observation, Sample
from studio.media.clip import Plane
from tests.reviews.checks.drawing import make_clip

EVERY_FRAMES = 5
"""Two samples a second at ten frames a second."""


class FakeInterpreter:
    """Gives `answers`, and keeps what it was shown."""

    def __init__(self, *answers):
        self.answers, self.shown = answers, []

    def get_input_details(self):
        return [{"index": 0}]

    def get_output_details(self):
        return [{"index": index} for index in range(len(self.answers))]

    def set_tensor(self, _, picture):
        self.shown.append(picture)

    def invoke(self):
        pass

    def get_tensor(self, index):
        return self.answers[index]


def flat(level: float) -> Plane:
    """A picture of one grey, 8-bit, 64x36."""
    return np.full((36, 64, 3), round(level), np.uint8)


def make_sample(picture: Plane, place: int = 0) -> Sample:
    return Sample(picture, place * EVERY_FRAMES, place * EVERY_FRAMES / 10)


def view(
    check: Instrument, pictures: Sequence[Plane], *, spec: dict[str, object] | None = None, **facts: object
) -> list[Observation]:
    """What the instrument says of these samples, each of which stands for five frames at ten a second."""
    for place, picture in enumerate(pictures):
        check.view(make_sample(picture, place))
    clip = make_clip(spec, frames=len(pictures) * EVERY_FRAMES, fps=Fraction(10), **facts)
    return list(check.conclude(clip))
