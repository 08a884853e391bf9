"""The places a take can be shot at: each gives its strips from far to near. Depth runs from 0 (horizon) to 1 (lens)."""

from collections.abc import Callable, Mapping

import cv2
import numpy as np

from providers.sandbox.scenery.builder import HORIZON, Builder, Set, fill
from providers.sandbox.scenery.city import city
from providers.sandbox.scenery.layers import MARGIN, Line, Slope, Strip, noise, relief_strip, ridge
from providers.sandbox.scenery.palette import Picture, mix


def mountains(b: Builder) -> Set:
    far = b.strip(ridge(b.random, b.length, b.cells(2.2)), 0.60, 0.24, 0.10, relief=0.05, cap=0.08)
    middle = b.strip(ridge(b.random, b.length, b.cells(2.6)), 0.67, 0.26, 0.22, relief=0.10, cap=0.05)
    close = b.strip(ridge(b.random, b.length, b.cells(2.0), gain=0.42), 0.73, 0.15, 0.40, relief=0.10)
    pines = b.strip(conifers(b, 0.9, ridge(b.random, b.length, b.cells(1.5), smooth=True) * 0.3), 0.80, 0.12, 0.56)
    ground = b.strip(ridge(b.random, b.length, b.cells(1.2), octaves=2, smooth=True), 0.83, 0.04, 0.74)
    front = b.strip(conifers(b, 0.34, np.zeros(b.length, np.float32)), 1.06, 0.20, 1.0)
    return Set([far, middle, close, pines, ground], [front])


def forest(b: Builder) -> Set:
    far = b.strip(ridge(b.random, b.length, b.cells(1.6), smooth=True), 0.62, 0.12, 0.10)
    rows = [
        b.strip(conifers(b, share, ridge(b.random, b.length, b.cells(1.4), smooth=True) * 0.3), top, rise, depth)
        for share, top, rise, depth in ((1.6, 0.68, 0.18, 0.20), (1.0, 0.74, 0.25, 0.36), (0.62, 0.81, 0.34, 0.54))
    ]
    ground = b.strip(ridge(b.random, b.length, b.cells(1.4), octaves=3, smooth=True), 0.83, 0.03, 0.74)
    trunks = Strip(_trunks(b), top=-0.08 * b.high, depth=1.0)
    return Set([far, *rows, ground], [trunks])


def meadow(b: Builder) -> Set:
    hills = [
        b.strip(ridge(b.random, b.length, b.cells(cells), octaves=2, smooth=True), top, rise, depth, relief=0.06)
        for cells, top, rise, depth in ((1.8, 0.62, 0.08, 0.10), (1.3, 0.68, 0.09, 0.24), (1.0, 0.75, 0.09, 0.42))
    ]
    copse = b.strip(_copse(b), 0.70, 0.07, 0.30)
    ground = b.strip(ridge(b.random, b.length, b.cells(0.8), octaves=2, smooth=True), 0.83, 0.05, 0.70)
    return Set([hills[0], hills[1], copse, hills[2], ground], [_grass(b, 0.96, 0.09, 0.92), _grass(b, 1.05, 0.14, 1.0)])


def desert(b: Builder) -> Set:
    mesas = b.strip(_mesas(b), 0.61, 0.15, 0.08, relief=0.05)
    dunes = [
        b.strip(_dune(b, cells), top, rise, depth, relief=0.22, fade=0.34)
        for cells, top, rise, depth in ((1.5, 0.66, 0.09, 0.22), (1.1, 0.74, 0.12, 0.42), (0.8, 0.84, 0.10, 0.68))
    ]
    return Set([mesas, *dunes], [b.strip(_dune(b, 0.6), 1.04, 0.12, 1.0, relief=0.16)])


def sea(b: Builder) -> Set:
    shore = b.strip(
        np.clip(ridge(b.random, b.length, b.cells(1.3)) - 0.45, 0, 1) * 1.7, HORIZON + 0.002, 0.09, 0.06, relief=0.05
    )
    waves = [
        _wave(b, top, height, depth, drift)
        for top, height, depth, drift in (
            (0.815, 0.010, 0.72, 20.0),
            (0.865, 0.017, 0.84, -28.0),
            (0.94, 0.030, 1.0, 44.0),
        )
    ]
    return Set([shore], waves, water=True, ground=0.6, floor=0.80)


PLACE_BUILDERS: Mapping[str, Callable[[Builder], Set]] = {
    "mountains": mountains,
    "forest": forest,
    "meadow": meadow,
    "desert": desert,
    "sea": sea,
    "city": city,
}


def conifers(b: Builder, share: float, base: Line) -> Line:
    """Pines on a `base` line; `share` sets how many stand side by side."""
    length, line = b.length, base.copy()
    count = max(6, round(length / b.unit * 16 * share))
    columns = np.arange(length, dtype=np.float32)
    for index in range(count):
        middle = (index + b.random.uniform(0.1, 0.9)) * length / count
        height = b.random.uniform(0.42, 1.0) * (1 - float(base.max()))
        half = b.unit * 0.055 / share**0.6 * (0.5 + height * 0.5)
        away = np.abs((columns - middle + length / 2) % length - length / 2) / half
        inside = np.clip(1 - away, 0, 1)
        steps = 9
        jagged = (np.floor(inside * steps) + ((inside * steps) % 1) ** 0.45) / steps
        line = np.maximum(line, np.where(inside > 0, base + height * jagged**1.15, 0))
    return np.clip(line, 0, 1).astype(np.float32)


def _copse(b: Builder) -> Line:
    line = ridge(b.random, b.length, b.cells(1.1), octaves=1, smooth=True) * 0.15
    columns = np.arange(b.length, dtype=np.float32)
    for _ in range(round(b.length / b.unit * 9)):
        middle, radius = b.random.uniform(0, b.length), b.unit * b.random.uniform(0.012, 0.034)
        away = np.abs((columns - middle + b.length / 2) % b.length - b.length / 2) / radius
        crown = np.sqrt(np.clip(1 - away**2, 0, 1)) * radius * 1.9 / (0.07 * b.high)
        line = np.maximum(line, np.where(crown > 0, 0.12 + crown, 0))
    return np.asarray(np.clip(line, 0, 1), np.float32)


def _mesas(b: Builder) -> Line:
    steps = np.round(noise(b.random, b.length, b.cells(3), smooth=True) * 3) / 3
    rough = ridge(b.random, b.length, b.cells(12)) * 0.06
    soft = cv2.GaussianBlur(steps.reshape(1, -1).astype(np.float32), (0, 0), b.unit * 0.008).reshape(-1)
    return np.clip(soft * 0.92 + rough, 0, 1).astype(np.float32)


def _dune(b: Builder, cells: float) -> Line:
    """Long backs and sharp crests."""
    swell = noise(b.random, b.length, b.cells(cells) + 1, smooth=True)
    return (1 - np.abs(swell * 2 - 1) ** 1.25).astype(np.float32)


def _grass(b: Builder, top: float, rise: float, depth: float) -> Strip:
    columns, line = np.arange(b.length, dtype=np.float32), np.full(b.length, 0.25, np.float32)
    for _ in range(round(b.length / b.unit * 150)):
        middle, half = b.random.uniform(0, b.length), b.unit * b.random.uniform(0.002, 0.005)
        lean = b.random.uniform(-1.5, 1.5)
        away = ((columns - middle + b.length / 2) % b.length - b.length / 2) / half
        blade = np.clip(1 - np.abs(away - lean * np.clip(1 - np.abs(away), 0, 1)), 0, 1)
        line = np.maximum(line, np.where(blade > 0, 0.2 + blade**0.7 * b.random.uniform(0.3, 0.8), 0))
    start = (top - rise) * b.high - 3
    sheet_high = round(b.high * (1 + MARGIN) - start)
    sheet = relief_strip(b.random, 3 + (1 - line) * rise * b.high, sheet_high, b.slope(depth))
    return Strip(sheet, top=start, depth=depth, sway=(b.unit * 0.004, 0.45))


def _trunks(b: Builder) -> Picture:
    """Three near trunks from top to bottom, with a few boughs; the rest is clear."""
    high = round(b.high * (1.2 + MARGIN))
    sheet = np.zeros((high, b.length, 4), np.uint8)
    tone = b.palette.near * 0.72
    for place in (0.06, 0.93, 1.27):  # beside the subject, as long as the camera does not travel
        middle = (place + b.random.uniform(-0.03, 0.03)) * b.wide
        half = b.unit * b.random.uniform(0.020, 0.038)
        bend = b.random.uniform(-0.6, 0.6) * half
        trunk = [
            (middle - half * 0.8 + bend, 0),
            (middle + half * 0.8 + bend, 0),
            (middle + half * 1.7, high),
            (middle - half * 1.7, high),
        ]
        fill(sheet, trunk, tone)
        for _ in range(4):
            y, side = b.random.uniform(0.05, 0.45) * high, 1 if b.random.random() < 0.5 else -1
            reach = b.unit * b.random.uniform(0.10, 0.22) * side
            fill(sheet, [(middle, y), (middle + reach, y - abs(reach) * 0.45), (middle, y + half * 0.6)], tone)
    return sheet


def _wave(b: Builder, top: float, height: float, depth: float, drift: float) -> Strip:
    columns = np.arange(b.length, dtype=np.float32) * (2 * np.pi / b.length)
    crests = b.cells(3.2)
    line = 0.5 + 0.32 * np.cos(columns * crests) + 0.18 * np.cos(columns * (crests * 2 + 1) + b.random.uniform(0, 6))
    start = (top - height) * b.high - 3
    tone = mix(b.palette.at_depth(depth), b.palette.sky[1], 0.42)
    slope = Slope(mix(tone, b.palette.sky[-1], 0.42), mix(tone, b.palette.near, 0.25), b.high * 0.06)
    sheet_high = round(b.high * (1 + MARGIN) - start)
    sheet = relief_strip(b.random, 3 + (1 - line).astype(np.float32) * height * b.high, sheet_high, slope)
    return Strip(sheet, top=start, depth=depth, drift=drift * b.unit / 720, sway=(b.unit * 0.006, 0.22 + 0.1 * depth))
