"""The two still variants of a finished clip: a thumbnail and a sheet of frames."""

import io
from pathlib import Path

import av
from anyio import to_thread
from PIL import Image
from starlette.responses import Response

THUMBNAIL = (640, 640)
TILE = (320, 320)
TILES = 4
"""Columns and rows of the sheet."""


async def still_of(clip: Path, variant: str) -> Response:
    """`thumbnail` as WebP, anything else as a JPEG sheet of sixteen frames."""
    if variant == "thumbnail":
        return Response(await to_thread.run_sync(_thumbnail, clip), media_type="image/webp")
    return Response(await to_thread.run_sync(_sheet, clip), media_type="image/jpeg")


def _thumbnail(clip: Path) -> bytes:
    still = _frames(clip, 1)[0]
    still.thumbnail(THUMBNAIL)
    return _encoded(still, "WEBP")


def _sheet(clip: Path) -> bytes:
    tiles = _frames(clip, TILES * TILES)
    for tile in tiles:
        tile.thumbnail(TILE)
    width, height = tiles[0].size
    sheet = Image.new("RGB", (width * TILES, height * TILES))
    for index, tile in enumerate(tiles):
        sheet.paste(tile, (index % TILES * width, index // TILES * height))
    return _encoded(sheet, "JPEG")


def _frames(clip: Path, count: int) -> list[Image.Image]:
    """`count` frames, evenly spread, the ends left out."""
    with av.open(str(clip), format="mp4") as container:
        total = container.streams.video[0].frames
        wanted = [int((index + 0.5) * total / count) for index in range(count)]
        pictures = enumerate(container.decode(video=0))
        shown = {index: frame.to_ndarray(format="rgb24") for index, frame in pictures if index in set(wanted)}
    return [Image.fromarray(shown[index]) for index in wanted]


def _encoded(image: Image.Image, kind: str) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, quality=82)
    return buffer.getvalue()
