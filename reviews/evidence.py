"""Pictures that stand beside findings: which there are, what they are called, and what is said of them."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reviews.checks.findings import Box, Evidence
from studio.media.pictures import Picture

MOST_FRAMES = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture on a page: its name without ending, what it shows in words, and whether it hides something."""

    name: str
    words: str
    frame: int
    uncovered: str = ""
    """The name of the picture under the veil; "" where there is no veil."""


def evidence_of(document: Mapping[str, Any]) -> Evidence:
    """From a finding's row; findings from before there was evidence have an empty one."""
    return Evidence.from_json(document) if document else Evidence()


def pictures_of(evidence: Evidence, boxes: Sequence[Box]) -> list[Picture]:
    """All files that the finding wants."""
    pictures = []
    for frame in evidence.frames[:MOST_FRAMES]:
        pictures.append(Picture(f"still-{frame}.jpg", frame))
        if evidence.sensitive:
            pictures.append(Picture(f"veiled-{frame}.jpg", frame, veiled=True))
        if evidence.crop and boxes:
            pictures.append(Picture(f"{crop_name(frame, boxes[0])}.jpg", frame, crop=boxes[0]))
    if evidence.heat and evidence.frames:
        frame, heat = evidence.frames[0], evidence.heat
        rows = tuple(heat.cells[start : start + heat.columns] for start in range(0, len(heat.cells), heat.columns))
        pictures.append(Picture(f"{heat_name(frame, heat.cells)}.jpg", frame, heat=rows))
    return pictures


def shown_of(evidence: Evidence, boxes: Sequence[Box]) -> list[Shown]:
    """What the page shows, the picture that says most first."""
    shown = []
    if evidence.heat and evidence.frames:
        frame = evidence.frames[0]
        shown.append(Shown(heat_name(frame, evidence.heat.cells), "Where it happens", frame))
    for frame in evidence.frames[:MOST_FRAMES]:
        if evidence.crop and boxes:
            shown.append(Shown(crop_name(frame, boxes[0]), f"Frame {frame}, pixel for pixel", frame))
        elif evidence.sensitive:
            shown.append(Shown(f"veiled-{frame}", f"Frame {frame}, veiled", frame, uncovered=f"still-{frame}"))
        else:
            shown.append(Shown(f"still-{frame}", f"Frame {frame}", frame))
    return shown


def crop_name(frame: int, box: Box) -> str:
    return f"crop-{frame}-" + "-".join(str(max(0, round(side * 1000))) for side in box)


def heat_name(frame: int, cells: Iterable[int]) -> str:
    return f"heat-{frame}-{hashlib.sha256(bytes(cells)).hexdigest()[:12]}"
