"""The slate: a dark strip with the prompt's words, who made the take, and a running timecode."""

import textwrap
from fractions import Fraction

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PIL.ImageFont import FreeTypeFont

from providers.sandbox.scenery.palette import Picture

SMALLEST = 160
"""Pixels of the short side below which words could not be read and no slate is drawn."""
MOST_LINES = 2
WHITE, DIM = (246, 244, 238), (196, 194, 188)
BAR_LIGHT = 90
TIMECODE_SIGNS = "0123456789:"


class Slate:
    """Draws itself in place on BGR frames of one size."""

    def __init__(self, wide: int, high: int, *, text: str, credit: str, fps: Fraction) -> None:
        unit = min(wide, high)
        self._shown = unit >= SMALLEST
        if not self._shown:
            return
        self._fps = round(fps)
        self._pad = round(unit * 0.034)
        body, small = _font(round(unit * 0.0295)), _font(round(unit * 0.0205))
        self._signs = _signs(_font(round(unit * 0.027)))
        clock = sum(self._signs[sign].shape[1] for sign in "00:00:00:00")
        room = wide - 3 * self._pad - clock
        lines = _wrapped(text, body, room)
        self._line = round(unit * 0.039)
        self._high = round(unit * 0.034) * 2 + self._line * len(lines) + round(unit * 0.026)
        words = _written(wide, self._high, self._pad, credit.upper(), lines, (small, body), self._line)
        self._words = cv2.merge([words] * 3)
        self._shade = _shade(wide, high, round(self._high * 1.9))

    def draw(self, frame: Picture, number: int, share: float) -> None:
        """`number` is the frame's, from 0; `share` how much of the clip has passed."""
        if not self._shown:
            return
        high, wide = frame.shape[:2]
        start = high - self._shade.shape[0]
        window = frame[start:]
        cv2.multiply(window, self._shade, dst=window, scale=1 / 255)
        strip = frame[high - self._high :]
        cv2.add(strip, self._words, dst=strip)
        self._clock(frame, number)
        bar = max(2, high // 360)
        done = frame[high - bar :, : max(1, round(wide * share))]
        cv2.add(done, np.full_like(done, BAR_LIGHT), dst=done)

    def _clock(self, frame: Picture, number: int) -> None:
        high, right = frame.shape[0], frame.shape[1] - self._pad
        seconds, frames = divmod(number, self._fps)
        text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{frames:02}"
        for sign in reversed(text):
            glyph = self._signs[sign]
            top = high - self._high + self._pad
            window = frame[top : top + glyph.shape[0], right - glyph.shape[1] : right]
            cv2.add(window, glyph, dst=window)
            right -= glyph.shape[1]


def _font(size: int) -> FreeTypeFont:
    font = ImageFont.load_default(max(8, size))
    assert isinstance(font, FreeTypeFont)
    return font


def _wrapped(text: str, font: FreeTypeFont, room: float) -> list[str]:
    """The text in at most two lines that fit `room` pixels; what is left over becomes an ellipsis."""
    letters = max(8, int(room / max(1.0, font.getlength("abcdefghij klmno") / 16)))
    lines = textwrap.wrap(text, letters, max_lines=MOST_LINES, placeholder=" …") or [""]
    while letters > 8 and max(font.getlength(line) for line in lines) > room:
        letters -= 2
        lines = textwrap.wrap(text, letters, max_lines=MOST_LINES, placeholder=" …") or [""]
    return lines


def _written(
    wide: int, high: int, pad: int, credit: str, lines: list[str], fonts: tuple[FreeTypeFont, FreeTypeFont], step: int
) -> Picture:
    sheet = Image.new("L", (wide, high))
    pen = ImageDraw.Draw(sheet)
    pen.text((pad, pad * 0.72), " ".join(credit), font=fonts[0], fill=DIM[0] - 60)
    for index, line in enumerate(lines):
        pen.text((pad, pad * 0.72 + fonts[0].size * 1.75 + index * step), line, font=fonts[1], fill=WHITE[0])
    return np.asarray(sheet)


def _signs(font: FreeTypeFont) -> dict[str, Picture]:
    """The timecode's signs, digits equally wide, as light to be added."""
    high, digit = round(font.size * 1.4), max(1, round(max(font.getlength(sign) for sign in "0123456789")))
    signs = {}
    for sign in TIMECODE_SIGNS:
        wide = digit if sign != ":" else max(1, round(font.getlength(":") * 1.3))
        sheet = Image.new("L", (wide, high))
        ImageDraw.Draw(sheet).text((wide / 2, high / 2), sign, font=font, fill=DIM[0], anchor="mm")
        signs[sign] = np.asarray(cv2.merge([np.asarray(sheet)] * 3), np.uint8)
    return signs


def _shade(wide: int, high: int, rows: int) -> Picture:
    """How much light passes, from all of it at the top of the shade to little at the foot of the frame."""
    fall = np.linspace(0, 1, min(rows, high), dtype=np.float32)[:, None, None]
    light = 255 * (1 - 0.84 * (fall * fall * (3 - 2 * fall)) ** 0.8)
    sheet = (
        np.repeat(light, wide, axis=1) + np.random.default_rng(3).random((min(rows, high), wide, 1), np.float32) - 0.5
    )
    return np.ascontiguousarray(np.repeat(np.clip(sheet, 0, 255).astype(np.uint8), 3, axis=2))
