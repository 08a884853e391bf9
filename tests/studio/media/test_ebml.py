import io

import pytest

from studio.media.ebml import is_cut_off

HEAD = b"\x1a\x45\xdf\xa3\x81\x00"  # a header of one byte
SEGMENT = b"\x18\x53\x80\x67"


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        (SEGMENT + b"\x83abc", False),
        (SEGMENT + b"\x84abc", True),
        (SEGMENT + b"\x40\x04abc", True),
        (SEGMENT + b"\xffabc", False),  # a live recording: length unknown
        (SEGMENT, False),
        (b"\x18\x53\x80\x66\x84abc", False),
        (b"", False),
    ],
)
def test_it_compares_the_announced_length_with_the_files(rest, expected):
    assert is_cut_off(io.BytesIO(HEAD + rest)) is expected
