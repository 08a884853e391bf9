"""People, cats, dogs and birds."""

import numpy as np

from providers.sandbox.scenery.drawing import Ink, Point
from providers.sandbox.scenery.palette import Colour, mix
from providers.sandbox.scenery.subject import CYCLE, Look, Subject


def person(unit: int, look: Look) -> Subject:
    h = unit * 0.34
    w = h * 0.62
    sprites = []
    for step in range(CYCLE):
        phase = 2 * np.pi * step / CYCLE
        ink = Ink(w, h)
        hip, lift = (0.50 * w, 0.54 * h), 0.008 * h * np.cos(2 * phase)
        for side, tone in ((np.pi, mix(look.tone, look.rim, 0.06)), (0.0, look.tone)):
            _limb(
                ink,
                (hip[0], hip[1] + lift),
                0.23 * h,
                0.46 * np.sin(phase + side),
                0.55 * max(0.0, np.cos(phase + side)),
                tone,
                h * 0.068,
            )
        _limb(
            ink,
            (0.50 * w, 0.27 * h + lift),
            0.15 * h,
            -0.45 * np.sin(phase + np.pi),
            -0.35,
            mix(look.accent, look.tone, 0.5),
            h * 0.046,
        )
        coat = [
            (0.44, 0.185),
            (0.57, 0.19),
            (0.62, 0.30),
            (0.605, 0.48),
            (0.68, 0.66),
            (0.34, 0.66),
            (0.41, 0.47),
            (0.39, 0.29),
        ]
        ink.shape([(x * w, y * h + lift) for x, y in coat], look.accent, smooth=True)
        _limb(
            ink,
            (0.51 * w, 0.27 * h + lift),
            0.15 * h,
            -0.45 * np.sin(phase),
            -0.35,
            mix(look.accent, look.tone, 0.22),
            h * 0.046,
        )
        ink.line([(0.515 * w, 0.15 * h + lift), (0.505 * w, 0.21 * h + lift)], look.tone, h * 0.045)
        ink.disc((0.525 * w, 0.105 * h + lift), h * 0.058, look.tone)
        brim = [
            (0.36, 0.085),
            (0.42, 0.068),
            (0.44, 0.022),
            (0.52, 0.008),
            (0.60, 0.024),
            (0.62, 0.068),
            (0.72, 0.088),
            (0.52, 0.098),
        ]
        ink.shape([(x * w, y * h + lift) for x, y in brim], mix(look.tone, look.accent, 0.25), smooth=True)
        sprites.append(ink.dry(rim=look.rim, towards=look.towards))
    return Subject(sprites, feet=0.985, cycles=0.95, cross=0.14)


def quadruped(unit: int, look: Look, *, is_cat: bool) -> Subject:
    h = unit * (0.27 if is_cat else 0.28)
    w = h * 1.75
    tone = mix(look.tone, look.accent, 0.75 if look.painted else 0.12)
    far = mix(tone, look.tone, 0.6)
    back = [
        (0.19, 0.43),
        (0.34, 0.345),
        (0.52, 0.36),
        (0.66, 0.31),
        (0.75, 0.38),
        (0.75, 0.58),
        (0.63, 0.68),
        (0.46, 0.66),
        (0.29, 0.68),
        (0.18, 0.58),
    ]
    sprites = []
    for step in range(CYCLE):
        phase = 2 * np.pi * step / CYCLE
        ink, lift = Ink(w, h), 0.010 * h * np.sin(2 * phase)
        _tail(ink, w, h, phase, tone, is_cat)
        for hip, side, shade in ((0.27, 2.6, far), (0.68, 0.9, far), (0.25, -0.5, tone), (0.70, 4.1, tone)):
            _limb(
                ink,
                (hip * w, 0.55 * h + lift),
                0.205 * h,
                0.40 * np.sin(phase + side),
                0.5 * max(0.0, np.cos(phase + side)),
                shade,
                h * 0.088,
            )
        ink.shape([(x * w, y * h + lift) for x, y in back], tone, smooth=True)
        _head(ink, w, h, lift, tone, look, is_cat)
        sprites.append(ink.dry(rim=look.rim, towards=look.towards, strength=0.9))
    return Subject(sprites, feet=0.975, cycles=1.15, cross=0.18)


def birds(unit: int, look: Look) -> Subject:
    h = unit * 0.30
    w = h * 2.2
    flock = [
        (0.50, 0.30, 1.0, 0.0),
        (0.37, 0.42, 0.85, 1.1),
        (0.63, 0.44, 0.85, 2.3),
        (0.25, 0.56, 0.72, 3.0),
        (0.77, 0.60, 0.72, 4.2),
        (0.14, 0.72, 0.62, 5.0),
        (0.88, 0.74, 0.6, 0.7),
    ]
    sprites = []
    for step in range(CYCLE):
        ink = Ink(w, h)
        for x, y, size, offset in flock:
            flap = np.sin(2 * np.pi * step / CYCLE + offset)
            span, up = h * 0.17 * size, h * 0.13 * size * flap
            cx, cy = x * w, y * h + h * 0.02 * flap
            wing = [
                (cx - span, cy - up),
                (cx - span * 0.45, cy - up * 0.75 - h * 0.02),
                (cx, cy),
                (cx + span * 0.45, cy - up * 0.75 - h * 0.02),
                (cx + span, cy - up),
            ]
            under = [
                (cx + span * 0.4, cy - up * 0.45 + h * 0.012),
                (cx, cy + h * 0.035 * size),
                (cx - span * 0.4, cy - up * 0.45 + h * 0.012),
            ]
            ink.shape([*wing, *under], look.tone)
        sprites.append(ink.dry())
    return Subject(sprites, feet=2.2, cycles=1.3, bob=0.008, cross=0.42, rise=0.06)


def _limb(ink: Ink, root: Point, length: float, swing: float, bend: float, tone: Colour, width: float) -> None:
    """Two bones of `length` each; angles in radians from straight down, a bend lags behind."""
    joint = (root[0] + length * np.sin(swing), root[1] + length * np.cos(swing))
    tip = (joint[0] + length * np.sin(swing - bend), joint[1] + length * np.cos(swing - bend))
    ink.line([root, joint], tone, width)
    ink.line([joint, tip], tone, width * 0.78)
    ink.line([tip, (tip[0] + width * 0.75, tip[1])], tone, width * 0.6)


def _tail(ink: Ink, w: float, h: float, phase: float, tone: Colour, is_cat: bool) -> None:
    wag = 0.035 * np.sin(phase) * (1 if is_cat else 2)
    if is_cat:
        path = [(0.215, 0.46), (0.12, 0.42), (0.06, 0.30), (0.07 + wag, 0.16), (0.12 + wag * 1.6, 0.08)]
    else:
        path = [(0.21, 0.45), (0.13, 0.38), (0.06 + wag * 0.5, 0.26 + wag)]
    ink.line([(x * w, y * h) for x, y in path], tone, h * (0.052 if is_cat else 0.06))


def _head(ink: Ink, w: float, h: float, lift: float, tone: Colour, look: Look, is_cat: bool) -> None:
    neck = [(0.66, 0.36), (0.74, 0.20), (0.84, 0.22), (0.80, 0.46), (0.72, 0.52)]
    ink.shape([(x * w, y * h + lift) for x, y in neck], tone, smooth=True)
    if is_cat:
        ink.disc((0.825 * w, 0.225 * h + lift), h * 0.125, tone)
        ink.shape([(x * w, y * h + lift) for x, y in ((0.755, 0.19), (0.765, 0.03), (0.825, 0.115))], tone)
        ink.shape([(x * w, y * h + lift) for x, y in ((0.825, 0.115), (0.885, 0.03), (0.892, 0.19))], tone)
        ink.shape(
            [(x * w, y * h + lift) for x, y in ((0.85, 0.20), (0.91, 0.235), (0.905, 0.285), (0.84, 0.30))],
            tone,
            smooth=True,
        )
    else:
        ink.disc((0.81 * w, 0.20 * h + lift), h * 0.105, tone)
        ink.shape(
            [
                (x * w, y * h + lift)
                for x, y in ((0.80, 0.13), (0.93, 0.195), (0.955, 0.235), (0.93, 0.275), (0.80, 0.29))
            ],
            tone,
        )
        ink.shape(
            [(x * w, y * h + lift) for x, y in ((0.765, 0.10), (0.80, 0.12), (0.785, 0.32), (0.745, 0.28))],
            mix(tone, look.tone, 0.6),
            smooth=True,
        )
    ink.disc(((0.862 if is_cat else 0.845) * w, 0.205 * h + lift), h * 0.014, look.lamp)
