"""Strips of the set that repeat sideways without a seam, and the sky behind them."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from providers.sandbox.scenery.drawing import View, lay
from providers.sandbox.scenery.palette import Colour, Palette, Picture

Random = np.random.Generator
Line = NDArray[np.float32]
MARGIN = 0.30
"""Share of the frame's height that a strip goes on below the frame, for tilts."""


class Strip:
    """A layer at `depth` (0 horizon, 1 lens). `sheet` is BGRA, repeats every `sheet` width; `top` is its first row's
    place in the frame. `drift` is pixels a second of its own; `sway` (pixels, hertz) rocks it."""

    def __init__(
        self, sheet: Picture, *, top: float, depth: float, drift: float = 0.0, sway: tuple[float, float] = (0.0, 0.0)
    ) -> None:
        self._sheet, self._top, self._depth, self._drift, self._sway = sheet, top, depth, drift, sway
        opaque = np.flatnonzero(sheet[..., 3].min(axis=1) < 255)
        self._solid = int(opaque[-1]) + 1 if len(opaque) else 0

    def draw(self, frame: Picture, view: View) -> None:
        scale = view.scale(self._depth)
        dx, dy = view.shift(self._depth)
        height, rate = self._sway
        wave = 2 * np.pi * rate * view.seconds
        dx += view.travel * self._depth + self._drift * view.seconds + height * 1.6 * np.sin(wave)
        dy += height * np.cos(wave)
        first = self._row(0.0, scale, dy, view)
        solid = min(view.high, max(0, int(np.ceil(self._row(self._solid + 1.0, scale, dy, view)))))
        start = max(0, int(np.floor(first)) + 2)  # the first rows are clear, and would mix with the last ones
        end = min(view.high, int(np.floor(self._row(self._sheet.shape[0] - 1.0, scale, dy, view))))
        if start >= end:
            return
        back = np.array(
            [
                [1 / scale, 0, view.wide / 2 * (1 - 1 / scale) + dx],
                [0, 1 / scale, (start - view.high / 2) / scale + view.high / 2 + dy - self._top],
            ]
        )
        back[0, 2] %= self._sheet.shape[1]
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        seen = cv2.warpAffine(self._sheet, back, (view.wide, end - start), flags=flags, borderMode=cv2.BORDER_WRAP)
        edge = max(0, min(end, solid) - start)
        if edge:
            lay(frame[start : start + edge], np.asarray(seen[:edge], np.uint8))
        if start + edge < end:
            cv2.cvtColor(np.asarray(seen[edge:], np.uint8), cv2.COLOR_BGRA2BGR, dst=frame[start + edge : end])

    def _row(self, row: float, scale: float, dy: float, view: View) -> float:
        return (row + self._top - dy - view.high / 2) * scale + view.high / 2


def noise(random: Random, length: int, cells: int, *, smooth: bool) -> Line:
    """Values from 0 to 1 along `length` pixels, `cells` hills, the end meeting the start."""
    knots = random.random(cells).astype(np.float32)
    place = np.arange(length, dtype=np.float32) * cells / length
    here = place.astype(np.int32) % cells
    share = place - np.floor(place)
    if smooth:
        share = share * share * (3 - 2 * share)
    return np.asarray(knots[here] * (1 - share) + knots[(here + 1) % cells] * share, np.float32)


def ridge(
    random: Random, length: int, cells: int, *, octaves: int = 5, gain: float = 0.48, smooth: bool = False
) -> Line:
    """A skyline from 0 to 1: noise over noise, each finer one `gain` as high."""
    line = np.zeros(length, np.float32)
    for octave in range(octaves):
        line += noise(random, length, cells * 2**octave, smooth=smooth) * gain**octave
    line -= line.min()
    return np.asarray(line / max(float(line.max()), 1e-6), np.float32)


@dataclass(frozen=True, slots=True)
class Slope:
    """How a strip is coloured below its skyline: `crest` at the edge, `foot` after `fade` pixels, lit by `relief`."""

    crest: Colour
    foot: Colour
    fade: float
    relief: float = 0.0
    cap: Colour | None = None
    cap_depth: float = 0.0


def relief_strip(random: Random, skyline: Line, high: int, slope: Slope) -> Picture:
    """A strip `high` pixels tall; `skyline` holds the row of its edge for each column."""
    rows = np.arange(high, dtype=np.float32)[:, None]
    below = rows - skyline[None, :]
    fade = np.clip(below / slope.fade, 0, 1)[..., None]
    sheet = np.empty((high, len(skyline), 4), np.float32)
    sheet[..., :3] = slope.crest * (1 - fade) + slope.foot * fade
    if slope.cap is not None:
        jag = ridge(random, len(skyline), 24, smooth=False) * 0.8 + 0.35
        lowest = float(skyline.min())
        depth = slope.cap_depth * jag - (skyline - lowest) * 0.55
        cap = np.clip((depth[None, :] - below) / 2.5, 0, 1)[..., None]
        sheet[..., :3] = sheet[..., :3] * (1 - cap) + slope.cap * cap
    if slope.relief:
        lit = np.tanh(cv2.GaussianBlur(np.gradient(skyline).reshape(1, -1), (0, 0), 3.0))
        sheet[..., :3] *= 1 + slope.relief * lit[..., None] * (1 - fade)
    sheet[..., :3] += random.random((high, len(skyline), 1), np.float32) - 0.5
    sheet[..., 3] = np.clip(below + 0.5, 0, 1) * 255
    sheet[..., :3] *= sheet[..., 3:] / 255
    return np.clip(sheet, 0, 255).astype(np.uint8)


class Sky:
    """A gradient with the sun or the moon in it, a little larger than the frame."""

    MORE = 1.24

    def __init__(self, random: Random, palette: Palette, wide: int, high: int, horizon: float) -> None:
        self._size = round(wide * self.MORE), round(high * self.MORE)
        unit = min(wide, high)
        self.sun = (wide * random.uniform(0.24, 0.76), high * horizon * palette.sun_height)
        self._sheet = self._paint(random, palette, unit, horizon * high)
        self._wide, self._high = wide, high

    def _paint(self, random: Random, palette: Palette, unit: int, horizon: float) -> Picture:
        wide, high = self._size
        rows = (np.arange(high, dtype=np.float32) - high * (1 - 1 / self.MORE) / 2) / horizon
        stops = np.stack(palette.sky)
        places = np.linspace(0, 1, len(stops))
        column = np.stack([np.interp(rows, places, stops[:, channel]) for channel in range(3)], axis=1)
        sheet = np.repeat(column[:, None, :].astype(np.float32), wide, axis=1)
        centre = self.sun[0] + wide * (1 - 1 / self.MORE) / 2, self.sun[1] + high * (1 - 1 / self.MORE) / 2
        across = (np.arange(wide, dtype=np.float32) - centre[0])[None, :]
        down = (np.arange(high, dtype=np.float32) - centre[1])[:, None]
        distance = np.sqrt(across**2 + down**2)
        wide_glow = np.exp(-np.sqrt((across * 0.8) ** 2 + (down * 1.25) ** 2) / (unit * 0.34)) * (
            0.24 if palette.dark else 0.42
        )
        halo = np.exp(-distance / (unit * max(0.03, palette.sun_size) * 1.1)) * 0.5
        light = np.clip(wide_glow + halo, 0, 1)[..., None]
        sheet += (palette.sun - sheet) * light
        disc = np.clip((unit * palette.sun_size - distance) / 1.5 + 0.5, 0, 1)[..., None]
        sheet += (palette.sun - sheet) * disc
        sheet += random.random((high, wide, 1), np.float32) - random.random((high, wide, 1), np.float32)
        # four channels: OpenCV moves them twice as fast as three
        return np.asarray(cv2.cvtColor(np.clip(sheet, 0, 255).astype(np.uint8), cv2.COLOR_BGR2BGRA), np.uint8)

    def draw(self, frame: Picture, view: View) -> None:
        scale = view.scale(0.0)
        dx, dy = view.shift(0.06)
        room_x, room_y = (self._size[0] - self._wide) / 2, (self._size[1] - self._high) / 2
        dx, dy = max(-room_x, min(room_x, dx)), max(-room_y, min(room_y, dy))
        back = np.array(
            [
                [1 / scale, 0, self._wide / 2 * (1 - 1 / scale) + dx + room_x],
                [0, 1 / scale, self._high / 2 * (1 - 1 / scale) + dy + room_y],
            ]
        )
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        size = self._wide, self._high
        seen = cv2.warpAffine(self._sheet, back, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        cv2.cvtColor(seen, cv2.COLOR_BGRA2BGR, dst=frame)


class Water:
    """Everything below `horizon` (a row of the frame) mirrors what is above it, rippled and tinted."""

    def __init__(self, palette: Palette, wide: int, high: int, horizon: int, sun: float) -> None:
        self._horizon, self._rows, self._sun = horizon, high - horizon, sun
        self._columns = np.arange(wide, dtype=np.float32)[None, :]
        self._down = np.arange(self._rows, dtype=np.float32)[:, None]
        self._near = (self._down + 1) / self._rows
        deep = palette.at_depth(0.75) * 0.8 + palette.sky[0] * 0.2
        tone = np.repeat(deep[None, None, :], self._rows, axis=0) * (0.25 + 0.75 * self._near[..., None])
        self._tint = np.repeat(tone, wide, axis=1).astype(np.uint8)
        self._unit = min(wide, high)
        self._light = palette.sun * (0.55 if palette.dark else 0.75)

    def draw(self, frame: Picture, view: View) -> None:
        horizon, t, unit = self._horizon, view.seconds, self._unit
        near = self._near
        stretch = np.log1p(near * 14)
        ripple = np.sin(stretch * 26 - t * 2.3 + np.sin(self._columns * (9 / unit) + t * 0.7) * 1.4)
        swell = np.sin(stretch * 11 + t * 1.6 + self._columns * (5.0 / unit))
        shake = ripple * near * (unit * 0.022) + swell * near * (unit * 0.014)
        columns = self._columns + view.x * 0.02 + shake * 1.6
        rows = np.clip(horizon - 1 - self._down * (horizon / self._rows) * 0.9 + shake * 1.2, 0, horizon - 1)
        mirror = cv2.remap(
            frame[:horizon],
            columns.astype(np.float32),
            rows.astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )
        cv2.addWeighted(mirror, 0.68, self._tint, 0.42, 0, dst=frame[horizon:])
        self._glitter(frame[horizon:], ripple + 0.5 * swell, view)

    def _glitter(self, water: Picture, ripple: NDArray[np.float32], view: View) -> None:
        """The sun's path: crests that face it, wider towards the lens."""
        middle, _ = view.place(self._sun, 0, 0.0)
        reach = self._unit * (0.035 + 0.13 * self._near)
        away = (self._columns - middle + view.x * 0.06) / reach
        light = np.clip(ripple - 0.35, 0, 1) * np.exp(-away * away) * (1.0 - 0.35 * self._near)
        level = (light * 255).astype(np.uint8)
        bright = cv2.merge([cv2.convertScaleAbs(level, alpha=float(channel) / 255) for channel in self._light])
        cv2.add(water, bright, dst=water)
