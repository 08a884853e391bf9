import pytest

from studio.media.ranges import OPEN_ENDED_BYTES, ByteRange, Unsatisfiable, parse_range

BIG = 5 * 1024 * 1024


@pytest.mark.parametrize(
    ("header", "size", "expected"),
    [
        ("", 100, None),
        ("bytes=0-9", 100, ByteRange(0, 10)),
        ("bytes=90-200", 100, ByteRange(90, 100)),
        ("bytes=99-99", 100, ByteRange(99, 100)),
        ("bytes=0-", 100, ByteRange(0, 100)),
        ("bytes=0-", BIG, ByteRange(0, OPEN_ENDED_BYTES)),
        (f"bytes={BIG - 10}-", BIG, ByteRange(BIG - 10, BIG)),
        ("bytes=-10", 100, ByteRange(90, 100)),
        ("bytes=-1000", 100, ByteRange(0, 100)),
        ("Bytes = 0-1", 100, None),
        ("BYTES=0-1", 100, ByteRange(0, 2)),
        (" bytes= 0 - 1 ", 100, ByteRange(0, 2)),
        ("bytes=5-4", 100, None),
        ("bytes=-", 100, None),
        ("bytes=a-b", 100, None),
        ("bytes=--5", 100, None),
        ("bytes=0-1,3-4", 100, None),
        ("bytes=" + ",".join(["0-"] * 1000), 100, None),
        ("bytes=" + "9" * 5000 + "-", 100, None),
        ("items=0-1", 100, None),
        ("bytes=٠-٩", 100, None),
    ],
)
def test_it_reads_one_range_and_ignores_what_it_need_not_answer(header, size, expected):
    assert parse_range(header, size) == expected


@pytest.mark.parametrize(
    ("header", "size"),
    [("bytes=100-", 100), ("bytes=100-101", 100), ("bytes=-0", 100), ("bytes=0-", 0), ("bytes=-5", 0)],
)
def test_it_refuses_what_lies_outside(header, size):
    with pytest.raises(Unsatisfiable):
        parse_range(header, size)
