"""The hash of a picture: what the reference does step by step, what changes it, and what does not."""

import cv2
import numpy as np
import pytest

from reviews.checks.pdq import distances, distances_to, packed, pdq, qualities


def scene(seed: int = 1, size: tuple[int, int] = (320, 180)) -> np.ndarray:
    """Soft blotches with some texture: a picture as cameras make them, in limited range."""
    random = np.random.default_rng(seed)
    soft = sum(cv2.resize(random.normal(0, 1, (n, n)), size, interpolation=cv2.INTER_CUBIC) for n in (3, 6, 12, 24))
    return np.clip(126 + 40 * soft, 16, 235).astype(np.uint8)


def of(picture: np.ndarray) -> np.ndarray:
    return pdq(picture[None])[0][0]


def apart(one: np.ndarray, other: np.ndarray) -> int:
    return int(distances_to(of(one), of(other)[None])[0])


def by_the_book(picture: np.ndarray) -> str:
    """The reference's steps, written as it walks them: two blurs of 4 points, 64x64 points, 16x16 waves, the median."""
    image = picture.astype(float)
    for _ in range(2):
        image = blurred_down(blurred_down(image.T).T)
    points, odd = image[4::8, 4::8], 2 * np.arange(64) + 1
    waves = []
    for i in range(1, 17):
        for j in range(1, 17):
            waves.append(np.cos(np.pi / 128 * i * odd) @ points @ np.cos(np.pi / 128 * j * odd))
    middle = sorted(waves)[127]
    return f"{sum(1 << place for place, wave in enumerate(waves) if wave > middle):064x}"


def blurred_down(image: np.ndarray) -> np.ndarray:
    """Each row with one before and two after it, as many as there are."""
    return np.stack([image[max(0, at - 1) : at + 3].mean(axis=0) for at in range(len(image))])


def test_it_gives_the_bits_that_the_reference_s_own_steps_give():
    picture = scene(size=(512, 512))
    assert of(picture).tobytes().hex() == by_the_book(picture)


def test_the_small_luma_gives_nearly_the_bits_of_512_points():
    large = scene(size=(1280, 720))
    small = cv2.resize(large, (320, 180), interpolation=cv2.INTER_AREA)
    square = cv2.resize(large, (512, 512), interpolation=cv2.INTER_AREA)
    assert apart(small, square) <= 4


def test_half_of_the_bits_are_set_and_a_tie_with_the_median_sets_none():
    ascending = np.arange(256, dtype=np.float32)[None]
    assert packed(ascending)[0].tobytes().hex() == "f" * 32 + "0" * 32
    tied = np.repeat(np.float32([[0, 1, 2]]), [100, 100, 56], axis=1)
    assert packed(tied)[0].tobytes().hex() == "f" * 14 + "0" * 50


def test_brightness_contrast_and_scale_change_little_another_picture_much():
    picture = scene()
    assert apart(picture, (picture * 0.7 + 20).astype(np.uint8)) <= 4
    assert apart(picture, cv2.resize(picture, (213, 120), interpolation=cv2.INTER_AREA)) <= 8
    assert apart(picture, scene(2)) >= 75


def test_a_plain_picture_has_no_quality_and_a_rich_one_has_all():
    plain, rich = np.full((180, 320), 90, np.uint8), scene()
    assert pdq(np.stack([plain, rich]))[1].tolist() == [0, 100]


def test_quality_counts_whole_per_cent_of_full_range():
    """63 rows of 64 steps of 22 levels: 10 % each. 63 * 64 * 10 / 90 is 448, and 100 is the most."""
    flat = np.zeros((64, 64), np.float32)
    stairs = flat.copy()
    stairs[:, 10:] = 21.9  # one step of just 10 % in each of 64 rows: 640 / 90 = 7
    alternating = np.tile(np.float32([0, 22]), (64, 32))
    assert qualities(np.stack([flat, stairs, alternating])).tolist() == [0, 7, 100]


@pytest.mark.parametrize("shape", [(4, 200), (200, 4)])
def test_what_is_smaller_than_the_reference_takes_has_no_quality(shape):
    assert pdq(np.full((1, *shape), 50, np.uint8))[1].tolist() == [0]


def test_distances_are_of_every_pair():
    none, all_, one = np.zeros(32, np.uint8), np.full(32, 255, np.uint8), np.zeros(32, np.uint8)
    one[3] = 1
    assert distances(np.stack([none, all_]), np.stack([none, one, all_])).tolist() == [[0, 1, 256], [256, 255, 0]]
    assert distances(np.zeros((0, 32), np.uint8), none[None]).shape == (0, 1)
