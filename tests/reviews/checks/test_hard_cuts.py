import numpy as np
import pytest

from reviews.checks.base import Skipped
from reviews.checks.hard_cuts import HardCuts
from tests.reviews.checks.drawing import look, moving, texture
from tests.reviews.checks.test_temporal_drift import panning

BLACK = np.full((32, 64), 16)


def found(film, **kw):
    return [(seen.label, seen.start_frame, seen.end_frame) for seen in look(HardCuts(), film, **kw)]


def test_it_finds_the_first_frame_of_another_shot():
    assert found([texture(1)] * 10 + [texture(2)] * 10) == [("cut", 10, 11)]


def test_it_finds_a_cut_between_chunks():
    from tests.reviews.checks.drawing import make_chunk, make_clip

    check, film = HardCuts(), [texture(1)] * 4 + [texture(2)] * 4
    whole = make_chunk(film)
    check.look(type(whole)(whole.luma[:4], whole.u[:4], whole.v[:4], whole.pts_seconds[:4], 0))
    check.look(type(whole)(whole.luma[3:], whole.u[3:], whole.v[3:], whole.pts_seconds[3:], 4, carried=1))
    assert [seen.start_frame for seen in check.conclude(make_clip(frames=8, fps=10))] == [4]


@pytest.mark.parametrize(("shots", "label"), [(1, "cut"), (3, "shot_change")])
def test_it_names_the_change_after_the_shots_asked(shots, label):
    assert found([texture(1)] * 10 + [texture(2)] * 10, spec={"shots": shots}) == [(label, 10, 11)]


def test_it_finds_a_cut_that_only_changes_colour():
    assert found([texture(1)] * 20, u=[90] * 10 + [170] * 10) == [("cut", 10, 11)]


def test_it_joins_the_two_cuts_of_a_foreign_frame():
    film = [texture(1)] * 20
    film[10] = texture(2)
    (seen,) = look(HardCuts(), film)
    assert (seen.start_frame, seen.end_frame) == (10, 12)
    assert seen.message == "The picture cuts 2 times between 1.00 s and 1.10 s."


def test_it_takes_a_flash_for_the_same_picture():
    film = [texture(1, high=120)] * 20
    film[10] = texture(1, high=120) * 2
    assert found(film) == []


@pytest.mark.parametrize("relit", [lambda level: level * 2 + 60, lambda level: 16 + (level - 16) // 8])
def test_it_takes_a_scene_that_is_suddenly_lit_anew_for_one_shot(relit):
    film = [texture(1, high=90)] * 20
    film[10:] = [np.clip(relit(texture(1, high=90).astype(int)), 0, 235)] * 10
    assert found(film, u=[90] * 10 + [120] * 10) == []


def test_it_takes_steady_fast_motion_for_one_shot():
    assert found(moving(1, 30, step=7)) == []


def test_it_takes_a_whip_pan_of_three_frames_for_one_shot():
    still, end = [texture(1)] * 10, texture(4)
    assert found([*still, texture(2), texture(3), *[end] * 10]) == []


def test_it_takes_drawings_on_twos_for_one_shot():
    shift = moving(1, 40, step=3)
    assert found([shift[index // 2 * 2] for index in range(40)]) == []


def test_it_leaves_going_to_black_and_back_to_black_frames():
    assert found([texture(1)] * 10 + [BLACK] * 3 + [texture(1)] * 10) == []


def test_it_finds_another_picture_behind_a_short_black_gap():
    assert found([texture(1)] * 10 + [BLACK] * 3 + [texture(2)] * 10) == [("cut", 10, 14)]


def test_it_knows_a_scene_that_moved_on_behind_a_black_gap():
    film = moving(1, 26, step=2)
    film[10:13] = [BLACK] * 3
    assert found(film) == []


def test_it_leaves_the_jump_after_a_hold_to_frozen_frames():
    slow = moving(1, 20)
    far = np.roll(texture(1), 30, axis=1)  # the same pixels elsewhere: a histogram distance of 0
    assert found([*slow[:10], *[slow[10]] * 6, *[far] * 6]) == []
    assert found([*slow[:16], *[far] * 6]) == [("cut", 16, 17)]


def test_it_lets_a_long_black_gap_part_two_shots():
    assert found([texture(1)] * 10 + [BLACK] * 6 + [texture(2)] * 10) == []


def test_it_sees_no_shots_in_flat_colours():
    assert found([np.full((32, 64), 60)] * 10 + [np.full((32, 64), 200)] * 10) == []


def test_it_does_not_run_on_a_single_frame():
    with pytest.raises(Skipped, match="One frame"):
        look(HardCuts(), [texture(1)])


def test_it_finds_a_jump_within_a_slow_scene_and_shows_both_sides():
    film = [80 + 0.3 * each for each in panning(40)]  # soft: D stays below 9
    (seen,) = look(HardCuts(), film[:15] + film[24:], fps=24)
    assert (seen.label, seen.start_frame, seen.end_frame) == ("cut", 15, 16)
    assert seen.message == "The scene jumps at 0.62 s: no motion leads there."
    assert seen.score > seen.threshold >= 0.5
    assert seen.evidence.frames == (14, 15)


def test_it_leaves_a_jump_after_a_hold_to_frozen_frames():
    film = panning(40)
    assert found([*film[:10], *[film[10]] * 6, *film[26:]], fps=24) == []


def test_it_takes_a_scene_that_pulses_for_one_shot():
    pulsing = [each * (1 + 0.08 * (-1) ** at) for at, each in enumerate(panning(40))]
    assert found(pulsing, fps=24) == []


def test_it_shows_the_last_picture_before_a_gap_and_the_first_behind():
    (seen,) = look(HardCuts(), [texture(1)] * 10 + [BLACK] * 3 + [texture(2)] * 10)
    assert seen.evidence.frames == (9, 13)
