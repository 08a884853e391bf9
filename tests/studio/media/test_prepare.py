import hashlib
import json
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from studio.media.child import ChildLimits
from studio.media.errors import ChildFailed, UnreadableClip
from studio.media.limits import OpeningLimits
from studio.media.prepare import prepare_clip
from tests.clips import draw_clip, mux_raw, picture_drawer, plain, read_barcode


@pytest.fixture
def prepare(tmp_path):
    def prepare(path, **options):
        folder = tmp_path / f"derived-{path.stem}"
        folder.mkdir()
        return prepare_clip(path, folder, **options)

    return prepare


def pictures(path):
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]


def times(path):
    with av.open(str(path)) as container:
        return [frame.time for frame in container.decode(video=0)]


def picture(path):
    with Image.open(path) as image:
        return np.asarray(image)


def table(prepared):
    return json.loads(prepared.frames.read_text())


def test_the_proxy_has_the_same_frames_in_order_and_a_table_of_their_times(prepare, tmp_path):
    path = draw_clip(tmp_path / "clip.mp4", frames=40, fps="30000/1001")
    prepared = prepare(path)
    assert [read_barcode(picture) for picture in pictures(prepared.proxy)] == list(range(40))
    assert prepared.facts.frames == 40
    frames = table(prepared)
    assert frames["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (frames["timescale"], frames["start"], frames["step"], frames["count"]) == (30000, 0, 1001, 40)
    assert (frames["end"], frames["fps"]) == (40 * 1001, "30000/1001")
    assert "times" not in frames


def test_uneven_times_and_a_late_start_are_kept(prepare, tmp_path):
    at = [500, 540, 660, 700, 1900, 1940]
    prepared = prepare(draw_clip(tmp_path / "clip.mp4", frames=6, fps=25, times_ms=at, audio="tone"))
    assert times(prepared.proxy) == [moment / 1000 for moment in at]
    frames = table(prepared)
    assert (frames["timescale"], frames["times"]) == (1000, at)
    with av.open(str(prepared.proxy)) as container:
        keys = [packet.pts for packet in container.demux(video=0) if packet.is_keyframe]
    assert {500, 1900} <= set(keys)  # the first frame, and the first one a second later


def test_sound_stays_where_it_was(prepare, tmp_path):
    click = np.zeros((1, 48_000), np.float32)
    click[0, 24_000:24_480] = 0.8
    prepared = prepare(draw_clip(tmp_path / "clip.mp4", frames=24, fps=24, audio=click))
    with av.open(str(prepared.proxy)) as container:
        heard = [(frame.time, frame.to_ndarray()[0]) for frame in container.decode(audio=0)]
    start = heard[0][0] * 48_000
    loud = np.flatnonzero(np.abs(np.concatenate([samples for _, samples in heard])) > 0.2)
    assert start + loud[0] == pytest.approx(24_000, abs=200)
    assert prepared.facts.audio_duration_seconds == pytest.approx(1.0, abs=0.022)


def test_a_large_odd_clip_becomes_small_and_even(prepare, tmp_path):
    path = mux_raw(tmp_path / "clip.mp4", codec="libx265", size=(1922, 1081), frames=2, pixel_format="yuv444p")
    prepared = prepare(path)
    assert (prepared.facts.width, prepared.facts.height, prepared.facts.pixel_format) == (1922, 1081, "yuv444p")
    assert pictures(prepared.proxy)[0].shape[:2] == (720, 1280)  # 1281.4 x 720.6 before scaling by 1280/1922
    with av.open(str(prepared.proxy)) as container:
        assert container.streams.video[0].codec_context.pix_fmt == "yuv420p"


def test_a_turned_clip_stands_upright_and_pixels_become_square(prepare, tmp_path):
    def change(stream):
        stream.set_display_rotation(-90)  # a player turns it clockwise by 90
        stream.codec_context.sample_aspect_ratio = Fraction(2, 1)

    prepared = prepare(mux_raw(tmp_path / "clip.mp4", change=change))
    assert pictures(prepared.proxy)[0].shape[:2] == (128, 36)
    assert picture(prepared.poster).shape[:2] == (128, 36)


def test_turning_goes_clockwise(prepare, tmp_path):
    source = mux_raw(tmp_path / "drawn.mp4", frames=2, change=lambda stream: stream.set_display_rotation(-90))
    assert prepare(source).facts.rotation == 90
    bright_left = np.zeros((36, 64, 3), np.uint8)
    bright_left[:, :32] = 255
    with av.open(str(tmp_path / "left.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 36, "yuv420p"
        stream.set_display_rotation(-90)
        for _ in range(2):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(bright_left, format="bgr24")))
        container.mux(stream.encode(None))
    turned = pictures(prepare(tmp_path / "left.mp4").proxy)[0]
    assert turned.shape[:2] == (64, 36)
    assert turned[:28].mean() > 200  # what was left is now on top
    assert turned[36:].mean() < 50


def test_full_range_grey_keeps_its_level(prepare, tmp_path):
    prepared = prepare(mux_raw(tmp_path / "clip.mp4", frames=8, pixel_format="yuvj420p"))
    assert prepared.facts.colour_range == "full"
    assert pictures(prepared.proxy)[7].mean() == pytest.approx(140, abs=3)  # frame 7 is drawn at 7 x 20


def test_the_poster_is_not_a_black_frame(prepare, tmp_path):
    barcodes = picture_drawer(None, 64, 36)
    path = draw_clip(
        tmp_path / "clip.mp4", frames=8, draw=lambda n: barcodes(341) if n == 5 else plain((0, 0, 0), (64, 36))
    )
    poster = picture(prepare(path).poster)
    assert read_barcode(poster) == 341


def test_the_sprite_says_which_frame_each_tile_shows(prepare, tmp_path):
    prepared = prepare(draw_clip(tmp_path / "clip.mp4", frames=130, fps=60, size=(128, 72)))
    layout = table(prepared)["sprite"]
    assert layout == {"columns": 10, "rows": 7, "width": 128, "height": 72, "every": 2, "tiles": 65}
    sheet = picture(prepared.sprite)
    assert sheet.shape[:2] == (7 * 72, 10 * 128)
    for number in range(65):
        top, left = number // 10 * 72, number % 10 * 128
        assert read_barcode(sheet[top : top + 72, left : left + 128]) == 2 * number


def test_a_header_that_announces_nothing_still_gives_a_bounded_sheet(prepare, tmp_path):
    path = mux_raw(tmp_path / "clip.webm", codec="libvpx", frames=230, container_options={"live": "1"})
    layout = table(prepare(path))["sprite"]
    assert (layout["every"], layout["tiles"]) == (4, 58)  # 230 / 2 = 115 would be too many, 230 / 4 = 57.5


def test_a_clip_of_one_frame_is_prepared(prepare, tmp_path):
    prepared = prepare(draw_clip(tmp_path / "clip.mp4", frames=1, fps=24))
    frames = table(prepared)
    assert (frames["count"], frames["times"], frames["end"] / frames["timescale"]) == (1, [0], 1 / 24)
    assert prepared.facts.duration_seconds == pytest.approx(1 / 24)


def test_what_decodes_of_a_broken_file_is_prepared(prepare, tmp_path):
    rng = np.random.default_rng(1)
    noise = [rng.integers(0, 255, (36, 64, 3), np.uint8) for _ in range(8)]
    path = draw_clip(tmp_path / "clip.mp4", frames=8, draw=lambda index: noise[index])
    path.write_bytes(path.read_bytes()[:-6000])
    prepared = prepare(path)
    assert 0 < prepared.facts.frames < prepared.facts.announced_frames == 8
    assert len(pictures(prepared.proxy)) == prepared.facts.frames


def test_a_refusal_writes_nothing(prepare, tmp_path):
    (tmp_path / "clip.mp4").write_bytes(b"GIF89a" + bytes(100))
    with pytest.raises(UnreadableClip, match="GIF"):
        prepare(tmp_path / "clip.mp4")
    assert list((tmp_path / "derived-clip").iterdir()) == []


def test_limits_travel_into_the_child(prepare, tmp_path):
    path = draw_clip(tmp_path / "clip.mp4", frames=24, fps=8)
    with pytest.raises(UnreadableClip, match="at most 2 s"):
        prepare(path, opening=OpeningLimits(max_duration_seconds=2.0))


def test_a_child_without_memory_fails_by_name(prepare, tmp_path):
    path = draw_clip(tmp_path / "clip.mp4", frames=2, size=(4096, 2160), draw=[(9, 9, 9)])
    with pytest.raises(ChildFailed) as caught:
        prepare(path, limits=ChildLimits(memory_bytes=250_000_000))
    assert caught.value.kind == "memory"
