"""Which bytes a request asks for (RFC 9110 §14): pure, so that every odd header is a line in a table of tests."""

import re
from dataclasses import dataclass

OPEN_ENDED_BYTES = 2 * 1024 * 1024
"""A player that asks for "the rest" gets this much at a time, so that a closed tab costs no whole file."""

ONE_RANGE = re.compile(r"bytes=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes `first` up to, not including, `end`."""

    first: int
    end: int

    @property
    def length(self) -> int:
        """Number of bytes."""
        return self.end - self.first


class Unsatisfiable(Exception):
    """Well formed, but outside the file: answered with 416."""


def parse_range(header: str, size: int) -> ByteRange | None:
    """The one range asked for, or None for the whole file: no header, a malformed one, or several ranges at once.

    A server may ignore Range, and answering many ranges is an old way to exhaust one. Raises Unsatisfiable.
    """
    match = ONE_RANGE.fullmatch(header.strip())
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        return last_bytes(int(match[2]), size)
    first = int(match[1])
    if match[2] and int(match[2]) < first:
        return None
    if first >= size:
        raise Unsatisfiable
    end = int(match[2]) + 1 if match[2] else first + OPEN_ENDED_BYTES
    return ByteRange(first, min(end, size))


def last_bytes(count: int, size: int) -> ByteRange:
    """A suffix range. Raises Unsatisfiable for no bytes, or of an empty file."""
    if count == 0 or size == 0:
        raise Unsatisfiable
    return ByteRange(max(0, size - count), size)
