from fractions import Fraction

import av
import numpy as np
import pytest

from providers.encoding.h264 import H264Writer
from tests.clips import draw_clip, plain, read_barcode

GREY = plain((128, 128, 128), (64, 36))


def packets(path):
    with av.open(str(path)) as container:
        return [packet for packet in container.demux(video=0) if packet.pts is not None]


def pictures(path):
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]


def test_it_keeps_number_order_and_exact_times_at_29_97(tmp_path):
    path = draw_clip(tmp_path / "clip.mp4", frames=8, fps="30000/1001")
    assert [packet.pts for packet in packets(path)] == [n * 1001 for n in range(8)]
    assert packets(path)[0].time_base == Fraction(1, 30000)
    assert [read_barcode(picture) for picture in pictures(path)] == list(range(8))


def test_it_gives_the_last_frame_a_duration(tmp_path):
    path = draw_clip(tmp_path / "clip.mp4", frames=8, fps=24)
    assert [packet.duration for packet in packets(path)] == [1] * 8


def test_it_keeps_uneven_times_and_a_late_start(tmp_path):
    path = draw_clip(tmp_path / "clip.mp4", frames=4, fps=25, times_ms=[500, 540, 660, 700])
    assert [packet.pts for packet in packets(path)] == [500, 540, 660, 700]
    assert [packet.duration for packet in packets(path)] == [40, 120, 40, 40]


def test_it_writes_the_index_first_and_no_b_frames(tmp_path):
    path = draw_clip(tmp_path / "clip.mp4", frames=30, fps=10)
    raw = path.read_bytes()
    assert 0 < raw.find(b"moov") < raw.find(b"mdat")
    assert all(packet.pts == packet.dts for packet in packets(path))


def test_it_sets_a_key_frame_each_second_and_where_asked(tmp_path):
    path = draw_clip(tmp_path / "clip.mp4", frames=30, fps=10, draw=lambda index: GREY)
    assert [n for n, packet in enumerate(packets(path)) if packet.is_keyframe] == [0, 10, 20]
    with H264Writer(tmp_path / "asked.mp4", width=64, height=36, fps=Fraction(10), keyframe_every=100) as writer:
        for index in range(8):
            writer.write(GREY, key_frame=index == 5)
    assert [n for n, packet in enumerate(packets(tmp_path / "asked.mp4")) if packet.is_keyframe] == [0, 5]


def test_it_writes_the_same_bytes_twice(tmp_path):
    first = draw_clip(tmp_path / "a.mp4", audio="tone").read_bytes()
    assert draw_clip(tmp_path / "b.mp4", audio="tone").read_bytes() == first
    assert draw_clip(tmp_path / "c.mp4", audio="silence").read_bytes() != first


def test_its_colours_come_back_within_a_few_levels(tmp_path):
    red = (30, 30, 200)
    path = draw_clip(tmp_path / "clip.mp4", frames=2, draw=[red], crf=10)
    assert np.abs(pictures(path)[1].reshape(-1, 3).mean(axis=0) - red).max() < 12


def test_its_sound_is_as_long_as_what_was_written(tmp_path):
    path = draw_clip(tmp_path / "clip.mp4", frames=24, fps=24, audio="tone")
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        assert stream.codec_context.codec.canonical_name == "aac"
        assert stream.duration * stream.time_base == pytest.approx(1.0, abs=0.022)


@pytest.mark.parametrize("size", [(63, 36), (64, 35), (0, 36), (4098, 36)])
def test_it_refuses_sides_it_cannot_carry(tmp_path, size):
    with pytest.raises(ValueError, match="sides"):
        H264Writer(tmp_path / "clip.mp4", width=size[0], height=size[1], fps=Fraction(24))
    assert not (tmp_path / "clip.mp4").exists()


def test_it_refuses_times_that_stand_still(tmp_path):
    with H264Writer(tmp_path / "clip.mp4", width=64, height=36, fps=Fraction(24)) as writer:
        writer.write(GREY, pts=3)
        with pytest.raises(ValueError, match="must grow"):
            writer.write(GREY, pts=3)


def test_it_refuses_a_file_without_frames(tmp_path):
    with pytest.raises(ValueError, match="no frame"):
        H264Writer(tmp_path / "clip.mp4", width=64, height=36, fps=Fraction(24)).close()


def test_it_refuses_sound_in_a_file_opened_without(tmp_path):
    with H264Writer(tmp_path / "clip.mp4", width=64, height=36, fps=Fraction(24)) as writer:
        writer.write(GREY)
        with pytest.raises(ValueError, match="audio_rate"):
            writer.write_audio(np.zeros((1, 100), np.float32))
