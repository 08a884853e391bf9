"""Small files to send to a sandbox, and a look at what comes back."""

import base64
import io
import tempfile
from functools import cache
from pathlib import Path

import av
from PIL import Image

from tests.clips import draw_clip


def still(size: tuple[int, int] = (64, 36), kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, "teal").save(buffer, kind)
    return buffer.getvalue()


@cache
def clip(seconds: int = 1, size: tuple[int, int] = (128, 72)) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return draw_clip(Path(folder) / "clip.mp4", frames=12 * seconds, fps=12, size=size).read_bytes()


def data_uri(content: bytes, media_type: str = "image/png") -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def played(content: bytes) -> tuple[int, int, int, list[str]]:
    """Width, height, frames and codecs of a file that decodes to its end."""
    with av.open(io.BytesIO(content)) as container:
        names = [stream.codec_context.name for stream in container.streams]
        frames = list(container.decode(video=0))
    return frames[0].width, frames[0].height, len(frames), names
