"""Takes of different models of the same scene can be told apart, and none of it hides what was planted."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from providers.sandbox.orders import Order
from providers.sandbox.render import pictures
from providers.sandbox.scenarios import Scenario
from providers.sandbox.scenery.look import Look

GREY = np.full((36, 64, 3), 128, np.uint8)
MODELS = ("sora-2", "sora-2-pro", "gen4_turbo", "aleph2", "kling-v2-6", "veo-2.0-generate-001")


def graded(model: str) -> tuple[int, ...]:
    look = Look.of(model, wide=64, high=36)
    return tuple(int(level) for level in look.apply(GREY, 0).reshape(-1, 3).mean(axis=0).round())


def test_the_sandboxes_own_model_shows_the_scene_as_it_is():
    assert Look.of("sandbox-1", wide=64, high=36) is None


def test_every_model_grades_the_same_grey_in_its_own_way():
    assert len({graded(model) for model in MODELS}) == len(MODELS)


@pytest.mark.parametrize("model", MODELS)
def test_a_look_darkens_the_corners_and_never_leaves_the_scale(model):
    look = Look.of(model, wide=64, high=36)
    picture = look.apply(GREY, 0).astype(int)
    assert picture[16:20, 28:36].mean() > picture[:4, :8].mean()
    assert 90 < picture[16:20, 28:36].mean() < 170


def test_a_freeze_still_stands_still_under_grain():
    scenarios = frozenset({Scenario.FREEZE})
    frames = list(pictures(Order("sora-2", "A boat", 64, 36, 2, 1, fps=Fraction(12), scenarios=scenarios)))
    still = [index + 1 for index, (a, b) in enumerate(pairwise(frames)) if not np.any(a != b)]
    assert still == [11, 12, 13, 14, 15]
