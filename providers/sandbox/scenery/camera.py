"""Camera moves: where the lens is after a share of the clip. They never stop within a clip, so that nothing freezes."""

from collections.abc import Callable, Mapping

import numpy as np

from providers.sandbox.scenery.drawing import View

PAN, TILT, ORBIT = 0.42, 0.15, 0.50
"""Shares of the frame's width (tilt: height) that the nearest layer moves over the whole clip."""
PUSH = 0.26
TRAVEL = 0.34
"""Frame widths a second that the nearest layer passes by, at pace 1."""
Pose = tuple[float, float, float]
"""x, y in shares of the frame, and the zoom."""

MOVES: Mapping[str, Callable[[float], Pose]] = {
    "pan_right": lambda u: (PAN * (u - 0.5), 0.0, 1.04),
    "pan_left": lambda u: (PAN * (0.5 - u), 0.0, 1.04),
    "tilt_up": lambda u: (0.03 * u, TILT * (0.5 - u), 1.04),
    "tilt_down": lambda u: (0.03 * u, TILT * (u - 0.5), 1.04),
    "push_in": lambda u: (0.02 * u, 0.012 * u, 1.02 + PUSH * u),
    "pull_out": lambda u: (0.02 * u, 0.012 * u, 1.02 + PUSH * (1 - u)),
    "orbit": lambda u: (ORBIT * (u - 0.5), 0.0, 1.06 + 0.05 * np.cos(np.pi * (u - 0.5) * 2)),
    "tracking": lambda u: (0.03 * u, 0.0, 1.05),
    "handheld": lambda u: (0.05 * (u - 0.5), 0.0, 1.07),
    "static": lambda u: (0.022 * u, 0.0, 1.02),
}


def view_at(
    seconds: float, *, length: float, move: str, pace: float, travels: bool, frame: tuple[int, int], pivot: float
) -> View:
    """The view after `seconds` of a clip of `length` seconds; `frame` is width and height in pixels."""
    wide, high = frame
    u = _eased(min(1.0, seconds / max(length, 1e-6)), pace)
    x, y, zoom = MOVES[move](u)
    if move == "handheld":
        x += 0.006 * np.sin(seconds * 2.9) + 0.004 * np.sin(seconds * 5.3 + 1)
        y += 0.006 * np.sin(seconds * 3.7 + 2) + 0.003 * np.sin(seconds * 6.1)
    return View(
        seconds=seconds,
        wide=wide,
        high=high,
        x=x * wide,
        y=y * high,
        zoom=zoom,
        pivot=pivot if move == "orbit" else 0.0,
        travel=TRAVEL * pace * min(wide, high) * 1.2 * seconds if travels else 0.0,
    )


def _eased(u: float, pace: float) -> float:
    """Gently in and out, yet never standing still; a slow clip covers less ground."""
    smooth = u * u * (3 - 2 * u)
    return 0.5 + (0.65 * u + 0.35 * smooth - 0.5) * min(1.0, 0.5 + pace / 2)
