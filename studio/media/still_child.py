"""Child module: one still, decoded to its end and written anew. Writes into its working directory."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image, ImageOps

from studio.media.errors import UnreadableClip
from studio.media.still import THUMB

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 50_000_000
LEAST_SIDE, MOST_SIDE = 16, 16_384
JPEG_QUALITY = 95
THUMB_LONGEST = 320
BEHIND = (128, 128, 128)
"""Shows through where a small picture has holes."""


def run(blob: BinaryIO, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG001 — every child module has it
    """Answer: `name` of the file written, `media_type`, `width`, `height`. Raises UnreadableClip."""
    picture, is_jpeg = decoded(blob)
    name = "still.jpg" if is_jpeg else "still.png"
    if is_jpeg:
        picture.save(name, "JPEG", quality=JPEG_QUALITY)
    else:
        picture.save(name, "PNG")
    save_thumb(picture)
    media_type = "image/jpeg" if is_jpeg else "image/png"
    return {"name": name, "media_type": media_type, "width": picture.width, "height": picture.height}


def decoded(blob: BinaryIO) -> tuple[Image.Image, bool]:
    """The pixels alone, upright, and whether they came as JPEG. Raises UnreadableClip."""
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        with Image.open(blob, formats=FORMATS) as image:
            require_sides(image)
            image.load()
            return bare(ImageOps.exif_transpose(image)), image.format == "JPEG"
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise too_large() from None
    except (OSError, SyntaxError, ValueError) as error:
        raise UnreadableClip("This picture cannot be read. Export it as JPEG or PNG and add it again.") from error


def require_sides(image: Image.Image) -> None:
    """By what the header says, before anything is decoded."""
    if image.width * image.height > MOST_PIXELS or max(image.size) > MOST_SIDE:
        raise too_large()
    if min(image.size) < LEAST_SIDE:
        raise UnreadableClip(f"This picture is smaller than {LEAST_SIDE} pixels. Add a larger one.")


def too_large() -> UnreadableClip:
    return UnreadableClip(f"This picture has more than {MOST_PIXELS // 1_000_000} million pixels. Add a smaller one.")


def bare(image: Image.Image) -> Image.Image:
    """Without metadata, palette or unusual depth: RGB, or RGBA where parts are transparent."""
    mode = "RGBA" if image.has_transparency_data else "RGB"
    plain = image.convert(mode)
    fresh = Image.new(mode, plain.size)
    fresh.paste(plain)
    return fresh


def save_thumb(picture: Image.Image) -> None:
    small = picture.copy()
    small.thumbnail((THUMB_LONGEST, THUMB_LONGEST))
    ground = Image.new("RGB", small.size, BEHIND)
    ground.paste(small, mask=small.getchannel("A") if small.mode == "RGBA" else None)
    ground.save(Path(THUMB), "JPEG", quality=80)
