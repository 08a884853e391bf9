import json
from fractions import Fraction

import pytest

from studio.media.timecode import to_timecode

from .conftest import ORIGIN

RATES = ["8", "16", "24000/1001", "24", "25", "30000/1001", "30", "60000/1001", "60"]
# Around the minutes at which numbers are dropped, and an hour.
FRAMES = [0, 1, 57, 1799, 1800, 1801, 3597, 3598, 17981, 17982, 17983, 19782, 35964, 107892]


@pytest.fixture
def call(page, serve):
    """Evaluate an expression over the exports of frames.js, here `f`."""
    serve({"/": "<!doctype html><title>frames</title>"})
    page.goto(ORIGIN)

    def evaluate(expression: str, argument: object = None):
        body = f"const f = await import('/static/js/frames.js'); return {expression};"
        return page.evaluate(f"async (argument) => {{ {body} }}", argument)

    return evaluate


@pytest.mark.parametrize("rate", RATES)
def test_the_browser_and_the_server_write_the_same_timecode(call, rate):
    shown = call("argument[0].map((n) => f.timecode(n, f.parseRate(argument[1])))", [FRAMES, rate])
    assert shown == [to_timecode(frame, Fraction(rate)) for frame in FRAMES]


def test_a_seek_aims_inside_its_frame_and_before_the_middle(call):
    table = json.dumps({"timescale": 25, "count": 3, "start": 0, "step": 1, "end": 3, "fps": "25"})
    # Frame 1 lies at 0.04 to 0.08 s; 0.45 of the way is 0.058 s, which at 25 units a second rounds to its own start.
    assert call(f"new f.FrameTable({table}).middle(1)") == pytest.approx(0.058)


def test_uneven_times_and_a_late_start_are_the_file_s_own(call):
    table = json.dumps({"timescale": 1000, "count": 4, "times": [500, 540, 660, 700], "end": 740, "fps": "25"})
    assert call(f"[0.5, 0.5399, 0.6, 0.66, 0.7399].map((t) => new f.FrameTable({table}).at(t))") == [0, 1, 1, 2, 3]
    assert call(f"new f.FrameTable({table}).starts(4)") == 0.74


def test_times_rounded_by_the_browser_still_name_their_frame(call):
    table = json.dumps({"timescale": 30000, "count": 90, "start": 0, "step": 1001, "end": 90090, "fps": "30000/1001"})
    microseconds = "Math.floor(n * 1001 / 30000 * 1e6) / 1e6"
    named = f"[...Array(90).keys()].map((n) => new f.FrameTable({table}).at({microseconds}))"
    assert call(named) == list(range(90))
