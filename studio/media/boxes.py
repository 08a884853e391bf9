"""Walks the top-level boxes of an MP4 to see where its index lies (ISO/IEC 14496-12 §4.2)."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

MOST_BOXES = 10_000
"""Fragmented files have two boxes a second; a file with more than this is playing with us."""


def top_level_boxes(file: BinaryIO) -> Iterator[tuple[str, int, int]]:
    """Yield (type, offset, size in bytes) of each top-level box; stops without a word where the structure breaks."""
    end = file.seek(0, 2)
    offset = 0
    for _ in range(MOST_BOXES):
        file.seek(offset)
        header = file.read(16)
        if len(header) < 8:
            return
        size, kind = struct.unpack(">I4s", header[:8])
        if size == 1 and len(header) == 16:
            (size,) = struct.unpack(">Q", header[8:])
        elif size == 0:
            size = end - offset
        if size < 8:
            return
        yield kind.decode("latin-1"), offset, size
        offset += size


def moov_comes_first(file: BinaryIO) -> bool | None:
    """Whether a player may start before the whole file is there; None when there is no index at all."""
    offsets: dict[str, int] = {}
    for kind, offset, _ in top_level_boxes(file):
        offsets.setdefault(kind, offset)
    if "moov" not in offsets:
        return None
    return offsets["moov"] < offsets.get("mdat", offsets["moov"] + 1)


def has_no_index(file: BinaryIO) -> bool:
    """Whether there is no `moov`, without which nothing can be played."""
    return all(kind != "moov" for kind, _, _ in top_level_boxes(file))


def is_cut_off(file: BinaryIO) -> bool:
    """Whether a box announces more bytes than the file has."""
    end = file.seek(0, 2)
    return any(offset + size > end for _, offset, size in top_level_boxes(file))
