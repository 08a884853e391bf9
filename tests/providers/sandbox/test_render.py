from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest

from providers.sandbox.orders import Order
from providers.sandbox.render import pictures, render_clip
from providers.sandbox.scenarios import Scenario


def order(*scenarios, prompt="A boat on the sea", seconds=2, seed=1, **more):
    fields = {"model": "sandbox-1", "width": 64, "height": 36, "fps": Fraction(12)} | more
    return Order(prompt=prompt, seconds=seconds, seed=seed, scenarios=frozenset(scenarios), **fields)


def steps(frames):
    """Mean absolute difference of each frame to the one before, in 8-bit levels."""
    return [float(np.abs(b.astype(int) - a).mean()) for a, b in pairwise(frames)]


@pytest.mark.parametrize(
    "prompt", ["A static shot of a lighthouse at night", "fog over a slow calm meadow", "A train in the snow, tilt up"]
)
def test_an_ordinary_clip_never_stands_still_and_is_never_black(prompt):
    frames = list(pictures(order(prompt=prompt, width=160, height=90)))
    assert min(steps(frames)) > 0.1
    assert min(frame.mean() for frame in frames) > 20


def test_a_freeze_holds_one_frame_from_40_to_65_percent():
    # 24 frames: round(9.6) = 10 up to round(15.6) = 16, so frames 10 to 15 are one picture
    moved = [step > 0 for step in steps(list(pictures(order(Scenario.FREEZE))))]
    assert [index + 1 for index, step in enumerate(moved) if not step] == [11, 12, 13, 14, 15]


def test_black_is_ten_frames_in_the_middle():
    # 24 frames: the middle is 12, so frames 7 to 16
    frames = list(pictures(order(Scenario.BLACK)))
    assert [index for index, frame in enumerate(frames) if frame.max() == 0] == list(range(7, 17))


def test_a_cut_is_in_the_middle_and_nowhere_else():
    found = steps(list(pictures(order(Scenario.CUT))))
    assert found.index(max(found)) + 1 == 12
    assert sorted(found)[-1] > 3 * sorted(found)[-2]


def test_size_and_length_are_halved_and_sound_is_left_out(tmp_path):
    target = tmp_path / "clip.mp4"
    render_clip(order(Scenario.SIZE, Scenario.LENGTH, Scenario.SILENT), target)
    with av.open(str(target)) as container:
        frames = list(container.decode(video=0))
        assert [stream.type for stream in container.streams] == ["video"]
    assert [(frame.width, frame.height) for frame in frames] == [(32, 18)] * 12
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]


def test_the_same_order_gives_the_same_bytes_and_another_seed_another_picture(tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        render_clip(order(seed=seed, seconds=1), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    first, other = next(pictures(order(seed=1))), next(pictures(order(seed=2)))
    assert np.abs(first.astype(int) - other).mean() > 2


def test_a_rate_of_30000_over_1001_is_kept(tmp_path):
    render_clip(order(fps=Fraction(30000, 1001), seconds=1), tmp_path / "clip.mp4")
    with av.open(str(tmp_path / "clip.mp4")) as container:
        assert container.streams.video[0].average_rate == Fraction(30000, 1001)


def test_an_order_survives_its_journey_to_the_child():
    one = order(Scenario.FREEZE, Scenario.CUT, negative="rain")
    assert Order.from_json(one.as_json()) == one
