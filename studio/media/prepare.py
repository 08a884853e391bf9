"""Everything shown of a clip, made in one limited child: facts, proxy, poster, sprite sheet, frame times."""

from dataclasses import asdict, dataclass
from pathlib import Path

from studio.media.child import ChildLimits, run_child
from studio.media.errors import ChildFailed
from studio.media.facts import ClipFacts
from studio.media.hashing import digest
from studio.media.limits import OpeningLimits

PROXY, POSTER, SPRITE, FRAMES = "proxy.mp4", "poster.jpg", "sprite.jpg", "frames.json"


@dataclass(frozen=True, slots=True)
class Prepared:
    """Facts of the original, and where its derived files lie."""

    facts: ClipFacts
    proxy: Path
    poster: Path
    sprite: Path
    frames: Path

    @property
    def files(self) -> tuple[Path, ...]:
        """All that was made."""
        return self.proxy, self.poster, self.sprite, self.frames


def prepare_clip(
    blob: Path,
    folder: Path,
    *,
    sha256: str | None = None,
    opening: OpeningLimits | None = None,
    limits: ChildLimits | None = None,
) -> Prepared:
    """Decode `blob` to its end and fill `folder`, which must exist and be empty.

    `sha256` names the original inside frames.json; it is computed when not given. Raises UnreadableClip with a
    sentence for people, ChildFailed when the child broke; then the folder's content is worthless.
    """
    request = {"sha256": sha256 or digest(blob), "limits": asdict(opening or OpeningLimits())}
    answer = run_child("studio.media.prepare_child", blob=blob, request=request, folder=folder, limits=limits)
    proxy, poster, sprite, frames = (folder / name for name in (PROXY, POSTER, SPRITE, FRAMES))
    missing = [path.name for path in (proxy, poster, sprite, frames) if path.is_symlink() or not path.is_file()]
    if missing:
        raise ChildFailed("protocol", f"not written: {', '.join(missing)}")
    return Prepared(ClipFacts.from_json(answer["facts"]), proxy, poster, sprite, frames)
