"""A city: three rows of towers, a street, a railing."""

import numpy as np

from providers.sandbox.scenery.builder import COVERED, Builder, Set, fill
from providers.sandbox.scenery.layers import MARGIN, Strip
from providers.sandbox.scenery.palette import Colour, Picture, mix


def city(b: Builder) -> Set:
    blocks = [
        Strip(_towers(b, depth, rise, width, lit), top=(top - rise) * b.high, depth=depth)
        for depth, top, rise, width, lit in (
            (0.10, 0.70, 0.40, 0.055, 0.10),
            (0.24, 0.76, 0.46, 0.085, 0.34),
            (0.44, 0.82, 0.40, 0.130, 0.42),
        )
    ]
    return Set([*blocks, Strip(_street(b), top=0.80 * b.high, depth=0.74)], [_railing(b)])


def _towers(b: Builder, depth: float, rise: float, width: float, lit: float) -> Picture:
    """Blocks with windows; `lit` of them are lit when it is dark, fewer by day."""
    high = round(b.high * (rise + COVERED))
    sheet = np.zeros((high, b.length, 4), np.uint8)
    tone = b.palette.at_depth(depth)
    x = 0.0
    while x < b.length - b.unit * width * 0.4:
        wide = min(b.unit * width * b.random.uniform(0.7, 1.5), b.length - x)
        roof = high - b.high * COVERED - rise * b.high * b.random.uniform(0.22, 0.98)
        _tower(
            b,
            sheet,
            (x, roof, x + wide - b.unit * 0.004, high),
            mix(tone, b.palette.near, b.random.uniform(0, 0.18)),
            lit,
        )
        x += wide
    return sheet


def _tower(b: Builder, sheet: Picture, box: tuple[float, float, float, float], tone: Colour, lit: float) -> None:
    left, roof, right, foot = box
    fill(sheet, [(left, roof), (right, roof), (right, foot), (left, foot)], tone)
    if b.random.random() < 0.35:
        middle, thin = (left + right) / 2, b.unit * 0.0018
        tip = roof - b.unit * b.random.uniform(0.03, 0.08)
        fill(sheet, [(middle - thin, tip), (middle + thin, tip), (middle + thin, roof), (middle - thin, roof)], tone)
    step = max(6.0, b.unit * 0.017)
    columns, rows = int((right - left) / step - 0.6), min(40, int((foot - roof) / (step * 1.35)))
    inset = (right - left - columns * step) / 2
    for row in range(1, rows):
        for column in range(columns):
            glowing = b.random.random() < (lit if b.palette.dark else lit * 0.45) * (1 - 0.8 * (row / max(rows, 14)))
            lamp = b.palette.lamp if b.random.random() < 0.8 else b.palette.accent
            pane = mix(tone, lamp, 0.85 if b.palette.dark else 0.6) if glowing else mix(tone, b.palette.haze, 0.12)
            x, y = left + inset + column * step, roof + row * step * 1.35
            fill(
                sheet,
                [
                    (x + step * 0.2, y),
                    (x + step * 0.8, y),
                    (x + step * 0.8, y + step * 0.75),
                    (x + step * 0.2, y + step * 0.75),
                ],
                pane,
            )


def _street(b: Builder) -> Picture:
    """A kerb, the road and its broken line."""
    high = round(b.high * (0.2 + MARGIN) + 4)
    sheet = np.zeros((high, b.length, 4), np.uint8)
    road, kerb = b.palette.at_depth(0.86), mix(b.palette.at_depth(0.7), b.palette.haze, 0.25)
    fill(sheet, [(0, 0), (b.length, 0), (b.length, high), (0, high)], road)
    fill(sheet, [(0, 0), (b.length, 0), (b.length, b.unit * 0.012), (0, b.unit * 0.012)], kerb)
    dashes = b.cells(5)
    for index in range(dashes):
        x, y, long = index * b.length / dashes, b.high * 0.085, b.length / dashes * 0.5
        fill(
            sheet,
            [(x, y), (x + long, y), (x + long, y + b.unit * 0.009), (x, y + b.unit * 0.009)],
            mix(road, b.palette.lamp, 0.5),
        )
    return sheet


def _railing(b: Builder) -> Strip:
    high = round(b.high * (0.10 + MARGIN))
    sheet = np.zeros((high, b.length, 4), np.uint8)
    tone, bar = b.palette.near * 0.7, b.unit * 0.010
    fill(sheet, [(0, bar), (b.length, bar), (b.length, bar * 2.2), (0, bar * 2.2)], tone)
    posts = b.cells(2)
    for index in range(posts):
        x = index * b.length / posts + 4
        fill(sheet, [(x, 0), (x + bar * 1.6, 0), (x + bar * 1.6, high), (x, high)], tone)
    return Strip(sheet, top=0.975 * b.high, depth=1.0)
