import io
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from studio.media.errors import UnreadableClip
from studio.media.limits import OpeningLimits
from studio.media.opening import DECODER_OPTIONS, OPEN_OPTIONS, NamelessFile, open_clip, open_container
from studio.paths import CODE
from tests.clips import draw_clip, lie_about_size, mux_raw

FFCONCAT = b"ffconcat version 1.0\nfile other.mp4\n"
M3U8 = b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n"
SDP = b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n"


def opened(path, **limits):
    return open_clip(io.BytesIO(Path(path).read_bytes()), OpeningLimits(**limits))


def decoded(path, **limits):
    clip = opened(path, **limits)
    return clip, list(clip.decode())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (FFCONCAT, "list of other files"),
        (M3U8, "playlist"),
        (SDP, "streaming session"),
        (b"<?xml version='1.0'?><MPD></MPD>", "XML"),
        (b"GIF89a" + bytes(60), "GIF picture"),
        (b"\x89PNG\r\n\x1a\n" + bytes(60), "PNG picture"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(60), "sound file"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8X" + bytes(60), "WebP picture"),
        (b"ID3\x04" + bytes(60), "sound file"),
        (b"\xff\xfb\x90\x64" + bytes(60), "sound file"),
        (b"\x00\x00\x00\x1cftypavif" + bytes(60), "still picture"),
        (b"PK\x03\x04" + bytes(60), "archive"),
        (b"A slow pan over a harbour.", "not a video file"),
        (b"\x00\x01\x02", "not a video file"),
        (b"", "empty"),
    ],
)
def test_it_refuses_by_the_first_bytes_and_says_what_the_file_is(content, words):
    with pytest.raises(UnreadableClip, match=words):
        open_clip(io.BytesIO(content))


@pytest.mark.parametrize("content", [FFCONCAT, M3U8, SDP, b"\x00\x00\x00\x18ftypisom" + bytes(16) + FFCONCAT])
@pytest.mark.parametrize("demuxer", ["mov", "matroska"])
def test_the_forced_demuxer_reads_no_list_even_past_the_magic(content, demuxer):
    with pytest.raises(UnreadableClip):
        open_container(io.BytesIO(content), demuxer)


def concat(folder, options):
    """What FFmpeg does with a list of files if it is allowed to be one."""
    draw_clip(folder / "other.mp4", frames=3)
    (folder / "list.mp4").write_bytes(f"ffconcat version 1.0\nfile {folder}/other.mp4\n".encode())
    file = NamelessFile(io.BytesIO((folder / "list.mp4").read_bytes()))
    with av.open(file, format="concat", options=options) as container:
        return sum(1 for _ in container.decode(video=0))


def test_without_the_open_options_a_list_reads_another_clip(tmp_path):
    assert concat(tmp_path, {"safe": "0"}) == 3


def test_the_protocol_list_alone_stops_it(tmp_path):
    with pytest.raises(av.FFmpegError):
        concat(tmp_path, {"safe": "0", "protocol_whitelist": OPEN_OPTIONS["protocol_whitelist"]})


def test_the_format_list_alone_stops_it(tmp_path):
    with pytest.raises(av.FFmpegError):
        concat(tmp_path, {"safe": "0", "format_whitelist": OPEN_OPTIONS["format_whitelist"]})


def test_no_decoder_runs_while_the_header_is_read(tmp_path):
    raw = draw_clip(tmp_path / "clip.mp4").read_bytes()
    with av.open(io.BytesIO(raw), format="mov") as unlocked:
        assert unlocked.streams.video[0].codec_context.pix_fmt == "yuv420p"
    with open_container(io.BytesIO(raw), "mov") as locked:
        assert locked.streams.video[0].codec_context.pix_fmt is None
        assert locked.streams.video[0].codec_context.width == 64


def test_ffmpeg_learns_no_file_name(tmp_path):
    with draw_clip(tmp_path / "clip.mp4").open("rb") as file:
        assert not hasattr(NamelessFile(file), "name")


def test_it_refuses_a_codec_by_name(tmp_path):
    path = mux_raw(tmp_path / "clip.mp4", codec="mpeg4")
    with pytest.raises(UnreadableClip, match="coded as mpeg4, which we do not decode"):
        opened(path)


def test_the_decoder_list_binds_decoding_itself(tmp_path):
    path = mux_raw(tmp_path / "clip.mp4", codec="mpeg4")
    with av.open(str(path), options={"codec_whitelist": "none"}) as container:
        assert sum(1 for _ in container.decode(video=0)) == 8
    with av.open(str(path)) as container:
        container.streams.video[0].codec_context.options = dict(DECODER_OPTIONS)
        with pytest.raises(av.FFmpegError):
            next(container.decode(video=0))


MUX = """
import sys; from pathlib import Path; from tests.clips import mux_raw
mux_raw(Path(sys.argv[1]), codec=sys.argv[2], size=(128, 72))
"""


def muxed_elsewhere(path, codec):
    """In a process of its own: the AV1 encoder gives a process of root's that calls it real-time priority, for good."""
    subprocess.run([sys.executable, "-c", MUX, str(path), codec], check=True, cwd=CODE)


def test_it_decodes_every_codec_it_lists(tmp_path):
    kinds = {"libx264": "mp4", "libx265": "mp4", "libvpx": "webm", "libvpx-vp9": "webm", "libsvtav1": "mp4"}
    for codec, suffix in kinds.items():
        path = tmp_path / f"{codec}.{suffix}"
        muxed_elsewhere(path, codec)
        clip, frames = decoded(path)
        assert len(frames) == 8, codec
        assert clip.facts().container == {"mp4": "mp4", "webm": "matroska"}[suffix]


def test_a_header_that_lies_is_stopped_by_the_pixel_limit_of_the_decoder(tmp_path):
    path = lie_about_size(mux_raw(tmp_path / "clip.mp4", frames=2, size=(4128, 4128)), 64, 64)
    with av.open(str(path)) as container:
        assert next(container.decode(video=0)).width == 4128
    clip, frames = decoded(path)
    assert frames == []
    assert clip.decode_errors > 0
    with pytest.raises(UnreadableClip, match="Not one picture"):
        clip.facts()


def test_a_header_that_lies_about_one_side_is_stopped_while_decoding(tmp_path):
    path = lie_about_size(mux_raw(tmp_path / "clip.mp4", frames=2, size=(8192, 64)), 64, 64)
    with pytest.raises(UnreadableClip, match="8192x64"):
        decoded(path)


def test_a_bomb_is_refused_by_its_announced_size(tmp_path):
    path = lie_about_size(draw_clip(tmp_path / "clip.mp4"), 8192, 8192)
    with pytest.raises(UnreadableClip, match="8192x8192"):
        opened(path)


def test_announced_pixels_are_limited(tmp_path):
    path = draw_clip(tmp_path / "clip.mp4", frames=8)
    assert opened(path, max_pixels=64 * 36 * 8).announced_pixels == 64 * 36 * 8
    with pytest.raises(UnreadableClip, match="more picture"):
        opened(path, max_pixels=64 * 36 * 8 - 1)


def test_pixels_are_counted_while_decoding_where_nothing_is_announced(tmp_path):
    path = mux_raw(tmp_path / "clip.webm", codec="libvpx", container_options={"live": "1"})
    clip = opened(path, max_pixels=64 * 36 * 5)
    assert clip.announced_frames == 0
    with pytest.raises(UnreadableClip, match="more picture"):
        list(clip.decode())
    assert len(decoded(path, max_pixels=64 * 36 * 8)[1]) == 8


def test_duration_is_limited(tmp_path):
    path = draw_clip(tmp_path / "clip.mp4", frames=24, fps=8)
    opened(path, max_duration_seconds=3.0)
    with pytest.raises(UnreadableClip, match="lasts 3 s; at most 2 s"):
        opened(path, max_duration_seconds=2.0)


def test_duration_is_limited_while_decoding_too(tmp_path):
    path = mux_raw(tmp_path / "clip.webm", codec="libvpx", frames=30, container_options={"live": "1"})
    clip = opened(path, max_duration_seconds=1.0)
    assert clip.announced_seconds == 0
    with pytest.raises(UnreadableClip, match="at most 1 s"):
        list(clip.decode())


def test_a_rate_above_120_is_refused_and_120_is_not(tmp_path):
    opened(draw_clip(tmp_path / "ok.mp4", frames=24, fps=120))
    with pytest.raises(UnreadableClip, match="120 frames a second"):
        opened(draw_clip(tmp_path / "fast.mp4", frames=24, fps=240))


def test_the_rate_is_counted_while_decoding_too(tmp_path):
    path = mux_raw(tmp_path / "clip.webm", codec="libvpx", frames=40, container_options={"live": "1"})
    clip = opened(path, max_frames_per_second=10)  # 40 frames in 1.6 s: the 27th is too many for 1.08 + 1 s
    with pytest.raises(UnreadableClip, match="10 frames a second"):
        list(clip.decode())


def test_file_size_is_limited(tmp_path):
    with pytest.raises(UnreadableClip, match="larger than"):
        opened(draw_clip(tmp_path / "clip.mp4"), max_file_bytes=100)


def test_a_file_without_its_index_is_called_cut_off(tmp_path):
    path = mux_raw(tmp_path / "clip.mp4")  # index at the end
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(UnreadableClip, match="cut off"):
        opened(path)


def test_a_file_cut_in_the_middle_still_gives_its_beginning(tmp_path):
    rng = np.random.default_rng(1)
    noise = [rng.integers(0, 255, (36, 64, 3), np.uint8) for _ in range(8)]
    path = draw_clip(tmp_path / "clip.mp4", frames=8, draw=lambda index: noise[index])
    path.write_bytes(path.read_bytes()[:-6000])
    clip, frames = decoded(path)
    assert 0 < len(frames) < 8
    assert clip.facts().announced_frames == 8
    assert clip.facts().frames == len(frames)


def test_labels_in_no_known_alphabet_do_no_harm(tmp_path):
    with av.open(str(tmp_path / "clip.mp4"), "w") as container:
        container.metadata["title"] = "harbour"
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 36, "yuv420p"
        container.mux(stream.encode(av.VideoFrame(64, 36, "yuv420p")))
        container.mux(stream.encode(None))
    raw = (tmp_path / "clip.mp4").read_bytes()
    assert b"harbour" in raw
    (tmp_path / "clip.mp4").write_bytes(raw.replace(b"harbour", b"\xf0arbour"))
    assert len(decoded(tmp_path / "clip.mp4")[1]) == 1


def test_sound_alone_is_no_clip(tmp_path):
    with av.open(str(tmp_path / "sound.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=48_000, layout="mono")
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 4096), np.float32), format="fltp", layout="mono")
        sound.sample_rate = 48_000
        container.mux(stream.encode(sound))
        container.mux(stream.encode(None))
    with pytest.raises(UnreadableClip, match="no video"):
        opened(tmp_path / "sound.mp4")


def test_only_the_first_picture_and_the_first_sound_are_decoded(tmp_path):
    with av.open(str(tmp_path / "two.mp4"), "w") as container:
        streams = [container.add_stream("libx264", rate=24) for _ in range(2)]
        for stream, width in zip(streams, (64, 128), strict=True):
            stream.width, stream.height, stream.pix_fmt = width, 36, "yuv420p"
        for stream in streams:
            for _ in range(3):
                frame = av.VideoFrame(stream.width, 36, "yuv420p")
                for plane in frame.planes:
                    plane.update(bytes(plane.buffer_size))
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    clip, frames = decoded(tmp_path / "two.mp4")
    assert [frame.width for frame in frames] == [64, 64, 64]
    assert clip.facts().extra_streams == 1


def test_facts_of_a_plain_clip(tmp_path):
    clip, _ = decoded(draw_clip(tmp_path / "clip.mp4", frames=8, fps="30000/1001", audio="tone"))
    facts = clip.facts()
    assert (facts.width, facts.height, facts.frames, facts.announced_frames) == (64, 36, 8, 8)
    assert facts.fps == Fraction(30000, 1001)
    assert facts.duration_seconds == pytest.approx(8 * 1001 / 30000)
    assert (facts.start_seconds, facts.decode_errors, facts.extra_streams) == (0.0, 0, 0)
    assert (facts.video_codec, facts.audio_codec, facts.has_audio) == ("h264", "aac", True)
    assert facts.audio_duration_seconds == pytest.approx(8 * 1001 / 30000, abs=0.022)
    assert (facts.container, facts.moov_first, facts.monotonic, facts.colour_range) == ("mp4", True, True, "limited")
    assert facts.min_step_seconds == facts.max_step_seconds == pytest.approx(1001 / 30000)


def test_facts_of_uneven_times(tmp_path):
    clip, _ = decoded(draw_clip(tmp_path / "clip.mp4", frames=4, fps=25, times_ms=[500, 540, 660, 700]))
    facts = clip.facts()
    assert facts.start_seconds == 0.5
    assert (facts.min_step_seconds, facts.max_step_seconds) == (0.04, 0.12)
    assert facts.duration_seconds == pytest.approx(0.24)  # 0.2 s between first and last, which itself lasts 0.04 s


def test_facts_of_a_turned_anamorphic_clip_with_its_index_last(tmp_path):
    def change(stream):
        stream.set_display_rotation(-90)
        stream.codec_context.sample_aspect_ratio = Fraction(4, 3)

    clip, _ = decoded(mux_raw(tmp_path / "clip.mp4", change=change))
    facts = clip.facts()
    assert (facts.rotation, facts.sample_aspect, facts.moov_first) == (90, Fraction(4, 3), False)
    assert (facts.has_audio, facts.audio_codec, facts.audio_duration_seconds) == (False, None, None)
