"""Cars, trains, boats and balloons."""

import numpy as np

from providers.sandbox.scenery.drawing import Ink, Point, glow_sprite
from providers.sandbox.scenery.palette import Colour, Picture, colour, mix
from providers.sandbox.scenery.subject import CYCLE, Look, Subject


def car(unit: int, look: Look) -> Subject:
    h = unit * 0.20
    w = h * 2.75
    body, shade = look.accent, mix(look.accent, look.tone, 0.45)
    shell = [(0.02, 0.62), (0.05, 0.52), (0.20, 0.46), (0.30, 0.24), (0.42, 0.15), (0.60, 0.15), (0.72, 0.26)]
    shell += [(0.80, 0.43), (0.94, 0.49), (0.985, 0.60), (0.98, 0.78), (0.90, 0.82), (0.10, 0.82), (0.03, 0.78)]
    cabin = [(0.325, 0.42), (0.37, 0.29), (0.44, 0.225), (0.515, 0.225), (0.515, 0.42)]
    windscreen = [(0.545, 0.42), (0.545, 0.225), (0.60, 0.225), (0.67, 0.31), (0.735, 0.42)]
    sprites = []
    for step in range(CYCLE):
        ink = Ink(w, h)
        ink.shape(
            [(x * w, y * h) for x, y in ((0.05, 0.95), (0.5, 0.915), (0.95, 0.95), (0.5, 0.985))],
            look.tone,
            smooth=True,
            alpha=0.5,
        )
        ink.shape([(x * w, y * h) for x, y in shell], body, smooth=True)
        ink.shape(
            [
                (x * w, y * h)
                for x, y in ((0.03, 0.66), (0.97, 0.66), (0.97, 0.78), (0.9, 0.82), (0.1, 0.82), (0.03, 0.78))
            ],
            shade,
        )
        for pane in (cabin, windscreen):
            ink.shape([(x * w, y * h) for x, y in pane], look.glass)
        ink.line([(0.53 * w, 0.44 * h), (0.53 * w, 0.74 * h)], shade, h * 0.012)
        ink.box(0.945 * w, 0.53 * h, 0.985 * w, 0.61 * h, look.lamp, round_by=h * 0.02)
        ink.box(0.015 * w, 0.54 * h, 0.035 * w, 0.63 * h, colour("D8322A"), round_by=h * 0.01)
        for wheel in (0.22, 0.78):
            _wheel(ink, (wheel * w, 0.79 * h), h * 0.165, step / CYCLE, look)
        sprites.append(ink.dry(rim=look.rim, towards=look.towards))
    glows = [(glow_sprite(h * 0.55, look.lamp, 0.55), (1.36, 0.07))]
    if look.dark:
        glows += [
            (_beam(h * 2.6, h * 0.9, look.lamp), (2.65, 0.16)),
            (glow_sprite(h * 0.35, colour("E0392E"), 0.5), (-1.34, 0.08)),
        ]
    return Subject(sprites, feet=0.95, cycles=2.2, bob=0.0018, glows=glows, cross=0.20)


def train(unit: int, look: Look) -> Subject:
    h = unit * 0.17
    w = h * 9.0
    body, stripe = mix(look.accent, look.tone, 0.10), mix(look.glass, look.rim, 0.4)
    pane = look.lamp if look.dark else look.glass
    sprites = []
    for step in range(CYCLE):
        ink = Ink(w, h)
        for index in range(4):
            left, right = (0.008 + index * 0.248) * w, (0.008 + index * 0.248 + 0.238) * w
            if index == 3:
                nose = [
                    (left, 0.10),
                    (right - h * 0.75, 0.10),
                    (right - h * 0.30, 0.26),
                    (right, 0.62),
                    (right, 0.80),
                    (left, 0.80),
                ]
                ink.shape([(x, y * h) for x, y in nose], body)
                ink.shape(
                    [
                        (right - h * 0.62, 0.22 * h),
                        (right - h * 0.36, 0.30 * h),
                        (right - h * 0.16, 0.48 * h),
                        (right - h * 0.62, 0.48 * h),
                    ],
                    look.glass,
                )
            else:
                ink.box(left, 0.10 * h, right, 0.80 * h, body, round_by=h * 0.06)
            ink.box(left, 0.60 * h, right - (h * 0.1 if index == 3 else 0), 0.655 * h, stripe)
            windows = 6 if index < 3 else 4
            for window in range(windows):
                x = left + h * 0.16 + window * h * 0.345
                ink.box(x, 0.24 * h, x + h * 0.25, 0.50 * h, pane, round_by=h * 0.04)
            for wheel in (0.18, 0.36, 1.78, 1.96):
                _wheel(ink, (left + wheel * h, 0.86 * h), h * 0.085, step / CYCLE, look)
        ink.box(0, 0.955 * h, w, 0.985 * h, mix(look.tone, look.rim, 0.2))
        sprites.append(ink.dry(rim=look.rim, towards=look.towards))
    glows = [(glow_sprite(h * 0.6, look.lamp, 0.6), (4.42, 0.12))]
    if look.dark:
        glows.append((_beam(h * 3.0, h * 1.0, look.lamp), (5.9, 0.2)))
    return Subject(sprites, feet=0.97, cycles=2.0, bob=0.0014, cross=0.30, glows=glows)


def boat(unit: int, look: Look) -> Subject:
    h = unit * 0.42
    w = h * 0.95
    ink = Ink(w, h)
    sail = mix(colour("F6EFE0"), look.tone, 0.45 if look.dark else 0.04)
    ink.line([(0.50 * w, 0.03 * h), (0.50 * w, 0.82 * h)], look.tone, h * 0.014)
    ink.shape([(0.52 * w, 0.05 * h), (0.66 * w, 0.36 * h), (0.86 * w, 0.74 * h), (0.52 * w, 0.74 * h)], sail)
    ink.shape(
        [(0.48 * w, 0.12 * h), (0.48 * w, 0.74 * h), (0.16 * w, 0.74 * h), (0.34 * w, 0.44 * h)],
        mix(look.accent, sail, 0.15),
    )
    ink.line([(0.14 * w, 0.755 * h), (0.88 * w, 0.755 * h)], look.tone, h * 0.010)
    hull = [(0.06 * w, 0.80 * h), (0.94 * w, 0.80 * h), (0.80 * w, 0.965 * h), (0.22 * w, 0.965 * h)]
    ink.shape(hull, look.tone)
    ink.shape([(0.06 * w, 0.80 * h), (0.94 * w, 0.80 * h), (0.91 * w, 0.835 * h), (0.09 * w, 0.835 * h)], look.accent)
    glows = [(glow_sprite(h * 0.16, look.lamp, 0.7), (0.0, 0.22))] if look.dark else []
    return Subject(
        [ink.dry(rim=look.rim, towards=look.towards)], feet=0.93, bob=0.008, roll=2.6, cross=0.22, glows=glows
    )


def balloon(unit: int, look: Look) -> Subject:
    h = unit * 0.46
    w = h * 0.72
    ink = Ink(w, h)
    pale = mix(colour("F7EBD3"), look.tone, 0.4 if look.dark else 0.0)
    cloth = (look.accent, pale, mix(look.accent, look.tone, 0.3), pale, look.accent)
    for index, tone in enumerate(cloth):
        half = (0.5, 0.36, 0.20, 0.075, 0.0)[index]
        if half == 0:
            continue
        gore = [
            (0.5, 0.01),
            (0.5 + half * 0.72, 0.09),
            (0.5 + half * 0.98, 0.30),
            (0.5 + half * 0.72, 0.53),
            (0.5 + half * 0.2 + 0.03, 0.72),
        ]
        mirrored = [(1 - x, y) for x, y in reversed(gore[1:])]
        ink.shape([(x * w, y * h) for x, y in (*gore, *mirrored)], tone, smooth=True)
    for side in (-1, 1):
        ink.line([((0.5 + side * 0.11) * w, 0.70 * h), ((0.5 + side * 0.07) * w, 0.87 * h)], look.tone, h * 0.006)
    ink.box(0.42 * w, 0.865 * h, 0.58 * w, 0.965 * h, look.tone, round_by=h * 0.015)
    glows = [(glow_sprite(h * 0.30, look.lamp, 0.42), (0.0, 0.16))]
    return Subject(
        [ink.dry(rim=look.rim, towards=look.towards, strength=0.7)],
        feet=1.42,
        bob=0.010,
        roll=1.6,
        rise=0.07,
        cross=0.12,
        glows=glows,
    )


def _wheel(ink: Ink, centre: Point, radius: float, turn: float, look: Look) -> None:
    ink.disc(centre, radius, look.tone)
    ink.disc(centre, radius * 0.58, mix(look.glass, look.tone, 0.35))
    for spoke in range(5):
        angle = 2 * np.pi * (turn + spoke) / 5
        tip = (centre[0] + radius * 0.56 * np.cos(angle), centre[1] + radius * 0.56 * np.sin(angle))
        ink.line([centre, tip], look.tone, radius * 0.14)


def _beam(length: float, spread: float, tone: Colour) -> Picture:
    """A headlight's cone, opening to the right, to be added."""
    wide, high = max(4, round(length)), max(4, round(spread))
    along = (np.arange(wide, dtype=np.float32) / wide)[None, :]
    across = np.abs(np.arange(high, dtype=np.float32) / high * 2 - 1)[:, None]
    light = np.clip(1 - across / (0.18 + 0.82 * along), 0, 1) ** 1.3 * (1 - along) ** 1.4 * 0.5
    return np.clip(light[..., None] * np.append(tone, 0).astype(np.float32), 0, 255).astype(np.uint8)
