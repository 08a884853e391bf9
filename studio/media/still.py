"""Stills that people bring in: read in a limited child, written anew, so that nothing but the picture remains."""

from dataclasses import dataclass
from pathlib import Path

from studio.media.child import ChildLimits, run_child
from studio.media.errors import ChildFailed

THUMB = "thumb.jpg"
MOST_BYTES = 40_000_000
LIMITS = ChildLimits(wall_seconds=60.0, cpu_seconds=50, file_bytes=500_000_000)
MAGIC = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


@dataclass(frozen=True, slots=True)
class PreparedStill:
    """The picture as we wrote it, and a small one for lists. Sides in pixels, upright."""

    path: Path
    thumb: Path
    media_type: str
    width: int
    height: int


def looks_like_still(path: Path) -> bool:
    """Whether the first bytes are those of a JPEG, PNG or WebP; anything else is tried as a clip."""
    with path.open("rb") as file:
        head = file.read(12)
    return head.startswith(MAGIC) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


def prepare_still(blob: Path, folder: Path) -> PreparedStill:
    """Read `blob` and write it anew into `folder`, which must exist and be empty.

    Raises UnreadableClip with a sentence for people, ChildFailed when the child broke.
    """
    answer = run_child("studio.media.still_child", blob=blob, request={}, folder=folder, limits=LIMITS)
    path, thumb = folder / str(answer["name"]), folder / THUMB
    if path.parent != folder or any(each.is_symlink() or not each.is_file() for each in (path, thumb)):
        raise ChildFailed("protocol", "the still was not written")
    return PreparedStill(path, thumb, str(answer["media_type"]), int(answer["width"]), int(answer["height"]))
