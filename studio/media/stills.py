"""The still that stands for a clip, and the sheet of small ones under the scrubbing pointer."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray
from PIL import Image

from studio.media.geometry import Turned

MOST_TILES = 100
COLUMNS = 10
TILE_LONGEST = 160
CLEARLY_BETTER = 1.1
"""A later frame must have this many times the contrast to replace an earlier poster."""


def rgb(frame: VideoFrame, turned: Turned) -> NDArray[np.uint8]:
    """The upright picture, shape (height, width, 3), RGB."""
    picture = frame.reformat(turned.width, turned.height, "rgb24").to_ndarray()
    return np.rot90(picture, -turned.rotation // 90)


@dataclass
class Stills:
    """Collects tiles and the best poster in one pass, without knowing how many frames will come.

    Every `every`-th frame is a tile; when the sheet is full twice over, every second tile goes and `every` doubles.
    """

    poster_size: Turned
    tile_size: Turned
    every: int = 1
    tiles: list[NDArray[np.uint8]] = field(default_factory=list)
    poster: NDArray[np.uint8] | None = None
    _contrast: float = -1.0

    def see(self, index: int, frame: VideoFrame) -> None:
        """Look at frame `index`, counted from 0."""
        if index % self.every:
            return
        tile = rgb(frame, self.tile_size)
        self.tiles.append(tile)
        self._consider(frame, float(tile.mean(axis=2).std()))
        if len(self.tiles) >= 2 * MOST_TILES:
            self.tiles, self.every = self.tiles[::2], 2 * self.every

    def thin_out(self) -> None:
        """Bring the sheet down to its largest size."""
        while len(self.tiles) > MOST_TILES:
            self.tiles, self.every = self.tiles[::2], 2 * self.every

    def save_poster(self, path: Path) -> None:
        """The frame with most contrast: black, white and faded ones have little."""
        assert self.poster is not None, "no frame was seen"
        Image.fromarray(self.poster).save(path, "JPEG", quality=85, optimize=True)

    def save_sprite(self, path: Path) -> dict[str, int]:
        """Write the sheet; its layout: tile i (row by row) shows frame i x every, tiles are width x height pixels."""
        self.thin_out()
        width, height = self.tile_size.upright
        columns = min(COLUMNS, len(self.tiles))
        rows = -(-len(self.tiles) // columns)
        sheet = np.zeros((rows * height, columns * width, 3), np.uint8)
        for number, tile in enumerate(self.tiles):
            top, left = number // columns * height, number % columns * width
            sheet[top : top + height, left : left + width] = tile
        Image.fromarray(sheet).save(path, "JPEG", quality=75, optimize=True)
        layout = {"columns": columns, "rows": rows, "width": width, "height": height}
        return {**layout, "every": self.every, "tiles": len(self.tiles)}

    def _consider(self, frame: VideoFrame, contrast: float) -> None:
        if self.poster is None or contrast > self._contrast * CLEARLY_BETTER:
            self._contrast, self.poster = contrast, rgb(frame, self.poster_size)
