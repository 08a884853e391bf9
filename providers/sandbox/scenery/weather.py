"""What falls, drifts or twinkles in the air, and the film's own grain: textures that slide over the frame."""

from collections.abc import Callable, Mapping

import cv2
import numpy as np

from providers.sandbox.scenery.drawing import View
from providers.sandbox.scenery.layers import Random
from providers.sandbox.scenery.palette import Colour, Palette, Picture, colour, mix


class Drift:
    """A texture of light that repeats both ways and moves `speed` (x, y in frame heights a second); it is added."""

    def __init__(self, texture: Picture, speed: tuple[float, float], *, weave: float = 0.0, rows: float = 1.0) -> None:
        self._sheet, self._speed, self._weave, self._rows = np.tile(texture, (2, 2, 1)), speed, weave, rows
        self._period = texture.shape[:2]

    def draw(self, frame: Picture, view: View) -> None:
        t, unit = view.seconds, view.high
        x = self._speed[0] * unit * t + self._weave * unit * np.sin(t * 1.3) - (view.x + view.travel) * 0.5
        left, top = int(-x) % self._period[1], int(-self._speed[1] * unit * t) % self._period[0]
        rows = int(view.high * self._rows)
        window = frame[:rows]
        cv2.add(window, self._sheet[top : top + rows, left : left + view.wide], dst=window)


class Twinkle:
    """Stars in two groups whose light goes up and down in turn."""

    def __init__(self, random: Random, wide: int, high: int) -> None:
        self._groups = [
            _dots(random, wide, high, round(wide * high / 6500), (0.5, 1.3), colour("DDE8FF"), 0.62) for _ in range(2)
        ]
        fade = np.clip(1 - np.arange(high) / (high * 0.62), 0, 1)[:, None, None]
        self._groups = [(group * fade).astype(np.uint8) for group in self._groups]

    def draw(self, frame: Picture, view: View) -> None:
        rows = int(view.high * 0.6)
        for index, group in enumerate(self._groups):
            light = 0.75 + 0.25 * float(np.sin(view.seconds * (1.9 + index) + index * 2))
            window = frame[:rows]
            cv2.addWeighted(window, 1.0, group[:rows], light, 0, dst=window)


class Grain:
    """Fine noise, new in each frame; `amount` in 8-bit levels, the mean unchanged."""

    def __init__(self, random: Random, wide: int, high: int, amount: int = 2) -> None:
        noise = random.integers(0, 2 * amount + 1, (high + 64, wide + 64), np.uint8)
        self._noise = cv2.merge([noise, noise, noise])
        self._mean = np.full((high, wide, 3), amount, np.uint8)

    def draw(self, frame: Picture, view: View) -> None:
        step = int(view.seconds * 997)
        top, left = step * 37 % 64, step * 53 % 64
        cv2.add(frame, self._noise[top : top + view.high, left : left + view.wide], dst=frame)
        cv2.subtract(frame, self._mean, dst=frame)


def clouds(random: Random, palette: Palette, wide: int, high: int) -> Drift:
    """Long soft streaks in the upper sky, added as light."""
    field = np.zeros((high, wide), np.float32)
    for octave in range(4):
        cells = (3 * 2**octave, max(2, round(1.4 * 2**octave * wide / high)))
        knots = random.random(cells).astype(np.float32)
        knots = np.pad(knots, 2, mode="wrap")
        grown = cv2.resize(
            knots,
            (round(wide * (cells[1] + 4) / cells[1]), round(high * (cells[0] + 4) / cells[0])),
            interpolation=cv2.INTER_CUBIC,
        )
        y, x = round(high * 2 / cells[0]), round(wide * 2 / cells[1])
        field += grown[y : y + high, x : x + wide] * 0.55**octave
    field = np.clip((field - field.mean()) / field.std() * 0.5 - 0.05, 0, 1) ** 1.1
    fade = np.clip(1 - np.arange(high) / (high * 0.58), 0, 1)[:, None] ** 0.8
    light = mix(palette.sky[-1], palette.sun, 0.5) * (0.13 if palette.dark else 0.26)
    sheet = (field * fade)[..., None] * light + random.random((high, wide, 1))
    return Drift(sheet.astype(np.uint8), (0.028, 0.0), rows=0.58)


def rain(random: Random, palette: Palette, wide: int, high: int) -> list[Drift]:
    tone = mix(palette.sky[-1], colour("FFFFFF"), 0.4)
    layers = []
    for count, length, light, speed in ((230, 0.050, 0.15, 1.6), (110, 0.095, 0.24, 2.3)):
        sheet = np.zeros((high, wide, 3), np.float32)
        for _ in range(round(count * wide / high)):
            x, y, reach = random.uniform(0, wide), random.uniform(0, high), high * length * random.uniform(0.6, 1.2)
            for wrap in (0, -high):
                start, end = (round(x), round(y + wrap)), (round(x - reach * 0.12), round(y + wrap + reach))
                cv2.line(
                    sheet,
                    start,
                    end,
                    tuple(float(value) for value in tone * light),
                    1 if high < 900 else 2,
                    cv2.LINE_AA,
                )
        layers.append(Drift(sheet.astype(np.uint8), (-0.12 * speed, speed)))
    return layers


def snow(random: Random, palette: Palette, wide: int, high: int) -> list[Drift]:
    white = mix(colour("FFFFFF"), palette.sky[-1], 0.15)
    sizes = ((620, (0.7, 1.3), 0.45, 0.10), (260, (1.4, 2.4), 0.60, 0.17), (60, (3.0, 5.5), 0.40, 0.28))
    unit = min(wide, high) / 720
    return [
        Drift(
            _dots(random, wide, high, round(count * wide / high), (low * unit, top * unit), white, light),
            (0.02, speed),
            weave=0.02,
        )
        for count, (low, top), light, speed in sizes
    ]


def sparks(random: Random, palette: Palette, wide: int, high: int) -> list[Drift]:
    unit, tone = min(wide, high) / 720, mix(palette.lamp, colour("FFB347"), 0.5)
    sizes = ((70, (0.9, 1.7), 0.9, -0.07), (28, (1.8, 3.2), 0.8, -0.12))
    return [
        Drift(
            _dots(random, wide, high, round(count * wide / high), (low * unit, top * unit), tone, light),
            (0.015, speed),
            weave=0.025,
        )
        for count, (low, top), light, speed in sizes
    ]


def dust(random: Random, palette: Palette, wide: int, high: int) -> list[Drift]:
    unit, tone = min(wide, high) / 720, mix(palette.sun, palette.haze, 0.3)
    return [
        Drift(
            _dots(random, wide, high, round(110 * wide / high), (0.8 * unit, 2.2 * unit), tone, 0.22),
            (0.05, -0.012),
            weave=0.02,
        )
    ]


WEATHER_MAKERS: Mapping[str, Callable[[Random, Palette, int, int], list[Drift]]] = {
    "rain": rain,
    "snow": snow,
    "sparks": sparks,
    "dust": dust,
}


def _dots(
    random: Random, wide: int, high: int, count: int, radii: tuple[float, float], tone: Colour, light: float
) -> Picture:
    """Soft round dots, repeating both ways."""
    sheet = np.zeros((high, wide, 3), np.float32)
    for _ in range(count):
        radius = random.uniform(*radii)
        x, y, strength = random.uniform(8, wide - 8), random.uniform(8, high - 8), light * random.uniform(0.4, 1.0)
        ink = tuple(float(value) for value in tone * strength)
        cv2.circle(sheet, (round(x * 16), round(y * 16)), round(radius * 16), ink, cv2.FILLED, cv2.LINE_AA, 4)
    blur = max(0.6, radii[1] * 0.35)
    soft = np.asarray(cv2.GaussianBlur(sheet, (0, 0), blur)) * 1.25
    return np.asarray(np.clip(soft, 0, 255), np.uint8)
