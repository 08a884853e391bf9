"""Child module: single pictures of a clip as JPEG, taken in one decode. Writes into its working directory."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import cv2
import numpy as np
from av.video.frame import VideoFrame

from studio.media.child import tighten_cpu
from studio.media.clip import Plane
from studio.media.opening import OpenClip, open_clip
from studio.media.pictures import Picture

LONGEST = 960
CROP_LONGEST = 640
"""A crop is shown pixel for pixel; what is larger is cut around its middle."""
LEAST_CROP = 96
VEIL_CELLS = 12
"""A veiled picture keeps so many cells across its longer side: colours and masses, nobody's body or face."""
JPEG_QUALITY = 88
HEAT_SHARE = 0.55


def run(blob: BinaryIO, request: Mapping[str, Any]) -> dict[str, Any]:
    """Request: `pictures`, each as `Picture.as_json`. Answer: `written`, their names. Raises UnreadableClip."""
    clip = open_clip(blob)
    tighten_cpu(20 + 20 * clip.announced_pixels / 1e9)
    wanted: dict[int, list[Picture]] = {}
    for document in request["pictures"]:
        picture = Picture.from_json(document)
        wanted.setdefault(picture.frame, []).append(picture)
    return {"written": list(write(clip, wanted))}


def write(clip: OpenClip, wanted: dict[int, list[Picture]]) -> Iterator[str]:
    """Decode up to the last wanted frame."""
    last = max(wanted, default=-1)
    for number, frame in enumerate(clip.decode_video()):
        for picture in wanted.get(number, ()):
            if not cv2.imwrite(
                str(Path(picture.name)), drawn(frame, picture), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
            ):
                raise OSError(f"{picture.name} could not be written")
            yield picture.name
        if number >= last:
            return


def drawn(frame: VideoFrame, picture: Picture) -> Plane:
    """The picture in BGR, upright."""
    if picture.crop:
        return cropped(turned(frame, frame.width, frame.height), picture.crop)
    scale = min(1.0, LONGEST / max(frame.width, frame.height))
    whole = turned(frame, max(2, round(frame.width * scale)), max(2, round(frame.height * scale)))
    if picture.heat:
        return heated(whole, np.array(picture.heat, np.uint8))
    return veiled(whole) if picture.veiled else whole


def turned(frame: VideoFrame, width: int, height: int) -> Plane:
    picture = frame.reformat(width, height, "bgr24", interpolation="AREA").to_ndarray()
    return np.ascontiguousarray(np.rot90(picture, frame.rotation // 90))


def cropped(whole: Plane, box: tuple[float, float, float, float]) -> Plane:
    """The box in native pixels, at least `LEAST_CROP` and at most `CROP_LONGEST` a side, around its middle."""
    height, width = whole.shape[:2]
    x, y, wide, high = box
    columns = span(x * width, wide * width, width)
    rows = span(y * height, high * height, height)
    return np.ascontiguousarray(whole[slice(*rows), slice(*columns)])


def span(start: float, length: float, most: int) -> tuple[int, int]:
    size = int(min(most, max(LEAST_CROP, min(CROP_LONGEST, length))))
    first = int(max(0, min(most - size, start + length / 2 - size / 2)))
    return first, first + size


def veiled(whole: Plane) -> Plane:
    height, width = whole.shape[:2]
    scale = VEIL_CELLS / max(width, height)
    cells = (max(1, round(width * scale)), max(1, round(height * scale)))
    few = cv2.resize(whole, cells, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(few, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def heated(whole: Plane, cells: Plane) -> Plane:
    """The picture in grey with the cells' heat over it, 0 left as it is."""
    height, width = whole.shape[:2]
    grey = cv2.cvtColor(cv2.cvtColor(whole, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    large = cv2.resize(cells, (width, height), interpolation=cv2.INTER_NEAREST)
    colours = cv2.applyColorMap(large, cv2.COLORMAP_INFERNO)
    share = (large[..., None] / np.float32(255)) ** 0.5 * HEAT_SHARE
    return np.asarray(grey * (1 - share) + colours * share, np.uint8)
