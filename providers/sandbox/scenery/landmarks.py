"""What stands where it stands: a lighthouse, a house, a fire."""

import numpy as np

from providers.sandbox.scenery.drawing import Ink, Point, glow_sprite
from providers.sandbox.scenery.palette import colour, mix
from providers.sandbox.scenery.subject import CYCLE, Look, Subject


def lighthouse(unit: int, look: Look) -> Subject:
    h = unit * 0.56
    w = h * 0.86
    ink = Ink(w, h)
    pale = mix(colour("F3ECDF"), look.tone, 0.45 if look.dark else 0.06)
    for band in range(6):
        top, foot = 0.20 + band * 0.11, 0.20 + (band + 1) * 0.11
        half_top, half_foot = 0.052 + band * 0.0085, 0.052 + (band + 1) * 0.0085
        tone = pale if band % 2 else look.accent
        ink.shape(
            [
                ((0.5 - half_top) * w, top * h),
                ((0.5 + half_top) * w, top * h),
                ((0.5 + half_foot) * w, foot * h),
                ((0.5 - half_foot) * w, foot * h),
            ],
            tone,
        )
    ink.box(0.425 * w, 0.185 * h, 0.575 * w, 0.205 * h, look.tone)
    ink.box(0.455 * w, 0.115 * h, 0.545 * w, 0.185 * h, look.lamp)
    ink.shape([(0.44 * w, 0.118 * h), (0.56 * w, 0.118 * h), (0.5 * w, 0.055 * h)], look.tone)
    rock = [
        (0.02, 0.99),
        (0.12, 0.90),
        (0.24, 0.875),
        (0.34, 0.82),
        (0.46, 0.835),
        (0.60, 0.815),
        (0.72, 0.865),
        (0.86, 0.90),
        (0.98, 0.99),
    ]
    ink.shape([(x * w, y * h) for x, y in rock], look.tone)
    glows = [(glow_sprite(h * (0.5 if look.dark else 0.24), look.lamp, 0.8), (0.0, -0.35))]
    return Subject([ink.dry(rim=look.rim, towards=look.towards)], feet=0.93, cross=0.0, glows=glows)


def house(unit: int, look: Look) -> Subject:
    h = unit * 0.30
    w = h * 1.25
    ink = Ink(w, h)
    wall = mix(look.accent, look.tone, 0.35)
    ink.box(0.66 * w, 0.08 * h, 0.75 * w, 0.40 * h, look.tone)
    ink.box(0.14 * w, 0.44 * h, 0.86 * w, 0.97 * h, wall)
    ink.shape([(0.05 * w, 0.48 * h), (0.30 * w, 0.16 * h), (0.72 * w, 0.16 * h), (0.95 * w, 0.48 * h)], look.tone)
    ink.box(0.46 * w, 0.62 * h, 0.58 * w, 0.97 * h, mix(look.tone, wall, 0.2))
    for left in (0.22, 0.66):
        ink.box(left * w, 0.60 * h, (left + 0.13) * w, 0.78 * h, look.lamp)
        ink.line([((left + 0.065) * w, 0.60 * h), ((left + 0.065) * w, 0.78 * h)], wall, h * 0.012)
    glows = [(glow_sprite(h * (0.42 if look.dark else 0.2), look.lamp, 0.5), (x, 0.19)) for x in (-0.27, 0.28)]
    return Subject([ink.dry(rim=look.rim, towards=look.towards)], feet=0.96, cross=0.0, glows=glows)


def fire(unit: int, look: Look) -> Subject:
    h = unit * 0.30
    w = h * 0.95
    sprites = []
    for step in range(CYCLE):
        phase = 2 * np.pi * step / CYCLE
        ink = Ink(w, h)
        for tone, size, offset in (
            (colour("D8431F"), 1.0, 0.0),
            (colour("F58A1F"), 0.74, 1.3),
            (colour("FFD75E"), 0.46, 2.9),
            (colour("FFF6CF"), 0.24, 4.4),
        ):
            ink.shape(_flame(w, h, size, phase + offset), tone, smooth=True)
        for a, b in (((0.16, 0.96), (0.80, 0.84)), ((0.20, 0.84), (0.86, 0.96))):
            ink.line([(a[0] * w, a[1] * h), (b[0] * w, b[1] * h)], mix(look.tone, colour("6B3A1E"), 0.4), h * 0.07)
        sprites.append(ink.dry())
    glows = [
        (glow_sprite(h * 2.1, colour("FF8A2A"), 0.42), (0.0, 0.1)),
        (glow_sprite(h * 0.8, colour("FFC56B"), 0.4), (0.0, 0.15)),
    ]
    return Subject(sprites, feet=0.95, cycles=1.5, cross=0.0, glows=glows)


def _flame(w: float, h: float, size: float, phase: float) -> list[Point]:
    lean, lick = 0.05 * np.sin(phase), 0.06 * np.sin(2 * phase)
    outline = (  # offsets from the middle of the foot, x to the right, y upwards, for size 1
        (-0.34, 0.0),
        (-0.36, 0.26),
        (-0.20 + lean, 0.46 + lick),
        (-0.15 - lean, 0.34),
        (1.6 * lean, 0.84 - lick),
        (0.13 + lean, 0.42),
        (0.23 - lean, 0.56 - lick),
        (0.36, 0.24),
        (0.32, 0.0),
    )
    return [((0.5 + x * size) * w, (0.90 - y * size) * h) for x, y in outline]
