"""Everything shown of a clip, made in one limited child: facts, proxy, poster, sprite sheet, frame times, waveform."""

from dataclasses import asdict, dataclass
from pathlib import Path

from studio.media.child import ChildLimits, run_child
from studio.media.errors import ChildFailed
from studio.media.facts import ClipFacts
from studio.media.hashing import digest
from studio.media.limits import OpeningLimits

PROXY, POSTER, SPRITE, FRAMES = "proxy.mp4", "poster.jpg", "sprite.jpg", "frames.json"
WAVEFORM = "waveform.png"


@dataclass(frozen=True, slots=True)
class Prepared:
    """Facts of the original, and where its derived files lie."""

    facts: ClipFacts
    proxy: Path
    poster: Path
    sprite: Path
    frames: Path
    waveform: Path | None
    """None where no sound was decoded."""

    @property
    def files(self) -> tuple[Path, ...]:
        """All that was made."""
        always = (self.proxy, self.poster, self.sprite, self.frames)
        return (*always, self.waveform) if self.waveform else always


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
    facts = ClipFacts.from_json(answer["facts"])
    proxy, poster, sprite, frames = (folder / name for name in (PROXY, POSTER, SPRITE, FRAMES))
    waveform = folder / WAVEFORM if facts.sound_peak is not None else None
    prepared = Prepared(facts, proxy, poster, sprite, frames, waveform)
    missing = [path.name for path in prepared.files if path.is_symlink() or not path.is_file()]
    if missing:
        raise ChildFailed("protocol", f"not written: {', '.join(missing)}")
    return prepared
