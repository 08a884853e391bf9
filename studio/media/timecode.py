"""Frame numbers as SMPTE timecode and back (SMPTE ST 12-1). Frame numbers are the stored truth; this is for people.

At 29.97, 59.94 and 119.88 numbers (never frames) are dropped: 2, 4 or 8 at the start of each minute but every tenth,
and ";" stands before the frames. All other rates, whole or not, count up to the nearest whole rate.
"""

import re
from fractions import Fraction

PATTERN = re.compile(r"(\d{2,}):([0-5]\d):([0-5]\d)([:;])(\d{2,})")


def nominal_rate(fps: Fraction) -> int:
    """Frames counted in one second of timecode."""
    return max(1, round(fps))


def dropped_each_minute(fps: Fraction) -> int:
    """Numbers left out at the start of most minutes; 0 where nothing is dropped."""
    nominal = nominal_rate(fps)
    drops = nominal % 30 == 0 and abs(fps - Fraction(nominal * 1000, 1001)) < Fraction(1, 1000)
    return nominal // 15 if drops else 0


def to_timecode(frame: int, fps: Fraction) -> str:
    """`HH:MM:SS:FF` of a frame counted from 0. Raises ValueError for a negative frame or rate."""
    if frame < 0 or fps <= 0:
        raise ValueError(f"no timecode for frame {frame} at {fps} frames a second")
    nominal, dropped = nominal_rate(fps), dropped_each_minute(fps)
    minute = nominal * 60 - dropped
    tens, rest = divmod(frame, minute * 10 + dropped)
    number = frame + dropped * (9 * tens + max(0, rest - dropped) // minute)
    seconds, frames = divmod(number, nominal)
    width = max(2, len(str(nominal - 1)))
    separator = ";" if dropped else ":"
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{separator}{frames:0{width}}"


def from_timecode(text: str, fps: Fraction) -> int:
    """The frame number. Raises ValueError for what is no timecode at this rate, dropped numbers included."""
    match = PATTERN.fullmatch(text)
    nominal, dropped = nominal_rate(fps), dropped_each_minute(fps)
    if match is None or (match[4] == ";") != bool(dropped):
        raise ValueError(f"{text!r} is no timecode at {fps} frames a second")
    hours, minutes, seconds, frames = (int(match[group]) for group in (1, 2, 3, 5))
    minutes += 60 * hours
    if frames >= nominal or (seconds == 0 and frames < dropped and minutes % 10):
        raise ValueError(f"{text!r} does not exist at {fps} frames a second")
    return (minutes * 60 + seconds) * nominal + frames - dropped * (minutes - minutes // 10)
