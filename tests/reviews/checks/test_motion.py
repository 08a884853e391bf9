import numpy as np
import pytest

from reviews.checks.motion import Flow, shrunk
from tests.reviews.checks.test_temporal_drift import panning


def test_still_frames_leave_nothing():
    still = panning(1)[0].astype(np.uint8)
    flow = Flow()
    assert flow.unexplained(still, still, flow.between(still, still)).max() == 0


def test_motion_says_where_a_pixel_was():
    before, after = (each.astype(np.uint8) for each in panning(2, step=2))
    flow = Flow()
    motion = flow.between(before, after)
    assert np.median(motion[..., 0]) == pytest.approx(2, abs=0.2)  # the picture went left: it was on the right
    standing = np.zeros_like(motion)
    assert flow.unexplained(before, after, motion).mean() < 0.2 * flow.unexplained(before, after, standing).mean()


def test_small_pictures_stay_as_they_are():
    assert shrunk(np.zeros((36, 64), np.uint8), 160).shape == (36, 64)
    assert shrunk(np.zeros((180, 320), np.uint8), 160).shape == (90, 160)
