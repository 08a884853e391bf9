"""Single pictures of a clip: which frame, which part, how shown."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from studio.media.child import run_child

CHILD_MODULE = "studio.media.pictures_child"


@dataclass(frozen=True, slots=True)
class Picture:
    """One JPEG. `crop` (x, y, width, height in 0-1, upright) is cut out in native pixels. `veiled`: nothing but colours
    and masses. `heat`: rows of 0-255 cells drawn over the whole picture.
    """

    name: str
    frame: int
    crop: tuple[float, float, float, float] | None = None
    veiled: bool = False
    heat: tuple[tuple[int, ...], ...] | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        crop, heat = document["crop"], document["heat"]
        return cls(
            document["name"],
            int(document["frame"]),
            (float(crop[0]), float(crop[1]), float(crop[2]), float(crop[3])) if crop else None,
            bool(document["veiled"]),
            tuple(tuple(row) for row in heat) if heat else None,
        )


def take_pictures(blob: Path, pictures: Sequence[Picture], folder: Path) -> None:
    """Write them into `folder`, which must exist; frames that the clip does not have are left out.

    Raises UnreadableClip or ChildFailed.
    """
    run_child(CHILD_MODULE, blob=blob, request={"pictures": [each.as_json() for each in pictures]}, folder=folder)
