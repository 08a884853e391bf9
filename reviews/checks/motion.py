"""Dense optical flow: how far motion explains what differs between two small pictures."""

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.media.clip import Plane

SUBPIXEL = 0.5
"""Of a pixel: so far the flow may be off without anything being wrong."""
Field = NDArray[np.float32]


class Flow:
    """DIS optical flow (Kroeger et al. 2016; OpenCV's fastest preset). Keeps grid and algorithm, slow to make."""

    def __init__(self) -> None:
        self._dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self._grid: Field | None = None

    def between(self, before: Plane, after: Plane) -> Field:
        """For each pixel of `after`, how far away it was in `before`, px, (h, w, 2)."""
        return np.asarray(self._dis.calc(after, before, np.zeros((*after.shape, 2), np.float32)), np.float32)

    def unexplained(self, before: Plane, after: Plane, motion: Field) -> Field:
        """|Difference| to `after` that is left when `before` has moved so, less what half a pixel explains; levels."""
        if self._grid is None or self._grid.shape != motion.shape:
            height, width = after.shape
            self._grid = np.dstack(np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)))
        across, down = cv2.split(self._grid + motion)
        warped = cv2.remap(before, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        slope = sum(np.abs(cv2.Sobel(after, cv2.CV_32F, *axis)) for axis in ((1, 0), (0, 1))) / np.float32(8)
        return np.asarray(np.maximum(0, cv2.absdiff(after, warped) - np.float32(SUBPIXEL) * slope), np.float32)


def shrunk(luma: Plane, long_side: int) -> Plane:
    """At most `long_side` px on the longer side."""
    height, width = luma.shape
    scale = min(1.0, long_side / max(height, width))
    size = (max(16, round(width * scale)), max(16, round(height * scale)))
    return np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), np.uint8)
