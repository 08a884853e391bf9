"""What each instrument is shown in the one pass: the active picture, native frames, sound; and where boxes end up."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar

import numpy as np
import pytest

from reviews.checks.active_picture import active_window
from reviews.checks.base import Clip, Instrument, Observation, Spec
from reviews.checks.bench import Bench
from reviews.checks.inspection_child import inspect, turned, within
from reviews.checks.profile import ANY_MODEL
from studio.media.clip import Window
from studio.media.opening import open_clip
from studio.media.samples import SampleWriter, read_sound, stored_samples
from tests.clips import draw_clip
from tests.reviews.checks.drawing import texture


@dataclass
class Witness(Instrument):
    """Notes the shapes of what it is shown."""

    key: ClassVar[str] = "witness"
    version: ClassVar[int] = 1

    small: set[tuple[int, ...]] = field(default_factory=set)
    native: dict[int, tuple[int, ...]] = field(default_factory=dict)
    heard: float = 0.0

    def look(self, chunk):
        self.small.add(chunk.luma.shape[1:])

    def look_closely(self, native):
        self.native[native.frame] = native.luma.shape

    def hear(self, sound):
        self.heard += sound.samples.shape[1] / sound.rate

    def conclude(self, clip: Clip):
        self.details = {"active": list(clip.active)}
        yield Observation.of_clip(clip, "seen", score=1, threshold=0, unit="", message="Seen.", boxes=((0, 0, 1, 1),))


@dataclass
class BarWitness(Witness):
    key: ClassVar[str] = "bar_witness"
    sees_bars: ClassVar[bool] = True


def pillarboxed(index: int) -> np.ndarray:
    """A 64x32 picture between black bars of 8 px, in a frame of 80x32."""
    frame = np.zeros((32, 80, 3), np.uint8)
    frame[:, 8:72] = np.roll(texture(1), index, axis=1)[..., None]
    return frame


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pass")
    path = draw_clip(folder / "a.mp4", frames=40, size=(80, 32), fps=Fraction(10), draw=pillarboxed, audio="tone")
    witness, other = Witness(), BarWitness()
    with path.open("rb") as file:
        samples = SampleWriter(folder, announced_seconds=4.0)
        answer = inspect(open_clip(file), Spec(), ANY_MODEL, [Bench(witness), Bench(other)], samples)
    return witness, other, answer, folder


def test_it_shows_the_picture_within_its_bars_to_all_but_who_asks_for_them(shown):
    witness, other, _, _ = shown
    assert (witness.small, other.small) == ({(32, 64)}, {(32, 80)})
    assert set(witness.native.values()) == {(32, 64)}


def test_it_shows_three_native_frames_a_second(shown):
    witness, _, _, _ = shown
    assert list(witness.native) == [0, 4, 8, 12, 16, 20, 24, 28, 32, 36]  # every third of a second at 10 fps


def test_it_lets_all_of_the_sound_be_heard(shown):
    witness, _, _, _ = shown
    assert witness.heard == pytest.approx(4.0, abs=0.1)


def test_boxes_come_back_as_boxes_of_the_whole_picture(shown):
    _, _, answer, _ = shown
    boxes = [report["observations"][0]["boxes"] for report in answer["reports"]]
    assert boxes == [((0.1, 0.0, 0.8, 1.0),), ((0, 0, 1, 1),)]
    assert answer["reports"][0]["details"] == {"active": [0.1, 0.0, 0.8, 1.0]}


def test_it_leaves_two_samples_a_second_and_thin_sound_for_the_models(shown):
    _, _, _, folder = shown
    assert [sample.frame for sample in stored_samples(folder)] == [0, 5, 10, 15, 20, 25, 30, 35]
    assert len(read_sound(folder)) == pytest.approx(4 * 16_000, abs=2_000)


@pytest.mark.parametrize(
    ("degrees", "box"),
    [(0, (0.1, 0.2, 0.3, 0.4)), (90, (0.4, 0.1, 0.4, 0.3)), (180, (0.6, 0.4, 0.3, 0.4)), (270, (0.2, 0.6, 0.4, 0.3))],
)
def test_a_box_turns_with_the_picture(degrees, box):
    assert turned((0.1, 0.2, 0.3, 0.4), degrees) == pytest.approx(box)


def test_a_box_of_a_window_is_a_smaller_box_of_the_whole():
    assert within((0.5, 0.5, 0.5, 0.5), (0.1, 0.0, 0.8, 1.0)) == pytest.approx((0.5, 0.5, 0.4, 0.5))


@pytest.mark.parametrize(
    ("left", "right", "window"),
    [
        (8, 8, Window(8, 0, 56, 32)),
        (8, 0, Window(0, 0, 64, 32)),  # one bar is a dark edge, not a pillarbox
        (1, 0, Window(0, 0, 64, 32)),
        (9, 8, Window(10, 0, 56, 32)),  # rounded up to whole chroma samples
    ],
)
def test_bars_are_two_black_ones_of_about_the_same_width(left, right, window):
    frame = texture(1)
    frame[:, :left] = 16
    frame[:, 64 - right :] = 16
    assert active_window(np.stack([frame, frame])) == window


def test_a_black_clip_has_no_bars():
    assert active_window(np.full((2, 32, 64), 16, np.uint8)) == Window(0, 0, 64, 32)
