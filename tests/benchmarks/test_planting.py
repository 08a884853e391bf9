"""The plants of the accuracy benchmark: a plant that is not where it says measures nothing."""

from fractions import Fraction

import cv2
import numpy as np
import pytest

from benchmarks.planting.defects import CONSEQUENCES, DEFECTS
from benchmarks.planting.films import Film
from benchmarks.planting.light import flashing, flashing_slowly
from benchmarks.planting.looks import LOOKS, uneven
from benchmarks.planting.timing import freeze, jump_cut
from reviews.checks.registry import CHECKS


def film(fps: int = 12, *, step: int = 3) -> Film:
    """Four seconds of a picture that wanders to the right."""
    ground = cv2.GaussianBlur(np.random.default_rng(1).normal(0, 1, (64, 400, 3)), (0, 0), 3)
    ground = (120 + 300 * ground).clip(0, 255).astype(np.uint8)
    return Film(np.stack([ground[:, at * step % 300 :][:, :96] for at in range(4 * fps)]), Fraction(fps))


def chance() -> np.random.Generator:
    return np.random.default_rng(1)


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda each: f"{each.check}, {each.name}")
def test_every_plant_lies_within_its_film_and_leaves_the_clip_alone(defect):
    clip = film()
    before = clip.pictures.copy()
    planted = defect.plant(clip, chance())
    assert planted is not None
    assert 0 <= planted.start < planted.end <= planted.film.seconds + 1e-9
    assert (clip.pictures == before).all()


@pytest.mark.parametrize("look", LOOKS, ids=lambda each: each.__name__)
def test_every_look_is_a_film(look):
    clip = look(film())
    assert clip.pictures.dtype == np.uint8
    assert clip.pictures.shape[1] % 2 == clip.pictures.shape[2] % 2 == 0
    assert len(clip.pictures) >= 20


def half_periods(planted, fps: int) -> set[int]:
    """How many frames each light or dark state lasts, but for the first and the last."""
    inside = planted.film.pictures[round(planted.start * fps) : round(planted.end * fps)].mean(axis=(1, 2, 3)) > 200
    edges = np.flatnonzero(np.diff(inside.astype(int)))
    return set(np.diff(edges).tolist())


@pytest.mark.parametrize(("fps", "half"), [(8, 1), (12, 1), (24, 3), (30, 3), (60, 7)])
def test_flashes_are_at_four_a_second_or_more(fps, half):
    assert half_periods(flashing(film(fps), chance()), fps) == {half}
    assert fps / (2 * half) >= 4


@pytest.mark.parametrize(("fps", "half"), [(8, 2), (12, 2), (24, 4), (30, 5), (60, 10)])
def test_slow_flashes_are_at_three_a_second_or_less(fps, half):
    assert half_periods(flashing_slowly(film(fps), chance()), fps) == {half}
    assert fps / (2 * half) <= 3


def test_what_cannot_be_seen_is_not_planted():
    still = film(step=0)
    assert freeze(still, chance()) is None
    assert jump_cut(still, chance()) is None
    assert flashing(film(7), chance()) is None
    assert flashing_slowly(uneven(film()), chance()) is None


def test_consequences_name_checks_that_exist_and_say_why():
    known = {kind.key for kind in CHECKS} | {defect.check for defect in DEFECTS}
    for check, others in CONSEQUENCES.items():
        assert {check, *others} <= known
        assert all(others.values())
