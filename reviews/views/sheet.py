"""Sixteen stills that may stand before a clip, cut from its sprite sheet by address alone."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from studio.models import Candidate
from studio.store import media_store

ACROSS = 4
MOST = ACROSS * ACROSS


@dataclass(frozen=True, slots=True)
class Still:
    """Pixels: its place in the drawing, and where the sprite sheet begins when the tile lies there."""

    x: int
    y: int
    sheet_x: int
    sheet_y: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """`width` and `height` of the drawing and of a tile, and the size of the whole sprite sheet; pixels."""

    width: int
    height: int
    tile_width: int
    tile_height: int
    sprite_width: int
    sprite_height: int
    stills: tuple[Still, ...]


def sheet_of(candidate: Candidate) -> Sheet | None:
    """None for a clip from before there were sprite sheets."""
    path = media_store().derived_path(candidate.sha256, "frames.json")
    layout = json.loads(path.read_text(encoding="utf-8")).get("sprite") if path.is_file() else None
    return laid_out(layout) if layout else None


def laid_out(layout: Mapping[str, int]) -> Sheet:
    """At most 16 tiles, evenly spread over the clip. `layout` is that of `Stills.save_sprite`."""
    width, height, columns, tiles = (layout[name] for name in ("width", "height", "columns", "tiles"))
    shown = min(MOST, tiles)
    chosen = [number * tiles // shown for number in range(shown)]
    stills = tuple(
        Still(
            place % ACROSS * width,
            place // ACROSS * height,
            -(tile % columns) * width,
            -(tile // columns) * height,
        )
        for place, tile in enumerate(chosen)
    )
    rows = -(-shown // ACROSS)
    sprite = (columns * width, layout["rows"] * height)
    return Sheet(min(ACROSS, shown) * width, rows * height, width, height, *sprite, stills)
