"""Flashes: how many, how large, how strong, in which light. 160x90 px small luma is 32x18 cells of 5 px."""

from fractions import Fraction

import numpy as np
import pytest

from reviews.checks.flashing import Flashing
from reviews.checks.light import RED_SCALE, light_of
from reviews.checks.swings import Swings
from studio.media.clip import Chunk, Colours, Matrix, Transfer
from tests.reviews.checks.drawing import make_clip

HEIGHT, WIDTH = 90, 160
BT709 = Colours()
LOW, HIGH = 16, 235
CHUNK = 64


def shown(check, luma, fps, *, u=None, v=None, times=None):
    """The instrument's observations of frames (n, 90, 160), in chunks as the reader makes them."""
    count = len(luma)
    times = np.arange(count) / float(fps) if times is None else np.array(times)
    grey = np.full((count, HEIGHT // 2, WIDTH // 2), 128, np.uint8)
    planes = (luma.astype(np.uint8), grey if u is None else u, grey if v is None else v, times)
    for start in range(0, count, CHUNK):
        carried = 1 if start else 0
        part = slice(start - carried, start + CHUNK)
        check.look(Chunk(*(plane[part] for plane in planes), start, carried))
    return list(check.conclude(make_clip(frames=count, fps=Fraction(fps), times=list(times))))


def square(hz: float, fps: float, *, seconds: float = 2.0, low: int = LOW, high: int = HIGH, box=(18, 32)):
    """`box` (rows, columns) of cells in the middle flash on a ground of 60; light first."""
    count = round(seconds * float(fps))
    phase = (np.arange(count) / float(fps) * hz + 1e-6) % 1
    film = np.full((count, HEIGHT, WIDTH), 60, np.uint8)
    tall, wide = box[0] * 5, box[1] * 5
    top, left = (HEIGHT - tall) // 10 * 5, (WIDTH - wide) // 10 * 5
    film[:, top : top + tall, left : left + wide] = np.where(phase < 0.5, high, low)[:, None, None]
    return film


def labels(film, fps, **kw):
    return [seen.label for seen in shown(Flashing(), film, fps, **kw)]


RATES = [Fraction(24000, 1001), 24, 25, 30, 50, 60]


@pytest.mark.parametrize("fps", RATES)
def test_three_flashes_a_second_pass_and_four_do_not(fps):
    assert labels(square(3, fps), fps) == ["near"]
    assert labels(square(4, fps), fps) == ["broadcast"]


@pytest.mark.parametrize("fps", RATES)
def test_so_it_is_for_slow_ramps(fps):
    def wave(hz):
        seconds = np.arange(round(2 * float(fps))) / float(fps)
        level = 125 - 109 * np.cos(2 * np.pi * hz * seconds)
        return np.broadcast_to(level[:, None, None], (len(level), HEIGHT, WIDTH))

    assert labels(wave(3), fps) == ["near"]
    assert labels(wave(4), fps) == ["broadcast"]


def test_it_says_where_and_how_fast():
    film = square(5, 25, box=(9, 16))
    film[:25] = 60  # the flashes begin at 1.0 s
    check = Flashing()
    (seen,) = shown(check, film, 25)
    assert (seen.label, seen.start_frame, seen.end_frame) == ("broadcast", 25, 50)
    assert seen.message == (
        "Flashes 5.0 times a second over 25% of the picture, 1.0-2.0 s: over the limit of 3 (BT.1702). "
        "Screening, not certification."
    )
    assert (seen.score, seen.threshold, seen.unit) == (pytest.approx(5.0, abs=0.3), 3.0, "flashes a second")
    assert seen.boxes == ((0.25, pytest.approx(4 / 18), 0.5, 0.5),)
    assert check.measured == 0.25
    assert (seen.evidence.heat.rows, seen.evidence.heat.columns) == (18, 32)
    assert seen.evidence.curve.threshold == 0.25


@pytest.mark.parametrize(
    ("box", "found"),
    [
        ((9, 16), ["broadcast"]),  # 144 of 576 cells: a quarter
        ((9, 15), ["wcag"]),
        ((3, 6), ["wcag"]),  # 18 of the 6x11 cells of a field
        ((4, 4), []),  # 16 of 66
    ],
)
def test_how_large_it_may_be(box, found):
    assert labels(square(5, 25, box=box), 25) == found


def light_of_one(y, u, v, colours=BT709):
    planes = (np.full((1, side, side), level, np.uint8) for side, level in ((10, y), (5, u), (5, v)))
    return light_of(Chunk(*planes, np.zeros(1), 0, 0, colours))


def code_of(light: float) -> int:
    """The limited-range luma nearest to a relative luminance."""
    return min(range(16, 236), key=lambda level: abs(light_of_one(level, 128, 128).luminance.max() - light))


@pytest.mark.parametrize(
    ("dark", "bright", "found"),
    [
        (0.3, 0.42, ["broadcast"]),  # 0.12 apart
        (0.3, 0.38, []),
        (0.78, 0.95, ["broadcast"]),  # the darker below 0.8
        (0.83, 1.0, []),
        (0.0, 1.0, ["broadcast"]),  # a full swing
    ],
)
def test_how_strong_it_may_be(dark, bright, found):
    assert labels(square(5, 25, low=code_of(dark), high=code_of(bright)), 25) == found


def test_halves_that_take_turns_flash_both():
    film = square(5, 25)
    film[:, :, 80:] = LOW + HIGH - film[:, :, 80:]
    assert labels(film, 25) == ["broadcast"]


def test_parts_that_take_turns_add_up():
    film = square(5, 25)
    film[:, :, 30:130] = 60
    film[:, :, 130:] = LOW + HIGH - film[:, :, 130:]  # 6 of 32 columns of cells on each side
    (seen,) = shown(Flashing(), film, 25)
    assert (seen.label, "over 38% of the picture" in seen.message) == ("broadcast", True)


def test_it_tells_of_the_lesser_flashes_before_and_after_the_worst():
    film = square(5, 25, seconds=8, box=(9, 12))
    film[75:100] = square(5, 25, seconds=8)[75:100]
    told = {(seen.label, seen.start_frame, seen.end_frame) for seen in shown(Flashing(), film, 25)}
    assert told == {("wcag", 3, 75), ("broadcast", 75, 103), ("wcag", 103, 200)}


def test_it_tells_of_flashes_half_a_second_after_worse_ones():
    film = np.full((125, HEIGHT, WIDTH), 60)
    film[25:50] = square(5, 25, seconds=5)[25:50]
    film[62:112] = square(5, 25, seconds=5, box=(9, 12))[62:112]
    told = [(seen.label, seen.start_frame) for seen in shown(Flashing(), film, 25)]
    assert told == [("broadcast", 25), ("wcag", 62)]


def test_a_fine_pattern_that_reverses_averages_out():
    film = square(5, 25)
    squares = np.indices((HEIGHT, WIDTH)).sum(axis=0) % 2 == 1
    film[:, squares] = LOW + HIGH - film[:, squares]
    assert labels(film, 25) == []


def test_edges_that_move_do_not_flash_together():
    picture = np.random.default_rng(3).choice([LOW, HIGH], (18, 40)).repeat(5, 0).repeat(5, 1)
    film = np.stack([np.roll(picture, 4 * at, axis=1)[:, :WIDTH] for at in range(60)])
    assert [seen for seen in labels(film, 30) if seen in ("broadcast", "wcag")] == []


def test_three_and_a_half_flashes_in_a_row_are_too_many_and_three_are_not():
    film = np.full((50, HEIGHT, WIDTH), LOW)
    film[[10, 12, 14]] = HIGH  # six transitions
    assert "broadcast" not in labels(film, 25)
    film[[16]] = HIGH
    assert labels(film, 25) == ["broadcast"]


PURE_RED, PALE_RED = (63, 102, 240), (126, 128, 160)
"""Y, U, V. The pale one has a working value of 36, but 57 % of its light is red."""


def red_film(colour):
    """The colour and grey of the same luma in turn, five times a second, two seconds at 25 frames a second."""
    luma, *chroma = colour
    lit = (np.arange(50) / 25 * 5 + 1e-6) % 1 < 0.5
    planes = [np.full((50, HEIGHT // 2, WIDTH // 2), 128, np.uint8) for _ in chroma]
    for plane, level in zip(planes, chroma, strict=True):
        plane[lit] = level
    return np.full((50, HEIGHT, WIDTH), luma), *planes


def test_saturated_red_counts_whatever_its_luminance():
    luma, u, v = red_film(PURE_RED)
    (seen,) = shown(Flashing(luminance_step=9.0), luma, 25, u=u, v=v)
    assert seen.label == "red_broadcast"
    assert seen.message.startswith("Red flashes 5.0 times a second over 100% of the picture")


def test_paler_red_does_not():
    luma, u, v = red_film(PALE_RED)
    assert shown(Flashing(luminance_step=9.0), luma, 25, u=u, v=v) == []


@pytest.mark.parametrize(("seconds", "found"), [(6, ["extended"]), (4, ["near"])])
def test_two_a_second_may_not_go_on_for_ever(seconds, found):
    film = square(2, 25, seconds=seconds)
    assert labels(film, 25) == found
    if found == ["extended"]:
        said = shown(Flashing(), film, 25)[0].message
        assert said == "Flashes 2.0 times a second for 5.7 s, 0.3-6.0 s: too long, though within the limit. " + (
            "Screening, not certification."
        )


def test_one_a_second_is_nothing():
    assert labels(square(1, 25, seconds=8), 25) == []


def test_below_seven_frames_a_second_it_cannot_be():
    check = Flashing()
    assert shown(check, square(2.5, 5, seconds=6), 5) == []
    assert check.details == {"note": "At this rate more than three flashes a second cannot occur."}


@pytest.mark.parametrize(("hz", "found"), [(3, []), (4, ["broadcast"]), (7, ["broadcast"])])
def test_a_fast_second_within_a_slow_clip_is_seen(hz, found):
    steps = [1 / 5] * 25 + [1 / 30] * 30 + [1 / 5] * 25
    film = np.full((80, HEIGHT, WIDTH), 60)
    film[25:55] = square(hz, 30, seconds=1)
    assert labels(film, 5, times=np.cumsum([0, *steps[:-1]])) == found


def test_windows_are_of_time_and_not_of_frames():
    film = square(5, 25)
    slow = np.arange(len(film)) / 12.5  # the same frames at half the speed: 2.5 flashes a second
    assert "broadcast" not in labels(film, 25, times=slow)


def test_a_still_picture_and_a_slow_fade_are_calm():
    assert labels(np.full((50, HEIGHT, WIDTH), 120), 25) == []
    fade = np.linspace(LOW, HIGH, 100)
    assert labels(np.broadcast_to(fade[:, None, None], (100, HEIGHT, WIDTH)), 25) == []


@pytest.mark.parametrize(
    ("yuv", "matrix", "luminance"),
    [
        ((16, 128, 128), Matrix.BT709, 0.0),
        ((235, 128, 128), Matrix.BT709, 1.0),
        ((126, 128, 128), Matrix.BT709, 0.2158),  # half of the scale, to the power of about 2.2
        ((63, 102, 240), Matrix.BT709, 0.2126),  # pure red
        ((81, 90, 240), Matrix.BT601, 0.2126),
        ((32, 240, 118), Matrix.BT709, 0.0722),  # pure blue
    ],
)
def test_luminance_of_colours_that_are_known(yuv, matrix, luminance):
    light = light_of_one(*yuv, Colours(matrix))
    assert light.luminance == pytest.approx(luminance, abs=0.01)


def test_red_of_colours_that_are_known():
    red = light_of_one(*PURE_RED)
    assert red.red == pytest.approx(RED_SCALE, rel=0.03)
    assert red.saturated.all()
    pale = light_of_one(*PALE_RED)
    assert pale.red == pytest.approx(36, abs=1)
    assert not pale.saturated.any()
    assert light_of_one(126, 128, 128).red.max() == 0


@pytest.mark.parametrize(
    ("transfer", "level", "candela"),
    [(Transfer.PQ, 16 + round(0.5081 * 219), 100), (Transfer.HLG, 235, 1000)],  # ST 2084: 0.508 is 100 cd/m2
)
def test_hdr_counts_against_two_hundred_candela(transfer, level, candela):
    light = light_of_one(level, 128, 128, Colours(transfer=transfer)).luminance.max()
    assert light == pytest.approx(candela / 200, rel=0.03)


def test_a_ramp_that_starts_above_the_dark_limit_turns_when_it_gets_there():
    swings = Swings(1, 0.1, darker_below=0.8)
    for at, level in enumerate([1.0, 0.95, 0.85, 0.7, 0.3, 0.5, 0.9]):
        swings.see(np.array([level], np.float32), float(at))
    assert swings.times[-2:, 0].tolist() == [3.0, 5.0]
