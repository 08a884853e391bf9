"""Walks the head of a Matroska or WebM file to see how long it says it is (RFC 8794 §4-6, RFC 9559 §5.1)."""

from typing import BinaryIO

SEGMENT = b"\x18\x53\x80\x67"


def is_cut_off(file: BinaryIO) -> bool:
    """Whether the segment announces more bytes than the file has; a live recording announces none."""
    end = file.seek(0, 2)
    file.seek(4)  # past the identity of the EBML header, by which the file was known
    header = variable_integer(file)
    if header is None or file.seek(file.tell() + header) > end or file.read(len(SEGMENT)) != SEGMENT:
        return False
    segment = variable_integer(file)
    return segment is not None and file.tell() + segment > end


def variable_integer(file: BinaryIO) -> int | None:
    """The length that comes next; None for "unknown" (all bits 1), and where the file ends or begins with eight 0s."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    extra = 8 - first[0].bit_length()
    rest = file.read(extra)
    unknown = (1 << 7 * (extra + 1)) - 1
    value = int.from_bytes(first + rest, "big") & unknown
    return None if value == unknown or len(rest) < extra else value
