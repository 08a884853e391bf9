import av
import numpy as np
import pytest

from studio.media.clip import cell_means, read_chunks, small_planes, small_size


def grey_frame(
    level: int, *, width: int = 64, height: int = 36, pixels: str = "yuv420p", chroma: int = 128
) -> av.VideoFrame:
    """One frame of raw planes, no colour conversion."""
    frame = av.VideoFrame(width, height, pixels)
    for plane, value in zip(frame.planes, (level, chroma, chroma), strict=True):
        plane.update(bytes([value]) * plane.buffer_size)
    return frame


def frames(count: int):
    return ((grey_frame(16 + index), index / 10) for index in range(count))


def test_it_shows_every_frame_once_and_every_pair_of_neighbours_once():
    chunks = list(read_chunks(frames(10), chunk_frames=4))
    assert [(chunk.first_frame, chunk.carried, len(chunk.luma)) for chunk in chunks] == [
        (0, 0, 4),
        (4, 1, 5),
        (8, 1, 3),
    ]
    assert [int(level) for chunk in chunks for level in chunk.new_luma[:, 0, 0]] == list(range(16, 26))
    assert np.concatenate([chunk.new_pts_seconds for chunk in chunks]) == pytest.approx(np.arange(10) / 10)
    assert np.concatenate([chunk.luma_difference for chunk in chunks]).tolist() == [1.0] * 9


def test_it_gives_no_empty_chunk_at_the_end():
    assert [len(chunk.luma) for chunk in read_chunks(frames(4), chunk_frames=4)] == [4]
    assert list(read_chunks(iter(()))) == []


def test_one_frame_is_a_chunk_without_pairs():
    (chunk,) = read_chunks(frames(1))
    assert len(chunk.luma_difference) == len(chunk.chroma_difference) == len(chunk.cell_difference_p99) == 0
    assert chunk.contrast.tolist() == [0.0]


@pytest.mark.parametrize(
    ("size", "small"),
    [
        ((1280, 720), (320, 180)),
        ((720, 1280), (180, 320)),
        ((64, 36), (64, 36)),
        ((4096, 2), (320, 1)),
        ((641, 361), (320, 180)),
    ],
)
def test_the_longer_side_is_at_most_320(size, small):
    assert small_size(*size) == small


def test_chroma_is_half_of_the_small_luma():
    y, u, v = small_planes(grey_frame(100, width=641, height=361, chroma=90))
    assert (y.shape, u.shape, v.shape) == ((180, 320), (90, 160), (90, 160))
    assert (int(y[5, 5]), int(u[5, 5])) == (100, 90)


def test_it_averages_the_area_of_each_pixel():
    frame = grey_frame(0, width=640, height=2)
    stripes = np.tile(np.array([50, 100], np.uint8), frame.planes[0].line_size // 2)
    frame.planes[0].update(np.tile(stripes, 2).tobytes())
    assert set(small_planes(frame)[0].ravel().tolist()) == {75}


@pytest.mark.parametrize(("full", "limited"), [(0, 16), (255, 235), (128, 126)])
def test_it_brings_full_range_to_limited(full, limited):
    # 16 + 219 * 128 / 255 = 125.9
    assert int(small_planes(grey_frame(full, pixels="yuvj420p"))[0][0, 0]) == limited


@pytest.mark.parametrize("pixels", ["yuv444p", "yuv422p", "yuv420p10le", "yuv444p10le", "yuvj444p"])
def test_it_reads_other_formats_at_the_same_levels(pixels):
    source = grey_frame(100)
    y = small_planes(source.reformat(format=pixels))[0]
    assert abs(int(y[10, 10]) - 100) <= 1


def test_it_reads_rgb_as_limited_range():
    white = av.VideoFrame.from_ndarray(np.full((36, 64, 3), 255, np.uint8), format="rgb24")
    assert int(small_planes(white.reformat(format="gbrp"))[0][10, 10]) == 235


def test_a_stream_that_changes_its_size_is_compared_at_the_first_one():
    mixed = iter([(grey_frame(40), 0.0), (grey_frame(50, width=128, height=128), 0.1)])
    (chunk,) = read_chunks(mixed)
    assert chunk.luma.shape == (2, 36, 64)
    assert chunk.luma_difference.tolist() == [10.0]


def test_a_cell_is_eight_pixels_and_keeps_its_fraction():
    picture = np.zeros((1, 20, 19), np.uint8)
    picture[0, 0, 8] = 16  # one of 64 px of the second cell; rows and columns beyond whole cells are left out
    assert cell_means(picture).tolist() == [[0, 0.25, 0, 0]]


def test_a_picture_smaller_than_a_cell_is_one_cell():
    assert cell_means(np.full((2, 4, 3), 7, np.uint8)).tolist() == [[7], [7]]


def test_the_liveliest_cell_speaks_for_a_small_moving_thing():
    still, moved = np.zeros((32, 64), np.uint8), np.zeros((32, 64), np.uint8)
    moved[:8, :8] = 100
    from studio.media.clip import Chunk

    half = np.zeros((2, 16, 32), np.uint8)
    chunk = Chunk(np.stack([still, moved]), half, half, np.array([0, 0.1]), 0)
    assert chunk.luma_difference.tolist() == [100 / 32]
    # 99th percentile of 31 zeros and one 100, linear: position 30.69 of 31
    assert chunk.cell_difference_p99.tolist() == pytest.approx([69.0])
