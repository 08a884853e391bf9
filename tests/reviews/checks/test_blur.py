from fractions import Fraction

import cv2
import numpy as np
import pytest

from reviews.checks.base import Skipped
from reviews.checks.blur import Blur, cut_off
from reviews.checks.reblur import reblur_of
from studio.media.clip import Native
from tests.reviews.checks.drawing import make_chunk, make_clip
from tests.reviews.checks.natives import blurred, look_closely, scene

SHARP = scene()


def labels(natives, **kw):
    return [seen.label for seen in look_closely(Blur(), natives, **kw)]


def enlarged(times: float) -> np.ndarray:
    picture = scene(size=(576, 768))
    small = cv2.resize(picture, None, fx=1 / times, fy=1 / times, interpolation=cv2.INTER_AREA)
    return cv2.resize(small, picture.shape[::-1], interpolation=cv2.INTER_CUBIC)


def ratio_of(picture: np.ndarray) -> float:
    return reblur_of(picture).sharpest


def test_a_soft_stretch_is_placed_by_its_samples():
    film = [SHARP] * 3 + [blurred(SHARP, 2)] * 3 + [SHARP] * 4
    (seen,) = look_closely(Blur(), film)
    assert (seen.label, seen.start_frame, seen.end_frame) == ("soft_stretch", 9, 18)
    assert seen.message == "The picture is soft from 1.0 s to 2.0 s, unlike the rest of the clip."
    assert 9 <= seen.peak_frame < 18
    assert seen.evidence.frames[1] == seen.peak_frame


def test_the_ratio_rises_with_the_blur_and_the_limit_lies_between():
    ratios = [ratio_of(blurred(SHARP, sigma)) for sigma in (0.3, 0.6, 1, 2, 4)]
    assert ratios == sorted(ratios)
    slight = [SHARP] * 4 + [blurred(SHARP, 0.45)] * 2 + [SHARP] * 4
    assert labels(slight) == []


def test_a_stretch_while_the_camera_swings_is_motion_blur():
    check, film = Blur(), [SHARP] * 3 + [blurred(SHARP, 2)] * 3 + [SHARP] * 4
    calm, swinging = np.full((32, 64), 100), [np.full((32, 64), 100 + 60 * (at % 2)) for at in range(30)]
    check.look(make_chunk([swinging[at] if 7 <= at < 20 else calm for at in range(30)], fps=9))
    assert look_closely(check, film) == []


@pytest.mark.parametrize(("sigma", "found"), [(0, []), (1.5, ["soft_stretch"])])
def test_grain_that_an_encoder_drops_leaves_the_edges(sigma, found):
    smooth = blurred(enlarged(4), 1)
    smooth[:, 200:260], smooth[:, 420:500] = 30, 200
    grain = np.random.default_rng(1).integers(-3, 4, smooth.shape)
    grainy = np.clip(smooth + grain, 0, 255).astype(np.uint8)
    without = blurred(smooth, sigma) if sigma else smooth
    assert ratio_of(without) - ratio_of(grainy) > 0.2
    assert [each for each in labels([without] * 3 + [grainy] * 7) if each == "soft_stretch"] == found


@pytest.mark.parametrize(("share", "found"), [(0.3, []), (0.8, ["soft_stretch"])])
def test_a_plain_thing_that_comes_into_view_is_not_soft(share, found):
    view = np.full_like(SHARP, 100)
    wide = round(SHARP.shape[1] * share / 64) * 64
    view[:, :wide] = blurred(SHARP, 2)[:, :wide]
    assert labels([SHARP] * 4 + [view] * 3 + [SHARP] * 4) == found


def test_one_sharp_thing_is_enough():
    film = blurred(SHARP, 4)
    film[64:192, :256] = SHARP[64:192, :256]
    assert [label for label in labels([film] * 4) if label.startswith("soft")] == []


def test_of_a_plain_picture_with_one_small_thing_nothing_can_be_said():
    plain = np.full((640, 1024), 90, np.uint8)
    plain[:128, :192] = SHARP[:128, :192]
    assert np.isnan(ratio_of(plain))
    plain[:192, :256] = SHARP[:192, :256]
    assert ratio_of(plain) < 0.6


def test_a_clip_that_is_soft_throughout():
    (seen, *_) = look_closely(Blur(), [blurred(SHARP, 5)] * 4)
    assert (seen.label, seen.message) == ("soft_clip", "The whole clip is soft: nowhere is there a sharp edge.")


@pytest.mark.parametrize(("times", "found"), [(1, False), (4, True)])
def test_it_sees_that_a_picture_was_enlarged(times, found):
    check = Blur(soft_above=1.0)
    seen = [each for each in look_closely(check, [enlarged(times)] * 4) if each.label == "looks_upscaled"]
    assert bool(seen) is found
    if found:
        assert 100 < check.details["looks_like_short_side"] < 576 / 2
        assert seen[0].message.startswith("The picture looks upscaled: 576 px on the short side, detail for about ")


def test_a_straight_fall_never_ends():
    power = 1 / np.maximum(1, np.arange(64.0)) ** 2
    assert cut_off(power) == 0.5
    power[32:] /= 1e4
    assert cut_off(power) == 32 / 128


def test_a_plain_picture_is_neither():
    with pytest.raises(Skipped):
        look_closely(Blur(), [np.full((320, 512), 120, np.uint8)] * 3)
    with pytest.raises(Skipped):
        list(Blur().conclude(make_clip()))


def test_in_a_clip_with_few_sharp_edges_less_can_be_lost():
    soft = blurred(SHARP, 1)
    usual, softer = ratio_of(soft), ratio_of(blurred(SHARP, 1.35))
    assert usual + 0.22 * (1 - usual) < softer < usual + 0.14
    assert labels([soft] * 4 + [blurred(SHARP, 1.35)] * 2 + [soft] * 4) == ["soft_stretch"]


def test_a_hand_held_camera_that_moves_more_than_where_it_is_sharp_blurs():
    # It moves by so many levels where it is soft, by 2 where it is sharp.
    film = [SHARP] * 6 + [blurred(SHARP, 2)] * 4
    for levels, found in ((2, ["soft_stretch"]), (6, [])):
        check = Blur()
        flicker = [100 + (2 if at < 17 else levels) * (at % 2) for at in range(30)]
        check.look(make_chunk([np.full((32, 64), level) for level in flicker], fps=9))
        for at, luma in enumerate(film):
            check.look_closely(Native(luma, at * 3, at / 3))
        seen = list(check.conclude(make_clip(frames=30, fps=Fraction(9))))
        assert [each.label for each in seen if each.label != "looks_upscaled"] == found


def test_a_single_soft_sample_is_no_stretch():
    assert labels([SHARP] * 4 + [blurred(SHARP, 2)] + [SHARP] * 4) == []


def test_a_stretch_may_take_more_than_half_of_the_clip():
    assert labels([SHARP] * 4 + [blurred(SHARP, 2)] * 6) == ["soft_stretch"]
